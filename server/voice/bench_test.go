package voice

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"testing"

	"github.com/pion/webrtc/v4"

	"parley/client/phone/codec"
	"parley/server/voice/media"
	"parley/server/voice/rtc"
)

// nowhere drops what a stream receives.
type nowhere struct{}

func (nowhere) Sound(*media.Packet, bool) {}
func (nowhere) Digit(string)              {}

// BenchmarkForward is the agent's packet on its way to the caller: parsed,
// renumbered and sent on the network.
func BenchmarkForward(b *testing.B) {
	host := netip.MustParseAddr("127.0.0.1")
	ports, err := media.NewPorts(host, 0, 0)
	if err != nil {
		b.Fatal(err)
	}
	pair, err := ports.Open()
	if err != nil {
		b.Fatal(err)
	}
	sink, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(host, 0)))
	if err != nil {
		b.Fatal(err)
	}
	defer sink.Close()
	clock := media.NewClock()
	defer clock.Close()
	s := media.Open(pair, clock, nowhere{})
	defer s.Close()
	f, _ := codec.Lookup(codec.PCMA)
	s.Set(media.Chosen{
		Format: f, Type: f.PayloadType, Remote: sink.LocalAddr().(*net.UDPAddr).AddrPort(), Direction: media.SendRecv,
	})
	s.Bridge(true)
	raw := make([]byte, 172)
	raw[0], raw[1] = 0x80, 8
	b.ReportAllocs()
	var p media.Packet
	for i := 0; b.Loop(); i++ {
		raw[2], raw[3] = byte(i>>8), byte(i)
		if p.Unpack(raw) {
			s.Forward(&p, false)
		}
	}
}

// agentSink waits until the agent can hear.
type agentSink struct{ up chan struct{} }

func (s agentSink) AgentUp(*rtc.Agent)                       { close(s.up) }
func (agentSink) AgentSound(*rtc.Agent, *media.Packet, bool) {}
func (agentSink) AgentDown(*rtc.Agent)                       {}

// BenchmarkSend is the caller's packet on its way to the agent: parsed,
// renumbered, encrypted and sent on the network.
func BenchmarkSend(b *testing.B) {
	host := netip.MustParseAddr("127.0.0.1")
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(host, 0)))
	if err != nil {
		b.Fatal(err)
	}
	hub, err := rtc.NewHub(conn, host, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	sink := agentSink{make(chan struct{})}
	desk := newAgent(b, codec.PCMA)
	desk.pc.OnTrack(func(*webrtc.TrackRemote, *webrtc.RTPReceiver) {})
	a, answer, err := hub.Open(context.Background(), desk.offer(), codec.PCMA, sink)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		desk.leave()
		if err := errors.Join(a.Close(), hub.Close()); err != nil {
			b.Error(err)
		}
	})
	if err := desk.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		b.Fatal(err)
	}
	<-sink.up
	raw := make([]byte, 172)
	raw[0], raw[1] = 0x80, 8
	b.ReportAllocs()
	var p media.Packet
	for i := 0; b.Loop(); i++ {
		raw[2], raw[3] = byte(i>>8), byte(i)
		if p.Unpack(raw) {
			a.Send(&p, false)
		}
	}
}
