package calls

import (
	"context"
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

// end ends a contact; when the store cannot take it, it is tried again until
// it can, for the call itself is over.
func (s *Service) end(id domain.ContactID, reason contact.EndReason) {
	ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
	defer cancel()
	err := s.cfg.Store.Update(ctx, domain.Centre, "", func(tx *store.Tx) error {
		c, err := tx.Contact(id)
		if err != nil {
			return err
		}
		if c.State == contact.Ended {
			return nil
		}
		return endContact(tx, c, reason, s.cfg.Now())
	})
	s.endsMu.Lock()
	defer s.endsMu.Unlock()
	if err == nil || domain.KindOf(err) == domain.NotFound {
		delete(s.ends, id)
		return
	}
	s.cfg.Log.Error("end of a call not stored: trying again", "contact", id, "err", err)
	s.ends[id] = reason
}

func (s *Service) retryEnds(ctx context.Context) {
	tick := time.NewTicker(retryEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		s.endsMu.Lock()
		again := make(map[domain.ContactID]contact.EndReason, len(s.ends))
		for id, reason := range s.ends {
			again[id] = reason
		}
		s.endsMu.Unlock()
		for id, reason := range again {
			s.end(id, reason)
		}
	}
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
// were let go.
func (s *Service) Release() {
	var ids []domain.ContactID
	ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
	defer cancel()
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
	if err != nil {
		s.cfg.Log.Error("calls left open", "err", err)
		return
	}
	for _, id := range ids {
		s.end(id, contact.Released)
	}
}
