// Package store keeps the state of the centre: one SQL text on two engines,
// SQLite in a folder of the server (the default) and PostgreSQL.
//
// State and the event that tells of it are committed in one transaction
// together with the id of the command that caused them. The bus may lose
// everything; the store cannot. After a commit its events are given to the
// function set by [Store.Publish]; those that a crash left, or that a function
// set by [Store.PublishOrKeep] could not send, are found by [Store.Sweep].
//
// Invariants:
//
//   - An entity is its JSON body. The columns beside it are what is searched or
//     constrained; nothing is read back from them.
//   - Every entity has a version. A put names the version it has read, and is
//     refused when another writer was faster, so nothing is overwritten unseen.
//     Whoever decides by an entity must put it in the same transaction: only
//     then is it certain that the decision still stands at the commit.
//   - The order of event sequences is the order of commits, without gaps.
//   - A command id acts once for an actor.
//   - SQLite has one writer connection. Concurrent updates share a transaction
//     and so one fsync; each has a savepoint, so one that fails takes no other
//     along.
//
// Times are stored as Unix microseconds in columns and in full in bodies.
package store

import (
	"context"
	"database/sql"
	"log/slog"
	"sync"
	"time"

	"parley/server/domain"
	"parley/server/store/storesql"
)

// Config says where the data is.
type Config struct {
	// Dir is the folder of the SQLite file, made when it is missing. Unused with URL.
	Dir string
	// URL is a PostgreSQL address, as "postgres://user:password@host/database";
	// empty for SQLite in Dir.
	URL string
	// Now is the clock of events, commands and pruning; nil is time.Now.
	Now func() time.Time
}

// Store is an open database. Its methods may be called at the same time.
type Store struct {
	log *slog.Logger
	now func() time.Time

	// write and read are the same on PostgreSQL.
	write, read               *sql.DB
	writeQueries, readQueries *storesql.Queries
	group                     *grouper // nil on PostgreSQL
	publisher                 *publisher

	mu       sync.Mutex
	closed   bool
	inFlight sync.WaitGroup
}

// Open creates the database when it is missing, brings its schema up to date
// and starts the writer. The errors say what an operator can do: the folder
// cannot be written or the server not reached (Unavailable), the disk is full
// (StorageFull), the database was written by a newer program (Conflict).
func Open(ctx context.Context, cfg Config, log *slog.Logger) (*Store, error) {
	s := &Store{log: log, now: cfg.Now}
	if s.now == nil {
		s.now = time.Now
	}
	open := s.openSQLite
	if cfg.URL != "" {
		open = s.openPostgres
	}
	if err := open(ctx, cfg); err != nil {
		if e := s.closeDatabases(); e != nil {
			log.Debug("cannot close what was opened", "error", e)
		}
		return nil, err
	}
	s.publisher = newPublisher(s)
	return s, nil
}

// Close waits for running transactions, publishes what they committed, and
// closes the database. Later calls of other methods end with Unavailable.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	s.inFlight.Wait()
	s.publisher.close()
	if s.group != nil {
		s.group.close()
	}
	return s.closeDatabases()
}

// Publish sets the function that is called after each commit with that
// commit's events, in the order of their sequences. It is called on one
// goroutine, never on the one of an Update, so it may itself call Update; a
// slow one delays the events after it. It may be called while the Update that
// made the events has not yet returned, or soon after. Call Publish once, before
// the first Update: events committed earlier wait for Sweep.
func (s *Store) Publish(f func([]domain.Event)) {
	s.publisher.set(func(events []domain.Event) error {
		f(events)
		return nil
	})
}

// PublishOrKeep is Publish for a function that can fail: the events it returned
// an error for are given to it again by Sweep.
func (s *Store) PublishOrKeep(f func([]domain.Event) error) { s.publisher.set(f) }

func (s *Store) enter() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return domain.Errorf(domain.Unavailable, "the database is closed")
	}
	s.inFlight.Add(1)
	return nil
}

func (s *Store) closeDatabases() error {
	var first error
	keep := func(err error) {
		if err != nil && first == nil {
			first = err
		}
	}
	if s.writeQueries != nil {
		keep(s.writeQueries.Close())
	}
	if s.readQueries != nil && s.readQueries != s.writeQueries {
		keep(s.readQueries.Close())
	}
	if s.read != nil && s.read != s.write {
		keep(s.read.Close())
	}
	if s.write != nil {
		keep(s.write.Close())
	}
	return first
}
