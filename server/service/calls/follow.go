package calls

import (
	"context"
	"time"

	"parley/server/domain"
	"parley/server/domain/contact"
	"parley/server/store"
)

// Refresh reads the contacts of this node's calls from the store. It heals what
// a silent bus has lost.
func (s *Service) Refresh(ctx context.Context) error {
	if err := s.loadQueues(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	ids := make([]domain.ContactID, 0, len(s.applied))
	for id := range s.applied {
		ids = append(ids, id)
	}
	s.mu.Unlock()
	var contacts []*contact.Contact
	err := s.cfg.Store.View(ctx, func(tx *store.Tx) error {
		live, err := tx.LiveContacts()
		if err != nil {
			return err
		}
		contacts = live
		for _, id := range ids {
			c, err := tx.Contact(id)
			if domain.KindOf(err) == domain.NotFound {
				continue
			}
			if err != nil {
				return err
			}
			contacts = append(contacts, c)
		}
		return nil
	})
	for _, c := range contacts {
		if c.Node == s.cfg.Node {
			s.carryOut(c)
		}
	}
	return err
}

// carryOut tells the voice side what a contact has become. Older news than the
// last is passed over.
func (s *Service) carryOut(c *contact.Contact) {
	s.mu.Lock()
	defer s.mu.Unlock()
	is := s.applied[c.ID]
	if is == nil {
		is = &applied{}
		s.applied[c.ID] = is
	}
	if c.Version <= is.version {
		return
	}
	was := *is
	is.version, is.agent = c.Version, c.Agent
	is.connected, is.held = c.State == contact.Connected, c.Held
	var err error
	switch {
	case c.State == contact.Ended:
		err = s.voice.HangUp(c.ID)
		delete(s.applied, c.ID)
	case is.connected && is.held && (!was.held || !was.connected):
		err = s.voice.Hold(c.ID)
	case is.connected && !is.held && is.media == is.agent && (was.held || !was.connected):
		// Without media the call is connected once that is there.
		err = s.voice.Connect(c.ID)
	case is.media != "" && is.agent != is.media:
		is.media = ""
		err = s.voice.CloseAgent(c.ID)
	}
	s.guard(c.ID, is)
	switch {
	case domain.KindOf(err) == domain.NotFound && err != nil:
		is.found()
		delete(s.applied, c.ID)
	case err != nil:
		s.cfg.Log.Error("call does not follow its contact", "contact", c.ID, "state", c.State, "err", err)
	}
}

// opened notes whose media a call has got, and connects the two if the contact
// is served already. Media that came too late is dropped.
func (s *Service) opened(id domain.ContactID, user domain.UserID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	is := s.applied[id]
	if is == nil || is.agent != user {
		if is != nil {
			is.media = ""
		}
		if err := s.voice.CloseAgent(id); err != nil && domain.KindOf(err) != domain.NotFound {
			return err
		}
		return domain.Errorf(domain.Conflict, "%s does not have this contact", user)
	}
	is.media = user
	s.guard(id, is)
	if is.connected && !is.held {
		return s.voice.Connect(id)
	}
	return nil
}

// guard watches over a served call without media: if it stays so, the customer
// goes back to his place in the queue. The lock is held.
func (s *Service) guard(id domain.ContactID, is *applied) {
	if !is.connected || is.media == is.agent || s.life.Err() != nil {
		is.found()
		return
	}
	if is.lost != nil {
		return
	}
	user := is.agent
	is.lost = time.AfterFunc(s.cfg.LostLimit, func() {
		s.later(unsaved{id, "requeue"}, func(ctx context.Context) error { return s.requeue(ctx, id, user) })
	})
}

func (a *applied) found() {
	if a.lost != nil {
		a.lost.Stop()
		a.lost = nil
	}
}

// requeue takes a call from an agent who can no longer talk.
func (s *Service) requeue(ctx context.Context, id domain.ContactID, user domain.UserID) error {
	return s.cfg.Store.Update(ctx, domain.Centre, "", func(tx *store.Tx) error {
		c, err := tx.Contact(id)
		if err != nil {
			return err
		}
		if c.State != contact.Connected || c.Agent != user || !s.silent(id, user) {
			return nil
		}
		a, err := tx.Agent(user)
		if err != nil {
			return err
		}
		if err := release(tx, a, c, c.State, s.cfg.Now()); err != nil {
			return err
		}
		if err := c.Requeue(); err != nil {
			return err
		}
		s.cfg.Log.Warn("an agent was lost: his call waits again", "contact", id, "agent", user)
		return tx.PutContact(c, "contact.requeued")
	})
}

// silent says whether the call is still without the agent's media.
func (s *Service) silent(id domain.ContactID, user domain.UserID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	is := s.applied[id]
	return is != nil && is.agent == user && is.media != user
}
