package watch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"parley/server/bus"
	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/contact"
	"parley/server/domain/interaction"
	"parley/server/domain/queue"
	"parley/server/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var quiet = slog.New(slog.DiscardHandler)

// told notes what Presence is told.
type told struct {
	mu   sync.Mutex
	list []string
	err  error
	slow time.Duration
}

func (p *told) presence(ctx context.Context, user domain.UserID, up bool) error {
	select {
	case <-time.After(p.slow):
	case <-ctx.Done():
		return ctx.Err()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.list = append(p.list, fmt.Sprint(user, " ", up))
	}
	return p.err
}

func (p *told) set(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err = err
}

func (p *told) check(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if fmt.Sprint(p.list) != fmt.Sprint(want) {
		t.Errorf("told %v, want %v", p.list, want)
	}
	p.list = nil
}

func newHub(p *told) *Hub {
	return New(Config{Log: quiet, Encoder: words{}, ID: "hub", Presence: p.presence, Grace: 5 * time.Second})
}

var emma = Viewer{User: "emma", Desktop: true}

func TestAShortCutIsNotTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &told{}
		h := newHub(p)
		defer h.Close()
		s := h.Open(emma, "", 0)
		p.check(t, "emma true")
		s.Close()
		<-time.After(4 * time.Second)
		p.check(t)
		s = h.Open(emma, "", 0)
		p.check(t, "emma true")
		<-time.After(10 * time.Second)
		p.check(t)
		s.Close()
		<-time.After(5 * time.Second)
		p.check(t, "emma false")
	})
}

// What is told last is how it is, also when the store was slow or failed.
func TestPresenceIsToldInOrderAndAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &told{slow: 20 * time.Second}
		h := newHub(p)
		defer h.Close()
		s := h.Open(emma, "", 0)
		<-time.After(time.Second)
		s.Close()
		<-time.After(6 * time.Second) // gone for good, and "up" not yet stored
		s = h.Open(emma, "", 0)
		<-time.After(time.Minute)
		p.check(t, "emma true", "emma true")

		p.slow = 0
		p.set(errors.New("no store"))
		s.Close()
		<-time.After(time.Minute)
		p.check(t)
		p.set(nil)
		<-time.After(2 * time.Second)
		p.check(t, "emma false")
	})
}

// Whoever takes an agent for unreachable whose desktop is here is corrected.
func TestAWrongPresenceIsCorrected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &told{}
		h := newHub(p)
		defer h.Close()
		set := func(version uint64, reachable bool) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.setAgent(&agent.Agent{User: "emma", Version: version, Presence: agent.Ready, Reachable: reachable})
		}
		set(1, false)
		p.check(t)
		s := h.Open(emma, "", 0)
		defer s.Close()
		p.check(t, "emma true")
		set(2, true)
		p.check(t)
		set(3, false)
		p.check(t, "emma true")
	})
}

func TestToolsAreNoDesktops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &told{}
		h := newHub(p)
		defer h.Close()
		s := h.Open(Viewer{User: "emma"}, "", 0)
		s.Close()
		<-time.After(time.Minute)
		p.check(t)
	})
}

func TestCloseEndsStreamsAndWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &told{slow: time.Hour}
		h := newHub(p)
		s := h.Open(emma, "", 0)
		synctest.Wait()
		h.Close()
		b, err := s.Next(t.Context(), nil)
		if err != nil || !b.Over || b.Cause != "" {
			t.Errorf("%+v, %v", b, err)
		}
		s.Close()
		late := h.Open(emma, "", 0)
		if b, err := late.Next(t.Context(), nil); err != nil || !b.Over {
			t.Errorf("a stream opened after the end: %+v, %v", b, err)
		}
		late.Close()
		p.check(t)
	})
}

func TestEndTellsTheCause(t *testing.T) {
	h := newHub(&told{})
	defer h.Close()
	mine := h.Open(Viewer{User: "emma", Session: "s1"}, "", 0)
	other := h.Open(Viewer{User: "emma", Session: "s2"}, "", 0)
	h.End("s1", "taken_over")
	if b, err := mine.Next(t.Context(), nil); err != nil || !b.Over || b.Cause != "taken_over" || !b.Snapshot {
		t.Errorf("%+v, %v", b, err)
	}
	if b, err := other.Next(t.Context(), nil); err != nil || b.Over {
		t.Errorf("the other session: %+v, %v", b, err)
	}
}

