package store

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/queue"
	"parley/server/domain/user"
)

func TestUser(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		u := &user.User{Name: "ayse", DisplayName: "Ayşe", Roles: []domain.Role{domain.RoleAgent}, PasswordHash: "$argon2id$1"}
		update(t, s, func(tx *Tx) error { return tx.PutUser(u, "user.made") })
		u.PasswordHash, u.Disabled = "$argon2id$2", true
		update(t, s, func(tx *Tx) error { return tx.PutUser(u, "user.changed") })
		view(t, s, func(tx *Tx) error {
			got, err := tx.User("ayse")
			if err != nil {
				return err
			}
			all, err := tx.Users()
			if err != nil {
				return err
			}
			if diff := cmp.Diff([]*user.User{u, u}, append(all, got)); diff != "" {
				t.Errorf("users (-want +got):\n%s", diff)
			}
			events, err := tx.Events(0, 0)
			for _, e := range events {
				if strings.Contains(string(e.State), "argon2") {
					t.Errorf("an event holds the password hash: %s", e.State)
				}
			}
			return err
		})
		err := s.View(t.Context(), func(tx *Tx) error { _, err := tx.User("bob"); return err })
		wantKind(t, err, domain.NotFound)
	})
}

func TestQueuesAndAgents(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		q := &queue.Queue{ID: "sales", Name: "Satış", DNIS: []string{"+31"}, Ageing: time.Minute}
		a := &agent.Agent{User: "ayse", Presence: agent.Ready, Work: []agent.Work{{Contact: "c1", Since: t0}}, Since: t0}
		update(t, s, func(tx *Tx) error {
			if err := tx.PutQueue(q, "queue.made"); err != nil {
				return err
			}
			if err := tx.PutAgent(a, "agent.made"); err != nil {
				return err
			}
			return tx.PutQueue(q, "queue.changed")
		})
		view(t, s, func(tx *Tx) error {
			queues, err := tx.Queues()
			if err != nil {
				return err
			}
			one, err := tx.Queue("sales")
			if err != nil {
				return err
			}
			if diff := cmp.Diff([]*queue.Queue{q, q}, append(queues, one)); diff != "" {
				t.Errorf("queues (-want +got):\n%s", diff)
			}
			agents, err := tx.Agents()
			if diff := cmp.Diff([]*agent.Agent{a}, agents); diff != "" {
				t.Errorf("agents (-want +got):\n%s", diff)
			}
			return err
		})
		err := s.View(t.Context(), func(tx *Tx) error { _, err := tx.Queue("none"); return err })
		wantKind(t, err, domain.NotFound)
	})
}

func TestSessions(t *testing.T) {
	engines(t, func(t *testing.T, p place) {
		s := p.open(t)
		session := func(hash string, name domain.UserID, hours time.Duration) *user.Session {
			return &user.Session{TokenHash: hash, User: name, CreatedAt: t0, ExpiresAt: t0.Add(hours * time.Hour)}
		}
		update(t, s, func(tx *Tx) error {
			for _, n := range []*user.Session{
				session("1", "ayse", 1), session("2", "ayse", 2), session("3", "ayse", 3), session("4", "bob", 3), session("5", "bob", 1),
				session("1", "ayse", 9),
			} {
				if err := tx.PutSession(n); err != nil {
					return err
				}
			}
			return nil
		})
		update(t, s, func(tx *Tx) error {
			n, err := tx.PruneSessions(t0.Add(time.Hour))
			if err != nil || n != 1 {
				t.Errorf("pruned %d, %v; want 1", n, err)
			}
			if err := tx.DeleteSession("4"); err != nil {
				return err
			}
			return tx.DeleteSession("none")
		})
		view(t, s, func(tx *Tx) error {
			got, err := tx.Session("1")
			if err != nil {
				return err
			}
			if diff := cmp.Diff(session("1", "ayse", 9), got); diff != "" {
				t.Errorf("session (-want +got):\n%s", diff)
			}
			list, err := tx.SessionsOf("ayse")
			if len(list) != 3 {
				t.Errorf("%d sessions of ayse, want 3", len(list))
			}
			return err
		})
		update(t, s, func(tx *Tx) error { return tx.DeleteSessionsOf("ayse") })
		err := s.View(t.Context(), func(tx *Tx) error { _, err := tx.Session("1"); return err })
		wantKind(t, err, domain.NotFound)
		view(t, s, func(tx *Tx) error {
			events, err := tx.Events(0, 0)
			var got []string
			for _, e := range events {
				got = append(got, e.ID+" "+strings.TrimPrefix(e.Name, "session."))
			}
			want := "1 started,2 started,3 started,4 started,5 started,4 ended,1 ended,2 ended,3 ended"
			if strings.Join(got, ",") != want {
				t.Errorf("events are %v", got)
			}
			return err
		})
	})
}
