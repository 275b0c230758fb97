package media

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"parley/client/phone/codec"
)

// ears keeps what a stream lets through.
type ears struct{ heard chan byte }

func (e ears) Sound(p *Packet, _ bool) { e.heard <- p.Payload[0] }
func (ears) Digit(string)              {}

func socket(t *testing.T, host string) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(host), 0)))
	if err != nil {
		t.Skipf("no address %s: %v", host, err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// TestStrangersAreNotHeard sends sound from the agreed host's first port, then
// from another port and another host, as a hijacker would.
func TestStrangersAreNotHeard(t *testing.T) {
	ports, err := NewPorts(netip.MustParseAddr("127.0.0.1"), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := ports.Open()
	if err != nil {
		t.Fatal(err)
	}
	clock := NewClock()
	defer clock.Close()
	e := ears{make(chan byte, 10)}
	s := Open(pair, clock, e)
	defer s.Close()
	f, _ := codec.Lookup(codec.PCMA)
	agreed, other, stranger := socket(t, "127.0.0.1"), socket(t, "127.0.0.1"), socket(t, "127.0.0.2")
	s.Set(Chosen{Format: f, Type: 8, Remote: agreed.LocalAddr().(*net.UDPAddr).AddrPort(), Direction: SendRecv})
	send := func(from *net.UDPConn, mark byte) {
		p := Packet{Type: 8, Payload: []byte{mark}}
		var b [MaxPacket]byte
		if _, err := from.WriteToUDPAddrPort(p.pack(b[:]), s.Local()); err != nil {
			t.Fatal(err)
		}
	}
	send(stranger, 1)
	send(agreed, 2)
	send(other, 3)
	send(stranger, 4)
	send(agreed, 5)
	for _, want := range []byte{2, 5} {
		select {
		case got := <-e.heard:
			if got != want {
				t.Errorf("heard %d, want %d", got, want)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%d was not heard", want)
		}
	}
	if got := s.Stats(); got.Strange != 3 || got.Received != 2 {
		t.Errorf("counted %+v", got)
	}
}

func TestUnpack(t *testing.T) {
	var p Packet
	for name, raw := range map[string][]byte{
		"empty": {}, "short": make([]byte, 11), "version": append([]byte{0x40}, make([]byte, 20)...),
		"sources past the end":   append([]byte{0x8f}, make([]byte, 20)...),
		"extension past the end": {0x90, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff},
		"padding past the end":   {0xa0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 200},
	} {
		if p.Unpack(raw) {
			t.Errorf("%s was taken", name)
		}
	}
	if !p.Unpack([]byte{0xa0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 9, 2}) || len(p.Payload) != 1 || p.Payload[0] != 7 {
		t.Errorf("padding: %v", p.Payload)
	}
}

// TestMediaFromTheHostOfTheSignalling plays a phone that writes an address into
// its session description that it does not send from, as one behind a NAT does.
func TestMediaFromTheHostOfTheSignalling(t *testing.T) {
	ports, err := NewPorts(netip.MustParseAddr("127.0.0.1"), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := ports.Open()
	if err != nil {
		t.Fatal(err)
	}
	clock := NewClock()
	defer clock.Close()
	e := ears{make(chan byte, 10)}
	s := Open(pair, clock, e)
	defer s.Close()
	f, _ := codec.Lookup(codec.PCMA)
	written, real := socket(t, "127.0.0.3"), socket(t, "127.0.0.2")
	s.Set(Chosen{
		Format: f, Type: 8, Remote: written.LocalAddr().(*net.UDPAddr).AddrPort(),
		Signal: netip.MustParseAddr("127.0.0.2"), Direction: SendRecv,
	})
	p := Packet{Type: 8, Payload: []byte{7}}
	var b [MaxPacket]byte
	if _, err := real.WriteToUDPAddrPort(p.pack(b[:]), s.Local()); err != nil {
		t.Fatal(err)
	}
	if got := <-e.heard; got != 7 {
		t.Fatalf("heard %d", got)
	}
	s.Bridge(true)
	s.Forward(&Packet{Type: 8, Payload: []byte{9}}, false)
	if err := real.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	n, err := real.Read(b[:])
	if err != nil || !p.Unpack(b[:n]) || p.Payload[0] != 9 {
		t.Errorf("the phone got %v, %v", b[:n], err)
	}
}
