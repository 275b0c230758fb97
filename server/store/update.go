package store

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"time"

	"parley/server/domain"
)

// retries is how often fn is run again after a version conflict.
const retries = 5

// Update runs fn in a write transaction and commits what it put, its events and
// the command id together. The error of fn comes back unchanged, and nothing of
// fn's is then stored.
//
// A command id that this actor's Update has committed before gives nil without
// running fn; an empty id is not checked. An Update that failed has not used
// its id up. Ids are forgotten 24 hours later, by Prune.
//
// fn may be run several times: when another writer has changed the same entity
// meanwhile it is run again, up to five times, then Update ends with Conflict.
// So fn loads in the transaction what it changes, keeps no effect outside of it
// that a second run would double, and does not call Update (on SQLite that
// would wait for ever). Nor does it wait for anything: on SQLite all other
// updates wait with it. A failed put makes the whole Update fail, even if
// fn goes on.
//
// Update ends with StorageFull when the disk is full, with Unavailable when the
// database cannot be reached, and with ctx's error when ctx ends before the
// commit. After Unavailable the commit may have happened all the same; the same
// command id makes a repetition safe.
func (s *Store) Update(ctx context.Context, actor domain.Actor, cmd domain.CommandID, fn func(*Tx) error) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.inFlight.Done()
	return s.update(ctx, actor, cmd, fn)
}

func (s *Store) update(ctx context.Context, actor domain.Actor, cmd domain.CommandID, fn func(*Tx) error) error {
	for try := 0; ; try++ {
		err := s.try(ctx, actor, cmd, fn)
		if !errors.Is(err, errStale) || try == retries {
			return err
		}
		if err := pause(ctx, try); err != nil {
			return err
		}
	}
}

func (s *Store) try(ctx context.Context, actor domain.Actor, cmd domain.CommandID, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.group != nil {
		return s.group.do(newJob(ctx, actor, cmd, fn))
	}
	return s.updateAlone(ctx, actor, cmd, fn)
}

// pause lets the faster writer finish; writers that met once do not meet again
// because each waits for another time.
func pause(ctx context.Context, try int) error {
	t := time.NewTimer(rand.N(time.Millisecond << try))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// updateAlone is one transaction for one fn, for PostgreSQL. The isolation is
// read committed: versions find lost updates, and the row of sequences, which
// every commit touches last, would make any stricter level fail all the time.
func (s *Store) updateAlone(ctx context.Context, actor domain.Actor, cmd domain.CommandID, fn func(*Tx) error) error {
	tx, err := s.begin(ctx)
	if err != nil {
		return err
	}
	t := &Tx{ctx: ctx, caller: ctx, store: s, q: s.writeQueries.WithTx(tx), actor: actor, now: s.now()}
	defer t.end(tx)
	again, err := t.command(cmd)
	if err != nil || again {
		return err
	}
	if err := t.finish(fn(t)); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return translate(err, "commit")
	}
	s.publisher.add(t.events)
	return nil
}

// View runs fn on a snapshot: all it reads is of one moment. Puts fail. fn runs
// once, its error comes back unchanged.
func (s *Store) View(ctx context.Context, fn func(*Tx) error) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.inFlight.Done()
	tx, err := s.beginRead(ctx)
	if err != nil {
		return err
	}
	t := &Tx{ctx: ctx, caller: ctx, store: s, q: s.readQueries.WithTx(tx), now: s.now(), readOnly: true}
	defer t.end(tx)
	return fn(t)
}

// end releases the connection whatever has happened; after a commit it does nothing.
func (t *Tx) end(tx *sql.Tx) {
	if err := tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) && t.ctx.Err() == nil {
		t.store.log.Debug("cannot roll a transaction back", "error", err)
	}
}
