package work

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/server/bus"
	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/contact"
	"parley/server/domain/queue"
	"parley/server/domain/routing"
	"parley/server/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 20 * time.Second

// A rig is a store and a bus, and services of nodes on them.
type rig struct {
	t     *testing.T
	store *store.Store
	bus   *bus.Bus
	// ahead is how much the clock runs ahead of the real one.
	ahead atomic.Int64
}

func newRig(t *testing.T) *rig {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	st, err := store.Open(t.Context(), store.Config{Dir: t.TempDir()}, log)
	if err != nil {
		t.Fatal(err)
	}
	b, err := bus.Open(t.Context(), bus.Config{Name: "test"}, log)
	if err != nil {
		t.Fatal(err)
	}
	st.PublishOrKeep(b.PublishEvents)
	t.Cleanup(func() {
		if err := errors.Join(b.Close(), st.Close()); err != nil {
			t.Error(err)
		}
	})
	return &rig{t: t, store: st, bus: b}
}

func (r *rig) now() time.Time { return time.Now().Add(time.Duration(r.ahead.Load())) }

func (r *rig) service(node domain.NodeID) *Service {
	return New(Config{
		Store: r.store, Bus: r.bus, Node: node, Now: r.now, Log: slog.New(slog.DiscardHandler),
		LeaseTTL: 300 * time.Millisecond,
	})
}

// run runs a service until the function it returns is called.
func (r *rig) run(s *Service) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		if err := s.Run(ctx); err != nil {
			r.t.Error(err)
		}
	})
	stop = sync.OnceFunc(func() {
		cancel()
		done.Wait()
	})
	r.t.Cleanup(stop)
	return stop
}

func (r *rig) update(f func(*store.Tx) error) {
	r.t.Helper()
	if err := r.store.Update(context.Background(), domain.Centre, "", f); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) addQueue(q queue.Queue) {
	r.t.Helper()
	q.ID, q.Name = "sales", "Sales"
	r.update(func(tx *store.Tx) error { return tx.PutQueue(&q, "e") })
}

func (r *rig) addAgent(name domain.UserID) {
	r.t.Helper()
	r.update(func(tx *store.Tx) error {
		return tx.PutAgent(&agent.Agent{
			User: name, Presence: agent.Ready, Reachable: true, Queues: []domain.QueueID{"sales"},
			Capacity: map[domain.Channel]int{domain.Voice: 1},
		}, "e")
	})
}

func (r *rig) addContact(id domain.ContactID) {
	r.t.Helper()
	r.update(func(tx *store.Tx) error {
		c := &contact.Contact{ID: id, Channel: domain.Voice, State: contact.Arrived, Queue: "sales", ArrivedAt: r.now()}
		return errors.Join(c.Enqueue(r.now()), tx.PutContact(c, "e"))
	})
}

