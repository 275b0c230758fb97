package media

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/pion/logging"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// connectTime bounds how long an agent's connection takes to come up.
const connectTime = 20 * time.Second

// Secure is an end with WebRTC, as agents' desktops have it.
type Secure struct {
	pc     *webrtc.PeerConnection
	track  *webrtc.TrackLocalStaticRTP
	heard  ear
	up     chan struct{}
	once   sync.Once
	reader sync.WaitGroup
}

// NewSecure makes a connection that is not yet negotiated.
func NewSecure() (*Secure, error) {
	g711 := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMU, ClockRate: 8000}
	engine := &webrtc.MediaEngine{}
	err := engine.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: g711}, webrtc.RTPCodecTypeAudio)
	if err != nil {
		return nil, fmt.Errorf("offer G.711: %w", err)
	}
	quiet := logging.NewDefaultLoggerFactory()
	quiet.DefaultLogLevel = logging.LogLevelDisabled
	var set webrtc.SettingEngine
	set.LoggerFactory = quiet
	set.SetIncludeLoopbackCandidate(true)
	set.SetIPFilter(func(ip net.IP) bool { return ip.IsLoopback() })
	set.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(engine), webrtc.WithSettingEngine(set)).
		NewPeerConnection(webrtc.Configuration{BundlePolicy: webrtc.BundlePolicyMaxBundle})
	if err != nil {
		return nil, fmt.Errorf("make a connection: %w", err)
	}
	s := &Secure{pc: pc, up: make(chan struct{})}
	s.track, err = webrtc.NewTrackLocalStaticRTP(g711, "audio", "bench")
	if err == nil {
		_, err = pc.AddTrack(s.track)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("add audio: %w", err), pc.Close())
	}
	pc.OnConnectionStateChange(func(st webrtc.PeerConnectionState) {
		if st == webrtc.PeerConnectionStateConnected {
			s.once.Do(func() { close(s.up) })
		}
	})
	pc.OnTrack(func(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		s.reader.Go(func() { s.read(t) })
	})
	return s, nil
}

func (s *Secure) read(t *webrtc.TrackRemote) {
	packet := make([]byte, 2048)
	for {
		n, _, err := t.Read(packet)
		if err != nil {
			return
		}
		var p rtp.Packet
		if p.Unmarshal(packet[:n]) == nil {
			s.heard.hear(p.Payload)
		}
	}
}

// Offer is this end's session, with all candidates.
func (s *Secure) Offer() (string, error) {
	offer, err := s.pc.CreateOffer(nil)
	if err != nil {
		return "", fmt.Errorf("make an offer: %w", err)
	}
	return s.local(offer)
}

func (s *Secure) local(d webrtc.SessionDescription) (string, error) {
	gathered := webrtc.GatheringCompletePromise(s.pc)
	if err := s.pc.SetLocalDescription(d); err != nil {
		return "", fmt.Errorf("set a session: %w", err)
	}
	<-gathered
	// The library writes port 0 when there are loopback candidates only, which
	// others take for a refusal.
	return strings.Replace(s.pc.LocalDescription().SDP, "m=audio 0 ", "m=audio 9 ", 1), nil
}

// Answered takes the far side's answer.
func (s *Secure) Answered(sdp string) error {
	err := s.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: sdp})
	if err != nil {
		return fmt.Errorf("take an answer: %w", err)
	}
	return nil
}

// Answer answers the far side's offer.
func (s *Secure) Answer(offer string) (string, error) {
	err := s.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer})
	if err != nil {
		return "", fmt.Errorf("take an offer: %w", err)
	}
	answer, err := s.pc.CreateAnswer(nil)
	if err != nil {
		return "", fmt.Errorf("make an answer: %w", err)
	}
	return s.local(answer)
}

// Await waits until sound can flow.
func (s *Secure) Await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	select {
	case <-s.up:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("the agent's connection is %v: %w", s.pc.ConnectionState(), ctx.Err())
	}
}

func (s *Secure) send(packet []byte) {
	// What is lost is seen by who misses it.
	_, _ = s.track.Write(packet)
}

func (s *Secure) ear() *ear { return &s.heard }

// Close ends the connection.
func (s *Secure) Close() error {
	err := s.pc.Close()
	s.reader.Wait()
	return err
}
