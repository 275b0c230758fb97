// Package pgtest starts a real PostgreSQL for tests: the one the distribution
// has installed, in a temporary folder, on a socket in it and on no port.
//
// PARLEY_TEST_POSTGRES names a running server instead, by the URL of a user who
// may create databases. PARLEY_TEST_SKIP_POSTGRES=1 lets tests be left out where
// none is installed.
package pgtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// ErrSkipped means that none is installed and that the tests may be left out.
var ErrSkipped = errors.New("no PostgreSQL is installed and PARLEY_TEST_SKIP_POSTGRES is set")

// Server is a running PostgreSQL.
type Server struct {
	dir   string // empty when it is somebody else's
	bin   string
	admin *url.URL
	made  atomic.Int64
}

// Start starts a server, without fsync because no test cuts the power. The
// caller closes it.
func Start(ctx context.Context) (*Server, error) {
	if given := os.Getenv("PARLEY_TEST_POSTGRES"); given != "" {
		u, err := url.Parse(given)
		if err != nil {
			return nil, errors.New("PARLEY_TEST_POSTGRES is not a URL")
		}
		return &Server{admin: u}, nil
	}
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "parley-pg-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for PostgreSQL: %w", err)
	}
	s := &Server{dir: dir, bin: bin}
	s.admin = &url.URL{Scheme: "postgres", Path: "/postgres", RawQuery: url.Values{"host": {dir}, "user": {"parley"}}.Encode()}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

// programs finds the folder of initdb: the newest of the distribution, or PATH.
func programs() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", fmt.Errorf("look for PostgreSQL: %w", err)
	}
	if len(found) > 0 {
		return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })), nil
	}
	if p, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(p), nil
	}
	if os.Getenv("PARLEY_TEST_SKIP_POSTGRES") == "1" {
		return "", ErrSkipped
	}
	return "", errors.New("PostgreSQL is not installed: install it (Debian: apt-get install postgresql), " +
		"name a server in PARLEY_TEST_POSTGRES, or set PARLEY_TEST_SKIP_POSTGRES=1")
}

// version is the number in /usr/lib/postgresql/15/bin/initdb, 0 for another name.
func version(path string) int {
	n, err := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	if err != nil {
		return 0
	}
	return n
}

func (s *Server) start(ctx context.Context) error {
	if err := s.giveAway(); err != nil {
		return err
	}
	data := filepath.Join(s.dir, "data")
	err := s.run(ctx, "initdb", "-D", data, "-U", "parley", "--auth=trust", "-E", "UTF8", "--no-locale", "--no-sync")
	if err != nil {
		return err
	}
	opts := "-c listen_addresses='' -c fsync=off -c max_connections=200 -c unix_socket_directories='" + s.dir + "'"
	return s.run(ctx, "pg_ctl", "-D", data, "-w", "-l", filepath.Join(s.dir, "log"), "-o", opts, "start")
}

// giveAway makes the folder the user's who is to run the server: it refuses root.
func (s *Server) giveAway() error {
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return fmt.Errorf("find the user to run PostgreSQL as: %w", err)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return fmt.Errorf("read the id of the user postgres: %w", err)
	}
	if err := os.Chown(s.dir, uid, -1); err != nil {
		return fmt.Errorf("give the folder to the user postgres: %w", err)
	}
	return nil
}

func (s *Server) run(ctx context.Context, program string, args ...string) error {
	line := append([]string{filepath.Join(s.bin, program)}, args...)
	if os.Geteuid() == 0 {
		line = append([]string{"setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"}, line...)
	}
	cmd := exec.CommandContext(ctx, line[0], line[1:]...)
	cmd.Dir = s.dir
	// To a file: a server that inherits a pipe would keep it open.
	out, err := os.CreateTemp("", "parley-pg-out-")
	if err != nil {
		return fmt.Errorf("run %s: %w", program, err)
	}
	defer func() { err = errors.Join(err, out.Close(), os.Remove(out.Name())) }()
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		text, readErr := os.ReadFile(out.Name())
		return fmt.Errorf("run %s: %w\n%s", program, errors.Join(err, readErr), text)
	}
	return nil
}

// Database creates an empty database and returns its URL. Options are added to
// CREATE DATABASE, for a test of another collation.
func (s *Server) Database(ctx context.Context, options string) (string, error) {
	db, err := sql.Open("pgx", s.admin.String())
	if err != nil {
		return "", fmt.Errorf("open PostgreSQL: %w", err)
	}
	name := fmt.Sprintf("parley_test_%d_%d", os.Getpid(), s.made.Add(1))
	_, err = db.ExecContext(ctx, "CREATE DATABASE "+name+" TEMPLATE template0 "+options)
	if err := errors.Join(err, db.Close()); err != nil {
		return "", fmt.Errorf("create a database: %w", err)
	}
	u := *s.admin
	u.Path = "/" + name
	return u.String(), nil
}

// Drop deletes a database that Database made, also while it is in use.
func (s *Server) Drop(ctx context.Context, address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("read the address of the database: %w", err)
	}
	db, err := sql.Open("pgx", s.admin.String())
	if err != nil {
		return fmt.Errorf("open PostgreSQL: %w", err)
	}
	_, err = db.ExecContext(ctx, "DROP DATABASE IF EXISTS "+u.Path[1:]+" WITH (FORCE)")
	if err := errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("drop a database: %w", err)
	}
	return nil
}

// Close stops a server that Start started and deletes its folder.
func (s *Server) Close() error {
	if s.dir == "" {
		return nil
	}
	err := s.run(context.Background(), "pg_ctl", "-D", filepath.Join(s.dir, "data"), "-w", "-m", "immediate", "stop")
	return errors.Join(err, os.RemoveAll(s.dir))
}
