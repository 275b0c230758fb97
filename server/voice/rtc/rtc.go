// Package rtc is the agents' side of calls: one WebRTC connection per call,
// made by the agent's desktop with an offer that this side answers at once and
// completely.
//
// All agents share one UDP port. The answer holds the one codec the caller's
// side speaks, so that payloads pass through untouched; the library checks the
// certificate against the fingerprint in the offer and ends the connection
// when they differ.
package rtc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"

	"parley/client/phone/codec"
	"parley/server/voice/media"
)

// Times after which an agent who is not heard is lost.
const (
	silentAfter = 3 * time.Second
	failedAfter = 4 * time.Second
	keepAlive   = time.Second
)

// Errors of an offer.
var (
	ErrOffer = errors.New("offer is not readable")
	ErrCodec = errors.New("offer lacks the caller's codec")
)

// Hub makes agents' connections over one shared socket.
type Hub struct {
	mux  *ice.UDPMuxDefault
	apis map[codec.Name]*webrtc.API
}

// NewHub serves agents on conn. When host is not the address conn is bound to,
// it is the one agents are told.
func NewHub(conn *net.UDPConn, host netip.Addr, log *slog.Logger) (*Hub, error) {
	quiet := logging.NewDefaultLoggerFactory()
	quiet.DefaultLogLevel = logging.LogLevelDisabled
	h := &Hub{
		mux:  webrtc.NewICEUDPMux(quiet.NewLogger("ice"), conn).(*ice.UDPMuxDefault),
		apis: make(map[codec.Name]*webrtc.API),
	}
	var se webrtc.SettingEngine
	se.LoggerFactory = quiet
	se.SetICEUDPMux(h.mux)
	se.SetLite(true)
	se.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	se.SetIncludeLoopbackCandidate(host.IsLoopback())
	se.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6})
	se.SetICETimeouts(silentAfter, failedAfter, keepAlive)
	if local := conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap(); local != host {
		rule := webrtc.ICEAddressRewriteRule{
			External: []string{host.String()}, AsCandidateType: webrtc.ICECandidateTypeHost,
		}
		if err := se.SetICEAddressRewriteRules(rule); err != nil {
			return nil, fmt.Errorf("set agents' address: %w", err)
		}
	}
	for _, name := range media.Codecs() {
		engine, err := newEngine(name)
		if err != nil {
			return nil, err
		}
		h.apis[name] = webrtc.NewAPI(
			webrtc.WithMediaEngine(engine), webrtc.WithSettingEngine(se),
			// None of the library's interceptors: they allocate for each packet.
			webrtc.WithInterceptorRegistry(new(interceptor.Registry)),
		)
	}
	log.Debug("serve agents' media", "address", conn.LocalAddr().String())
	return h, nil
}

func newEngine(name codec.Name) (*webrtc.MediaEngine, error) {
	f, found := codec.Lookup(name)
	if !found {
		return nil, ErrCodec
	}
	engine := new(webrtc.MediaEngine)
	for _, c := range []webrtc.RTPCodecParameters{
		{RTPCodecCapability: capability(f), PayloadType: webrtc.PayloadType(f.PayloadType)},
		{
			RTPCodecCapability: webrtc.RTPCodecCapability{
				MimeType: eventType, ClockRate: uint32(f.ClockRate), SDPFmtpLine: "0-15",
			},
			PayloadType: 101,
		},
	} {
		if err := engine.RegisterCodec(c, webrtc.RTPCodecTypeAudio); err != nil {
			return nil, fmt.Errorf("register codec %s: %w", name, err)
		}
	}
	return engine, nil
}

const eventType = "audio/telephone-event"

func capability(f codec.Format) webrtc.RTPCodecCapability {
	c := webrtc.RTPCodecCapability{MimeType: "audio/" + string(f.Name), ClockRate: uint32(f.ClockRate)}
	if f.Name == codec.Opus {
		c.Channels, c.SDPFmtpLine = 2, "minptime=10;useinbandfec=1"
	}
	return c
}

// Close releases the socket. Agents must have been closed before.
func (h *Hub) Close() error {
	if err := h.mux.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("close agents' socket: %w", err)
	}
	return nil
}

