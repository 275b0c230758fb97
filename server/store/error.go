package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"parley/server/domain"
)

// errStale means that another writer was faster; Update runs fn again.
var errStale = &domain.Error{Kind: domain.Conflict, Text: "someone else has changed this at the same moment"}

// errAborted is what a transaction ends with whose fn has panicked.
var errAborted = errors.New("the change was given up")

func notFound(what, id string) error {
	return &domain.Error{Kind: domain.NotFound, Text: fmt.Sprintf("there is no %s %q", what, id), Subject: what}
}

// translate gives an error of a driver its kind. Errors that have one, and
// those of a context, keep it.
func translate(err error, doing string) error {
	if err == nil {
		return nil
	}
	var known *domain.Error
	if errors.As(err, &known) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	var lite *sqlite.Error
	var pg *pgconn.PgError
	kind := domain.Internal
	switch {
	case errors.As(err, &lite):
		kind = sqliteKind(lite.Code())
	case errors.As(err, &pg):
		if pg.Code == "40001" || pg.Code == "40P01" {
			return fmt.Errorf("%s: %w: %w", doing, errStale, err)
		}
		kind = postgresKind(pg.Code)
	case isFull(err):
		kind = domain.StorageFull
	case isUnreachable(err):
		kind = domain.Unavailable
	}
	return &domain.Error{Kind: kind, Text: kindText(kind, doing), Cause: fmt.Errorf("%s: %w", doing, err)}
}

func kindText(kind domain.Kind, doing string) string {
	switch kind {
	case domain.StorageFull:
		return "the disk of the database is full"
	case domain.Unavailable:
		return "the database cannot be reached"
	case domain.Conflict:
		return "this contradicts what is stored"
	case domain.Invalid:
		return "a text holds a character that cannot be stored"
	default:
		return "cannot " + doing
	}
}

func sqliteKind(code int) domain.Kind {
	if code == sqlite3.SQLITE_IOERR_SHMSIZE {
		// The index of the log could not grow.
		return domain.StorageFull
	}
	switch code & 0xff {
	case sqlite3.SQLITE_FULL:
		return domain.StorageFull
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR:
		return domain.Unavailable
	case sqlite3.SQLITE_CONSTRAINT:
		return domain.Conflict
	default:
		return domain.Internal
	}
}

// postgresKind reads the classes of SQLSTATE: 08 connection, 22 data, 23
// constraint, 28 sign-in, 3D database, 53 resources, 57 stopped by an operator.
func postgresKind(code string) domain.Kind {
	if code == "53100" {
		return domain.StorageFull
	}
	if code == "25006" {
		// Read-only: a standby that is not yet promoted.
		return domain.Unavailable
	}
	switch code[:min(2, len(code))] {
	case "08", "28", "3D", "53", "57":
		return domain.Unavailable
	case "22":
		return domain.Invalid
	case "23":
		return domain.Conflict
	default:
		return domain.Internal
	}
}

func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

func isUnreachable(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, sql.ErrConnDone) || errors.Is(err, net.ErrClosed)
}
