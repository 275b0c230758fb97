package calls

import (
	"context"
	"maps"
	"slices"
	"time"

	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/contact"
	"parley/server/domain/queue"
	"parley/server/store"
)

// HangUp ends a call of the agent.
func (s *Service) HangUp(ctx context.Context, user domain.UserID, cmd domain.CommandID, id domain.ContactID) error {
	return s.cfg.Store.Update(ctx, domain.Actor{User: user}, cmd, func(tx *store.Tx) error {
		c, err := tx.Contact(id)
		if err != nil {
			return err
		}
		if c.Agent != user || c.State != contact.Connected {
			return domain.Errorf(domain.Conflict, "%s does not serve this contact", user)
		}
		return endContact(tx, c, contact.ByAgent, s.cfg.Now())
	})
}

// unsaved names a change that the store did not take yet.
type unsaved struct {
	contact domain.ContactID
	what    string
}

// end ends a contact.
func (s *Service) end(id domain.ContactID, reason contact.EndReason) {
	s.save(unsaved{id, "end"}, func(ctx context.Context) error { return s.ended(ctx, id, reason) })
}

func (s *Service) ended(ctx context.Context, id domain.ContactID, reason contact.EndReason) error {
	return s.cfg.Store.Update(ctx, domain.Centre, "", func(tx *store.Tx) error {
		c, err := tx.Contact(id)
		if err != nil {
			return err
		}
		if c.State == contact.Ended {
			return nil
		}
		return endContact(tx, c, reason, s.cfg.Now())
	})
}

// save makes a change; when the store does not take it, it is tried again until
// it does, for what it tells has happened to the call already.
func (s *Service) save(what unsaved, f func(context.Context) error) {
	s.pendingMu.Lock()
	delete(s.pending, what) // what is newer replaces it
	s.pendingMu.Unlock()
	ctx, cancel := context.WithTimeout(s.life, storeTimeout)
	defer cancel()
	err := f(ctx)
	if err == nil || domain.KindOf(err) == domain.NotFound {
		return
	}
	s.cfg.Log.Error("change of a call not stored: trying again", "contact", what.contact, "change", what.what, "err", err)
	s.later(what, f)
}

func (s *Service) later(what unsaved, f func(context.Context) error) {
	s.pendingMu.Lock()
	defer s.pendingMu.Unlock()
	s.pending[what] = f
}

func (s *Service) retry() {
	tick := time.NewTicker(retryEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.life.Done():
			return
		case <-tick.C:
		}
		s.pendingMu.Lock()
		again := slices.Collect(maps.Keys(s.pending))
		s.pendingMu.Unlock()
		for _, what := range again {
			if f := s.take(what); f != nil && s.life.Err() == nil {
				s.save(what, f)
			}
		}
	}
}

// take returns a pending change, nil if a newer one has replaced it.
func (s *Service) take(what unsaved) func(context.Context) error {
	s.pendingMu.Lock()
	defer s.pendingMu.Unlock()
	f := s.pending[what]
	delete(s.pending, what)
	return f
}

// endContact ends a contact and, in the same transaction, the work its agent
// has with it: an offer is taken back, a service is followed by the wrap-up.
func endContact(tx *store.Tx, c *contact.Contact, reason contact.EndReason, now time.Time) error {
	who, state := c.Agent, c.State
	if err := c.End(reason, now); err != nil {
		return err
	}
	if who != "" {
		a, err := tx.Agent(who)
		if err != nil {
			return err
		}
		if err := release(tx, a, c, state, now); err != nil {
			return err
		}
	}
	return tx.PutContact(c, "contact.ended")
}

func release(tx *store.Tx, a *agent.Agent, c *contact.Contact, state contact.State, now time.Time) error {
	if state == contact.Offered {
		a.Withdraw(c.ID, now)
		return tx.PutAgent(a, "agent.offer_withdrawn")
	}
	q, err := tx.Queue(c.Queue)
	if domain.KindOf(err) == domain.NotFound {
		q, err = &queue.Queue{}, nil
	}
	if err != nil {
		return err
	}
	set := q.WithDefaults()
	a.Finish(c.ID, set.WrapUp, set.WrapUpMax, now)
	return tx.PutAgent(a, "agent.wrap_up")
}

// Recover ends the contacts of nodes that are gone: their sockets died with
// them, the contacts stay in the history as interrupted.
func (s *Service) Recover(ctx context.Context, alive func(domain.NodeID) bool) (int, error) {
	var ids []domain.ContactID
	err := s.cfg.Store.View(ctx, func(tx *store.Tx) error {
		contacts, err := tx.LiveContacts()
		if err != nil {
			return err
		}
		for _, c := range contacts {
			if !alive(c.Node) {
				ids = append(ids, c.ID)
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		s.cfg.Log.Warn("call was interrupted", "contact", id)
		s.end(id, contact.Interrupted)
	}
	return len(ids), nil
}

// Release ends what is left of this node's contacts when it stops: the calls
// were let go. What the store does not take within ctx is ended by the next
// server as interrupted.
func (s *Service) Release(ctx context.Context) {
	var ids []domain.ContactID
	err := s.cfg.Store.View(ctx, func(tx *store.Tx) error {
		contacts, err := tx.LiveContacts()
		if err != nil {
			return err
		}
		for _, c := range contacts {
			if c.Node == s.cfg.Node {
				ids = append(ids, c.ID)
			}
		}
		return nil
	})
	for _, id := range ids {
		if err == nil {
			err = s.ended(ctx, id, contact.Released)
		}
	}
	if err != nil {
		s.cfg.Log.Error("calls left open", "err", err)
	}
}
