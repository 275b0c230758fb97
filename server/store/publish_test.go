package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/server/domain"
)

// collector is a function of Publish that keeps what it gets.
type collector struct {
	mu   sync.Mutex
	got  []domain.Event
	more chan struct{}
}

func newCollector() *collector { return &collector{more: make(chan struct{}, 1)} }

func (c *collector) publish(events []domain.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.got = append(c.got, events...)
	select {
	case c.more <- struct{}{}:
	default:
	}
}

// wait returns the events when there are n.
func (c *collector) wait(t *testing.T, n int) []domain.Event {
	t.Helper()
	for end := time.After(patience); ; {
		c.mu.Lock()
		got := c.got
		c.mu.Unlock()
		if len(got) >= n {
			return got
		}
		select {
		case <-c.more:
		case <-end:
			t.Fatalf("%d events were published, want %d", len(got), n)
		}
	}
}

func TestPublishInOrder(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		c := newCollector()
		s.Publish(c.publish)
		const writers, rounds = 8, 10
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for r := range rounds {
					err := s.Update(t.Context(), domain.Centre, "", func(tx *Tx) error {
						for _, half := range "ab" {
							if err := tx.PutContact(newContact(fmt.Sprintf("%d-%d%c", w, r, half)), "contact.queued"); err != nil {
								return err
							}
						}
						return nil
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		const total = 2 * writers * rounds
		seen := make(map[uint64]bool)
		var last uint64
		for _, e := range c.wait(t, total) {
			if seen[e.Sequence] {
				t.Errorf("event %d came twice", e.Sequence)
			}
			seen[e.Sequence] = true
			if s.group != nil && e.Sequence != last+1 {
				t.Errorf("event %d came after %d", e.Sequence, last)
			}
			last = e.Sequence
		}
		if len(seen) != total || !seen[1] || !seen[total] {
			t.Errorf("%d different events, want %d without gaps", len(seen), total)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		again := p.open(t)
		view(t, again, func(tx *Tx) error {
			left, err := tx.Unpublished(time.Now().Add(time.Hour), 0)
			if len(left) != 0 {
				t.Errorf("%d published events are not marked after Close", len(left))
			}
			return err
		})
	})
}

// TestSequencesFollowCommits reads while others write: an event that is seen is
// never followed later by one with a smaller sequence.
func TestSequencesFollowCommits(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		const writers, rounds = 8, 15
		var wg sync.WaitGroup
		for range writers {
			wg.Go(func() {
				for range rounds {
					err := s.Update(t.Context(), domain.Centre, "", func(tx *Tx) error {
						return tx.Record("test", "x", 1, "test.made", nil)
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		for seen := uint64(0); seen < writers*rounds && !t.Failed(); {
			view(t, s, func(tx *Tx) (err error) {
				if seen, err = tx.Sequence(); err != nil {
					return err
				}
				events, err := tx.Events(0, 0)
				if uint64(len(events)) != seen {
					t.Errorf("%d events are seen with sequence %d", len(events), seen)
				}
				return err
			})
		}
		wg.Wait()
	})
}

func TestPublishMayUpdate(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		c := newCollector()
		s.Publish(func(events []domain.Event) {
			c.publish(events)
			if events[0].ID != "c1" {
				return
			}
			err := s.Update(t.Context(), domain.Centre, "", func(tx *Tx) error {
				return tx.PutContact(newContact("c2"), "contact.queued")
			})
			if err != nil {
				t.Error(err)
			}
		})
		update(t, s, func(tx *Tx) error { return tx.PutContact(newContact("c1"), "contact.queued") })
		c.wait(t, 2)
	})
}

func TestSweepAndPrune(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		now := t0
		var mu sync.Mutex
		p.cfg.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
		pass := func(d time.Duration) { mu.Lock(); defer mu.Unlock(); now = now.Add(d) }
		s := p.open(t)
		const n = sweepLimit + 20
		update(t, s, func(tx *Tx) error {
			for i := range n {
				if err := tx.Record("test", fmt.Sprint(i), 1, "test.made", nil); err != nil {
					return err
				}
			}
			return nil
		})
		c := newCollector()
		s.Publish(c.publish)
		sweep := func() {
			if err := s.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		sweep()
		if len(c.got) != 0 {
			t.Fatalf("%d events that another node may be publishing were swept", len(c.got))
		}
		pass(sweepAge + time.Second)
		sweep()
		sweep()
		if len(c.got) != n || c.got[0].Sequence != 1 || c.got[n-1].Sequence != n {
			t.Fatalf("%d events were swept, want %d once and in order", len(c.got), n)
		}
		stored := func(want int) {
			t.Helper()
			if err := s.Prune(t.Context()); err != nil {
				t.Fatal(err)
			}
			view(t, s, func(tx *Tx) error {
				events, err := tx.Events(0, 0)
				if len(events) != want {
					t.Errorf("%d events are kept, want %d", len(events), want)
				}
				return err
			})
		}
		stored(n)
		pass(keepEvents)
		stored(0)
	})
}

func TestEventsThatCannotBeSentAreSwept(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		ahead := new(atomic.Int64)
		p.cfg.Now = func() time.Time { return t0.Add(time.Duration(ahead.Load())) }
		s := p.open(t)
		c, broken, tried := newCollector(), errors.New("no bus"), make(chan struct{}, 1)
		var works atomic.Bool
		s.PublishOrKeep(func(events []domain.Event) error {
			if works.Load() {
				c.publish(events)
				return nil
			}
			tried <- struct{}{}
			return broken
		})
		update(t, s, func(tx *Tx) error { return tx.PutContact(newContact("c1"), "contact.queued") })
		<-tried
		ahead.Store(int64(sweepAge + time.Second))
		if err := s.Sweep(t.Context()); !errors.Is(err, broken) {
			t.Errorf("Sweep gave %v while nothing can be sent", err)
		}
		works.Store(true)
		for range 2 {
			if err := s.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if len(c.got) != 1 {
			t.Errorf("%d events were swept, want the one that could not be sent, once", len(c.got))
		}
	})
}

func TestPruneForgetsCommands(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		now := t0
		p.cfg.Now = func() time.Time { return now }
		s := p.open(t)
		runs := 0
		act := func() {
			if err := s.Update(t.Context(), domain.Actor{User: "ayse"}, "1", func(*Tx) error { runs++; return nil }); err != nil {
				t.Fatal(err)
			}
			if err := s.Prune(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		act()
		now = now.Add(keepCommands)
		act()
		if runs != 1 {
			t.Fatalf("ran %d times within 24 hours", runs)
		}
		now = now.Add(time.Second)
		act()
		act()
		if runs != 2 {
			t.Errorf("ran %d times, want once more after 24 hours", runs)
		}
	})
}

// TestCrash copies the files of a running store, which is what a kill leaves.
func TestCrash(t *testing.T) {
	p := place{Config{Dir: t.TempDir()}}
	s := p.open(t)
	for i := range 50 {
		update(t, s, func(tx *Tx) error { return tx.PutContact(newContact(fmt.Sprint("c", i)), "contact.queued") })
	}
	left := place{Config{Dir: t.TempDir(), Now: func() time.Time { return time.Now().Add(time.Minute) }}}
	entered, goOn := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- s.Update(t.Context(), domain.Centre, "", func(tx *Tx) error {
			err := tx.PutContact(newContact("never"), "contact.queued")
			close(entered)
			<-goOn
			return err
		})
	}()
	<-entered
	for _, suffix := range []string{"", "-wal"} {
		copyFile(t, filepath.Join(p.cfg.Dir, fileName+suffix), filepath.Join(left.cfg.Dir, fileName+suffix))
	}
	close(goOn)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	again := left.open(t)
	c := newCollector()
	again.Publish(c.publish)
	if err := again.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(c.got) != 50 {
		t.Errorf("%d events were published after the crash, want all 50", len(c.got))
	}
	view(t, again, func(tx *Tx) error {
		live, err := tx.LiveContacts()
		if len(live) != 50 {
			t.Errorf("%d contacts after the crash, want the 50 committed ones", len(live))
		}
		return err
	})
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}
