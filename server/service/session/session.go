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
	if err := s.backoff.check(string(name), now); err != nil {
		return "", ses, nil, err
	}
	u, elsewhere, err := s.load(ctx, name, device)
	if err != nil {
		return "", ses, nil, err
	}
	hash := s.hasher.dummy
	if u != nil {
		hash = u.PasswordHash
	}
	if ok := s.hasher.match(hash, password); !ok || u == nil || u.Disabled {
		s.backoff.failed(string(name), now)
		return "", ses, nil, errWrong()
	}
	s.backoff.succeeded(string(name))
	if elsewhere.inReach && !takeOver {
		return "", ses, nil, domain.Errorf(domain.SignedInElsewhere, "%s is signed in on another desktop", name)
	}
	token = rand.Text()
	ses = user.Session{TokenHash: Hash(token), User: name, Device: device, CreatedAt: now, ExpiresAt: now.Add(Lifetime)}
	err = s.store.Update(ctx, domain.Actor{User: name}, "", func(tx *store.Tx) error {
		for _, old := range elsewhere.hashes {
			if err := tx.DeleteSession(old); err != nil {
				return err
			}
		}
		opened := ses
		return tx.PutSession(&opened)
	})
	if err != nil {
		return "", ses, nil, err
	}
	for _, old := range elsewhere.hashes {
		s.ended(old, TakenOver)
	}
	return token, ses, u, nil
}

// others are the sessions that a new desktop of an agent replaces.
type others struct {
	hashes  []string
	inReach bool
}

// load returns nil for an unknown user.
func (s *Service) load(ctx context.Context, name domain.UserID, device string) (*user.User, others, error) {
	var u *user.User
	var o others
	err := s.store.View(ctx, func(tx *store.Tx) error {
		var err error
		u, err = tx.User(name)
		if domain.KindOf(err) == domain.NotFound {
			u = nil
			return nil
		}
		if err != nil {
			return err
		}
		a, err := tx.Agent(name)
		if domain.KindOf(err) == domain.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		sessions, err := tx.SessionsOf(name)
		if err != nil {
			return err
		}
		o = otherDesktops(a, sessions, device)
		return nil
	})
	return u, o, err
}

func otherDesktops(a *agent.Agent, sessions []*user.Session, device string) others {
	o := others{}
	for _, ses := range sessions {
		if !Desktop(ses.Device) || !Desktop(device) {
			continue
		}
		o.hashes = append(o.hashes, ses.TokenHash)
		if ses.Device != device && a.Reachable && a.Presence != agent.SignedOut {
			o.inReach = true
		}
	}
	return o
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

// SignOut ends one session.
func (s *Service) SignOut(ctx context.Context, ses user.Session) error {
	err := s.store.Update(ctx, domain.Actor{User: ses.User}, "", func(tx *store.Tx) error {
		return tx.DeleteSession(ses.TokenHash)
	})
	if err == nil {
		s.ended(ses.TokenHash, SignedOut)
	}
	return err
}

// ChangePassword sets a new password for a user who knows the old one.
func (s *Service) ChangePassword(ctx context.Context, name domain.UserID, old, changed string) error {
	now := s.now()
	if err := s.backoff.check(string(name), now); err != nil {
		return err
	}
	u, _, err := s.load(ctx, name, toolDevice)
	if err != nil {
		return err
	}
	if u == nil || !s.hasher.match(u.PasswordHash, old) {
		s.backoff.failed(string(name), now)
		return &domain.Error{Kind: domain.Invalid, Subject: "old_password", Text: "the old password is wrong"}
	}
	return s.setPassword(ctx, domain.Actor{User: name}, name, changed)
}

func (s *Service) setPassword(ctx context.Context, actor domain.Actor, name domain.UserID, password string) error {
	if err := checkNewPassword(password); err != nil {
		return err
	}
	hash, err := s.hasher.hash(password)
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
