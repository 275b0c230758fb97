package demo

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/server/domain"
	"parley/server/domain/account"
	"parley/server/domain/user"
	"parley/server/service/session"
	"parley/server/store"
)

func open(t *testing.T) Config {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	st, err := store.Open(t.Context(), store.Config{Dir: t.TempDir()}, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	sessions, err := session.New(st, time.Now, func(string, session.Cause) {})
	if err != nil {
		t.Fatal(err)
	}
	return Config{Store: st, Sessions: sessions, Now: time.Now, Log: log, Loopback: true}
}

func fillTwice(t *testing.T, cfg Config) {
	t.Helper()
	for range 2 {
		if err := Fill(t.Context(), cfg); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFillMakesTheFixedNames(t *testing.T) {
	t.Parallel()
	cfg := open(t)
	fillTwice(t, cfg)
	users, queues, err := cfg.Sessions.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []domain.UserID
	for _, u := range users {
		names = append(names, u.Name)
		if _, _, _, err := cfg.Sessions.SignIn(t.Context(), u.Name, Password, "tool:test", false); err != nil {
			t.Errorf("%s cannot sign in: %v", u.Name, err)
		}
	}
	slices.Sort(names)
	want := []domain.UserID{"admin", "agent-az", "agent-en", "agent-fr", "agent-nl", "agent-tr", "supervisor"}
	if d := cmp.Diff(want, names); d != "" {
		t.Errorf("users (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]domain.QueueID{"sales", "service"}, queues["agent-az"]); d != "" {
		t.Errorf("queues of agent-az (-want +got):\n%s", d)
	}
}

func TestPierreMoreauIsFoundByHisNumber(t *testing.T) {
	t.Parallel()
	cfg := open(t)
	fillTwice(t, cfg)
	err := cfg.Store.View(t.Context(), func(tx *store.Tx) error {
		hits, total, err := tx.AccountsByNumber("+33140000001", 5)
		if err != nil {
			return err
		}
		if total != 1 || hits[0].Name != "Pierre Moreau" {
			t.Errorf("found %d accounts, first %+v", total, hits)
		}
		entries, _, err := tx.History(store.HistoryQuery{Account: hits[0].ID})
		if len(entries) == 0 {
			t.Error("he has no history")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAccountsAreWhatTheRulesAllow(t *testing.T) {
	t.Parallel()
	m, err := newMaker(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	accounts, records := m.make()
	if len(accounts) != people {
		t.Errorf("%d accounts, want %d", len(accounts), people)
	}
	for _, a := range accounts {
		made := a.Numbers[0].E164
		if err := a.Check(a.Country); err != nil || a.Numbers[0].E164 != made {
			t.Errorf("%s: number %s reads as %s, %v", a.ID, made, a.Numbers[0].E164, err)
		}
		if a.Type == account.Company && a.Company != "" {
			t.Errorf("%s is a company of a company", a.ID)
		}
	}
	for _, r := range records {
		if !r.contact.EndedAt.After(r.contact.AnsweredAt) || r.contact.EndedAt.After(time.Now()) {
			t.Errorf("%s was answered at %v and ended at %v", r.contact.ID, r.contact.AnsweredAt, r.contact.EndedAt)
		}
	}
}

func TestFillRefusesARealCentre(t *testing.T) {
	t.Parallel()
	cfg := open(t)
	err := cfg.Sessions.AddUser(context.Background(), domain.Centre, session.NewUser{
		User:     user.User{Name: "ada", DisplayName: "Ada", Language: "en", Roles: []domain.Role{domain.RoleAgent}},
		Password: "long enough",
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := errors.AsType[*RefusedError](Fill(t.Context(), cfg)); !ok {
		t.Error("the demo centre was made in a real one")
	}
}

func TestFillRefusesOtherAddressesWhilePasswordsArePublished(t *testing.T) {
	t.Parallel()
	cfg := open(t)
	cfg.Loopback = false
	if _, ok := errors.AsType[*RefusedError](Fill(t.Context(), cfg)); !ok {
		t.Error("a new demo centre was opened to others")
	}
	cfg.Loopback = true
	fillTwice(t, cfg)
	cfg.Loopback = false
	if _, ok := errors.AsType[*RefusedError](Fill(t.Context(), cfg)); !ok {
		t.Error("a demo centre with published passwords was opened to others")
	}
	if _, ok := errors.AsType[*RefusedError](Guard(t.Context(), cfg)); !ok {
		t.Error("without --demo, a demo centre with published passwords was opened to others")
	}
	for _, u := range newUsers() {
		if err := cfg.Sessions.SetPassword(t.Context(), domain.Centre, u.User.Name, "changed by us"); err != nil {
			t.Fatal(err)
		}
	}
	if err := Fill(t.Context(), cfg); err != nil {
		t.Errorf("with changed passwords: %v", err)
	}
	if err := Guard(t.Context(), cfg); err != nil {
		t.Errorf("with changed passwords, without --demo: %v", err)
	}
}
