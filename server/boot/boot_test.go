package boot

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"parley/server/domain"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("net/http.(*persistConn).readLoop"), goleak.IgnoreTopFunction("net/http.(*persistConn).writeLoop"))
}

func demoArgs(dir string, more ...string) []string {
	return append([]string{"--demo", "--data", dir, "--http", "127.0.0.1:0", "--sip", "127.0.0.1:0", "--stop-limit", "1s"}, more...)
}

func start(t *testing.T, args ...string) (*Server, error) {
	t.Helper()
	cfg, err := ParseConfig(args, func(string) string { return "" }, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return Start(t.Context(), cfg, slog.New(slog.DiscardHandler))
}

func get(t *testing.T, s *Server, path string) (int, string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get("http://" + s.HTTPAddr().String() + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

func TestStartAndStop(t *testing.T) {
	dir := t.TempDir()
	s, err := start(t, demoArgs(dir)...)
	if err != nil {
		t.Fatal(err)
	}
	if code, _ := get(t, s, "/healthz"); code != http.StatusOK {
		t.Errorf("healthz %d", code)
	}
	if code, body := get(t, s, "/readyz"); code != http.StatusOK {
		t.Errorf("readyz %d %s", code, body)
	}
	if code, body := get(t, s, "/metrics"); code != http.StatusOK || !strings.Contains(body, `parley_agents{state="signed_out"} 5`) {
		t.Errorf("metrics %d:\n%s", code, body)
	}
	if _, err := start(t, demoArgs(dir)...); !IsConfigError(err) {
		t.Errorf("a second server on the same folder: %v", err)
	}
	s.Close()
	s.Close()
	again, err := start(t, demoArgs(dir)...)
	if err != nil {
		t.Fatal("after a stop on the same folder:", err)
	}
	again.Close()
}

// What was started is stopped again, whichever part fails.
func TestAPartThatFailsLeavesNothingBehind(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	dir := t.TempDir()
	for _, flag := range []string{
		"--http=" + taken.Addr().String(), "--sip=" + udp.LocalAddr().String(), "--nats=nats://127.0.0.1:x",
		"--database=postgres://127.0.0.1:1/none?connect_timeout=1", "--data=/dev/null/data",
	} {
		cfg, err := ParseConfig(demoArgs(dir, flag), func(string) string { return "" }, io.Discard)
		if err != nil {
			continue // refused before the start is as good
		}
		s, err := Start(t.Context(), cfg, slog.New(slog.DiscardHandler))
		if err == nil {
			s.Close()
			t.Errorf("%s: no error", flag)
		}
	}
	s, err := start(t, demoArgs(dir)...)
	if err != nil {
		t.Fatal("the folder is still in use:", err)
	}
	s.Close()
}

func TestTheDemoCentreStaysAtHome(t *testing.T) {
	cfg, err := ParseConfig(demoArgs(t.TempDir(), "--sip=0.0.0.0:0"), func(string) string { return "" }, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := Start(t.Context(), cfg, slog.New(slog.DiscardHandler)); !IsConfigError(err) {
		if err == nil {
			s.Close()
		}
		t.Errorf("published passwords behind an open door: %v", err)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	cfg, err := ParseConfig(demoArgs(t.TempDir()), func(string) string { return "" }, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- Run(ctx, cfg, slog.New(slog.DiscardHandler)) }()
	cancel()
	select {
	case err := <-ended:
		if err != nil && ctx.Err() == nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("it goes on")
	}
}

// An event is missing if and only if one up to the number never came.
func TestReceived(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r received
		const n = 20
		came := map[uint64]bool{}
		order := rapid.Permutation([]uint64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}).Draw(t, "order")
		for _, e := range order[:rapid.IntRange(0, n).Draw(t, "come")] {
			r.note(domain.Event{Sequence: e})
			r.note(domain.Event{Sequence: e})
			came[e] = true
		}
		to := rapid.Uint64Range(0, n).Draw(t, "to")
		missing := false
		for e := uint64(1); e <= to; e++ {
			missing = missing || !came[e]
		}
		if got := r.skip(to); got != missing {
			t.Fatalf("skip(%d) = %v after %s", to, got, fmt.Sprint(came))
		}
		if r.skip(to) {
			t.Fatal("missed twice")
		}
		for e := range uint64(n) {
			r.note(domain.Event{Sequence: e + 1})
		}
		if r.upTo != n || len(r.beyond) != 0 {
			t.Fatalf("up to %d, beyond %v", r.upTo, r.beyond)
		}
	})
}
