// Package interactions keeps the records of agents' business with accounts.
package interactions

import (
	"context"
	"time"

	"parley/server/domain"
	"parley/server/domain/interaction"
	"parley/server/store"
)

// Query says which interactions are wanted.
type Query = store.HistoryQuery

// Entry is one interaction with its contacts.
type Entry = store.HistoryEntry

// Service keeps interaction records.
type Service struct {
	store *store.Store
	now   func() time.Time
}

// New returns the service.
func New(st *store.Store, now func() time.Time) *Service { return &Service{store: st, now: now} }

// Begin opens an interaction by hand.
func (s *Service) Begin(ctx context.Context, user domain.UserID, cmd domain.CommandID, id domain.InteractionID) error {
	if id == "" {
		return &domain.Error{Kind: domain.Invalid, Subject: "interaction_id", Text: "an interaction id is needed"}
	}
	return s.store.Update(ctx, domain.Actor{User: user}, cmd, func(tx *store.Tx) error {
		if i, err := tx.Interaction(id); err == nil {
			return mine(i, user)
		}
		i := &interaction.Interaction{ID: id, Agent: user, StartedAt: s.now()}
		return tx.PutInteraction(i, "interaction.begun")
	})
}

func mine(i *interaction.Interaction, user domain.UserID) error {
	if i.Agent != user {
		return domain.Errorf(domain.Denied, "this interaction belongs to %s", i.Agent)
	}
	return nil
}

func (s *Service) change(ctx context.Context, user domain.UserID, cmd domain.CommandID, id domain.InteractionID, event string, f func(*store.Tx, *interaction.Interaction) error) error {
	return s.store.Update(ctx, domain.Actor{User: user}, cmd, func(tx *store.Tx) error {
		i, err := tx.Interaction(id)
		if err != nil {
			return err
		}
		if err := mine(i, user); err != nil {
			return err
		}
		if err := f(tx, i); err != nil {
			return err
		}
		return tx.PutInteraction(i, event)
	})
}

// ConfirmAccount says whose business it is; an empty account takes a wrong
// confirm back.
func (s *Service) ConfirmAccount(ctx context.Context, user domain.UserID, cmd domain.CommandID, id domain.InteractionID, acc domain.AccountID) error {
	event := "interaction.confirmed"
	if acc == "" {
		event = "interaction.confirm_undone"
	}
	return s.change(ctx, user, cmd, id, event, func(tx *store.Tx, i *interaction.Interaction) error {
		if acc == "" {
			return i.Confirm("", "", "")
		}
		a, err := tx.Account(acc)
		if err != nil {
			return err
		}
		return i.Confirm(a.ID, a.Name, a.Detail())
	})
}

// SaveNote stores the scratch pad and returns it as stored, with its revision.
func (s *Service) SaveNote(ctx context.Context, user domain.UserID, cmd domain.CommandID, id domain.InteractionID, text string, base uint64) (string, uint64, error) {
	err := s.change(ctx, user, cmd, id, "interaction.note", func(_ *store.Tx, i *interaction.Interaction) error {
		return i.SaveNote(text, base)
	})
	if err != nil {
		return "", 0, err
	}
	var i *interaction.Interaction
	err = s.store.View(ctx, func(tx *store.Tx) error {
		var err error
		i, err = tx.Interaction(id)
		return err
	})
	if err != nil {
		return "", 0, err
	}
	return i.Note, i.NoteRevision, nil
}

// End ends the interaction and attaches or discards its note.
func (s *Service) End(ctx context.Context, user domain.UserID, cmd domain.CommandID, id domain.InteractionID, attachNote bool) error {
	return s.change(ctx, user, cmd, id, "interaction.ended", func(_ *store.Tx, i *interaction.Interaction) error {
		return i.End(attachNote, s.now())
	})
}

// History lists interactions, newest first, and the token of the next page.
func (s *Service) History(ctx context.Context, q Query) ([]Entry, string, error) {
	var entries []Entry
	var next string
	err := s.store.View(ctx, func(tx *store.Tx) error {
		var err error
		entries, next, err = tx.History(q)
		return err
	})
	return entries, next, err
}
