package session

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/queue"
	"parley/server/domain/user"
	"parley/server/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type rig struct {
	*Service
	t     *testing.T
	store *store.Store
	now   time.Time
	mu    sync.Mutex
	ended []string
}

func newRig(t *testing.T) *rig {
	t.Helper()
	st, err := store.Open(t.Context(), store.Config{Dir: t.TempDir()}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	r := &rig{t: t, store: st, now: time.Now()}
	s, err := New(st, func() time.Time { return r.now }, func(hash string, cause Cause) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.ended = append(r.ended, string(cause)+" "+hash)
	})
	if err != nil {
		t.Fatal(err)
	}
	r.Service = s
	err = st.Update(t.Context(), domain.Centre, "", func(tx *store.Tx) error {
		return tx.PutQueue(&queue.Queue{ID: "sales", Name: "Sales"}, "e")
	})
	if err != nil {
		t.Fatal(err)
	}
	r.add("emma", "sales")
	r.add("boss")
	return r
}

func (r *rig) add(name string, queues ...domain.QueueID) {
	r.t.Helper()
	n := NewUser{
		User:     user.User{Name: domain.UserID(name), DisplayName: name, Language: "en", Roles: []domain.Role{domain.RoleAgent}},
		Password: "right password", Queues: queues,
	}
	if err := r.AddUser(r.t.Context(), domain.Centre, n); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) signIn(name, device string, takeOver bool) (user.Session, string, error) {
	token, ses, _, err := r.SignIn(context.Background(), domain.UserID(name), "right password", device, takeOver)
	return ses, token, err
}

