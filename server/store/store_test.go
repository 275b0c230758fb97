package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/server/domain"
	"parley/server/domain/contact"
	"parley/server/store/pgtest"
)

// postgres is nil where it is left out.
var postgres *pgtest.Server

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	var err error
	postgres, err = pgtest.Start(context.Background())
	if err != nil && !errors.Is(err, pgtest.ErrSkipped) {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := m.Run()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	if postgres != nil {
		if err := postgres.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	return code
}

var quiet = slog.New(slog.DiscardHandler)

// A place is a database that can be opened several times.
type place struct{ cfg Config }

func (p place) open(t testing.TB) *Store {
	t.Helper()
	s, err := Open(t.Context(), p.cfg, quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func postgresPlace(t testing.TB, options string) place {
	t.Helper()
	if postgres == nil {
		t.Skip(pgtest.ErrSkipped)
	}
	url, err := postgres.Database(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := postgres.Drop(context.Background(), url); err != nil {
			t.Error(err)
		}
	})
	return place{Config{URL: url}}
}

// engines runs a test on an empty database of each engine.
func engines(t *testing.T, f func(t *testing.T, p place)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, place{Config{Dir: t.TempDir()}}) })
	t.Run("postgres", func(t *testing.T) { f(t, postgresPlace(t, "")) })
}

func update(t testing.TB, s *Store, fn func(*Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), domain.Actor{User: "ayse"}, "", fn); err != nil {
		t.Fatal(err)
	}
}

func view(t testing.TB, s *Store, fn func(*Tx) error) {
	t.Helper()
	if err := s.View(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func wantKind(t testing.TB, err error, want domain.Kind) {
	t.Helper()
	if err == nil || domain.KindOf(err) != want {
		t.Fatalf("got error %v of kind %d, want kind %d", err, domain.KindOf(err), want)
	}
}

var t0 = time.Date(2026, 11, 2, 9, 0, 0, 123456000, time.UTC)

func newContact(id string) *contact.Contact {
	return &contact.Contact{
		ID: domain.ContactID(id), Channel: domain.Voice, State: contact.Queued, Queue: "sales", QueueName: "Sales",
		ANI: "020 123 4567", ANIE164: "+31201234567", ArrivedAt: t0,
	}
}
