package voice

import (
	"net"
	"net/netip"
	"testing"

	"parley/client/phone/codec"
	"parley/server/voice/media"
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
