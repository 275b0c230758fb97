package store

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/server/domain"
	"parley/server/domain/agent"
)

// patience is how long a test waits for something that must happen.
const patience = 30 * time.Second

func TestVersionsUnderConcurrency(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		update(t, s, func(tx *Tx) error { return tx.PutAgent(&agent.Agent{User: "ayse"}, "agent.made") })
		const writers, rounds = 4, 25
		var wg sync.WaitGroup
		refused := make(chan error, writers*rounds)
		for range writers {
			wg.Go(func() {
				for range rounds {
					refused <- s.Update(t.Context(), domain.Centre, "", func(tx *Tx) error {
						a, err := tx.Agent("ayse")
						if err != nil {
							return err
						}
						a.Misses++
						return tx.PutAgent(a, "agent.missed")
					})
				}
			})
		}
		wg.Wait()
		close(refused)
		done := 0
		for err := range refused {
			switch {
			case err == nil:
				done++
			case domain.KindOf(err) != domain.Conflict:
				t.Errorf("got %v, want only Conflict", err)
			}
		}
		view(t, s, func(tx *Tx) error {
			a, err := tx.Agent("ayse")
			if err != nil {
				return err
			}
			if a.Misses != done || a.Version != uint64(done+1) {
				t.Errorf("%d changes were committed, stored are %d with version %d", done, a.Misses, a.Version)
			}
			return nil
		})
	})
}

func TestStaleVersion(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		c := newContact("c1")
		update(t, s, func(tx *Tx) error { return tx.PutContact(c, "contact.queued") })
		old := *c
		update(t, s, func(tx *Tx) error { return tx.PutContact(c, "contact.queued") })
		runs := 0
		err := s.Update(t.Context(), domain.Centre, "", func(tx *Tx) error {
			runs++
			mine := old
			_ = tx.PutContact(&mine, "contact.queued") // swallowed, and yet it counts
			return nil
		})
		wantKind(t, err, domain.Conflict)
		if runs != retries+1 {
			t.Errorf("fn ran %d times, want %d", runs, retries+1)
		}
		again := newContact("c1")
		err = s.Update(t.Context(), domain.Centre, "", func(tx *Tx) error { return tx.PutContact(again, "contact.queued") })
		wantKind(t, err, domain.Conflict)
		if again.Version != 0 {
			t.Errorf("a refused insert has raised the version to %d", again.Version)
		}
	})
}

func TestRetryLoadsAnew(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		c := newContact("c1")
		update(t, s, func(tx *Tx) error { return tx.PutContact(c, "contact.queued") })
		runs := 0
		update(t, s, func(tx *Tx) error {
			got, err := tx.Contact("c1")
			if err != nil {
				return err
			}
			if runs++; runs < 3 {
				got.Version--
				if got.Version == 0 {
					got.Version = 99
				}
			}
			got.Priority = runs
			return tx.PutContact(got, "contact.queued")
		})
		view(t, s, func(tx *Tx) error {
			got, err := tx.Contact("c1")
			if err == nil && got.Priority != 3 {
				t.Errorf("priority is %d, want that of the third run", got.Priority)
			}
			return err
		})
	})
}

func TestCommandActsOnce(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		put := func(actor domain.UserID, cmd domain.CommandID, id string, fail error) (ran bool, err error) {
			err = s.Update(t.Context(), domain.Actor{User: actor}, cmd, func(tx *Tx) error {
				ran = true
				if err := tx.PutContact(newContact(id), "contact.queued"); err != nil {
					return err
				}
				return fail
			})
			return ran, err
		}
		boom := errors.New("boom")
		steps := []struct {
			actor domain.UserID
			cmd   domain.CommandID
			id    string
			fail  error
			ran   bool
		}{
			{"ayse", "1", "c1", boom, true},
			{"ayse", "1", "c1", nil, true},
			{"ayse", "1", "c1", nil, false},
			{"bob", "1", "c2", nil, true},
			{"ayse", "", "c3", nil, true},
			{"ayse", "", "c4", nil, true},
		}
		for i, st := range steps {
			ran, err := put(st.actor, st.cmd, st.id, st.fail)
			if ran != st.ran || !errors.Is(err, st.fail) {
				t.Errorf("step %d: ran %v with error %v", i, ran, err)
			}
		}
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				if _, err := put("ayse", "race", "c5", nil); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		view(t, s, func(tx *Tx) error {
			events, err := tx.Events(0, 0)
			if len(events) != 5 {
				t.Errorf("%d events, want 5: %v", len(events), events)
			}
			return err
		})
	})
}

