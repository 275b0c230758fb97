// Package rtc is one WebRTC audio session of the softphone: SDP, ICE, DTLS and
// RTP by pion, with the codecs and the jitter buffer in between, so that the
// phone sees frames of 20 ms at 48 kHz only.
//
// A session is negotiated once; what needs another negotiation makes another
// session. Send may be called from the beginning: what cannot be sent yet is
// left out. Receive never waits, and gives silence while there is nothing to
// hear. Send, Receive and everything else may run at the same time, each in
// one goroutine.
package rtc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"

	"parley/client/phone/codec"
)

// State is how the media of a session does.
type State int

// The states of a session. Closed is final; after Failed only Close helps.
const (
	Connecting State = iota
	Connected
	Failed
	Closed
)

// String names the state.
func (s State) String() string {
	switch s {
	case Connecting:
		return "connecting"
	case Connected:
		return "connected"
	case Failed:
		return "failed"
	case Closed:
		return "closed"
	}
	return "unknown"
}

// Config sets up a session.
type Config struct {
	// Loopback offers addresses of this machine's loopback interface, for a
	// server on the same machine.
	Loopback bool
	// Codecs are offered in this order; nil means all, Opus first.
	Codecs []codec.Name
	// OnState is told every change of state, one at a time. It must not call
	// back into the session.
	OnState func(State)
	Log     *slog.Logger

	// network stands between session and wire, to make it bad.
	network interceptor.Factory
}

// Session is an audio session with one far side.
type Session struct {
	cfg      Config
	pc       *webrtc.PeerConnection
	sender   *sender
	receiver *receiver
	wg       sync.WaitGroup

	mu    sync.Mutex
	state State
}

// NewSession makes a session that is not yet negotiated.
func NewSession(cfg Config) (*Session, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.OnState == nil {
		cfg.OnState = func(State) {}
	}
	if cfg.Codecs == nil {
		cfg.Codecs = []codec.Name{codec.Opus, codec.G722, codec.PCMA, codec.PCMU}
	}
	api, err := newAPI(cfg)
	if err != nil {
		return nil, err
	}
	pc, err := api.NewPeerConnection(webrtc.Configuration{BundlePolicy: webrtc.BundlePolicyMaxBundle})
	if err != nil {
		return nil, fmt.Errorf("make session: %w", err)
	}
	s := &Session{cfg: cfg, pc: pc, sender: newSender(), receiver: newReceiver()}
	pc.OnConnectionStateChange(s.changed)
	pc.OnTrack(func(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { s.receiver.run(t) })
	rtpSender, err := pc.AddTrack(s.sender)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("add audio: %w", err), pc.Close())
	}
	s.wg.Go(func() { s.sender.readReports(rtpSender) })
	return s, nil
}

func newAPI(cfg Config) (*webrtc.API, error) {
	media := &webrtc.MediaEngine{}
	for _, n := range cfg.Codecs {
		f, ok := codec.Lookup(n)
		if !ok {
			return nil, fmt.Errorf("offer codec %q: unknown", n)
		}
		if err := media.RegisterCodec(parameters(f), webrtc.RTPCodecTypeAudio); err != nil {
			return nil, fmt.Errorf("offer codec %q: %w", n, err)
		}
	}
	for _, e := range events {
		if err := media.RegisterCodec(e, webrtc.RTPCodecTypeAudio); err != nil {
			return nil, fmt.Errorf("offer telephone events: %w", err)
		}
	}
	chain := &interceptor.Registry{}
	if err := webrtc.ConfigureRTCPReports(chain); err != nil {
		return nil, fmt.Errorf("set up reports: %w", err)
	}
	if cfg.network != nil {
		chain.Add(cfg.network)
	}
	var settings webrtc.SettingEngine
	settings.SetIncludeLoopbackCandidate(cfg.Loopback)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6})
	settings.LoggerFactory = logFactory{log: cfg.Log}
	return webrtc.NewAPI(
		webrtc.WithMediaEngine(media),
		webrtc.WithInterceptorRegistry(chain),
		webrtc.WithSettingEngine(settings),
	), nil
}

// Offer makes the SDP offer, complete with candidates.
func (s *Session) Offer(ctx context.Context) (string, error) {
	offer, err := s.pc.CreateOffer(nil)
	if err != nil {
		return "", fmt.Errorf("make offer: %w", err)
	}
	return s.describe(ctx, offer)
}

// Answer takes the far side's answer to Offer.
func (s *Session) Answer(sdp string) error {
	d := webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: sdp}
	if err := s.pc.SetRemoteDescription(d); err != nil {
		return fmt.Errorf("take answer: %w", err)
	}
	return nil
}

// Accept is the other role: it takes an offer and makes the answer.
func (s *Session) Accept(ctx context.Context, sdp string) (string, error) {
	d := webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: sdp}
	if err := s.pc.SetRemoteDescription(d); err != nil {
		return "", fmt.Errorf("take offer: %w", err)
	}
	answer, err := s.pc.CreateAnswer(nil)
	if err != nil {
		return "", fmt.Errorf("make answer: %w", err)
	}
	return s.describe(ctx, answer)
}

// describe waits until all candidates are known: there is no trickle.
func (s *Session) describe(ctx context.Context, d webrtc.SessionDescription) (string, error) {
	gathered := webrtc.GatheringCompletePromise(s.pc)
	if err := s.pc.SetLocalDescription(d); err != nil {
		return "", fmt.Errorf("gather candidates: %w", err)
	}
	select {
	case <-gathered:
		return s.pc.LocalDescription().SDP, nil
	case <-ctx.Done():
		return "", fmt.Errorf("gather candidates: %w", ctx.Err())
	}
}

func (s *Session) changed(p webrtc.PeerConnectionState) {
	switch p {
	case webrtc.PeerConnectionStateConnected:
		s.set(Connected)
	case webrtc.PeerConnectionStateFailed:
		s.set(Failed)
	case webrtc.PeerConnectionStateClosed:
		s.set(Closed)
	default:
		s.set(Connecting)
	}
}

// set holds the lock while it reports, which keeps reports in order.
func (s *Session) set(state State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == state || s.state == Closed {
		return
	}
	s.state = state
	s.cfg.OnState(state)
}

// State is how the media does now.
func (s *Session) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// Send sends a frame.
func (s *Session) Send(frame []int16) error { return s.sender.send(frame) }

// Receive fills the frame that is to be heard next.
func (s *Session) Receive(frame []int16) { s.receiver.fill(frame, time.Now()) }

// Listen says whether the far side is heard. While it is not, packets are only
// counted, so that listening starts with what is said then.
func (s *Session) Listen(on bool) { s.receiver.listen(on) }

// Codec is the codec that is sent, or empty before the negotiation.
func (s *Session) Codec() codec.Name { return s.sender.codec() }

// Close ends the session and waits for all that it started.
func (s *Session) Close() error {
	err := s.pc.GracefulClose()
	s.wg.Wait()
	s.receiver.close()
	s.set(Closed)
	if err != nil {
		return fmt.Errorf("close session: %w", err)
	}
	return nil
}
