package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/server/domain"
	"parley/server/domain/contact"
	"parley/server/domain/interaction"
)

// business makes n interactions with a contact each, a minute apart: every third
// of ayse, every second with account a1, the last two open.
func business(t *testing.T, s *Store, n int) {
	t.Helper()
	update(t, s, func(tx *Tx) error {
		for k := range n {
			start := t0.Add(time.Duration(k) * time.Minute)
			c := newContact(fmt.Sprintf("c%03d", k))
			c.State, c.EndReason, c.ArrivedAt, c.AnsweredAt = contact.Ended, contact.ByAgent, start, start.Add(time.Second)
			c.EndedAt, c.Interaction = start.Add(time.Minute), domain.InteractionID(fmt.Sprintf("i%03d", k))
			if err := tx.PutContact(c, "contact.ended"); err != nil {
				return err
			}
			i := &interaction.Interaction{ID: c.Interaction, Agent: "bob", Account: "a2", AccountName: "Işık Ltd", StartedAt: start}
			if k%3 == 0 {
				i.Agent = "ayse"
			}
			if k%2 == 0 {
				i.Account, i.AccountName = "a1", "Jansen"
			}
			i.Link(c.ID)
			i.Link("gone")
			i.Note = fmt.Sprintf("Fatura %d geç geldi", 1000+k)
			if k < n-2 {
				i.EndedAt = start.Add(2 * time.Minute)
			}
			if err := tx.PutInteraction(i, "interaction.ended"); err != nil {
				return err
			}
		}
		lost := newContact("abandoned")
		lost.State, lost.EndReason, lost.EndedAt = contact.Ended, contact.Abandoned, t0
		return tx.PutContact(lost, "contact.ended")
	})
}

func TestHistory(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		business(t, s, 10)
		tests := []struct {
			name string
			q    HistoryQuery
			want string
		}{
			{"all", HistoryQuery{}, "9 8 7 6 5 4 3 2 1 0"},
			{"account", HistoryQuery{Account: "a1"}, "8 6 4 2 0"},
			{"agent", HistoryQuery{Agent: "ayse"}, "9 6 3 0"},
			{"account and agent", HistoryQuery{Account: "a1", Agent: "ayse"}, "6 0"},
			{"open", HistoryQuery{Open: true}, "9 8"},
			{"ended of an agent", HistoryQuery{Ended: true, Agent: "ayse"}, "6 3 0"},
			{"both states", HistoryQuery{Open: true, Ended: true, Account: "a2"}, "9 7 5 3 1"},
			{"period", HistoryQuery{From: t0.Add(2 * time.Minute), To: t0.Add(5 * time.Minute)}, "4 3 2"},
			{"empty period", HistoryQuery{From: t0.Add(time.Hour), To: t0}, ""},
			{"text of the note", HistoryQuery{Text: "FATURA gec 1003"}, "3"},
			{"text of the account", HistoryQuery{Text: "isik"}, "9 7 5 3 1"},
			{"text, account, agent, state, period", HistoryQuery{
				Text: "fatura", Account: "a2", Agent: "ayse", Ended: true, From: t0, To: t0.Add(9 * time.Minute),
			}, "3"},
			{"number", HistoryQuery{Text: "020 123"}, "9 8 7 6 5 4 3 2 1 0"},
			{"number in E.164", HistoryQuery{Text: "+3120123 1004"}, ""},
			{"id of the interaction", HistoryQuery{Text: "i004"}, "4"},
			{"id of the contact", HistoryQuery{Text: "C005"}, "5"},
			{"nothing has it", HistoryQuery{Text: "xyzzy"}, ""},
			{"nothing to search", HistoryQuery{Text: "?!"}, ""},
			{"abandoned", HistoryQuery{Text: "abandoned"}, ""},
		}
		for _, tt := range tests {
			for _, limit := range []int{0, 1, 3} {
				tt.q.Limit = limit
				if got := pages(t, s, tt.q); got != tt.want {
					t.Errorf("%s by %d: got %q, want %q", tt.name, limit, got, tt.want)
				}
			}
		}
	})
}