// An outbox that nobody empties stays bounded, and becomes a snapshot.
func TestASlowDesktopGetsASnapshot(t *testing.T) {
	h := newHub(&told{})
	defer h.Close()
	s := h.Open(Viewer{User: "boss", Supervisor: true}, "", 0)
	if _, err := s.Next(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	h.mu.Lock()
	h.setQueue(&queue.Queue{ID: "q", Version: 1})
	for i := range maxPending + 1 {
		h.setContact(&contact.Contact{ID: domain.ContactID(fmt.Sprint(i)), Version: 1, State: contact.Queued, Queue: "q"})
	}
	pending := len(s.pending)
	h.flush()
	h.mu.Unlock()
	if pending > maxPending {
		t.Errorf("%d changes pending", pending)
	}
	if b, err := s.Next(t.Context(), nil); err != nil || !b.Snapshot || len(b.Changes) != maxPending+2 {
		t.Errorf("snapshot %v with %d changes, %v", b.Snapshot, len(b.Changes), err)
	}
}

// A rig is a hub with a real store and bus.
type rig struct {
	store *store.Store
	hub   *Hub
}

func newRig(t *testing.T) *rig {
	t.Helper()
	st, err := store.Open(t.Context(), store.Config{Dir: t.TempDir()}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	b, err := bus.Open(t.Context(), bus.Config{Name: "test"}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	h := New(Config{Store: st, Bus: b, Log: quiet, Encoder: words{}, ID: "hub", Presence: (&told{}).presence})
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		h.Close()
		if err := errors.Join(b.Close(), st.Close()); err != nil {
			t.Error(err)
		}
	})
	return &rig{st, h}
}

func (r *rig) update(t *testing.T, f func(*store.Tx) error) {
	t.Helper()
	if err := r.store.Update(t.Context(), domain.Centre, "", f); err != nil {
		t.Fatal(err)
	}
}

// The bus has lost everything here: nothing publishes.
func TestRefreshHealsWhatTheBusHasLost(t *testing.T) {
	r := newRig(t)
	c := &contact.Contact{ID: "c", State: contact.Arrived, Queue: "q", Channel: domain.Voice}
	a := &agent.Agent{User: "emma", Presence: agent.Ready, Reachable: true, Queues: []domain.QueueID{"q"}, Capacity: map[domain.Channel]int{domain.Voice: 1}}
	i := &interaction.Interaction{ID: "i", Agent: "emma", StartedAt: time.Now()}
	i.Link("c")
	now := time.Now()
	r.update(t, func(tx *store.Tx) error {
		_ = c.Enqueue(now)
		_ = c.Offer("emma", nil, now, now)
		_ = a.Offer("c", domain.Voice, "q", now)
		_ = c.Accept("emma", 1, "i", now)
		_, _ = a.Accept("c", now)
		return errors.Join(tx.PutQueue(&queue.Queue{ID: "q", Name: "Q"}, "e"), tx.PutContact(c, "e"), tx.PutAgent(a, "e"), tx.PutInteraction(i, "e"))
	})
	s := r.hub.Open(Viewer{User: "emma"}, "", 0)
	defer s.Close()
	desk := &client{stream: s}
	look := func(want string) {
		t.Helper()
		if err := r.hub.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		b, err := s.Next(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		desk.apply(b)
		delete(desk.has, "queue:q")
		if got := fmt.Sprint(desk.has); got != want {
			t.Errorf("the desktop has %s, want %s", got, want)
		}
	}
	look("map[agent:emma:1 on_contact contact:c:1 connected interaction:i:1]")
	r.update(t, func(tx *store.Tx) error {
		_ = c.End(contact.ByCustomer, now)
		a.Finish("c", time.Minute, time.Hour, now)
		_ = i.End(true, now)
		return errors.Join(tx.PutContact(c, "e"), tx.PutAgent(a, "e"), tx.PutInteraction(i, "e"))
	})
	look("map[agent:emma:2 wrap_up contact:c:2 ended]")
	r.update(t, func(tx *store.Tx) error {
		_ = a.EndWrapUp(now)
		return tx.PutAgent(a, "e")
	})
	look("map[agent:emma:3 ready]")
}

// After a crash the store publishes again what it is not sure about. Only the
// end of a contact may have got through before.
func TestARepeatedEventBringsNothingBack(t *testing.T) {
	r := newRig(t)
	var events []domain.Event
	c := &contact.Contact{ID: "c", State: contact.Arrived, Queue: "q", Channel: domain.Voice}
	r.update(t, func(tx *store.Tx) error {
		_ = c.Enqueue(time.Now())
		return tx.PutContact(c, "contact.queued")
	})
	r.update(t, func(tx *store.Tx) error {
		_ = c.End(contact.Abandoned, time.Now())
		return tx.PutContact(c, "contact.ended")
	})
	err := r.store.View(t.Context(), func(tx *store.Tx) (err error) {
		events, err = tx.Events(0, 0)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.hub.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.hub.event(events[0])
	if _, _, contacts := r.hub.Status(); len(contacts) != 0 {
		t.Errorf("the contact is back: %+v", contacts[0])
	}
}
