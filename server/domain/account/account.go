// Package account holds what a customer is: a person or a company, with
// telephone numbers kept as typed beside their E.164 form, because numbers that
// were not normalised are the classic reason for a caller who is not found.
package account

import (
	"strings"

	"github.com/nyaruka/phonenumbers"

	"parley/server/domain"
)

// Type tells persons from companies.
type Type string

// The types of accounts.
const (
	Person  Type = "person"
	Company Type = "company"
)

// Number is a telephone number as typed and in E.164 form.
type Number struct {
	Typed string `json:"typed"`
	E164  string `json:"e164"`
}

// Account is a customer.
type Account struct {
	ID         domain.AccountID `json:"id"`
	Version    uint64           `json:"version"`
	Type       Type             `json:"type"`
	Name       string           `json:"name"`
	Company    string           `json:"company,omitempty"`
	Numbers    []Number         `json:"numbers,omitempty"`
	Email      string           `json:"email,omitempty"`
	Street     string           `json:"street,omitempty"`
	PostalCode string           `json:"postal_code,omitempty"`
	City       string           `json:"city,omitempty"`
	Country    string           `json:"country,omitempty"`
	Language   string           `json:"language,omitempty"`
}

// Detail is the line under the name: company and city.
func (a *Account) Detail() string {
	parts := make([]string, 0, 2)
	for _, p := range []string{a.Company, a.City} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, ", ")
}

// Check returns what is wrong with an account that is to be stored, and fills
// in the E.164 forms. Country is the one for numbers without a country code.
func (a *Account) Check(country string) error {
	a.Name = strings.TrimSpace(a.Name)
	if a.Name == "" {
		return &domain.Error{Kind: domain.Invalid, Subject: "name", Text: "an account needs a name"}
	}
	if a.Type == "" {
		a.Type = Person
	}
	if a.Type != Person && a.Type != Company {
		return &domain.Error{Kind: domain.Invalid, Subject: "type", Text: "the type of an account is person or company, not " + string(a.Type)}
	}
	if a.Email != "" && !strings.Contains(a.Email, "@") {
		return &domain.Error{Kind: domain.Invalid, Subject: "email", Text: "not an e-mail address: " + a.Email}
	}
	if a.Country != "" {
		country = a.Country
	}
	for i, n := range a.Numbers {
		e164, err := E164(n.Typed, country)
		if err != nil {
			return err
		}
		a.Numbers[i].E164 = e164
	}
	return nil
}

// E164 reads a number as it is dialled in a country (ISO 3166) and returns its
// E.164 form, "+" and digits.
func E164(number, country string) (string, error) {
	n := strings.TrimSpace(number)
	if strings.HasPrefix(n, "00") {
		n = "+" + n[2:]
	}
	p, err := phonenumbers.Parse(n, strings.ToUpper(country))
	if err != nil || !phonenumbers.IsPossibleNumber(p) {
		return "", &domain.Error{Kind: domain.Invalid, Subject: "number", Text: "not a telephone number: " + number}
	}
	return phonenumbers.Format(p, phonenumbers.E164), nil
}