// pages follows the tokens and gives the numbers of the interactions.
func pages(t *testing.T, s *Store, q HistoryQuery) string {
	t.Helper()
	var got []string
	for range 100 {
		var next string
		view(t, s, func(tx *Tx) error {
			entries, n, err := tx.History(q)
			next = n
			if q.Limit > 0 && len(entries) > q.Limit {
				t.Errorf("a page has %d entries", len(entries))
			}
			for _, e := range entries {
				got = append(got, strings.TrimLeft(string(e.Interaction.ID), "i0"))
				if got[len(got)-1] == "" {
					got[len(got)-1] = "0"
				}
			}
			return err
		})
		if next == "" {
			return strings.Join(got, " ")
		}
		q.Page = next
	}
	t.Error("the pages do not end")
	return ""
}

func TestHistoryEntry(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		business(t, s, 3)
		view(t, s, func(tx *Tx) error {
			entries, _, err := tx.History(HistoryQuery{Text: "i001"})
			if err != nil || len(entries) != 1 {
				return fmt.Errorf("%d entries: %w", len(entries), err)
			}
			start := t0.Add(time.Minute)
			want := []HistoryContact{{
				ID: "c001", Channel: domain.Voice, ANI: "020 123 4567", QueueName: "Sales", EndReason: contact.ByAgent,
				ArrivedAt: start, AnsweredAt: start.Add(time.Second), EndedAt: start.Add(time.Minute),
			}}
			if diff := cmp.Diff(want, entries[0].Contacts); diff != "" {
				t.Errorf("contacts (-want +got):\n%s", diff)
			}
			return nil
		})
		err := s.View(t.Context(), func(tx *Tx) error { _, _, err := tx.History(HistoryQuery{Page: "%"}); return err })
		wantKind(t, err, domain.Invalid)
	})
}

func TestHistoryOfOneMoment(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		const n = 23
		update(t, s, func(tx *Tx) error {
			for k := range n {
				i := &interaction.Interaction{ID: domain.InteractionID(fmt.Sprint("i", 100+k)), Agent: "bob", StartedAt: t0}
				if err := tx.PutInteraction(i, "interaction.started"); err != nil {
					return err
				}
			}
			return nil
		})
		got := strings.Fields(pages(t, s, HistoryQuery{Limit: 5}))
		slices.Sort(got)
		if len(slices.Compact(got)) != n {
			t.Errorf("paging through %d interactions of one moment gives %v", n, got)
		}
	})
}

func TestNoteWordsFollowTheNote(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		business(t, s, 3)
		i := new(interaction.Interaction)
		update(t, s, func(tx *Tx) (err error) {
			if i, err = tx.Interaction("i002"); err != nil {
				return err
			}
			i.Note = "something else"
			return tx.PutInteraction(i, "interaction.noted")
		})
		for text, want := range map[string]string{"fatura": "1 0", "else something": "2", "c002": "2"} {
			if got := pages(t, s, HistoryQuery{Text: text}); got != want {
				t.Errorf("%q finds %q, want %q", text, got, want)
			}
		}
	})
}

func TestInteractionLists(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		business(t, s, 12)
		view(t, s, func(tx *Tx) error {
			open, err := tx.OpenInteractions()
			if err != nil {
				return err
			}
			if len(open) != 2 || open[0].ID != "i010" || open[1].ID != "i011" {
				t.Errorf("open are %v", open)
			}
			var ids []domain.ContactID
			for k := range 11 {
				ids = append(ids, domain.ContactID(fmt.Sprintf("c%03d", k)))
			}
			linked, err := tx.InteractionsOfContacts(append(ids, "c000", "abandoned", "gone")...)
			if err != nil {
				return err
			}
			if len(linked) != 11 || linked[10].ID != "i010" {
				t.Errorf("%d interactions of the contacts", len(linked))
			}
			contacts, err := tx.ContactsOfInteraction("i003")
			if len(contacts) != 1 || contacts[0].ID != "c003" {
				t.Errorf("contacts of i003: %v", contacts)
			}
			return err
		})
	})
}
