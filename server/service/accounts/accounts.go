// Package accounts finds, creates and imports customers.
package accounts

import (
	"context"
	"slices"
	"strings"

	"parley/server/domain"
	"parley/server/domain/account"
	"parley/server/store"
)

// Service finds and creates customers.
type Service struct {
	store   *store.Store
	country string
	newID   func() string
}

// New returns the service; country (ISO 3166) is where numbers without a
// country code belong.
func New(st *store.Store, country string, newID func() string) *Service {
	return &Service{store: st, country: country, newID: newID}
}

// Find lists accounts by words of the name or company, by number or e-mail.
func (s *Service) Find(ctx context.Context, text string, limit int) ([]*account.Account, bool, error) {
	if strings.TrimSpace(text) == "" {
		return nil, false, nil
	}
	var hits []*account.Account
	var more bool
	err := s.store.View(ctx, func(tx *store.Tx) error {
		if e164, err := account.E164(text, s.country); err == nil {
			exact, total, err := tx.AccountsByNumber(e164, limit)
			if err != nil || total > 0 {
				hits, more = exact, total > len(exact)
				return err
			}
		}
		var err error
		hits, more, err = tx.FindAccounts(text, limit)
		return err
	})
	return hits, more, err
}

// Account returns one customer.
func (s *Service) Account(ctx context.Context, id domain.AccountID) (*account.Account, error) {
	var a *account.Account
	err := s.store.View(ctx, func(tx *store.Tx) error {
		var err error
		a, err = tx.Account(id)
		return err
	})
	return a, err
}

// Create stores a new customer under the id the desktop made.
func (s *Service) Create(ctx context.Context, user domain.UserID, cmd domain.CommandID, a account.Account) error {
	if a.ID == "" {
		return &domain.Error{Kind: domain.Invalid, Subject: "account_id", Text: "an account id is needed"}
	}
	if err := a.Check(s.country); err != nil {
		return err
	}
	return s.store.Update(ctx, domain.Actor{User: user}, cmd, func(tx *store.Tx) error {
		created := a
		created.Version = 0
		return tx.PutAccount(&created, "account.created")
	})
}

// AddNumber adds a telephone number to a customer; one he has already changes
// nothing.
func (s *Service) AddNumber(ctx context.Context, user domain.UserID, cmd domain.CommandID, id domain.AccountID, number string) error {
	return s.store.Update(ctx, domain.Actor{User: user}, cmd, func(tx *store.Tx) error {
		a, err := tx.Account(id)
		if err != nil {
			return err
		}
		country := a.Country
		if country == "" {
			country = s.country
		}
		e164, err := account.E164(number, country)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(a.Numbers, func(n account.Number) bool { return n.E164 == e164 }) {
			return nil
		}
		a.Numbers = append(a.Numbers, account.Number{Typed: strings.TrimSpace(number), E164: e164})
		return tx.PutAccount(a, "account.number_added")
	})
}
