package work

import (
	"context"
	"time"

	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/contact"
	"parley/server/store"
)

// schedule runs check at a time, and again later while the store does not take
// what came of it.
func (s *Service) schedule(key string, at time.Time, check func(context.Context) error) {
	s.unschedule(key)
	o := s.owner
	var t *time.Timer
	t = time.AfterFunc(at.Sub(s.cfg.Now()), func() {
		s.post(func() {
			if s.owner == o && o.timers[key] == t {
				s.due(key, at, check)
			}
		})
	})
	o.timers[key] = t
}

func (s *Service) due(key string, at time.Time, check func(context.Context) error) {
	o := s.owner
	delete(o.timers, key)
	if s.cfg.Now().Before(at) {
		// The wall clock, by which deadlines are checked, runs behind the timer's.
		s.schedule(key, at, check)
		return
	}
	s.background(func(ctx context.Context) {
		err := check(ctx)
		if err == nil {
			return
		}
		s.cfg.Log.Error("time limit not carried out", "of", key, "err", err)
		s.post(func() {
			if s.owner == o && o.timers[key] == nil {
				s.schedule(key, s.cfg.Now().Add(retryAfter), check)
			}
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

// expireOffer takes back an offer that was not answered in time (RONA).
func (s *Service) expireOffer(ctx context.Context, id domain.ContactID, number uint64) error {
	return s.cfg.Store.Update(ctx, domain.Centre, "", func(tx *store.Tx) error {
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
}

func (s *Service) expireWrapUp(ctx context.Context, user domain.UserID) error {
	return s.cfg.Store.Update(ctx, domain.Centre, "", func(tx *store.Tx) error {
		a, err := tx.Agent(user)
		if err != nil {
			return err
		}
		if !a.ExpireWrapUps(s.cfg.Now()) {
			return nil
		}
		return tx.PutAgent(a, "agent.wrap_up_expired")
	})
}

// rest shows an agent to the pool again when the pause after a reject is over.
func (s *Service) rest(a *agent.Agent) {
	key, o := "rest:"+string(a.User), s.owner
	if !a.Resting(s.cfg.Now()) {
		s.unschedule(key)
		return
	}
	s.schedule(key, a.RestUntil, func(context.Context) error {
		s.post(func() {
			if s.owner == o {
				o.pool.SetAgent(a, s.cfg.Now())
			}
		})
		return nil
	})
}

// away signs an agent out whose desktop stays out of reach, so that nobody
// counts on him.
func (s *Service) away(a *agent.Agent) {
	key, user := "away:"+string(a.User), a.User
	since, ok := a.AwaySince()
	if !ok {
		s.unschedule(key)
		return
	}
	s.schedule(key, since.Add(agent.AwayLimit), func(ctx context.Context) error { return s.signOut(ctx, user) })
}

func (s *Service) signOut(ctx context.Context, user domain.UserID) error {
	return s.cfg.Store.Update(ctx, domain.Centre, "", func(tx *store.Tx) error {
		a, err := tx.Agent(user)
		if err != nil {
			return err
		}
		since, ok := a.AwaySince()
		if !ok || s.cfg.Now().Before(since.Add(agent.AwayLimit)) {
			return nil
		}
		if err := a.SignOut(s.cfg.Now()); err != nil {
			return err
		}
		return tx.PutAgent(a, "agent.away")
	})
}
