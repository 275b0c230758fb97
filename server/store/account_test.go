package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/server/domain"
	"parley/server/domain/account"
)

func people() []*account.Account {
	return []*account.Account{
		{ID: "1", Name: "Ayşe Işık", Company: "Güneş A.Ş.", City: "İstanbul", Email: "ayse.isik@example.com", Numbers: []account.Number{
			{Typed: "0532 123 45 67", E164: "+905321234567"}, {Typed: "+90 212 111 22 33", E164: "+902121112233"},
		}},
		{ID: "2", Name: "Əli Məmmədov", City: "Bakı", Numbers: []account.Number{{Typed: "+905321234567", E164: "+905321234567"}}},
		{ID: "3", Name: "IŞIKLI Mehmet", City: "Diyarbakır"},
		{ID: "4", Name: "Jan de Vries", Company: "Straße & Søn", City: "’s-Gravenhage"},
		{ID: "5", Name: "Ali Vries"},
	}
}

func TestFindAccounts(t *testing.T) {
	places := map[string]func(t *testing.T) place{
		"sqlite":   func(t *testing.T) place { t.Helper(); return place{Config{Dir: t.TempDir()}} },
		"postgres": func(t *testing.T) place { t.Helper(); return postgresPlace(t, "") },
		// The order of texts of a database must not matter.
		"postgres tr": func(t *testing.T) place {
			t.Helper()
			return postgresPlace(t, "LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR' LOCALE 'C'")
		},
	}
	for name, open := range places {
		t.Run(name, func(t *testing.T) {
			s := open(t).open(t)
			update(t, s, func(tx *Tx) error {
				for _, a := range people() {
					if err := tx.PutAccount(a, "account.made"); err != nil {
						return err
					}
				}
				return nil
			})
			tests := map[string]string{
				"isik": "1 3", "Işık": "1 3", "IŞIK": "1 3", "ışıklı": "3", "ayse i": "1", "AYŞE ISTANBUL": "1",
				"istanbul": "1", "İSTANBUL": "1", "gunes": "1", "as": "", "ayse.isik@example.com": "1", "example": "1",
				"eli": "2", "əli": "2", "ali": "2 5", "Memmedov": "2", "mammadov": "2", "MƏMMƏD": "2", "baki": "2", "bakı": "2",
				"0532 123": "1 2", "532 12": "1 2", "+90532": "1 2", "0090 532": "1 2", "905321234567": "1 2", "0212": "1",
				"diyarbakir": "3", "strasse": "4", "son": "4", "gravenhage": "4", "vries": "4 5", "vries jan": "4", "vries xxx": "",
				"": "", " ,;": "", "00": "", "0": "", "5321234567": "1 2", "a b c d e f g": "",
			}
			for text, want := range tests {
				view(t, s, func(tx *Tx) error {
					found, more, err := tx.FindAccounts(text, 10)
					if got := accountIDs(found); got != want || more {
						t.Errorf("%q finds %q (more: %v), want %q", text, got, more, want)
					}
					return err
				})
			}
		})
	}
}

func accountIDs(list []*account.Account) string {
	var out []string
	for _, a := range list {
		out = append(out, string(a.ID))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestAccountChangesAreFound(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		a := people()[0]
		put := func() { update(t, s, func(tx *Tx) error { return tx.PutAccount(a, "account.changed") }) }
		put()
		a.Name, a.Numbers = "Zeynep Işık", a.Numbers[:1]
		put()
		finds := func(text, want string) {
			t.Helper()
			view(t, s, func(tx *Tx) error {
				found, _, err := tx.FindAccounts(text, 10)
				if got := accountIDs(found); got != want {
					t.Errorf("%q finds %q, want %q", text, got, want)
				}
				return err
			})
		}
		finds("zeynep", "1")
		finds("isik", "1")
		a.Email = ""
		put()
		finds("ayse", "")
		finds("902121112233", "")
		view(t, s, func(tx *Tx) error {
			got, err := tx.Account("1")
			if diff := cmp.Diff(a, got); diff != "" {
				t.Errorf("loaded account (-put +loaded):\n%s", diff)
			}
			return err
		})
	})
}

func TestAccountsByNumber(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		update(t, s, func(tx *Tx) error { return tx.PutAccounts(people(), "accounts.imported") })
		view(t, s, func(tx *Tx) error {
			for limit, want := range map[int]int{1: 1, 2: 2, 10: 2, 0: 2} {
				hits, total, err := tx.AccountsByNumber("+905321234567", limit)
				if err != nil {
					return err
				}
				if len(hits) != want || total != 2 {
					t.Errorf("limit %d: %d hits of %d, want %d of 2", limit, len(hits), total, want)
				}
			}
			hits, total, err := tx.AccountsByNumber("+1", 5)
			if len(hits) != 0 || total != 0 {
				t.Errorf("an unknown number has %d of %d", len(hits), total)
			}
			return err
		})
	})
}

func TestImport(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		const n = 2000
		list := make([]*account.Account, n)
		for i := range list {
			list[i] = person(i)
		}
		update(t, s, func(tx *Tx) error { return tx.PutAccounts(list, "accounts.imported") })
		view(t, s, func(tx *Tx) error {
			found, more, err := tx.FindAccounts("person", 20)
			if err != nil {
				return err
			}
			if len(found) != 20 || !more {
				t.Errorf("a common word finds %d (more: %v), want 20 and more", len(found), more)
			}
			events, err := tx.Events(0, 0)
			if len(events) != 1 || string(events[0].State) != `{"accounts":2000}` {
				t.Errorf("events of the import: %v", events)
			}
			return err
		})
		again := []*account.Account{person(n), person(0)}
		err := s.Update(t.Context(), domain.Centre, "", func(tx *Tx) error { return tx.PutAccounts(again, "accounts.imported") })
		wantKind(t, err, domain.Conflict)
		err = s.View(t.Context(), func(tx *Tx) error { _, err := tx.Account(again[0].ID); return err })
		wantKind(t, err, domain.NotFound)
	})
}

func person(i int) *account.Account {
	return &account.Account{
		ID: domain.AccountID(fmt.Sprintf("a%06d", i)), Type: account.Person, Name: fmt.Sprintf("Person Number%d Personal", i), City: "Baku",
		Company: fmt.Sprint("Company ", i%500), Email: fmt.Sprintf("person%d@example.com", i),
		Numbers: []account.Number{{Typed: fmt.Sprintf("020 %07d", i), E164: fmt.Sprintf("+3120%07d", i)}},
	}
}
