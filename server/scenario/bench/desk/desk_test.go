package desk

import (
	"log/slog"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/server/boot"
	"parley/server/scenario/bench/centre"
	"parley/server/scenario/bench/sipload"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// script talks for a moment, and counts.
type script struct{ offers, hangUps atomic.Int64 }

func (s *script) Offered(string, string) time.Duration {
	s.offers.Add(1)
	return time.Millisecond
}

func (s *script) HangingUp(string) { s.hangUps.Add(1) }

// More callers than desktops: every one of them is served by the real server.
func TestDesktopsServeCallers(t *testing.T) {
	const agents, callers = 2, 6
	data := t.TempDir()
	seats, err := centre.Fill(t.Context(), data, agents)
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := boot.ParseConfig([]string{"--data", data, "--http", "127.0.0.1:0", "--sip", "127.0.0.1:0"},
		func(string) string { return "" }, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	server, err := boot.Start(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	var s script
	desks, err := Open(t.Context(), Config{URL: "http://" + server.HTTPAddr().String(), Seats: seats, Script: &s})
	if err != nil {
		t.Fatal(err)
	}
	defer desks.Close()
	ended := make(chan string, callers)
	phones, err := sipload.NewCallers(server.SIPAddr().(*net.UDPAddr).AddrPort(), centre.DNIS, 0, sipload.Events{
		Refused: func(number string, status int) { t.Errorf("%s is refused: %d", number, status) },
		Ended:   func(number string) { ended <- number },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = phones.Close() }()
	for i := range callers {
		phones.Call("014000000" + string(rune('0'+i)))
	}
	for range callers {
		<-ended
	}
	if s.offers.Load() != callers || s.hangUps.Load() != callers || desks.Failures() != 0 {
		t.Errorf("%d offers, %d hang-ups, %d failures: %v", s.offers.Load(), s.hangUps.Load(), desks.Failures(), desks.Failure())
	}
}
