package store

import (
	"context"
	"slices"
	"time"

	"parley/server/domain"
	"parley/server/store/storesql"
)

// How long commands and published events are kept, and how many events are
// deleted in one transaction.
const (
	keepCommands = 24 * time.Hour
	keepEvents   = 7 * 24 * time.Hour
	pruneLimit   = 1000
)

// Unpublished lists events that are not marked as published and were made
// before a time, in the order of their sequences.
func (t *Tx) Unpublished(olderThan time.Time, limit int) ([]domain.Event, error) {
	rows, err := t.q.Unpublished(t.ctx, micros(olderThan), rowLimit(limit))
	if err != nil {
		return nil, translate(err, "list unpublished events")
	}
	events := make([]domain.Event, len(rows))
	for i, r := range rows {
		events[i] = event(storesql.EventsRow(r))
	}
	return events, nil
}

// Events lists the events after a sequence, in order: the trail of who changed
// what, for as long as events are kept.
func (t *Tx) Events(after uint64, limit int) ([]domain.Event, error) {
	rows, err := t.q.Events(t.ctx, number(after), rowLimit(limit))
	if err != nil {
		return nil, translate(err, "list events")
	}
	events := make([]domain.Event, len(rows))
	for i, r := range rows {
		events[i] = event(r)
	}
	return events, nil
}

func event(r storesql.EventsRow) domain.Event {
	return domain.Event{
		Sequence: count(r.Sequence), Kind: domain.EntityKind(r.Kind), ID: r.Entity, Version: count(r.Version),
		Name: r.Name, At: fromMicros(r.At), Actor: domain.UserID(r.Actor), State: []byte(r.State),
	}
}

// MarkPublished notes that events need no Sweep; marking twice changes nothing.
func (t *Tx) MarkPublished(sequences ...uint64) error {
	if err := t.writable("mark events"); err != nil {
		return err
	}
	sorted := slices.Sorted(slices.Values(sequences))
	for len(sorted) > 0 {
		// Sequences without a gap are one statement.
		n := 1
		for n < len(sorted) && sorted[n] <= sorted[n-1]+1 {
			n++
		}
		err := t.q.MarkPublished(t.ctx, number(sorted[0]), number(sorted[n-1]))
		if err != nil {
			return t.fail(translate(err, "mark events"))
		}
		sorted = sorted[n:]
	}
	return nil
}

// Prune deletes command ids older than 24 hours and published events older than
// seven days, in small transactions. Call it every hour; every node may do so.
func (s *Store) Prune(ctx context.Context) error {
	err := s.Update(ctx, domain.Centre, "", func(t *Tx) error {
		_, err := t.q.PruneCommands(t.ctx, micros(t.now.Add(-keepCommands)))
		return t.fail(translate(err, "delete old command ids"))
	})
	for more := true; more && err == nil; {
		err = s.Update(ctx, domain.Centre, "", func(t *Tx) error {
			n, err := t.q.PruneEvents(t.ctx, micros(t.now.Add(-keepEvents)), pruneLimit)
			// The oldest come first; one that is kept ends it for now.
			more = n == pruneLimit
			return t.fail(translate(err, "delete old events"))
		})
	}
	return err
}

// rowLimit bounds what a query gives: 1,000 for 0 or less, at most 100,000.
func rowLimit(n int) int32 {
	if n <= 0 {
		n = 1000
	}
	return int32(min(n, 100_000)) //nolint:gosec // bounded
}
