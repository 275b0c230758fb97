package overview

import (
	"context"

	"parley/client/model"
)

// facts are those of the account in sight.
type facts struct {
	id      string
	loading int
	account *model.Account
	recent  []model.HistoryEntry
	err     error
}

// factsID is the account whose facts are in sight.
func (s *Screen) factsID() string {
	if i := s.interaction(); i != nil && i.Account != nil {
		return i.Account.ID
	}
	if a := s.candidate(); a != nil {
		return a.ID
	}
	return ""
}

// ensureFacts loads what is known of the account in sight, once.
func (s *Screen) ensureFacts() {
	id := s.factsID()
	if id == s.facts.id {
		return
	}
	s.facts = facts{id: id}
	if id == "" {
		return
	}
	s.facts.loading = 2
	var account model.Account
	var err error
	s.Call(func(ctx context.Context) { account, err = s.c.Accounts.Account(ctx, id) }, func() {
		if s.loaded(id, err) {
			s.facts.account = &account
		}
	})
	var page model.HistoryPage
	var failed error
	s.Call(func(ctx context.Context) {
		page, failed = s.c.Interactions.History(ctx, model.HistoryQuery{AccountID: id})
	}, func() {
		if s.loaded(id, failed) {
			s.facts.recent = page.Entries
		}
	})
}

func (s *Screen) loaded(id string, err error) bool {
	if id != s.facts.id {
		return false
	}
	s.facts.loading--
	if err != nil {
		s.facts.err = err
	}
	return err == nil
}
