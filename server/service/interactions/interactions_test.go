package interactions

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/server/domain"
	"parley/server/domain/account"
	"parley/server/domain/interaction"
	"parley/server/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newService(t *testing.T) (*Service, *store.Store) {
	t.Helper()
	st, err := store.Open(t.Context(), store.Config{Dir: t.TempDir()}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return New(st, time.Now), st
}

func kind(t *testing.T, what string, err error, want domain.Kind) {
	t.Helper()
	if err == nil || domain.KindOf(err) != want {
		t.Errorf("%s: %v", what, err)
	}
}

func TestAnInteractionFromBeginToEnd(t *testing.T) {
	s, st := newService(t)
	ctx := t.Context()
	err := st.Update(ctx, domain.Centre, "", func(tx *store.Tx) error {
		return tx.PutAccount(&account.Account{ID: "acc", Type: account.Person, Name: "Ada", City: "Paris"}, "e")
	})
	if err != nil {
		t.Fatal(err)
	}
	kind(t, "no id", s.Begin(ctx, "emma", "0", ""), domain.Invalid)
	for _, cmd := range []domain.CommandID{"1", "1", "2"} {
		if err := s.Begin(ctx, "emma", cmd, "i"); err != nil {
			t.Fatal(err)
		}
	}
	kind(t, "another agent's", s.Begin(ctx, "omar", "1", "i"), domain.Denied)
	kind(t, "another agent's", s.End(ctx, "omar", "2", "i", true), domain.Denied)
	kind(t, "no account", s.ConfirmAccount(ctx, "emma", "3", "i", "none"), domain.NotFound)
	kind(t, "no interaction", s.ConfirmAccount(ctx, "emma", "4", "none", "acc"), domain.NotFound)
	if err := s.ConfirmAccount(ctx, "emma", "5", "i", "acc"); err != nil {
		t.Fatal(err)
	}
	if err := s.End(ctx, "emma", "6", "i", true); err != nil {
		t.Fatal(err)
	}
	if err := s.End(ctx, "emma", "6", "i", true); err != nil {
		t.Error("the same command again:", err)
	}
	kind(t, "twice", s.End(ctx, "emma", "7", "i", true), domain.Conflict)
	entries, next, err := s.History(ctx, store.HistoryQuery{Account: "acc", Limit: 10})
	if err != nil || next != "" || len(entries) != 1 || entries[0].Interaction.AccountName != "Ada" {
		t.Errorf("%+v, %q, %v", entries, next, err)
	}
}

func TestNotes(t *testing.T) {
	s, _ := newService(t)
	ctx := t.Context()
	if err := s.Begin(ctx, "emma", "1", "i"); err != nil {
		t.Fatal(err)
	}
	save := func(cmd domain.CommandID, text string, base uint64, want string, revision uint64) {
		t.Helper()
		got, n, err := s.SaveNote(ctx, "emma", cmd, "i", text, base)
		if err != nil || got != want || n != revision {
			t.Errorf("%q, revision %d, %v; want %q, %d", got, n, err, want, revision)
		}
	}
	save("2", "first", 0, "first", 1)
	save("3", "second", 1, "second", 2)
	save("2", "first", 0, "second", 2) // its answer was lost
	save("4", "offline", 1, "second\n----\noffline", 3)
	if err := s.End(ctx, "emma", "5", "i", true); err != nil {
		t.Fatal(err)
	}
	save("6", "late", 3, "late", 4)
	_, _, err := s.SaveNote(ctx, "emma", "7", "i", strings.Repeat("x", interaction.MaxNote+1), 4)
	kind(t, "too long", err, domain.Invalid)
	_, _, err = s.SaveNote(ctx, "omar", "8", "i", "x", 4)
	kind(t, "another agent's", err, domain.Denied)
}
