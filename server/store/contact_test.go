package store

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/server/domain"
	"parley/server/domain/contact"
)

func TestContact(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		c := newContact("c1")
		update(t, s, func(tx *Tx) error { return tx.PutContact(c, "contact.queued") })
		if c.Version != 1 {
			t.Fatalf("version is %d after the insert, want 1", c.Version)
		}
		c.State, c.EndReason, c.EndedAt = contact.Ended, contact.Abandoned, t0.Add(time.Minute)
		update(t, s, func(tx *Tx) error { return tx.PutContact(c, "contact.ended") })
		view(t, s, func(tx *Tx) error {
			got, err := tx.Contact("c1")
			if diff := cmp.Diff(c, got); diff != "" {
				t.Errorf("loaded contact (-put +loaded):\n%s", diff)
			}
			return err
		})
		err := s.View(t.Context(), func(tx *Tx) error { _, err := tx.Contact("c2"); return err })
		wantKind(t, err, domain.NotFound)
	})
}

func TestLiveAndEndedContacts(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		update(t, s, func(tx *Tx) error {
			for i, id := range []string{"c3", "c1", "c2", "c4"} {
				c := newContact(id)
				c.ArrivedAt = t0.Add(time.Duration(i) * time.Second)
				if id > "c2" {
					c.State, c.EndedAt = contact.Ended, t0.Add(time.Duration(i)*time.Minute)
				}
				if err := tx.PutContact(c, "contact.queued"); err != nil {
					return err
				}
			}
			return nil
		})
		view(t, s, func(tx *Tx) error {
			live, err := tx.LiveContacts()
			if err != nil {
				return err
			}
			ended, err := tx.EndedContacts(time.Time{}, time.Time{}, 0)
			if err != nil {
				return err
			}
			since, err := tx.EndedContacts(t0.Add(time.Minute), t0.Add(3*time.Minute+time.Microsecond), 10)
			if err != nil {
				return err
			}
			before, err := tx.EndedContacts(t0, t0.Add(3*time.Minute), 10)
			if err != nil {
				return err
			}
			got := [][]domain.ContactID{ids(live), ids(ended), ids(since), ids(before)}
			want := [][]domain.ContactID{{"c1", "c2"}, {"c4", "c3"}, {"c4"}, {"c3"}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("live, ended, since, before (-want +got):\n%s", diff)
			}
			return nil
		})
	})
}

func ids(list []*contact.Contact) []domain.ContactID {
	var out []domain.ContactID
	for _, c := range list {
		out = append(out, c.ID)
	}
	return out
}

func TestOneOfferPerAgent(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		offered := func(id string) func(tx *Tx) error {
			return func(tx *Tx) error {
				c := newContact(id)
				c.State, c.Agent = contact.Offered, "ayse"
				return tx.PutContact(c, "contact.offered")
			}
		}
		update(t, s, offered("c1"))
		err := s.Update(t.Context(), domain.Centre, "", offered("c2"))
		wantKind(t, err, domain.Conflict)
		if !strings.Contains(err.Error(), "has an offer already") {
			t.Errorf("the error does not say what is wrong: %v", err)
		}
		update(t, s, func(tx *Tx) error {
			c, err := tx.Contact("c1")
			if err != nil {
				return err
			}
			c.State = contact.Connected
			return tx.PutContact(c, "contact.accepted")
		})
		update(t, s, offered("c2"))
	})
}