func (r *rig) load(id domain.ContactID, user domain.UserID) (c *contact.Contact, a *agent.Agent) {
	r.t.Helper()
	err := r.store.View(context.Background(), func(tx *store.Tx) (err error) {
		c, a, err = load(tx, id, user)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return c, a
}

// until waits for the contact and agent to be as ok wants them.
func (r *rig) until(what string, id domain.ContactID, user domain.UserID, ok func(*contact.Contact, *agent.Agent) bool) {
	r.t.Helper()
	end := time.NewTimer(patience)
	defer end.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		c, a := r.load(id, user)
		if ok(c, a) {
			return
		}
		select {
		case <-end.C:
			r.t.Fatalf("%s: the contact is %s with %q, the agent %s", what, c.State, c.Agent, a.State())
		case <-tick.C:
		}
	}
}

func offered(c *contact.Contact, _ *agent.Agent) bool { return c.State == contact.Offered }

func TestOfferAcceptAndTheSameCommandAgain(t *testing.T) {
	r := newRig(t)
	r.addQueue(queue.Queue{})
	r.addAgent("emma")
	s := r.service("a")
	r.run(s)
	r.addContact("c")
	r.until("the offer", "c", "emma", offered)
	ctx := t.Context()
	if err := s.Accept(ctx, "emma", "1", "c", 1, ""); domain.KindOf(err) != domain.Invalid {
		t.Error("without an interaction:", err)
	}
	if err := s.Accept(ctx, "emma", "1", "c", 2, "i"); domain.KindOf(err) != domain.Conflict {
		t.Error("another offer:", err)
	}
	for range 2 {
		if err := s.Accept(ctx, "emma", "1", "c", 1, "i"); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Accept(ctx, "emma", "2", "c", 1, "i2"); domain.KindOf(err) != domain.Conflict {
		t.Error("another command:", err)
	}
	if err := s.Reject(ctx, "emma", "3", "c", 1); domain.KindOf(err) != domain.Conflict {
		t.Error("rejected after the accept:", err)
	}
	c, a := r.load("c", "emma")
	if c.State != contact.Connected || c.Interaction != "i" || a.State() != agent.StateOnContact || c.Why == nil {
		t.Errorf("%+v, %s", c, a.State())
	}
	for cmd, f := range map[domain.CommandID]func(context.Context, domain.UserID, domain.CommandID, domain.ContactID) error{"4": s.Hold, "5": s.Retrieve} {
		for range 2 {
			if err := f(ctx, "emma", cmd, "c"); err != nil {
				t.Error(cmd, err)
			}
		}
		if err := f(ctx, "omar", cmd, "c"); domain.KindOf(err) != domain.NotFound {
			t.Error("nobody's command:", err)
		}
	}
}

func TestAnOfferThatIsNotAnswered(t *testing.T) {
	r := newRig(t)
	r.addQueue(queue.Queue{RingTimeout: 50 * time.Millisecond})
	r.addAgent("emma")
	r.run(r.service("a"))
	r.addContact("c")
	r.until("the miss", "c", "emma", func(c *contact.Contact, a *agent.Agent) bool {
		return c.State == contact.Queued && c.OfferNumber == 1 && a.State() == agent.StateNotReady && a.Reason == agent.ReasonMissed
	})
	r.addAgent("omar")
	r.until("the next agent", "c", "omar", func(c *contact.Contact, _ *agent.Agent) bool { return c.Agent == "omar" })
}

// One node routes at a time; the time limits that it watched go to the next one.
func TestTheNextOwnerWatchesTheLimits(t *testing.T) {
	r := newRig(t)
	r.addQueue(queue.Queue{RingTimeout: time.Hour})
	r.addAgent("emma")
	a, b := r.service("a"), r.service("b")
	stop := r.run(a)
	r.addContact("c")
	r.until("the offer", "c", "emma", offered)
	r.run(b)
	stop()
	r.ahead.Store(int64(2 * time.Hour)) // the limit passes while nobody, or b, watches
	b.Refresh()
	r.until("the miss", "c", "emma", func(c *contact.Contact, _ *agent.Agent) bool { return c.State != contact.Offered })
}

func TestTheWrapUpEndsWhenTheOwnerChanges(t *testing.T) {
	r := newRig(t)
	r.addQueue(queue.Queue{})
	r.addAgent("emma")
	r.addContact("c")
	r.update(func(tx *store.Tx) error {
		c, a, err := load(tx, "c", "emma")
		if err != nil {
			return err
		}
		now := r.now().Add(-time.Hour)
		err = errors.Join(c.Offer("emma", nil, now, now), a.Offer("c", domain.Voice, "sales", now), c.Accept("emma", 1, "i", now))
		_, err2 := a.Accept("c", now)
		a.Finish("c", time.Minute, time.Hour, now)
		return errors.Join(err, err2, c.End(contact.ByCustomer, now), save(tx, c, "e", a, "e"))
	})
	r.run(r.service("a"))
	r.until("the end of the wrap-up", "c", "emma", func(_ *contact.Contact, a *agent.Agent) bool { return a.State() == agent.StateReady })
}

func TestWhoStaysAwayIsSignedOut(t *testing.T) {
	r := newRig(t)
	r.addQueue(queue.Queue{})
	r.addAgent("emma")
	r.addContact("c")
	r.update(func(tx *store.Tx) error {
		c, a, err := load(tx, "c", "emma")
		if err != nil {
			return err
		}
		a.Reach(false, r.now().Add(-agent.AwayLimit))
		return errors.Join(c.End(contact.ByCustomer, r.now()), save(tx, c, "e", a, "e"))
	})
	r.run(r.service("a"))
	r.until("the sign-out", "c", "emma", func(_ *contact.Contact, a *agent.Agent) bool { return a.State() == agent.StateSignedOut })
}

func TestAnOwnerWhoLostTheLeaseStoresNothing(t *testing.T) {
	r := newRig(t)
	r.addQueue(queue.Queue{})
	r.addAgent("emma")
	r.addContact("c")
	s := r.service("a")
	var epoch domain.Epoch
	take := func(node domain.NodeID, now time.Time) {
		r.update(func(tx *store.Tx) (err error) {
			epoch, _, err = tx.AcquireLease(Lease, node, time.Second, now)
			return err
		})
	}
	take("a", time.Now())
	mine := epoch
	take("b", time.Now().Add(time.Hour))
	err := s.offer(t.Context(), mine, routing.Assignment{Contact: "c", Agent: "emma"})
	if !errors.Is(err, errLost) {
		t.Errorf("error %v", err)
	}
	if c, a := r.load("c", "emma"); c.State != contact.Queued || len(a.Work) != 0 {
		t.Errorf("the contact is %s, the agent has %v", c.State, a.Work)
	}
}

// A late event of a contact must not silence the timer of its newest offer.
func TestALateEventSetsNoTimer(t *testing.T) {
	r := newRig(t)
	s := r.service("a")
	s.owner = &owner{pool: routing.NewPool(), timers: map[string]*time.Timer{}, versions: map[string]uint64{}}
	defer s.drop()
	c := contact.Contact{ID: "c", Version: 5, State: contact.Offered, OfferNumber: 2, OfferDeadline: r.now().Add(time.Hour)}
	s.setContact(&c)
	newest := s.owner.timers["contact:c"]
	late := c
	late.Version, late.State = 4, contact.Queued
	s.setContact(&late)
	late.Version, late.State, late.OfferNumber = 3, contact.Offered, 1
	s.setContact(&late)
	if newest == nil || s.owner.timers["contact:c"] != newest {
		t.Error("the timer of the newest offer is gone")
	}
}

// A limit whose change could not be stored is carried out later, and one whose
// timer came before the clock is waited for.
func TestALimitIsCarriedOutInTheEnd(t *testing.T) {
	r := newRig(t)
	s := r.service("a")
	r.run(s)
	var tries atomic.Int64
	done := make(chan struct{})
	at := r.now().Add(20 * time.Millisecond)
	early := make(chan bool, 10)
	for range 100 { // until this node is the owner
		owned := make(chan bool, 1)
		s.post(func() {
			owned <- s.owner != nil
			if s.owner == nil {
				return
			}
			s.schedule("test", at, func(context.Context) error {
				early <- r.now().Before(at)
				if tries.Add(1) == 1 {
					return errors.New("not now")
				}
				close(done)
				return nil
			})
			r.ahead.Store(int64(-100 * time.Millisecond))
		})
		if <-owned {
			break
		}
		<-time.After(10 * time.Millisecond)
	}
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatalf("%d tries", tries.Load())
	}
	if <-early {
		t.Error("carried out before its time")
	}
}

// Two nodes, five agents, sixty contacts: no agent ever has two offers, every
// contact is served once, though owners come and go.
func TestNobodyGetsTwoOffers(t *testing.T) {
	r := newRig(t)
	r.addQueue(queue.Queue{})
	const agents, contacts = 5, 60
	for i := range agents {
		r.addAgent(domain.UserID(fmt.Sprint("agent", i)))
	}
	a, b := r.service("a"), r.service("b")
	stopA := r.run(a)
	r.run(b)
	served := make(chan domain.ContactID, contacts)
	sub, err := r.bus.SubscribeEvents(func(e domain.Event) {
		if e.Name == "contact.offered" {
			served <- domain.ContactID(e.ID)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Close()
	for i := range contacts {
		r.addContact(domain.ContactID(fmt.Sprintf("c%02d", i)))
	}
	for i := range contacts {
		select {
		case id := <-served:
			r.serve(b, id)
		case <-time.After(patience):
			t.Fatalf("%d of %d contacts were offered", i, contacts)
		}
		if i == contacts/2 {
			stopA()
		}
	}
	err = r.store.View(t.Context(), func(tx *store.Tx) error {
		for i := range contacts {
			c, err := tx.Contact(domain.ContactID(fmt.Sprintf("c%02d", i)))
			if err != nil {
				return err
			}
			if c.State != contact.Ended || c.OfferNumber != 1 {
				t.Errorf("%s is %s after %d offers", c.ID, c.State, c.OfferNumber)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// serve accepts and ends an offered contact.
func (r *rig) serve(s *Service, id domain.ContactID) {
	r.t.Helper()
	var c *contact.Contact
	err := r.store.View(context.Background(), func(tx *store.Tx) (err error) {
		c, err = tx.Contact(id)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	if err := s.Accept(context.Background(), c.Agent, "", id, c.OfferNumber, domain.InteractionID(id)); err != nil {
		r.t.Fatal(id, err)
	}
	r.update(func(tx *store.Tx) error {
		c, a, err := load(tx, id, c.Agent)
		if err != nil {
			return err
		}
		if len(a.Work) != 1 {
			r.t.Errorf("%s has %v", a.User, a.Work)
		}
		a.Finish(id, 0, 0, r.now())
		return errors.Join(c.End(contact.ByAgent, r.now()), save(tx, c, "contact.ended", a, "agent.free"))
	})
}
