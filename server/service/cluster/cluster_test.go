package cluster

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/server/domain"
	"parley/server/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a server's own.
type clock struct{ now time.Time }

func (c *clock) get() time.Time { return c.now }

func openStore(t *testing.T) *store.Store {
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
	return st
}

func beat(t *testing.T, s *Service) Census {
	t.Helper()
	c, err := s.Beat(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestASilentServerIsDead(t *testing.T) {
	st := openStore(t)
	now := time.Unix(1_700_000_000, 0)
	mine, others := &clock{now}, &clock{now.Add(-time.Hour)} // their clocks differ
	a := New(Config{Store: st, Node: "a", Now: mine.get})
	b := New(Config{Store: st, Node: "b", Now: others.get})
	for range 20 {
		mine.now, others.now = mine.now.Add(time.Second), others.now.Add(time.Second)
		for _, census := range []Census{beat(t, b), beat(t, a)} {
			if len(census.Dead) > 0 {
				t.Fatalf("a living server counts as dead: %v", census.Dead)
			}
		}
	}
	for i := range 10 {
		mine.now = mine.now.Add(time.Second)
		census := beat(t, a)
		wantDead := i >= 5
		if (len(census.Dead) == 1) != wantDead || census.Alive("b") == wantDead || !census.Alive("a") || census.Alive("c") {
			t.Fatalf("after %d seconds: dead %v, alive %v", i+1, census.Dead, census.Alive("b"))
		}
	}
	if err := a.Forget(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	nodes, err := a.Nodes(t.Context(), "routing")
	if err != nil || len(nodes) != 1 || nodes[0].ID != "a" || nodes[0].Owner {
		t.Errorf("%+v, %v", nodes, err)
	}
}

// A store that was down for all makes nobody dead.
func TestAnOutageOfTheStoreKillsNobody(t *testing.T) {
	st := openStore(t)
	c := &clock{time.Unix(1_700_000_000, 0)}
	a := New(Config{Store: st, Node: "a", Now: c.get})
	b := New(Config{Store: st, Node: "b", Now: c.get})
	beat(t, b)
	beat(t, a)
	c.now = c.now.Add(time.Minute)
	if census := beat(t, a); len(census.Dead) > 0 || !census.Alive("b") {
		t.Errorf("dead %v", census.Dead)
	}
	for range 6 {
		c.now = c.now.Add(time.Second)
		beat(t, a)
	}
	if census := beat(t, a); len(census.Dead) != 1 {
		t.Errorf("dead %v", census.Dead)
	}
}

func TestAlone(t *testing.T) {
	st := openStore(t)
	beat(t, New(Config{Store: st, Node: "before", Now: time.Now}))
	census := beat(t, New(Config{Store: st, Node: "now", Now: time.Now, Alone: true}))
	if len(census.Dead) != 1 || census.Dead[0] != "before" || census.Alive("before") {
		t.Errorf("%+v", census)
	}
}

func TestTheOwnerIsListed(t *testing.T) {
	st := openStore(t)
	s := New(Config{Store: st, Node: "a", Now: time.Now})
	beat(t, s)
	err := st.Update(t.Context(), domain.Centre, "", func(tx *store.Tx) error {
		_, held, err := tx.AcquireLease("routing", "a", time.Minute, time.Now())
		if err == nil && !held {
			err = errors.New("not held")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if nodes, err := s.Nodes(t.Context(), "routing"); err != nil || !nodes[0].Owner || nodes[0].Epoch != 1 {
		t.Errorf("%+v, %v", nodes, err)
	}
}
