package store

import (
	"database/sql"
	"errors"
	"time"

	"parley/server/domain"
	"parley/server/domain/user"
	"parley/server/store/storesql"
)

// Events of sessions, which the store makes itself: a session has no version of
// its own, it begins (1) and ends (2).
const (
	SessionStarted = "session.started"
	SessionEnded   = "session.ended"
)

// User loads a user with the password hash; NotFound if there is none.
func (t *Tx) User(name domain.UserID) (*user.User, error) {
	row, err := t.q.User(t.ctx, string(name))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, notFound("user", string(name))
	}
	if err != nil {
		return nil, translate(err, "load the user")
	}
	return decodeUser(row.Body, row.PasswordHash)
}

func decodeUser(body, hash string) (*user.User, error) {
	u, err := decode[user.User](body, "user")
	if err != nil {
		return nil, err
	}
	u.PasswordHash = hash
	return u, nil
}

// PutUser stores a user and its event, and raises u.Version. Version 0 inserts;
// otherwise the stored version must be u.Version. The password hash is in no event.
func (t *Tx) PutUser(u *user.User, event string) error {
	next := *u
	next.Version++
	body, err := t.encode(&next, "store the user")
	if err != nil {
		return err
	}
	p := storesql.InsertUserParams{
		Name: string(u.Name), Version: number(next.Version), PasswordHash: u.PasswordHash, Body: body,
	}
	var rows int64
	if u.Version == 0 {
		rows, err = t.q.InsertUser(t.ctx, p)
	} else {
		rows, err = t.q.UpdateUser(t.ctx, storesql.UpdateUserParams{
			Name: p.Name, Version: p.Version, PasswordHash: p.PasswordHash, Body: p.Body, OldVersion: number(u.Version),
		})
	}
	if err := t.wrote(rows, err, "store the user"); err != nil {
		return err
	}
	u.Version = next.Version
	t.record(domain.KindUser, p.Name, u.Version, event, []byte(body))
	return nil
}

// Users lists all users with their password hashes.
func (t *Tx) Users() ([]*user.User, error) {
	rows, err := t.q.Users(t.ctx)
	if err != nil {
		return nil, translate(err, "list users")
	}
	list := make([]*user.User, len(rows))
	for i, r := range rows {
		if list[i], err = decodeUser(r.Body, r.PasswordHash); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// PutSession stores a session. A new one makes the event SessionStarted; one
// with a known token hash is replaced without an event.
func (t *Tx) PutSession(n *user.Session) error {
	body, err := t.encode(n, "store the session")
	if err != nil {
		return err
	}
	_, err = t.Session(n.TokenHash)
	isNew := isNotFound(err)
	if err != nil && !isNew {
		return t.fail(err)
	}
	rows, err := t.q.PutSession(t.ctx, storesql.PutSessionParams{
		TokenHash: n.TokenHash, UserName: string(n.User),
		CreatedAt: micros(n.CreatedAt), ExpiresAt: micros(n.ExpiresAt), Body: body,
	})
	if err := t.wrote(rows, err, "store the session"); err != nil {
		return err
	}
	if isNew {
		t.record(domain.KindSession, n.TokenHash, 1, SessionStarted, []byte(body))
	}
	return nil
}

// Session loads a session by the hash of its token; NotFound if there is none.
// One that has expired is found until PruneSessions.
func (t *Tx) Session(tokenHash string) (*user.Session, error) {
	s, err := one[user.Session](t.ctx, t.q.Session, "session", tokenHash)
	if isNotFound(err) {
		// Without the hash: the text may be shown.
		return nil, domain.Errorf(domain.NotFound, "there is no such session")
	}
	return s, err
}

// SessionsOf lists a user's sessions, oldest first, with expired ones.
func (t *Tx) SessionsOf(name domain.UserID) ([]*user.Session, error) {
	bodies, err := t.q.SessionsOf(t.ctx, string(name))
	return decodeAll[user.Session](bodies, err, "sessions")
}

// DeleteSession ends a session with the event SessionEnded; one that is not
// there is no error.
func (t *Tx) DeleteSession(tokenHash string) error {
	if err := t.writable("end the session"); err != nil {
		return err
	}
	s, err := t.Session(tokenHash)
	if isNotFound(err) {
		return nil
	}
	if err != nil {
		return t.fail(err)
	}
	return t.deleteSession(s)
}

// DeleteSessionsOf ends all sessions of a user, as DeleteSession does.
func (t *Tx) DeleteSessionsOf(name domain.UserID) error {
	if err := t.writable("end the sessions"); err != nil {
		return err
	}
	list, err := t.SessionsOf(name)
	if err != nil {
		return t.fail(err)
	}
	for _, s := range list {
		if err := t.deleteSession(s); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) deleteSession(s *user.Session) error {
	body, err := t.encode(s, "end the session")
	if err != nil {
		return err
	}
	rows, err := t.q.DeleteSession(t.ctx, s.TokenHash)
	if err := t.wrote(rows, err, "end the session"); err != nil {
		return err
	}
	t.record(domain.KindSession, s.TokenHash, 2, SessionEnded, []byte(body))
	return nil
}

// PruneSessions deletes the sessions that expire at now or before, without an
// event, and counts them.
func (t *Tx) PruneSessions(now time.Time) (int, error) {
	if err := t.writable("delete expired sessions"); err != nil {
		return 0, err
	}
	n, err := t.q.PruneSessions(t.ctx, micros(now))
	return int(n), t.fail(translate(err, "delete expired sessions"))
}
