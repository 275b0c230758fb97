package presence

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type rig struct {
	t     *testing.T
	store *store.Store
	now   time.Time
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
	r := &rig{t: t, store: st, now: time.Unix(1_700_000_000, 0)}
	r.update(func(tx *store.Tx) error {
		a := &agent.Agent{User: "emma", Presence: agent.NotReady, Capacity: map[domain.Channel]int{domain.Voice: 1}}
		return tx.PutAgent(a, "e")
	})
	return r
}

func (r *rig) update(f func(*store.Tx) error) {
	r.t.Helper()
	if err := r.store.Update(r.t.Context(), domain.Centre, "", f); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) service(node domain.NodeID) *Service {
	return New(r.store, func() time.Time { return r.now }, node, DefaultReasons())
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

func TestReadyAndNotReady(t *testing.T) {
	r := newRig(t)
	s, ctx := r.service("a"), t.Context()
	if err := s.SetReady(ctx, "emma", "1"); err != nil {
		t.Fatal(err)
	}
	if err := s.SetNotReady(ctx, "emma", "2", "holiday"); domain.KindOf(err) != domain.Invalid {
		t.Error("a reason that is not on the list:", err)
	}
	if err := s.SetNotReady(ctx, "emma", "3", "break"); err != nil {
		t.Fatal(err)
	}
	// A late repetition of the first command acts no more.
	if err := s.SetReady(ctx, "emma", "1"); err != nil {
		t.Fatal(err)
	}
	if a := r.agent(); a.Presence != agent.NotReady || a.Reason != "break" {
		t.Errorf("%s %s", a.Presence, a.Reason)
	}
	if err := s.SetReady(ctx, "nobody", "4"); domain.KindOf(err) != domain.NotFound {
		t.Error("nobody:", err)
	}
}

func TestWrapUpCommands(t *testing.T) {
	r := newRig(t)
	s, ctx := r.service("a"), t.Context()
	for _, err := range []error{s.ExtendWrapUp(ctx, "emma", "1"), s.EndWrapUp(ctx, "emma", "2")} {
		if domain.KindOf(err) != domain.Conflict {
			t.Error("without a wrap-up:", err)
		}
	}
	r.update(func(tx *store.Tx) error {
		a, err := tx.Agent("emma")
		if err != nil {
			return err
		}
		a.Presence, a.Reachable = agent.Ready, true
		err = a.Offer("c", domain.Voice, "q", r.now)
		_, err2 := a.Accept("c", r.now)
		a.Finish("c", time.Minute, 2*time.Minute, r.now)
		return errors.Join(err, err2, tx.PutAgent(a, "e"))
	})
	for range 2 { // the second one is the same command
		if err := s.ExtendWrapUp(ctx, "emma", "3"); err != nil {
			t.Fatal(err)
		}
	}
	if w := r.agent().WrapUpAt(); w == nil || !w.Deadline.Equal(r.now.Add(2*time.Minute)) {
		t.Errorf("%+v", w)
	}
	if err := s.EndWrapUp(ctx, "emma", "4"); err != nil || r.agent().State() != agent.StateReady {
		t.Errorf("%v, %s", err, r.agent().State())
	}
}

// A desktop may be back at another node before the first one notices that it left.
func TestReachBelongsToTheNodeOfTheStream(t *testing.T) {
	r := newRig(t)
	a, b, ctx := r.service("a"), r.service("b"), t.Context()
	steps := []struct {
		node *Service
		up   bool
		want bool
		at   domain.NodeID
	}{
		{a, true, true, "a"},
		{b, true, true, "b"},
		{a, false, true, "b"},
		{b, true, true, "b"},
		{b, false, false, "b"},
		{a, true, true, "a"},
	}
	for i, step := range steps {
		if err := step.node.Reach(ctx, "emma", step.up); err != nil {
			t.Fatal(err)
		}
		if x := r.agent(); x.Reachable != step.want || x.Node != step.at {
			t.Errorf("step %d: reachable %v at %s", i, x.Reachable, x.Node)
		}
	}
	if err := a.Reach(ctx, "boss", true); err != nil {
		t.Error("a user who takes no contacts:", err)
	}
	if err := b.Lost(ctx, func(n domain.NodeID) bool { return n == "a" }); err != nil || !r.agent().Reachable {
		t.Error("a living node has lost its agents:", err)
	}
	if err := b.Lost(ctx, func(n domain.NodeID) bool { return n == "b" }); err != nil || r.agent().Reachable {
		t.Error("agents of a dead node can still be reached:", err)
	}
}

func TestEveryReasonHasItsTexts(t *testing.T) {
	for _, reason := range DefaultReasons() {
		for _, language := range []string{"en", "tr", "nl", "az", "fr"} {
			if reason.Texts[language] == "" {
				t.Errorf("%s has no text in %s", reason.ID, language)
			}
		}
	}
}