func (r *rig) agent() *agent.Agent {
	r.t.Helper()
	var a *agent.Agent
	err := r.store.View(r.t.Context(), func(tx *store.Tx) (err error) {
		a, err = tx.Agent("emma")
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return a
}

func (r *rig) change(f func(*agent.Agent)) {
	r.t.Helper()
	err := r.store.Update(r.t.Context(), domain.Centre, "", func(tx *store.Tx) error {
		a, err := tx.Agent("emma")
		if err != nil {
			return err
		}
		f(a)
		return tx.PutAgent(a, "e")
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) sessions() int {
	r.t.Helper()
	n := 0
	err := r.store.View(r.t.Context(), func(tx *store.Tx) error {
		list, err := tx.SessionsOf("emma")
		n = len(list)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

func (r *rig) kind(what string, err error, want domain.Kind) {
	r.t.Helper()
	if err == nil || domain.KindOf(err) != want {
		r.t.Errorf("%s: %v", what, err)
	}
}

func TestSignInAndOut(t *testing.T) {
	r := newRig(t)
	ses, token, err := r.signIn(" Emma ", "desk", false)
	if err != nil {
		t.Fatal(err)
	}
	if a := r.agent(); a.Presence != agent.NotReady || a.Reason != agent.ReasonSignedIn {
		t.Errorf("the agent is %s %s", a.Presence, a.Reason)
	}
	got, u, err := r.Authenticate(t.Context(), token)
	if err != nil || u.Name != "emma" || got.TokenHash != ses.TokenHash || strings.Contains(ses.TokenHash, token) {
		t.Errorf("%+v, %+v, %v", got, u, err)
	}
	r.change(func(a *agent.Agent) {
		a.Presence, a.Reachable = agent.Ready, true
		_ = a.Offer("c", domain.Voice, "sales", r.now)
	})
	r.kind("sign-out with an offer", r.SignOut(t.Context(), ses), domain.Conflict)
	if _, _, err := r.Authenticate(t.Context(), token); err != nil {
		t.Error("a refused sign-out has ended the session:", err)
	}
	r.change(func(a *agent.Agent) { a.Withdraw("c", r.now) })
	if err := r.SignOut(t.Context(), ses); err != nil {
		t.Fatal(err)
	}
	if a := r.agent(); a.Presence != agent.SignedOut {
		t.Errorf("after the sign-out: %s", a.Presence)
	}
	_, _, err = r.Authenticate(t.Context(), token)
	r.kind("the old token", err, domain.Unauthenticated)
	if !slices.Equal(r.ended, []string{"signed_out " + ses.TokenHash}) {
		t.Errorf("told %v", r.ended)
	}
}

func TestASessionExpires(t *testing.T) {
	r := newRig(t)
	_, token, err := r.signIn("emma", "desk", false)
	if err != nil {
		t.Fatal(err)
	}
	r.now = r.now.Add(Lifetime - time.Second)
	if _, _, err := r.Authenticate(t.Context(), token); err != nil {
		t.Error(err)
	}
	r.now = r.now.Add(time.Second)
	_, _, err = r.Authenticate(t.Context(), token)
	r.kind("after its time", err, domain.Unauthenticated)
}

func TestOneDesktopAtATime(t *testing.T) {
	r := newRig(t)
	first, _, err := r.signIn("emma", "desk 1", false)
	if err != nil {
		t.Fatal(err)
	}
	r.change(func(a *agent.Agent) { a.Reach(true, r.now) })
	_, _, err = r.signIn("emma", "desk 2", false)
	r.kind("a second desktop", err, domain.SignedInElsewhere)
	if len(r.ended) > 0 || r.sessions() != 1 {
		t.Errorf("a refused sign-in has ended %v", r.ended)
	}
	if _, _, err := r.signIn("emma", "tool:status", false); err != nil {
		t.Error("a tool:", err)
	}
	again, _, err := r.signIn("emma", "desk 1", false)
	if err != nil {
		t.Fatal("the same desktop:", err)
	}
	r.change(func(a *agent.Agent) { _ = a.SetReady(r.now) })
	if _, _, err := r.signIn("emma", "desk 2", true); err != nil {
		t.Fatal("taking over:", err)
	}
	if a := r.agent(); a.Presence != agent.NotReady || a.Reason != agent.ReasonSignedIn {
		t.Errorf("at the new desktop the agent is %s, %s", a.Presence, a.Reason)
	}
	if !slices.Equal(r.ended, []string{"taken_over " + first.TokenHash, "taken_over " + again.TokenHash}) || r.sessions() != 2 {
		t.Errorf("told %v, %d sessions", r.ended, r.sessions())
	}
	// Who cannot be reached is not in the way.
	r.change(func(a *agent.Agent) { a.Reach(false, r.now) })
	if _, _, err := r.signIn("emma", "desk 3", false); err != nil {
		t.Error(err)
	}
	// Users who take no contacts may sign in wherever they like.
	for _, desk := range []string{"a", "b"} {
		if _, _, err := r.signIn("boss", desk, false); err != nil {
			t.Error(err)
		}
	}
}

func TestDesktopsAtTheSameMoment(t *testing.T) {
	r := newRig(t)
	var done sync.WaitGroup
	for _, desk := range []string{"1", "2", "3"} {
		done.Go(func() {
			if _, _, err := r.signIn("emma", desk, false); err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
	if n := r.sessions(); n != 1 || len(r.ended) != 2 {
		t.Errorf("%d sessions, ended %v", n, r.ended)
	}
}

func TestAToolLeavesTheAgentAlone(t *testing.T) {
	r := newRig(t)
	ses, _, err := r.signIn("emma", "tool:status", false)
	if err != nil {
		t.Fatal(err)
	}
	if a := r.agent(); a.Presence != agent.SignedOut {
		t.Errorf("a tool has signed the agent in: %s", a.Presence)
	}
	r.change(func(a *agent.Agent) { a.SignIn(r.now) })
	if err := r.SignOut(t.Context(), ses); err != nil {
		t.Fatal(err)
	}
	if a := r.agent(); a.Presence == agent.SignedOut {
		t.Error("a tool has signed the agent out")
	}
}

func TestGuessingIsSlowedDown(t *testing.T) {
	r := newRig(t)
	wrong := func(name domain.UserID) error {
		_, _, _, err := r.SignIn(t.Context(), name, "wrong", "desk", false)
		return err
	}
	for _, name := range []domain.UserID{"emma", "nobody"} {
		for range freeAttempts {
			r.kind("a wrong password", wrong(name), domain.Unauthenticated)
		}
		r.kind("one more", wrong(name), domain.TooMany)
		if wrong(name).Error() == wrong("other").Error() {
			t.Error("another name must wait, too")
		}
	}
	_, _, err := r.signIn("emma", "desk", false)
	r.kind("the right one has to wait, too", err, domain.TooMany)
	r.now = r.now.Add(firstWait)
	if _, _, err := r.signIn("emma", "desk", false); err != nil {
		t.Error("after the wait:", err)
	}
	r.kind("forgotten after a success", wrong("emma"), domain.Unauthenticated)
	// Many at once are not let through together.
	var done sync.WaitGroup
	var mu sync.Mutex
	through := 0
	for range 20 {
		done.Go(func() {
			if domain.KindOf(wrong("many")) == domain.Unauthenticated {
				mu.Lock()
				defer mu.Unlock()
				through++
			}
		})
	}
	done.Wait()
	if through != freeAttempts {
		t.Errorf("%d attempts at once were let through", through)
	}
}

func TestTheBackoffGrowsAndIsBounded(t *testing.T) {
	var b backoff
	now := time.Unix(1_700_000_000, 0)
	last := time.Duration(0)
	for range 30 {
		wait := time.Duration(0)
		for b.attempt("x", now.Add(wait)) != nil {
			wait += time.Second
		}
		now = now.Add(wait)
		if wait < last && wait != longestWait || wait > longestWait {
			t.Fatalf("wait %s after %s", wait, last)
		}
		last = wait
	}
	if last != longestWait {
		t.Errorf("the longest wait is %s", last)
	}
	if b.attempt("x", now.Add(forgetAfter+time.Second)) != nil {
		t.Error("nothing is forgotten")
	}
	for i := range maxTracked + 10 {
		_ = b.attempt(strings.Repeat("n", i%50)+time.Unix(int64(i), 0).String(), now.Add(time.Duration(i)))
	}
	if len(b.names) > maxTracked {
		t.Errorf("%d names are kept", len(b.names))
	}
}

func TestDisableUser(t *testing.T) {
	r := newRig(t)
	ses, token, err := r.signIn("emma", "desk", false)
	if err != nil {
		t.Fatal(err)
	}
	r.change(func(a *agent.Agent) {
		a.Presence, a.Reachable = agent.Ready, true
		_ = a.Offer("c", domain.Voice, "sales", r.now)
		_, _ = a.Accept("c", r.now)
	})
	if err := r.DisableUser(t.Context(), domain.Actor{User: "boss"}, "emma"); err != nil {
		t.Fatal(err)
	}
	if a := r.agent(); a.Routable(domain.Voice) || len(a.Work) != 1 || a.NextPresence != agent.NotReady {
		t.Errorf("%+v", a)
	}
	_, _, err = r.Authenticate(t.Context(), token)
	r.kind("the token", err, domain.Unauthenticated)
	_, _, err = r.signIn("emma", "desk", true)
	r.kind("a new sign-in", err, domain.Unauthenticated)
	if !slices.Equal(r.ended, []string{"disabled " + ses.TokenHash}) {
		t.Errorf("told %v", r.ended)
	}
	r.kind("nobody", r.DisableUser(t.Context(), domain.Centre, "nobody"), domain.NotFound)
}

func TestPasswords(t *testing.T) {
	r := newRig(t)
	ses, _, err := r.signIn("emma", "desk", false)
	if err != nil {
		t.Fatal(err)
	}
	r.kind("the old one is wrong", r.ChangePassword(t.Context(), "emma", "x", "another password"), domain.Invalid)
	r.kind("too short", r.ChangePassword(t.Context(), "emma", "right password", "short"), domain.Invalid)
	if err := r.ChangePassword(t.Context(), "emma", "right password", "second password"); err != nil {
		t.Fatal(err)
	}
	_, _, err = r.signIn("emma", "desk", false)
	r.kind("the password before", err, domain.Unauthenticated)
	if err := r.SetPassword(t.Context(), domain.Centre, "emma", "right password"); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(r.ended, []string{"signed_out " + ses.TokenHash}) || r.sessions() != 0 {
		t.Errorf("told %v, %d sessions", r.ended, r.sessions())
	}
	for _, hash := range []string{"", "$$$$$", "$argon2id$v=19$m=1,t=1,p=1$!!$!!", "$argon2id$v=19$m=1,t=1,p=1$AAAA$"} {
		if ok, err := r.hasher.match(t.Context(), hash, ""); ok || err != nil {
			t.Errorf("%q matches: %v, %v", hash, ok, err)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for range cap(r.hasher.slots) {
		r.hasher.slots <- struct{}{}
	}
	if _, err := r.hasher.hash(ended, "x"); !errors.Is(err, context.Canceled) {
		t.Error("who has left still waits for a core:", err)
	}
}

func TestAddUserRefuses(t *testing.T) {
	r := newRig(t)
	good := NewUser{
		User:     user.User{Name: "new", DisplayName: "New", Language: "fr", Roles: []domain.Role{domain.RoleSupervisor}},
		Password: "long enough",
	}
	for subject, spoil := range map[string]func(*NewUser){
		"user":         func(n *NewUser) { n.User.Name = "No Good" },
		"display_name": func(n *NewUser) { n.User.DisplayName = "" },
		"language":     func(n *NewUser) { n.User.Language = "de" },
		"roles":        func(n *NewUser) { n.User.Roles = nil },
		"password":     func(n *NewUser) { n.Password = "short" },
		"queue_ids":    func(n *NewUser) { n.Queues = []domain.QueueID{"none"} },
	} {
		n := good
		spoil(&n)
		err := r.AddUser(t.Context(), domain.Centre, n)
		if e, ok := errors.AsType[*domain.Error](err); !ok || e.Kind != domain.Invalid || e.Subject != subject {
			t.Errorf("%s: %v", subject, err)
		}
	}
	if err := r.AddUser(t.Context(), domain.Centre, good); err != nil {
		t.Fatal(err)
	}
	r.kind("twice", r.AddUser(t.Context(), domain.Centre, good), domain.Conflict)
	users, queues, err := r.Users(t.Context())
	if err != nil || len(users) != 3 || len(queues) != 1 || queues["emma"][0] != "sales" {
		t.Errorf("%d users, queues %v, %v", len(users), queues, err)
	}
}

func TestTheLastAdministratorStays(t *testing.T) {
	r := newRig(t)
	administrator := func(name string) {
		t.Helper()
		n := NewUser{
			User:     user.User{Name: domain.UserID(name), DisplayName: name, Language: "en", Roles: []domain.Role{domain.RoleAdministrator}},
			Password: "right password",
		}
		if err := r.AddUser(t.Context(), domain.Centre, n); err != nil {
			t.Fatal(err)
		}
	}
	administrator("one")
	err := r.DisableUser(t.Context(), domain.Centre, "one")
	r.kind("disabling the last administrator", err, domain.Conflict)
	administrator("two")
	if err := r.DisableUser(t.Context(), domain.Centre, "one"); err != nil {
		t.Fatal(err)
	}
	err = r.DisableUser(t.Context(), domain.Centre, "two")
	r.kind("disabling the last enabled administrator", err, domain.Conflict)
	if err := r.EnableUser(t.Context(), domain.Centre, "one"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.signIn("one", "tool:test", false); err != nil {
		t.Error("an enabled user:", err)
	}
}
