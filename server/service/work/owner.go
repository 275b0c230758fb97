package work

import (
	"context"
	"encoding/json"
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
	epoch  domain.Epoch
	pool   *routing.Pool
	queues map[domain.QueueID]queue.Queue
	timers map[string]*time.Timer
}

// retryAfter is how long routing waits when the store does not take an offer
// for another reason than that somebody was faster.
const retryAfter = 500 * time.Millisecond

// Run competes for the lease and routes while it has it, until ctx ends. The
// lease is then given up at once.
func (s *Service) Run(ctx context.Context) error {
	defer close(s.stopped)
	events := make(chan domain.Event, 4096)
	overflow := make(chan struct{}, 1)
	sub, err := s.cfg.Bus.SubscribeEvents(func(e domain.Event) {
		select {
		case events <- e:
		default: // the store is read anew instead
			select {
			case overflow <- struct{}{}:
			default:
			}
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
		case <-overflow:
			if s.owner != nil {
				s.reload(ctx, s.owner.epoch)
			}
		case e := <-events:
			if s.owner != nil {
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
	s.busy.Wait()
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
			epoch: epoch, pool: routing.NewPool(),
			queues: map[domain.QueueID]queue.Queue{}, timers: map[string]*time.Timer{},
		}
		for _, q := range queues {
			s.setQueue(*q)
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
			s.setQueue(q)
		}
	case domain.KindInteraction, domain.KindUser, domain.KindSession:
	}
	if err != nil {
		s.cfg.Log.Error("unreadable event", "name", e.Name, "id", e.ID, "err", err)
	}
}

func (s *Service) setQueue(q queue.Queue) {
	s.owner.queues[q.ID] = q
	s.owner.pool.SetQueue(q)
}

func (s *Service) setContact(c *contact.Contact) {
	s.owner.pool.SetContact(c, s.cfg.Now())
	key := "contact:" + string(c.ID)
	if c.State != contact.Offered {
		s.unschedule(key)
		return
	}
	id, number := c.ID, c.OfferNumber
	s.schedule(key, c.OfferDeadline, func(ctx context.Context) { s.expireOffer(ctx, id, number) })
}

func (s *Service) setAgent(a *agent.Agent) {
	s.owner.pool.SetAgent(a, s.cfg.Now())
	key := "agent:" + string(a.User)
	w := a.WrapUpAt()
	if w == nil {
		s.unschedule(key)
		return
	}
	user := a.User
	s.schedule(key, w.Deadline, func(ctx context.Context) { s.expireWrapUp(ctx, user) })
}

func (s *Service) schedule(key string, at time.Time, check func(context.Context)) {
	s.unschedule(key)
	s.owner.timers[key] = time.AfterFunc(at.Sub(s.cfg.Now()), func() {
		s.post(func() {
			delete(s.owner.timers, key)
			s.background(check)
		})
	})
}

func (s *Service) unschedule(key string) {
	if t := s.owner.timers[key]; t != nil {
		t.Stop()
		delete(s.owner.timers, key)
	}
}

// post brings f to Run's goroutine; it is dropped when there is none any more.
func (s *Service) post(f func()) {
	select {
	case s.inbox <- f:
	case <-s.stopped:
	}
}

// background runs f beside the loop; the store groups what comes together.
func (s *Service) background(f func(context.Context)) {
	s.busy.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		f(ctx)
	})
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
		s.background(func(ctx context.Context) {
			err := s.offer(ctx, o.epoch, a)
			if err == nil {
				return
			}
			p := s.fresh(a)
			failed := func() { s.offerFailed(o, a, p) }
			if domain.KindOf(err) == domain.Conflict {
				s.post(failed)
				return
			}
			s.cfg.Log.Error("offer not stored", "contact", a.Contact, "agent", a.Agent, "err", err)
			time.AfterFunc(retryAfter, func() { s.post(failed) })
		})
	}
}

// offer rings a contact at an agent, if both are still free.
func (s *Service) offer(ctx context.Context, epoch domain.Epoch, a routing.Assignment) error {
	return s.cfg.Store.Update(ctx, domain.Centre, "", func(tx *store.Tx) error {
		if err := tx.Fence(Lease, epoch); err != nil {
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

func (s *Service) fresh(a routing.Assignment) pair {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	var p pair
	err := s.cfg.Store.View(ctx, func(tx *store.Tx) error {
		var err error
		p.contact, p.agent, err = load(tx, a.Contact, a.Agent)
		return err
	})
	if err != nil {
		return pair{}
	}
	return p
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

// expireOffer takes back an offer that was not answered in time (RONA).
func (s *Service) expireOffer(ctx context.Context, id domain.ContactID, number uint64) {
	err := s.cfg.Store.Update(ctx, domain.Centre, "", func(tx *store.Tx) error {
		c, err := tx.Contact(id)
		if err != nil {
			return err
		}
		if c.State != contact.Offered || c.OfferNumber != number {
			return nil
		}
		a, err := tx.Agent(c.Agent)
		if err != nil {
			return err
		}
		q, err := tx.Queue(c.Queue)
		if err != nil {
			return err
		}
		if err := c.Return(); err != nil {
			return err
		}
		a.Miss(id, q.WithDefaults().MissLimit, s.cfg.Now())
		return save(tx, c, "contact.missed", a, "agent.missed")
	})
	if err != nil {
		s.cfg.Log.Error("offer not taken back", "contact", id, "err", err)
	}
}

func (s *Service) expireWrapUp(ctx context.Context, user domain.UserID) {
	err := s.cfg.Store.Update(ctx, domain.Centre, "", func(tx *store.Tx) error {
		a, err := tx.Agent(user)
		if err != nil {
			return err
		}
		if !a.ExpireWrapUps(s.cfg.Now()) {
			return nil
		}
		return tx.PutAgent(a, "agent.wrap_up_expired")
	})
	if err != nil {
		s.cfg.Log.Error("wrap-up not ended", "agent", user, "err", err)
	}
}
