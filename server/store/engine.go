package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"parley/server/domain"
	"parley/server/store/storesql"
)

// fileName is the SQLite database in Config.Dir; "-wal" and "-shm" stand beside it.
const fileName = "parley.db"

// readers bounds the connections that read SQLite, postgresConnections all
// connections of one program to PostgreSQL.
const (
	readers             = 4
	postgresConnections = 16
)

func (s *Store) openSQLite(ctx context.Context, cfg Config) error {
	if err := writable(cfg.Dir); err != nil {
		return err
	}
	path := filepath.Join(cfg.Dir, fileName)
	var err error
	if s.write, err = sql.Open("sqlite", sqliteName(path, "&_txlock=immediate&_pragma=synchronous(FULL)")); err != nil {
		return translate(err, "open the database")
	}
	s.write.SetMaxOpenConns(1)
	if _, err = s.write.ExecContext(ctx, "PRAGMA journal_mode = WAL"); err != nil {
		return translate(err, "open the database "+path)
	}
	if err = migrate(ctx, s.write, goose.DialectSQLite3); err != nil {
		return err
	}
	if s.read, err = sql.Open("sqlite", sqliteName(path, "&_pragma=query_only(1)")); err != nil {
		return translate(err, "open the database")
	}
	s.read.SetMaxOpenConns(readers)
	s.read.SetMaxIdleConns(readers)
	// Without a prepared statement SQLite parses the text at every call.
	if s.writeQueries, err = storesql.Prepare(ctx, s.write); err != nil {
		return translate(err, "prepare the queries")
	}
	if s.readQueries, err = storesql.Prepare(ctx, s.read); err != nil {
		return translate(err, "prepare the queries")
	}
	s.group = newGrouper(s)
	return nil
}

func sqliteName(path, more string) string {
	u := url.URL{Scheme: "file", Path: path}
	if !filepath.IsAbs(path) {
		u = url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
	}
	return u.String() + "?_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)" + more
}

// writable makes the folder and proves that files can be made in it, because
// SQLite's own error names neither the folder nor the reason.
func writable(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return folderError(err, dir)
	}
	f, err := os.CreateTemp(dir, ".parley-*")
	if err != nil {
		return folderError(err, dir)
	}
	_, err = f.Write(make([]byte, 4096))
	if e := f.Close(); err == nil {
		err = e
	}
	if e := os.Remove(f.Name()); err == nil {
		err = e
	}
	if err != nil {
		return folderError(err, dir)
	}
	return nil
}

func folderError(err error, dir string) error {
	if isFull(err) {
		return &domain.Error{Kind: domain.StorageFull, Text: "the disk of the data folder " + dir + " is full", Cause: err}
	}
	return &domain.Error{Kind: domain.Unavailable, Text: "the data folder " + dir + " cannot be written", Cause: err}
}

func (s *Store) openPostgres(ctx context.Context, cfg Config) error {
	if _, err := pgx.ParseConfig(cfg.URL); err != nil {
		// Without the cause, which may hold the address and with it the password.
		return domain.Errorf(domain.Invalid, "the address of the database is not a PostgreSQL URL")
	}
	db, err := sql.Open("pgx", cfg.URL)
	if err != nil {
		return translate(err, "open the database")
	}
	s.write, s.read = db, db
	db.SetMaxOpenConns(postgresConnections)
	db.SetMaxIdleConns(postgresConnections)
	if err := db.PingContext(ctx); err != nil {
		return translate(err, "reach the database")
	}
	if err := migrate(ctx, db, goose.DialectPostgres); err != nil {
		return err
	}
	// pgx prepares and caches by itself.
	s.writeQueries = storesql.New(db)
	s.readQueries = s.writeQueries
	return nil
}

func (s *Store) begin(ctx context.Context) (*sql.Tx, error) {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return nil, translate(err, "begin to write")
	}
	return tx, nil
}

// beginRead gives a snapshot: every query in it sees the same state.
func (s *Store) beginRead(ctx context.Context) (*sql.Tx, error) {
	opts := &sql.TxOptions{ReadOnly: true}
	if s.group == nil {
		opts.Isolation = sql.LevelRepeatableRead
	}
	tx, err := s.read.BeginTx(ctx, opts)
	if err != nil {
		return nil, translate(err, "begin to read")
	}
	return tx, nil
}

func newerSchema(has, know int64) error {
	return &domain.Error{
		Kind: domain.Conflict,
		Text: fmt.Sprintf("the database has schema %d and this program knows up to %d: a newer program wrote it, use that one", has, know),
	}
}