// Sink takes what an agent's connection has to tell.
type Sink interface {
	// AgentUp: sound can flow.
	AgentUp(a *Agent)
	// AgentSound gets the agent's packets, from one goroutine.
	AgentSound(a *Agent, p *media.Packet, event bool)
	// AgentDown: the connection failed or was closed by the agent; told once,
	// and not after Close.
	AgentDown(a *Agent)
}

// Agent is the connection to one agent for one call.
type Agent struct {
	sink  Sink
	pc    *webrtc.PeerConnection
	track *track
	up    atomic.Bool
	done  sync.WaitGroup

	mu     sync.Mutex
	closed bool
	down   bool
}

// Open answers an offer with the codec and returns the answer, complete with
// candidates.
func (h *Hub) Open(ctx context.Context, offer string, name codec.Name, sink Sink) (*Agent, string, error) {
	api := h.apis[name]
	if api == nil {
		return nil, "", ErrCodec
	}
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, "", fmt.Errorf("make agent's connection: %w", err)
	}
	f, _ := codec.Lookup(name)
	a := &Agent{sink: sink, pc: pc, track: newTrack(f)}
	answer, err := a.answer(ctx, offer)
	if err != nil {
		return nil, "", errors.Join(err, a.Close())
	}
	return a, answer, nil
}

func (a *Agent) answer(ctx context.Context, offer string) (string, error) {
	a.pc.OnConnectionStateChange(a.changed)
	a.pc.OnTrack(func(remote *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { a.listen(remote) })
	err := a.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer})
	if errors.Is(err, webrtc.ErrCodecNotFound) {
		return "", fmt.Errorf("%w: %w", ErrCodec, err)
	}
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrOffer, err)
	}
	if _, err := a.pc.AddTrack(a.track); err != nil {
		return "", fmt.Errorf("add track: %w", err)
	}
	gathered := webrtc.GatheringCompletePromise(a.pc)
	answer, err := a.pc.CreateAnswer(nil)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrCodec, err)
	}
	if err := a.pc.SetLocalDescription(answer); err != nil {
		return "", fmt.Errorf("%w: %w", ErrCodec, err)
	}
	select {
	case <-gathered:
	case <-ctx.Done():
		return "", fmt.Errorf("gather candidates: %w", ctx.Err())
	}
	if !a.track.bound() {
		return "", ErrCodec
	}
	return a.pc.LocalDescription().SDP, nil
}

func (a *Agent) changed(state webrtc.PeerConnectionState) {
	switch state {
	case webrtc.PeerConnectionStateConnected:
		a.up.Store(true)
		a.sink.AgentUp(a)
	case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
		a.lost()
	case webrtc.PeerConnectionStateUnknown, webrtc.PeerConnectionStateNew,
		webrtc.PeerConnectionStateConnecting, webrtc.PeerConnectionStateDisconnected:
	}
}

func (a *Agent) lost() {
	a.mu.Lock()
	tell := !a.closed && !a.down
	a.down = true
	a.mu.Unlock()
	a.up.Store(false)
	if tell {
		a.sink.AgentDown(a)
	}
}

// Up tells whether sound can flow.
func (a *Agent) Up() bool { return a.up.Load() }

// Send sends a packet of the caller to the agent.
func (a *Agent) Send(p *media.Packet, event bool) {
	if a.up.Load() {
		a.track.send(p, event)
	}
}

// enter counts a reader in, unless the connection is closing.
func (a *Agent) enter() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return false
	}
	a.done.Add(1)
	return true
}

func (a *Agent) listen(remote *webrtc.TrackRemote) {
	if !a.enter() {
		return
	}
	defer a.done.Done()
	var (
		buf [media.MaxPacket]byte
		p   media.Packet
	)
	event := a.track.eventPayload()
	for {
		n, _, err := remote.Read(buf[:])
		if err != nil {
			return
		}
		if p.Unpack(buf[:n]) {
			a.sink.AgentSound(a, &p, event != 0 && p.Type == event)
		}
	}
}

// Close ends the connection and waits until the sink is told nothing more.
// It must not be called from the sink.
func (a *Agent) Close() error {
	a.mu.Lock()
	a.closed = true
	a.mu.Unlock()
	a.up.Store(false)
	if err := a.pc.GracefulClose(); err != nil {
		return fmt.Errorf("close agent's connection: %w", err)
	}
	a.done.Wait()
	return nil
}