func TestErrorOfFnComesBackUnchanged(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		boom := errors.New("boom")
		err := s.Update(t.Context(), domain.Centre, "x", func(tx *Tx) error {
			if err := tx.PutContact(newContact("c1"), "contact.queued"); err != nil {
				return err
			}
			return boom
		})
		if err != boom { //nolint:errorlint // unchanged is the point
			t.Errorf("got %v", err)
		}
		err = s.View(t.Context(), func(tx *Tx) error { _, err := tx.Contact("c1"); return err })
		wantKind(t, err, domain.NotFound)
		if err := s.View(t.Context(), func(*Tx) error { return boom }); err != boom { //nolint:errorlint // the same
			t.Errorf("View gave %v", err)
		}
	})
}

func TestViewIsReadOnly(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		err := s.View(t.Context(), func(tx *Tx) error { return tx.PutContact(newContact("c1"), "contact.queued") })
		wantKind(t, err, domain.Internal)
	})
}

func TestViewIsOneMoment(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		view(t, s, func(tx *Tx) error {
			before, err := tx.Sequence()
			if err != nil {
				return err
			}
			update(t, s, func(tx *Tx) error { return tx.PutContact(newContact("c1"), "contact.queued") })
			live, err := tx.LiveContacts()
			if err != nil {
				return err
			}
			after, err := tx.Sequence()
			if len(live) != 0 || before != after {
				t.Errorf("a View sees a commit that came after its beginning: %d contacts, sequence %d then %d", len(live), before, after)
			}
			return err
		})
	})
}

func TestContextEnds(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		never := func(*Tx) error { t.Error("fn runs with an ended context"); return nil }
		if err := s.Update(ended, domain.Centre, "", never); !errors.Is(err, context.Canceled) {
			t.Errorf("Update gave %v", err)
		}
		if err := s.View(ended, never); !errors.Is(err, context.Canceled) {
			t.Errorf("View gave %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		err := s.Update(ctx, domain.Centre, "", func(tx *Tx) error {
			if err := tx.PutContact(newContact("c1"), "contact.queued"); err != nil {
				return err
			}
			cancel()
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Update whose context ended in fn gave %v", err)
		}
		err = s.View(t.Context(), func(tx *Tx) error { _, err := tx.Contact("c1"); return err })
		wantKind(t, err, domain.NotFound)
	})
}

func TestPanicOfFn(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic did not reach the caller")
				}
			}()
			_ = s.Update(t.Context(), domain.Centre, "", func(tx *Tx) error {
				if err := tx.PutContact(newContact("c1"), "contact.queued"); err != nil {
					return err
				}
				panic("a defect")
			})
		}()
		update(t, s, func(tx *Tx) error { return tx.PutContact(newContact("c1"), "contact.queued") })
	})
}

func TestClosed(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		never := func(*Tx) error { t.Error("fn runs after Close"); return nil }
		wantKind(t, s.Update(t.Context(), domain.Centre, "", never), domain.Unavailable)
		wantKind(t, s.View(t.Context(), never), domain.Unavailable)
	})
}

func TestEventsCarryStateAndActor(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		p.cfg.Now = func() time.Time { return t0 }
		s := p.open(t)
		update(t, s, func(tx *Tx) error {
			if err := tx.Record("setting", "x", 3, "setting.changed", map[string]int{"a": 1}); err != nil {
				return err
			}
			return tx.PutAgent(&agent.Agent{User: "bob"}, "agent.made")
		})
		view(t, s, func(tx *Tx) error {
			got, err := tx.Events(0, 0)
			want := []domain.Event{
				{Sequence: 1, Kind: "setting", ID: "x", Version: 3, Name: "setting.changed", At: t0, Actor: "ayse", State: []byte(`{"a":1}`)},
				{Sequence: 2, Kind: domain.KindAgent, ID: "bob", Version: 1, Name: "agent.made", At: t0, Actor: "ayse"},
			}
			if len(got) == 2 {
				b, err := decode[agent.Agent](string(got[1].State), "agent")
				if err != nil || b.User != "bob" || b.Version != 1 {
					t.Errorf("state is %s, %v", got[1].State, err)
				}
				got[1].State = nil
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			return err
		})
	})
}
