// Package demo fills an empty store with the demo centre: fixed users and
// queues, and accounts with plausible histories. Everything is made from a
// fixed seed, so that each demo centre is the same.
package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"parley/server/domain"
	"parley/server/domain/account"
	"parley/server/domain/queue"
	"parley/server/domain/user"
	"parley/server/service/session"
	"parley/server/store"
)

// Password is the password of all users of the demo centre.
const Password = "demo"

// settingKey marks a store that was filled by this package.
const settingKey = "demo"

// RefusedError says why the demo centre was not made here.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return "demo centre: " + e.Reason }

// Config is what Fill works with.
type Config struct {
	Store    *store.Store
	Sessions *session.Service
	Now      func() time.Time
	Log      *slog.Logger
	// Loopback says that nobody outside this machine can sign in.
	Loopback bool
}

// Fill fills an empty store; one that is the demo centre already stays as it
// is. It refuses a store with real data, and listeners that others can reach
// while a password is the published one.
func Fill(ctx context.Context, cfg Config) error {
	filled, users, err := look(ctx, cfg.Store)
	if err != nil {
		return err
	}
	if !filled && len(users) > 0 {
		return &RefusedError{"the data folder holds a real centre; name another folder by --data, or leave --demo out"}
	}
	if !cfg.Loopback {
		if err := published(users, filled); err != nil {
			return err
		}
	}
	if !filled {
		cfg.Log.Info("filling the store with the demo centre")
		if err := fill(ctx, cfg); err != nil {
			return err
		}
	}
	return addUsers(ctx, cfg.Sessions, users)
}

// Guard refuses listeners that others can reach while a user of a demo centre
// still has the published password. It is for servers that do not make one.
func Guard(ctx context.Context, cfg Config) error {
	filled, users, err := look(ctx, cfg.Store)
	if err != nil || !filled || cfg.Loopback {
		return err
	}
	return published(users, filled)
}

func look(ctx context.Context, st *store.Store) (filled bool, users []*user.User, err error) {
	err = st.View(ctx, func(tx *store.Tx) error {
		var err error
		if _, filled, err = tx.Setting(settingKey); err != nil {
			return err
		}
		users, err = tx.Users()
		return err
	})
	return filled, users, err
}

func published(users []*user.User, filled bool) error {
	if !filled {
		return &RefusedError{"a new demo centre has published passwords; start it on loopback addresses first, change the passwords, then open it"}
	}
	for _, u := range users {
		if u.DemoPassword && !u.Disabled {
			return &RefusedError{fmt.Sprintf("user %s still has the published password; change it before listening on other addresses than loopback", u.Name)}
		}
	}
	return nil
}

// Queues are the queues of the demo centre.
func Queues() []queue.Queue {
	return []queue.Queue{
		{
			ID: "sales", Name: "Sales", DNIS: []string{"100"}, Strategy: queue.MostAvailable, Language: "en",
			WrapUp: 30 * time.Second, Greeting: "greeting", Music: "music",
		},
		{
			ID: "service", Name: "Service", DNIS: []string{"200"}, Strategy: queue.LeastBusy, Language: "en",
			WrapUp: 30 * time.Second, Greeting: "greeting", Music: "music",
		},
	}
}

func newUsers() []session.NewUser {
	both := []domain.QueueID{"sales", "service"}
	agent := func(name, display, language string) session.NewUser {
		return session.NewUser{
			User: user.User{
				Name: domain.UserID(name), DisplayName: display, Language: language, Roles: []domain.Role{domain.RoleAgent},
			},
			Password: Password, Queues: both, Demo: true,
		}
	}
	office := func(name, display string, role domain.Role) session.NewUser {
		return session.NewUser{
			User:     user.User{Name: domain.UserID(name), DisplayName: display, Language: "en", Roles: []domain.Role{role}},
			Password: Password, Demo: true,
		}
	}
	return []session.NewUser{
		agent("agent-en", "Emma Clarke", "en"), agent("agent-tr", "Ayşe Yılmaz", "tr"),
		agent("agent-nl", "Sanne de Vries", "nl"), agent("agent-az", "Ləman Əliyeva", "az"),
		agent("agent-fr", "Camille Lefèvre", "fr"),
		office("supervisor", "Sam Porter", domain.RoleSupervisor), office("admin", "Alex Grant", domain.RoleAdministrator),
	}
}

func fill(ctx context.Context, cfg Config) error {
	m, err := newMaker(cfg.Now())
	if err != nil {
		return err
	}
	mark, err := json.Marshal(cfg.Now())
	if err != nil {
		return err
	}
	return cfg.Store.Update(ctx, domain.Centre, "", func(tx *store.Tx) error {
		for _, q := range Queues() {
			if err := tx.PutQueue(&q, "queue.added"); err != nil {
				return err
			}
		}
		accounts, records := m.make()
		if err := tx.PutAccounts(accounts, "account.added"); err != nil {
			return err
		}
		for _, r := range records {
			if err := tx.PutContact(r.contact, "contact.added"); err != nil {
				return err
			}
			if err := tx.PutInteraction(r.interaction, "interaction.added"); err != nil {
				return err
			}
		}
		return tx.PutSetting(settingKey, mark)
	})
}

// addUsers adds the users that are not there yet: all, or those that a crash
// while filling has left out.
func addUsers(ctx context.Context, sessions *session.Service, there []*user.User) error {
	for _, n := range newUsers() {
		if slices.ContainsFunc(there, func(u *user.User) bool { return u.Name == n.User.Name }) {
			continue
		}
		if err := sessions.AddUser(ctx, domain.Centre, n); err != nil {
			return err
		}
	}
	return nil
}

func pierre() *account.Account {
	return &account.Account{
		ID: "demo-0001", Type: account.Person, Name: "Pierre Moreau",
		Numbers: []account.Number{{Typed: "01 40 00 00 01", E164: "+33140000001"}},
		Email:   "pierre.moreau@example.com", Street: "12 rue des Lilas", PostalCode: "75011", City: "Paris", Country: "FR", Language: "fr",
	}
}
