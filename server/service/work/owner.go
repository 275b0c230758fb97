package work

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/contact"
	"parley/server/domain/queue"
	"parley/server/domain/routing"
	"parley/server/store"
)

// owner is what a node knows while it is the routing owner. Only Run's goroutine
// touches it; offers and time-outs, which wait for the store, run beside it.
type owner struct {
	epoch domain.Epoch
	// known is the last event that the pool had when the store was read.
	known  uint64
	pool   *routing.Pool
	timers map[string]*time.Timer
	// versions are of what timers were set for: a late event sets none.
	versions map[string]uint64
}

// retryAfter is how long routing waits when the store does not take a change
// for another reason than that somebody was faster.
const retryAfter = 500 * time.Millisecond

// errLost means that another node has the lease.
var errLost = errors.New("the routing lease is lost")

// Run competes for the lease and routes while it has it, until ctx ends. The
// lease is then given up at once.
func (s *Service) Run(ctx context.Context) error {
	defer s.busy.Wait()
	defer close(s.stopped)
	events := make(chan domain.Event, 4096)
	sub, err := s.cfg.Bus.SubscribeEvents(func(e domain.Event) {
		select {
		case events <- e:
		default:
			s.Refresh()
		}
	})
	if err != nil {
		return fmt.Errorf("follow the events: %w", err)
	}
	defer sub.Close()
	renew := time.NewTicker(s.cfg.LeaseTTL / 3)
	defer renew.Stop()
	s.claim(ctx)
	for {
		select {
		case <-ctx.Done():
			s.resign()
			return nil
		case <-renew.C:
			s.claim(ctx)
		case <-s.stale:
			if s.owner != nil {
				s.reload(ctx, s.owner.epoch)
			}
		case e := <-events:
			if s.owner != nil && e.Sequence > s.owner.known {
				s.apply(e)
			}
		case f := <-s.inbox:
			if s.owner != nil {
				f()
			}
		}
		s.route(ctx)
	}
}

// Refresh makes the owner read the store anew, because events were lost.
func (s *Service) Refresh() {
	select {
	case s.stale <- struct{}{}:
	default:
	}
}

// claim takes or renews the lease. A new owner reads everything from the store.
func (s *Service) claim(ctx context.Context) {
	wait, cancel := context.WithTimeout(ctx, s.cfg.LeaseTTL)
	defer cancel()
	var epoch domain.Epoch
	var held bool
	err := s.cfg.Store.Update(wait, domain.Centre, "", func(tx *store.Tx) error {
		var err error
		epoch, held, err = tx.AcquireLease(Lease, s.cfg.Node, s.cfg.LeaseTTL, s.cfg.Now())
		return err
	})
	if err != nil || !held {
		if err != nil && ctx.Err() == nil {
			s.cfg.Log.Warn("routing lease not renewed", "err", err)
		}
		s.drop()
		return
	}
	if s.owner != nil && s.owner.epoch == epoch {
		return
	}
	s.cfg.Log.Info("routing owner", "epoch", uint64(epoch))
	s.reload(ctx, epoch)
}

// drop forgets everything: this node is not the owner (any longer).
func (s *Service) drop() {
	if s.owner == nil {
		return
	}
	for _, t := range s.owner.timers {
		t.Stop()
	}
	s.owner = nil
}

