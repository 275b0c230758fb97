// Package session signs users in and out and knows who a token belongs to. It
// keeps Argon2id hashes of passwords and SHA-256 hashes of tokens, never the
// things themselves.
package session

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/user"
	"parley/server/store"
)

// Lifetime is how long a session lasts: a long shift.
const Lifetime = 14 * time.Hour

// Service signs users in and out.
type Service struct {
	store   *store.Store
	now     func() time.Time
	hasher  *hasher
	backoff backoff
	// ended is told the token hashes of sessions that were ended, and why.
	ended func(tokenHash string, cause Cause)
}

// Cause says why a session was ended.
type Cause string

// The causes.
const (
	TakenOver Cause = "taken_over"
	SignedOut Cause = "signed_out"
	Disabled  Cause = "disabled"
	Expired   Cause = "expired"
)

// New returns the service. Ended is called for each session that is over
// before its time.
func New(st *store.Store, now func() time.Time, ended func(tokenHash string, cause Cause)) (*Service, error) {
	h, err := newHasher()
	if err != nil {
		return nil, err
	}
	return &Service{store: st, now: now, hasher: h, ended: ended}, nil
}

// errWrong is the one answer to a wrong name, a wrong password and a disabled
// user.
func errWrong() error {
	return domain.Errorf(domain.Unauthenticated, "user name or password is wrong")
}

// SignIn checks name and password and opens a session. A user who takes
// contacts and whose desktop on another device can be reached is refused with
// SignedInElsewhere, unless takeOver is set; the other sessions then end.
func (s *Service) SignIn(ctx context.Context, name domain.UserID, password, device string, takeOver bool) (token string, ses user.Session, u *user.User, err error) {
	name = domain.UserID(strings.ToLower(strings.TrimSpace(string(name))))
	now := s.now()
	if err := s.backoff.attempt(string(name), now); err != nil {
		return "", ses, nil, err
	}
	u, err = s.find(ctx, name)
	if err != nil {
		return "", ses, nil, err
	}
	hash := s.hasher.dummy
	if u != nil {
		hash = u.PasswordHash
	}
	ok, err := s.hasher.match(ctx, hash, password)
	if err != nil {
		return "", ses, nil, err
	}
	if !ok || u == nil || u.Disabled {
		return "", ses, nil, errWrong()
	}
	s.backoff.succeeded(string(name))
	token = rand.Text()
	ses = user.Session{TokenHash: Hash(token), User: name, Device: device, CreatedAt: now, ExpiresAt: now.Add(Lifetime)}
	var replaced []string
	err = s.store.Update(ctx, domain.Actor{User: name}, "", func(tx *store.Tx) error {
		var err error
		if replaced, err = s.enter(tx, ses, takeOver); err != nil {
			return err
		}
		opened := ses
		return tx.PutSession(&opened)
	})
	if err != nil {
		return "", ses, nil, err
	}
	for _, old := range replaced {
		s.ended(old, TakenOver)
	}
	return token, ses, u, nil
}

// find returns nil for an unknown user.
func (s *Service) find(ctx context.Context, name domain.UserID) (*user.User, error) {
	var u *user.User
	err := s.store.View(ctx, func(tx *store.Tx) error {
		var err error
		u, err = tx.User(name)
		return err
	})
	if domain.KindOf(err) == domain.NotFound {
		return nil, nil //nolint:nilnil // unknown is an answer
	}
	return u, err
}

// enter makes the agent, if the user is one and comes with a desktop, present,
// and ends his sessions on desktops. The agent is stored even when he was
// present already, so that of two desktops at the same moment one is refused.
func (s *Service) enter(tx *store.Tx, ses user.Session, takeOver bool) ([]string, error) {
	a, err := tx.Agent(ses.User)
	if domain.KindOf(err) == domain.NotFound || err == nil && !Desktop(ses.Device) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	sessions, err := tx.SessionsOf(ses.User)
	if err != nil {
		return nil, err
	}
	var replaced []string
	for _, old := range sessions {
		if !Desktop(old.Device) {
			continue
		}
		if old.Device != ses.Device && a.Reachable && a.Presence != agent.SignedOut && !takeOver {
			return nil, domain.Errorf(domain.SignedInElsewhere, "%s is signed in on another desktop", ses.User)
		}
		replaced = append(replaced, old.TokenHash)
		if err := tx.DeleteSession(old.TokenHash); err != nil {
			return nil, err
		}
	}
	a.SignIn(s.now())
	return replaced, tx.PutAgent(a, "agent.signed_in")
}

// toolDevice marks programs that only ask and never serve contacts.
const toolDevice = "tool:"

// Desktop says whether a device takes contacts.
func Desktop(device string) bool { return !strings.HasPrefix(device, toolDevice) }

// Hash is what is stored of a token.
func Hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Authenticate returns the session and user that a token belongs to.
func (s *Service) Authenticate(ctx context.Context, token string) (user.Session, *user.User, error) {
	return s.Lookup(ctx, Hash(token))
}

// Lookup returns the session with a token hash if it still stands.
func (s *Service) Lookup(ctx context.Context, tokenHash string) (user.Session, *user.User, error) {
	var ses user.Session
	var u *user.User
	err := s.store.View(ctx, func(tx *store.Tx) error {
		found, err := tx.Session(tokenHash)
		if err != nil {
			return err
		}
		ses = *found
		u, err = tx.User(ses.User)
		return err
	})
	if domain.KindOf(err) == domain.NotFound || err == nil && (u.Disabled || !s.now().Before(ses.ExpiresAt)) {
		return ses, nil, domain.Errorf(domain.Unauthenticated, "the session is over: sign in again")
	}
	return ses, u, err
}

// SignOut ends one session. With his desktop's the agent is signed out, which is
// refused while he has a contact.
func (s *Service) SignOut(ctx context.Context, ses user.Session) error {
	err := s.store.Update(ctx, domain.Actor{User: ses.User}, "", func(tx *store.Tx) error {
		if err := s.leave(tx, ses); err != nil {
			return err
		}
		return tx.DeleteSession(ses.TokenHash)
	})
	if err == nil {
		s.ended(ses.TokenHash, SignedOut)
	}
	return err
}

func (s *Service) leave(tx *store.Tx, ses user.Session) error {
	a, err := tx.Agent(ses.User)
	if domain.KindOf(err) == domain.NotFound || err == nil && !Desktop(ses.Device) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := a.SignOut(s.now()); err != nil {
		return err
	}
	return tx.PutAgent(a, "agent.signed_out")
}

// ChangePassword sets a new password for a user who knows the old one.
func (s *Service) ChangePassword(ctx context.Context, name domain.UserID, old, changed string) error {
	if err := s.backoff.attempt(string(name), s.now()); err != nil {
		return err
	}
	u, err := s.find(ctx, name)
	if err != nil {
		return err
	}
	ok := false
	if u != nil {
		if ok, err = s.hasher.match(ctx, u.PasswordHash, old); err != nil {
			return err
		}
	}
	if !ok {
		return &domain.Error{Kind: domain.Invalid, Subject: "old_password", Text: "the old password is wrong"}
	}
	s.backoff.succeeded(string(name))
	return s.setPassword(ctx, domain.Actor{User: name}, name, changed)
}

func (s *Service) setPassword(ctx context.Context, actor domain.Actor, name domain.UserID, password string) error {
	if err := checkNewPassword(password); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.store.Update(ctx, actor, "", func(tx *store.Tx) error {
		u, err := tx.User(name)
		if err != nil {
			return err
		}
		u.PasswordHash, u.DemoPassword = hash, false
		return tx.PutUser(u, "user.password_changed")
	})
}
