package app

import (
	"errors"
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"parley/client/local"
	"parley/client/model"
	"parley/client/phone"
	"parley/client/phone/rtc"
	"parley/client/vm"
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

// next is the stage after a change.
func next(t *testing.T, stages <-chan Stage, what string, signIn, desktop bool) Stage {
	t.Helper()
	s := <-stages
	if (s.SignIn != nil) != signIn || (s.Desktop != nil) != desktop {
		t.Fatalf("%s: stage %+v, want sign-in %v and desktop %v", what, s, signIn, desktop)
	}
	return s
}

// A session that ends against the user's will leaves his desktop as it is.
func TestStages(t *testing.T) {
	a, stages := newApp(t, Config{Server: "http://127.0.0.1:1"})
	// Worlds are given as tasks, which go in order: of worlds only the latest counts,
	// and the gateway's first one may come at any time.
	over := func(ended model.Ended) {
		a.post(func() { a.takeWorld(model.World{Link: model.LinkSignedOut, Ended: ended}) })
	}
	next(t, stages, "start", true, false)
	a.post(func() { a.signedIn("server", "agent-en") })
	first := next(t, stages, "signed in", false, true)
	over(model.EndedExpired)
	over(model.EndedExpired)
	next(t, stages, "expired", true, true)
	a.post(func() { a.signedIn("server", "agent-en") })
	if s := next(t, stages, "signed in again", false, true); s.Desktop != first.Desktop {
		t.Error("the desktop of an expired session was thrown away")
	}
	over(model.EndedTakenOver)
	next(t, stages, "taken over", true, true)
	a.post(func() { a.signedIn("server", "agent-fr") })
	if s := next(t, stages, "another user", false, true); s.Desktop == first.Desktop {
		t.Error("another user got the desktop of the one before")
	}
	over(model.EndedSignedOut)
	next(t, stages, "signed out", true, false)
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	if len(stages) != 0 {
		t.Errorf("%d more stages", len(stages))
	}
}

func TestSoundStates(t *testing.T) {
	a, stages := newApp(t, Config{Server: "http://127.0.0.1:1"})
	<-stages
	done := make(chan model.PhoneState)
	state := phone.State{Muted: true, Problems: []string{"gone"}, Calls: []phone.Call{
		{ID: "a", Media: rtc.Connecting}, {ID: "b", Media: rtc.Connected}, {ID: "c", Media: rtc.Failed}, {ID: "d", Media: rtc.Closed},
	}}
	a.post(func() { done <- a.soundOf(state) })
	got := <-done
	want := model.PhoneState{Muted: true, Media: map[string]model.MediaState{
		"a": model.MediaConnecting, "b": model.MediaConnected, "c": model.MediaFailed, "d": model.MediaNone,
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}

func TestLooks(t *testing.T) {
	a, _ := newApp(t, Config{})
	if theme, scale := a.Looks(); theme != "" || scale != 1 {
		t.Errorf("at first: theme %q scale %v", theme, scale)
	}
	if err := errors.Join(a.store.SetPreference(vm.PrefTheme, "dark"), a.store.SetPreference(vm.PrefScale, "125")); err != nil {
		t.Fatal(err)
	}
	if theme, scale := a.Looks(); theme != "dark" || scale != 1.25 {
		t.Errorf("theme %q scale %v", theme, scale)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}
