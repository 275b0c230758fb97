package store

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley/server/domain"
)

// A model of one lease, in memory.
type leaseModel struct {
	holder  domain.NodeID
	epoch   domain.Epoch
	expires time.Time
}

func (m *leaseModel) acquire(node domain.NodeID, ttl time.Duration, now time.Time) (domain.Epoch, bool) {
	if m.holder != node && m.holder != "" && m.expires.After(now) {
		return m.epoch, false
	}
	if m.holder != node {
		m.epoch++
	}
	m.holder, m.expires = node, now.Add(ttl)
	return m.epoch, true
}

func TestLeaseAgainstModel(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		round := 0
		rapid.Check(t, func(r *rapid.T) {
			round++
			name := fmt.Sprint("lease", round)
			m := &leaseModel{}
			now := t0
			nodes := rapid.SampledFrom([]domain.NodeID{"a", "b", "c"})
			do := func(fn func(*Tx) error) error { return s.Update(t.Context(), domain.Centre, "", fn) }
			r.Repeat(map[string]func(*rapid.T){
				"": func(r *rapid.T) {
					err := s.View(t.Context(), func(tx *Tx) error {
						holder, epoch, err := tx.LeaseHolder(name)
						if holder != m.holder || epoch != m.epoch {
							r.Errorf("holder is %q with epoch %d, want %+v", holder, epoch, m)
						}
						return err
					})
					if err != nil {
						r.Fatal(err)
					}
				},
				"acquire": func(r *rapid.T) {
					node, ttl := nodes.Draw(r, "node"), time.Duration(rapid.IntRange(1, 5).Draw(r, "ttl"))*time.Second
					var epoch domain.Epoch
					var held bool
					err := do(func(tx *Tx) (err error) { epoch, held, err = tx.AcquireLease(name, node, ttl, now); return err })
					wantEpoch, wantHeld := m.acquire(node, ttl, now)
					if err != nil || epoch != wantEpoch || held != wantHeld {
						r.Fatalf("got epoch %d, held %v, %v; want %d, %v", epoch, held, err, wantEpoch, wantHeld)
					}
				},
				"release": func(r *rapid.T) {
					node := nodes.Draw(r, "node")
					if err := do(func(tx *Tx) error { return tx.ReleaseLease(name, node) }); err != nil {
						r.Fatal(err)
					}
					if m.holder == node {
						m.holder, m.expires = "", time.Time{}
					}
				},
				"fence": func(r *rapid.T) {
					epoch := domain.Epoch(rapid.IntRange(0, int(m.epoch)+1).Draw(r, "epoch"))
					err := do(func(tx *Tx) error { return tx.Fence(name, epoch) })
					if want := m.holder != "" && epoch == m.epoch; (err == nil) != want {
						r.Fatalf("fence of epoch %d gave %v with %+v", epoch, err, m)
					}
					if err != nil && domain.KindOf(err) != domain.Conflict {
						r.Fatal(err)
					}
				},
				"pass": func(r *rapid.T) {
					now = now.Add(time.Duration(rapid.IntRange(1, 3).Draw(r, "seconds")) * time.Second)
				},
			})
		})
	})
}

// TestTwoHoldersCannotBothCommit lets an old holder reach its commit while a new
// one takes the lease: whichever is second waits, and then sees the first.
func TestTwoHoldersCannotBothCommit(t *testing.T) {
	p := postgresPlace(t, "")
	a, b := p.open(t), p.open(t)
	var old domain.Epoch
	update(t, a, func(tx *Tx) (err error) { old, _, err = tx.AcquireLease("routing", "a", time.Second, t0); return err })

	fenced, taken := make(chan struct{}), make(chan error, 1)
	err := a.Update(t.Context(), domain.Centre, "", func(tx *Tx) error {
		if err := tx.Fence("routing", old); err != nil {
			return err
		}
		go func() {
			close(fenced)
			taken <- b.Update(t.Context(), domain.Centre, "", func(tx *Tx) error {
				_, held, err := tx.AcquireLease("routing", "b", time.Second, t0.Add(time.Minute))
				if err == nil && !held {
					t.Error("an expired lease was not taken")
				}
				return err
			})
		}()
		<-fenced
		if len(taken) > 0 {
			t.Error("the lease changed hands within a fenced transaction")
		}
		return tx.PutContact(newContact("c1"), "contact.queued")
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-taken; err != nil {
		t.Fatal(err)
	}
	err = a.Update(t.Context(), domain.Centre, "", func(tx *Tx) error {
		if err := tx.PutContact(newContact("c2"), "contact.queued"); err != nil {
			return err
		}
		_ = tx.Fence("routing", old)
		return nil
	})
	wantKind(t, err, domain.Conflict)
}

func TestTwoStoresOnOneDatabase(t *testing.T) {
	p := postgresPlace(t, "")
	stores := make([]*Store, 2)
	var wg sync.WaitGroup
	for i := range stores {
		wg.Go(func() {
			s, err := Open(t.Context(), p.cfg, quiet)
			if err != nil {
				t.Error(err)
				return
			}
			stores[i] = s
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	collectors := []*collector{newCollector(), newCollector()}
	const each = 30
	for i, s := range stores {
		s.Publish(collectors[i].publish)
		wg.Go(func() {
			for r := range each {
				err := s.Update(t.Context(), domain.Actor{User: "ayse"}, domain.CommandID(fmt.Sprint(r)), func(tx *Tx) error {
					return tx.PutContact(newContact(fmt.Sprint("c", r)), "contact.queued")
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for _, s := range stores {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if n := len(collectors[0].got) + len(collectors[1].got); n != each {
		t.Errorf("%d events were published by both, want one for each command", n)
	}
	s := p.open(t)
	view(t, s, func(tx *Tx) error {
		live, err := tx.LiveContacts()
		if len(live) != each {
			t.Errorf("%d contacts, want %d", len(live), each)
		}
		return err
	})
}

func TestSettings(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		for _, v := range []string{`{"a":1}`, `{"a":"ş"}`} {
			update(t, s, func(tx *Tx) error { return tx.PutSetting("centre", []byte(v)) })
			view(t, s, func(tx *Tx) error {
				got, ok, err := tx.Setting("centre")
				if string(got) != v || !ok {
					t.Errorf("got %s, %v", got, ok)
				}
				return err
			})
		}
		view(t, s, func(tx *Tx) error {
			_, ok, err := tx.Setting("none")
			if ok {
				t.Error("a setting that nobody has made is there")
			}
			return err
		})
		err := s.Update(t.Context(), domain.Centre, "", func(tx *Tx) error { return tx.PutSetting("centre", []byte("{")) })
		wantKind(t, err, domain.Invalid)
	})
}

func TestNodes(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		a := Node{ID: "a", StartedAt: t0, SeenAt: t0, Calls: 1}
		b := Node{ID: "b", StartedAt: t0.Add(time.Second), SeenAt: t0, Calls: 2}
		update(t, s, func(tx *Tx) error {
			for _, n := range []Node{b, a, {ID: "c"}} {
				if err := tx.PutNode(n); err != nil {
					return err
				}
			}
			a.Calls, a.SeenAt = 3, t0.Add(time.Minute)
			if err := tx.PutNode(a); err != nil {
				return err
			}
			return tx.DeleteNode("c")
		})
		view(t, s, func(tx *Tx) error {
			got, err := tx.Nodes()
			if diff := cmp.Diff([]Node{a, b}, got); diff != "" {
				t.Errorf("nodes (-want +got):\n%s", diff)
			}
			return err
		})
	})
}
