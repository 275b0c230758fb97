package sipload

import (
	"net/netip"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// table notes what agents and callers see.
type table struct {
	mu      sync.Mutex
	offers  map[string]string
	hangups []string
	ended   chan string
}

func (l *table) Offered(agent, number string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.offers[number] = agent
	return time.Millisecond
}

func (l *table) HangingUp(agent string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hangups = append(l.hangups, agent)
}

// Callers ring an agent directly: each side is the other's far end.
func TestCallersReachAgents(t *testing.T) {
	seen := &table{offers: map[string]string{}, ended: make(chan string, 10)}
	agents, err := NewAgents(0, seen)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = agents.Close() }()
	callers, err := NewCallers(agents.socket.local, "anna", 0, Events{
		Refused: func(number string, status int) { t.Errorf("%s refused: %d", number, status) },
		Ended:   func(number string) { seen.ended <- number },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = callers.Close() }()
	want := map[string]bool{"0140000001": true, "0140000002": true, "0140000003": true}
	for n := range want {
		callers.Call(n)
	}
	for range want {
		n := <-seen.ended
		seen.mu.Lock()
		if !want[n] || seen.offers[n] != "anna" {
			t.Errorf("ended: %q, offered to %q", n, seen.offers[n])
		}
		seen.mu.Unlock()
	}
	seen.mu.Lock()
	defer seen.mu.Unlock()
	if callers.Open() != 0 || len(seen.hangups) != len(want) {
		t.Errorf("%d calls are open, %d hang-ups", callers.Open(), len(seen.hangups))
	}
}

func TestRefusalIsAcknowledged(t *testing.T) {
	acked, refused := make(chan message, 1), make(chan int, 1)
	far, err := listen(0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = far.close() }()
	far.serve(func(m message, from netip.AddrPort) {
		if m.method == "INVITE" {
			far.send(m.respond("404 Not Found", "x", "", ""), from)
		} else {
			acked <- m
		}
	})
	callers, err := NewCallers(far.local, "999", 0, Events{
		Refused: func(_ string, status int) { refused <- status }, Ended: func(string) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = callers.Close() }()
	callers.Call("1")
	if got := <-refused; got != 404 {
		t.Errorf("refused by %d", got)
	}
	if m := <-acked; m.method != "ACK" || m.header("Call-ID") != "b1" {
		t.Errorf("got %s", m.raw)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("INVITE sip:a@b SIP/2.0\r\nVia: x\r\nFrom: <sip:1@2>;tag=3\r\nTo: y\r\n\r\nm=audio 9 RTP/AVP 0\r\n"))
	f.Add([]byte("SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\n"))
	f.Fuzz(func(t *testing.T, packet []byte) {
		m, ok := parse(packet)
		if !ok {
			return
		}
		MediaPort(m.raw)
		if (m.method == "") == (m.status == 0) && m.status != 0 {
			t.Errorf("both request and response: %q", packet)
		}
		userOf(address(m.header("From")))
		m.respond("200 OK", "t", "c", "b")
	})
}
