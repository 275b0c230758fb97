package store

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"

	"parley/server/domain"
)

// dialects runs a test on a bare connection to an empty database of each engine.
func dialects(t *testing.T, f func(t *testing.T, p place, db *sql.DB, d goose.Dialect)) {
	t.Helper()
	engines(t, func(t *testing.T, p place) {
		driver, name, d := "sqlite", filepath.Join(p.cfg.Dir, fileName), goose.DialectSQLite3
		if p.cfg.URL != "" {
			driver, name, d = "pgx", p.cfg.URL, goose.DialectPostgres
		}
		db, err := sql.Open(driver, name)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		f(t, p, db, d)
	})
}

func TestMigrationsUpDownUp(t *testing.T) {
	dialects(t, func(t *testing.T, p place, db *sql.DB, d goose.Dialect) {
		m, err := migrator(db, d)
		if err != nil {
			t.Fatal(err)
		}
		var seen [3][]string
		for i := range seen {
			if i == 1 {
				_, err = m.DownTo(t.Context(), 0)
			} else {
				_, err = m.Up(t.Context())
			}
			if err != nil {
				t.Fatal(err)
			}
			seen[i] = tables(t, db, d)
		}
		if len(seen[1]) != 0 {
			t.Errorf("after all the way down there are %v", seen[1])
		}
		if diff := cmp.Diff(seen[0], seen[2]); diff != "" || len(seen[0]) < 10 {
			t.Errorf("tables after up, and after down and up:\n%s", diff)
		}
		s := p.open(t)
		update(t, s, func(tx *Tx) error { return tx.PutContact(newContact("c1"), "contact.queued") })
	})
}

func tables(t *testing.T, db *sql.DB, d goose.Dialect) []string {
	t.Helper()
	query := "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite%' ORDER BY name"
	if d == goose.DialectPostgres {
		query = "SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE 'goose%' ORDER BY indexname"
	}
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var names []string
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
		names = append(names, n)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return names
}

func TestNewerSchemaIsRefused(t *testing.T) {
	dialects(t, func(t *testing.T, p place, db *sql.DB, _ goose.Dialect) {
		if err := p.open(t).Close(); err != nil {
			t.Fatal(err)
		}
		_, err := db.ExecContext(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, TRUE)")
		if err != nil {
			t.Fatal(err)
		}
		_, err = Open(t.Context(), p.cfg, quiet)
		wantKind(t, err, domain.Conflict)
		if !strings.Contains(err.Error(), "newer program") {
			t.Errorf("the error does not say what to do: %v", err)
		}
	})
}

func TestFolderThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), Config{Dir: filepath.Join(file, "data")}, quiet)
	wantKind(t, err, domain.Unavailable)
	if !strings.Contains(err.Error(), "cannot be written") {
		t.Errorf("the error does not say what is wrong: %v", err)
	}
}

func TestFolderWithOddName(t *testing.T) {
	for _, name := range []string{"with space", "100%", "a?b#c", "ışık"} {
		dir := filepath.Join(t.TempDir(), name)
		s := place{Config{Dir: dir}}.open(t)
		update(t, s, func(tx *Tx) error { return tx.PutContact(newContact("c1"), "contact.queued") })
		if _, err := os.Stat(filepath.Join(dir, fileName)); err != nil {
			t.Error(err)
		}
	}
	t.Chdir(t.TempDir())
	s := place{Config{Dir: "relative dir"}}.open(t)
	if _, err := os.Stat(filepath.Join("relative dir", fileName)); err != nil {
		t.Error(err)
	}
	_ = s
}

func TestSQLiteSettings(t *testing.T) {
	s := place{Config{Dir: t.TempDir()}}.open(t)
	want := map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000"}
	for name, value := range want {
		var got string
		if err := s.write.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&got); err != nil || got != value {
			t.Errorf("%s is %q, %v; want %q", name, got, err, value)
		}
	}
	if _, err := s.read.ExecContext(t.Context(), "DELETE FROM contact"); err == nil {
		t.Error("a reader can write")
	}
}

func TestDatabaseThatCannotBeReached(t *testing.T) {
	_, err := Open(t.Context(), Config{URL: "postgres:///x?host=" + t.TempDir() + "&user=u&password=secret"}, quiet)
	wantKind(t, err, domain.Unavailable)
	_, err = Open(t.Context(), Config{URL: "postgres://u:secret@[::bad/x"}, quiet)
	wantKind(t, err, domain.Invalid)
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("the error shows the password: %v", err)
	}
}

func TestConnectionIsLost(t *testing.T) {
	p := postgresPlace(t, "")
	s := p.open(t)
	cut := func() {
		_, err := s.write.ExecContext(t.Context(),
			"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
		if err != nil {
			t.Fatal(err)
		}
	}
	err := s.Update(t.Context(), domain.Actor{User: "ayse"}, "1", func(tx *Tx) error {
		if err := tx.PutContact(newContact("c1"), "contact.queued"); err != nil {
			return err
		}
		cut()
		return nil
	})
	wantKind(t, err, domain.Unavailable)
	err = s.Update(t.Context(), domain.Actor{User: "ayse"}, "1", func(tx *Tx) error {
		return tx.PutContact(newContact("c1"), "contact.queued")
	})
	if err != nil {
		t.Errorf("the repeated command gave %v", err)
	}
}

func TestCharacterThatCannotBeStored(t *testing.T) {
	s := postgresPlace(t, "").open(t)
	err := s.View(context.Background(), func(tx *Tx) error { _, err := tx.User("a\x00b"); return err })
	wantKind(t, err, domain.Invalid)
}
