package session

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/user"
	"parley/server/store"
)

// Languages are those the desktop speaks.
var Languages = [...]string{"en", "tr", "nl", "az", "fr"}

var userName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// NewUser is a user to be added; with queues he takes contacts.
type NewUser struct {
	User     user.User
	Password string
	Queues   []domain.QueueID
	Capacity map[domain.Channel]int
	Skills   map[domain.Skill]int
	// Demo marks the published password of the demo centre, which may be short.
	Demo bool
}

// AddUser adds a user and, if he has queues, the agent he is.
func (s *Service) AddUser(ctx context.Context, actor domain.Actor, n NewUser) error {
	if err := s.checkNew(n); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, n.Password)
	if err != nil {
		return err
	}
	n.User.PasswordHash, n.User.DemoPassword, n.User.Version = hash, n.Demo, 0
	return s.store.Update(ctx, actor, "", func(tx *store.Tx) error {
		if _, err := tx.User(n.User.Name); err == nil {
			return &domain.Error{Kind: domain.Conflict, Subject: "user", Text: "there is already a user " + string(n.User.Name)}
		}
		for _, q := range n.Queues {
			if _, err := tx.Queue(q); err != nil {
				return &domain.Error{Kind: domain.Invalid, Subject: "queue_ids", Text: "there is no queue " + string(q), Cause: err}
			}
		}
		added := n.User
		if err := tx.PutUser(&added, "user.added"); err != nil {
			return err
		}
		if len(n.Queues) == 0 {
			return nil
		}
		return tx.PutAgent(newAgent(n), "agent.added")
	})
}

func newAgent(n NewUser) *agent.Agent {
	capacity := n.Capacity
	if capacity == nil {
		capacity = map[domain.Channel]int{domain.Voice: 1}
	}
	return &agent.Agent{
		User: n.User.Name, DisplayName: n.User.DisplayName, Presence: agent.SignedOut,
		Capacity: capacity, Queues: n.Queues, Skills: n.Skills,
	}
}

func (s *Service) checkNew(n NewUser) error {
	u := n.User
	if !userName.MatchString(string(u.Name)) {
		return &domain.Error{
			Kind: domain.Invalid, Subject: "user",
			Text: "a user name has 1 to 64 of a-z, 0-9, '.', '_' and '-', and begins with a letter or figure",
		}
	}
	if u.DisplayName == "" {
		return &domain.Error{Kind: domain.Invalid, Subject: "display_name", Text: "a user needs a display name"}
	}
	if !slices.Contains(Languages[:], u.Language) {
		return &domain.Error{
			Kind: domain.Invalid, Subject: "language",
			Text: "the language is one of " + strings.Join(Languages[:], ", ") + ", not " + u.Language,
		}
	}
	if err := agent.CheckSkills(n.Skills); err != nil {
		return err
	}
	if len(u.Roles) == 0 {
		return &domain.Error{Kind: domain.Invalid, Subject: "roles", Text: "a user needs a role"}
	}
	if n.Demo {
		return nil
	}
	return checkNewPassword(n.Password)
}

// Users lists all users with their queues.
func (s *Service) Users(ctx context.Context) ([]*user.User, map[domain.UserID][]domain.QueueID, error) {
	var users []*user.User
	queues := map[domain.UserID][]domain.QueueID{}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		var err error
		if users, err = tx.Users(); err != nil {
			return err
		}
		agents, err := tx.Agents()
		if err != nil {
			return err
		}
		for _, a := range agents {
			queues[a.User] = a.Queues
		}
		return nil
	})
	return users, queues, err
}

// DisableUser refuses further sign-ins and ends the user's sessions. A contact
// at hand is finished first; new ones are not offered.
func (s *Service) DisableUser(ctx context.Context, actor domain.Actor, name domain.UserID) error {
	var ended []string
	err := s.store.Update(ctx, actor, "", func(tx *store.Tx) error {
		u, err := tx.User(name)
		if err != nil {
			return err
		}
		if err := s.keepAdministrator(tx, u); err != nil {
			return err
		}
		u.Disabled = true
		if err := tx.PutUser(u, "user.disabled"); err != nil {
			return err
		}
		if err := s.retire(tx, name); err != nil {
			return err
		}
		ended, err = deleteSessions(tx, name)
		return err
	})
	for _, h := range ended {
		s.ended(h, Disabled)
	}
	return err
}

// keepAdministrator refuses to disable the last one who could undo it.
func (s *Service) keepAdministrator(tx *store.Tx, u *user.User) error {
	if !u.May(domain.RoleAdministrator) {
		return nil
	}
	users, err := tx.Users()
	if err != nil {
		return err
	}
	for _, other := range users {
		if other.Name != u.Name && !other.Disabled && other.May(domain.RoleAdministrator) {
			return tx.PutUser(other, "user.kept") // two who disable each other at once must meet
		}
	}
	return domain.Errorf(domain.Conflict, "%s is the last administrator: add another one first", u.Name)
}

// EnableUser lets a disabled user sign in again.
func (s *Service) EnableUser(ctx context.Context, actor domain.Actor, name domain.UserID) error {
	return s.store.Update(ctx, actor, "", func(tx *store.Tx) error {
		u, err := tx.User(name)
		if err != nil {
			return err
		}
		u.Disabled = false
		return tx.PutUser(u, "user.enabled")
	})
}

// retire takes the agent, if the user is one, out of routing.
func (s *Service) retire(tx *store.Tx, name domain.UserID) error {
	a, err := tx.Agent(name)
	if domain.KindOf(err) == domain.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if a.SignOut(s.now()) != nil {
		if err := a.SetNotReady("disabled", s.now()); err != nil {
			return err
		}
	}
	return tx.PutAgent(a, "agent.disabled")
}

func deleteSessions(tx *store.Tx, name domain.UserID) ([]string, error) {
	sessions, err := tx.SessionsOf(name)
	if err != nil {
		return nil, err
	}
	hashes := make([]string, 0, len(sessions))
	for _, ses := range sessions {
		hashes = append(hashes, ses.TokenHash)
	}
	return hashes, tx.DeleteSessionsOf(name)
}

// SetPassword sets a user's password and ends his sessions.
func (s *Service) SetPassword(ctx context.Context, actor domain.Actor, name domain.UserID, password string) error {
	if err := s.setPassword(ctx, actor, name, password); err != nil {
		return err
	}
	var ended []string
	err := s.store.Update(ctx, actor, "", func(tx *store.Tx) error {
		var err error
		ended, err = deleteSessions(tx, name)
		return err
	})
	for _, h := range ended {
		s.ended(h, SignedOut)
	}
	return err
}