func (s *Service) resign() {
	owned := s.owner != nil
	s.drop()
	if !owned {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err := s.cfg.Store.Update(ctx, domain.Centre, "", func(tx *store.Tx) error {
		return tx.ReleaseLease(Lease, s.cfg.Node)
	})
	if err != nil {
		s.cfg.Log.Warn("routing lease not released", "err", err)
	}
}

// reload reads the centre from the store into a new pool.
func (s *Service) reload(ctx context.Context, epoch domain.Epoch) {
	s.drop()
	err := s.cfg.Store.View(ctx, func(tx *store.Tx) error {
		known, err := tx.Sequence()
		if err != nil {
			return err
		}
		queues, err := tx.Queues()
		if err != nil {
			return err
		}
		agents, err := tx.Agents()
		if err != nil {
			return err
		}
		contacts, err := tx.LiveContacts()
		if err != nil {
			return err
		}
		s.owner = &owner{
			epoch: epoch, known: known, pool: routing.NewPool(), timers: map[string]*time.Timer{}, versions: map[string]uint64{},
		}
		for _, q := range queues {
			s.owner.pool.SetQueue(*q)
		}
		for _, a := range agents {
			s.setAgent(a)
		}
		for _, c := range contacts {
			s.setContact(c)
		}
		return nil
	})
	if err != nil {
		s.cfg.Log.Error("routing cannot read the store", "err", err)
		s.drop()
	}
}

func (s *Service) apply(e domain.Event) {
	var err error
	switch e.Kind {
	case domain.KindContact:
		var c contact.Contact
		if err = json.Unmarshal(e.State, &c); err == nil {
			s.setContact(&c)
		}
	case domain.KindAgent:
		var a agent.Agent
		if err = json.Unmarshal(e.State, &a); err == nil {
			s.setAgent(&a)
		}
	case domain.KindQueue:
		var q queue.Queue
		if err = json.Unmarshal(e.State, &q); err == nil {
			s.owner.pool.SetQueue(q)
		}
	case domain.KindInteraction, domain.KindUser, domain.KindSession:
	}
	if err != nil {
		s.cfg.Log.Error("unreadable event", "name", e.Name, "id", e.ID, "err", err)
	}
}

func (s *Service) setContact(c *contact.Contact) {
	s.owner.pool.SetContact(c, s.cfg.Now())
	key := "contact:" + string(c.ID)
	if c.Version < s.owner.versions[key] {
		return
	}
	s.owner.versions[key] = c.Version
	if c.State != contact.Offered {
		s.unschedule(key)
		if c.State == contact.Ended {
			delete(s.owner.versions, key)
		}
		return
	}
	id, number := c.ID, c.OfferNumber
	s.schedule(key, c.OfferDeadline, func(ctx context.Context) error { return s.expireOffer(ctx, id, number) })
}

func (s *Service) setAgent(a *agent.Agent) {
	s.owner.pool.SetAgent(a, s.cfg.Now())
	key := "agent:" + string(a.User)
	if a.Version < s.owner.versions[key] {
		return
	}
	s.owner.versions[key] = a.Version
	s.rest(a)
	s.away(a)
	w := a.WrapUpAt()
	if w == nil {
		s.unschedule(key)
		return
	}
	user := a.User
	s.schedule(key, w.Deadline, func(ctx context.Context) error { return s.expireWrapUp(ctx, user) })
}

// route carries out every decision that can be made now.
func (s *Service) route(ctx context.Context) {
	if s.owner == nil || ctx.Err() != nil {
		return
	}
	o := s.owner
	for {
		a, ok := o.pool.Next(s.cfg.Now())
		if !ok {
			return
		}
		s.background(func(ctx context.Context) { s.carryOut(ctx, o, a) })
	}
}

// carryOut stores an offer. One that was not stored frees both sides again: at
// once when somebody was faster, later when the store is in trouble.
func (s *Service) carryOut(ctx context.Context, o *owner, a routing.Assignment) {
	err := s.offer(ctx, o.epoch, a)
	if err == nil {
		return
	}
	if errors.Is(err, errLost) {
		s.post(func() {
			if s.owner == o {
				s.drop()
			}
		})
		return
	}
	p, known := s.fresh(a)
	failed := func() { s.offerFailed(o, a, p) }
	if known && domain.KindOf(err) == domain.Conflict {
		s.post(failed)
		return
	}
	s.cfg.Log.Error("offer not stored", "contact", a.Contact, "agent", a.Agent, "err", err)
	time.AfterFunc(retryAfter, func() { s.post(failed) })
}

// offer rings a contact at an agent, if both are still free.
func (s *Service) offer(ctx context.Context, epoch domain.Epoch, a routing.Assignment) error {
	return s.cfg.Store.Update(ctx, domain.Centre, "", func(tx *store.Tx) error {
		if err := tx.Fence(Lease, epoch); domain.KindOf(err) == domain.Conflict && err != nil {
			return fmt.Errorf("%w: %w", errLost, err)
		} else if err != nil {
			return err
		}
		c, ag, err := load(tx, a.Contact, a.Agent)
		if err != nil {
			return err
		}
		q, err := tx.Queue(c.Queue)
		if err != nil {
			return err
		}
		now := s.cfg.Now()
		why := a.Why
		if err := c.Offer(a.Agent, &why, now, now.Add(q.WithDefaults().RingTimeout)); err != nil {
			return err
		}
		if err := ag.Offer(c.ID, c.Channel, c.Queue, now); err != nil {
			return err
		}
		return save(tx, c, "contact.offered", ag, "agent.offered")
	})
}

// pair is what the store has of a refused assignment; nil where it has nothing.
type pair struct {
	contact *contact.Contact
	agent   *agent.Agent
}

func (s *Service) fresh(a routing.Assignment) (p pair, known bool) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	err := s.cfg.Store.View(ctx, func(tx *store.Tx) error {
		var err error
		p.contact, p.agent, err = load(tx, a.Contact, a.Agent)
		return err
	})
	if err != nil {
		return pair{}, false
	}
	return p, true
}

// offerFailed frees both, with what the store has of them.
func (s *Service) offerFailed(o *owner, a routing.Assignment, p pair) {
	if s.owner != o {
		return
	}
	o.pool.Refuse(a)
	if p.contact != nil {
		s.setContact(p.contact)
	}
	if p.agent != nil {
		s.setAgent(p.agent)
	}
}
