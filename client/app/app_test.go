package app

import (
	"log/slog"
	"testing"

	"go.uber.org/goleak"

	"parley/client/local"
	"parley/client/vm/signin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newApp(t *testing.T, cfg Config) (*App, <-chan Stage) {
	t.Helper()
	t.Setenv(local.HomeVariable, t.TempDir())
	// There is no key ring for a test.
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", "")
	cfg.AudioOut = t.TempDir() + "/heard.wav"
	a, err := New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	stages := make(chan Stage, 100)
	a.Start(func(s Stage) { stages <- s })
	return a, stages
}

func TestStartsWithSignIn(t *testing.T) {
	a, stages := newApp(t, Config{Server: "http://127.0.0.1:1", User: "agent-en"})
	s := <-stages
	if s.SignIn == nil || s.Desktop != nil {
		t.Fatalf("first stage %+v, want the sign-in screen", s)
	}
	st := s.SignIn.State()
	if st.User.Value != "agent-en" || st.Server.Value != "http://127.0.0.1:1" {
		t.Errorf("user %q server %q", st.User.Value, st.Server.Value)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}

// With a password it signs in by itself, and says it when that fails.
func TestSignInUnasked(t *testing.T) {
	a, stages := newApp(t, Config{Server: "http://127.0.0.1:1", User: "agent-en", Password: "demo"})
	s := <-stages
	told := make(chan struct{})
	said := false
	s.SignIn.Subscribe(func(st signin.State) {
		if st.Problem.Text != "" && !said {
			said = true
			close(told)
		}
	})
	<-told
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}

func TestOnThisMachine(t *testing.T) {
	for server, want := range map[string]bool{
		"http://127.0.0.1:8420": true, "https://localhost": true, "http://[::1]:8420": true,
		"https://parley.example.org": false, "": false, "%": false,
	} {
		if got := onThisMachine(server); got != want {
			t.Errorf("%q: %v, want %v", server, got, want)
		}
	}
}
