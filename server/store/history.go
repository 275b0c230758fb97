package store

import (
	"encoding/base64"
	"math"
	"strconv"
	"strings"
	"time"

	"parley/server/domain"
	"parley/server/domain/contact"
	"parley/server/domain/interaction"
	"parley/server/store/storesql"
)

// Bounds of a page of the history.
const (
	historyPage    = 50
	historyPageMax = 200
)

// maxTime is after every stored time.
const maxTime = math.MaxInt64

// HistoryQuery says which interactions are wanted. What is left empty does not
// filter.
type HistoryQuery struct {
	Account domain.AccountID
	Agent   domain.UserID
	// Open and Ended choose by state; both or neither: all.
	Open, Ended bool
	// Only interactions that started in [From, To).
	From, To time.Time
	// Text is words that note, account, number, caller's name or ids begin with;
	// all must be there. Of more than four words the four longest count.
	Text string
	// Limit is the size of a page: 0 means 50, at most 200.
	Limit int
	// Page continues where a result ended; it is that result's next. The other
	// fields must be the same.
	Page string
}

// HistoryEntry is one interaction and its contacts, in the order in which they
// were linked.
type HistoryEntry struct {
	Interaction *interaction.Interaction
	Contacts    []HistoryContact
}

// HistoryContact is what the history shows of a contact.
type HistoryContact struct {
	ID         domain.ContactID
	Channel    domain.Channel
	ANI        string
	QueueName  string
	EndReason  contact.EndReason
	ArrivedAt  time.Time
	AnsweredAt time.Time
	EndedAt    time.Time
}

// History lists interactions, the newest start first. Next is the token of the
// next page, empty at the end. A token that is not one is refused as Invalid.
// Interactions that start meanwhile do not move the pages. Contacts that no
// interaction links, such as abandoned ones, are not in the history.
func (t *Tx) History(q HistoryQuery) (entries []HistoryEntry, next string, err error) {
	limit := q.Limit
	if limit <= 0 {
		limit = historyPage
	}
	limit = min(limit, historyPageMax)
	w, ok, err := q.window()
	if err != nil || !ok {
		return nil, "", err
	}
	bodies, err := t.history(q, w, limit+1)
	list, err := decodeAll[interaction.Interaction](bodies, err, "interactions")
	if err != nil {
		return nil, "", err
	}
	if len(list) > limit {
		list = list[:limit]
		last := list[limit-1]
		next = pageToken(micros(last.StartedAt), string(last.ID))
	}
	entries, err = t.historyEntries(list)
	if err != nil {
		return nil, "", err
	}
	return entries, next, nil
}

// A window is the range of starts, with the id that the page begins after, and
// the range of ends.
type window struct {
	from, to   int64
	toID       string
	least, max int64
}

// window returns false when nothing can be in it.
func (q HistoryQuery) window() (window, bool, error) {
	w := window{to: maxTime, max: maxTime}
	if !q.From.IsZero() {
		w.from = micros(q.From)
	}
	if !q.To.IsZero() {
		// The bound is open: nothing starts at To itself, whatever its id.
		w.to = micros(q.To)
	}
	if q.Page != "" {
		at, id, err := readPageToken(q.Page)
		if err != nil {
			return window{}, false, err
		}
		if at < w.to {
			w.to, w.toID = at, id
		}
	}
	switch {
	case q.Open && !q.Ended:
		w.max = 0
	case q.Ended && !q.Open:
		w.least = 1
	}
	return w, w.from <= w.to, nil
}

// history chooses the query whose index fits best.
func (t *Tx) history(q HistoryQuery, w window, limit int) ([]string, error) {
	rows := rowLimit(limit)
	if strings.TrimSpace(q.Text) != "" {
		r := prefixes(q.Text)
		if r == nil {
			return nil, nil
		}
		return t.q.HistoryOfWords(t.ctx, storesql.HistoryOfWordsParams{
			Low1: r[0].low, High1: r[0].high, Low2: r[1].low, High2: r[1].high,
			Low3: r[2].low, High3: r[2].high, Low4: r[3].low, High4: r[3].high,
			Account: string(q.Account), Agent: string(q.Agent),
			FromAt: w.from, ToAt: w.to, ToID: w.toID, LeastEnd: w.least, GreatestEnd: w.max, RowLimit: rows,
		})
	}
	if q.Account != "" {
		return t.q.HistoryOfAccount(t.ctx, storesql.HistoryOfAccountParams{
			Account: string(q.Account), Agent: string(q.Agent),
			FromAt: w.from, ToAt: w.to, ToID: w.toID, LeastEnd: w.least, GreatestEnd: w.max, RowLimit: rows,
		})
	}
	if q.Agent != "" {
		return t.q.HistoryOfAgent(t.ctx, storesql.HistoryOfAgentParams{
			Agent:  string(q.Agent),
			FromAt: w.from, ToAt: w.to, ToID: w.toID, LeastEnd: w.least, GreatestEnd: w.max, RowLimit: rows,
		})
	}
	return t.q.History(t.ctx, storesql.HistoryParams{
		FromAt: w.from, ToAt: w.to, ToID: w.toID, LeastEnd: w.least, GreatestEnd: w.max, RowLimit: rows,
	})
}

func (t *Tx) historyEntries(list []*interaction.Interaction) ([]HistoryEntry, error) {
	var ids []domain.ContactID
	for _, i := range list {
		ids = append(ids, i.Contacts...)
	}
	contacts, err := t.contacts(ids)
	if err != nil {
		return nil, err
	}
	entries := make([]HistoryEntry, len(list))
	for n, i := range list {
		entries[n].Interaction = i
		for _, id := range i.Contacts {
			c := contacts[id]
			if c == nil {
				continue
			}
			entries[n].Contacts = append(entries[n].Contacts, HistoryContact{
				ID: c.ID, Channel: c.Channel, ANI: c.ANI, QueueName: c.QueueName, EndReason: c.EndReason,
				ArrivedAt: c.ArrivedAt, AnsweredAt: c.AnsweredAt, EndedAt: c.EndedAt,
			})
		}
	}
	return entries, nil
}

func pageToken(at int64, id string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(at, 10) + " " + id))
}

func readPageToken(token string) (at int64, id string, err error) {
	invalid := &domain.Error{Kind: domain.Invalid, Subject: "page_token", Text: "this is not the token of a page"}
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return 0, "", invalid
	}
	first, id, ok := strings.Cut(string(b), " ")
	if !ok {
		return 0, "", invalid
	}
	if at, err = strconv.ParseInt(first, 10, 64); err != nil {
		return 0, "", invalid
	}
	return at, id, nil
}
