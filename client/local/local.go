// Package local keeps on this machine what must survive the desktop: the journal
// of commands that the server has not confirmed, preferences, and the name of
// the device.
//
// Content of the journal is encrypted, each record with its own nonce and bound
// to its place, by a key in the operating system's key ring. Where there is no
// key ring, as on machines without a desktop session, the key lies in a file
// that only its owner can read, and Store.KeyState says so.
//
// A record that cannot be read is reported and stays where it is: the key ring
// may only be locked today. Nothing here ever deletes a text on its own.
package local

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the database/sql driver "sqlite"
)

// HomeVariable is the environment variable that names another folder.
const HomeVariable = "PARLEY_HOME"

// Config says where a Store is.
type Config struct {
	// Dir is the folder; empty means the user's, see Home.
	Dir string
	// Ring is the key ring; nil means the operating system's.
	Ring KeyRing
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Store is the folder of the desktop on this machine.
type Store struct {
	dir      string
	log      *slog.Logger
	now      func() time.Time
	keys     keys
	keyState KeyState
	db       *sql.DB

	mu          sync.Mutex
	preferences map[string]string
}

const deviceKey = "device"

// Home is the folder when none is given: PARLEY_HOME, or "parley" in the user's
// folder for configuration.
func Home() (string, error) {
	if dir := os.Getenv(HomeVariable); dir != "" {
		return dir, nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find the user's folder; %s can name one: %w", HomeVariable, err)
	}
	return filepath.Join(dir, "parley"), nil
}

// Open opens or makes the folder.
func Open(cfg Config, log *slog.Logger) (*Store, error) {
	s := &Store{dir: cfg.Dir, log: log, now: cfg.Now, preferences: map[string]string{}}
	if s.now == nil {
		s.now = time.Now
	}
	if s.dir == "" {
		dir, err := Home()
		if err != nil {
			return nil, err
		}
		s.dir = dir
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for local data: %w", err)
	}
	ring := cfg.Ring
	if ring == nil {
		ring = systemRing{}
	}
	var err error
	if s.keys, s.keyState, err = loadKeys(s.dir, ring); err != nil {
		return nil, err
	}
	if s.keyState != KeyInRing {
		log.Warn("no key ring on this machine: the key of local data lies in a file", "folder", s.dir)
	}
	err = s.openPreferences()
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Close closes the folder; journals are closed by those who opened them.
func (s *Store) Close() error { return s.db.Close() }

// KeyState says where the key of the encrypted data is.
func (s *Store) KeyState() KeyState { return s.keyState }

func (s *Store) openPreferences() error {
	db, err := openDatabase(filepath.Join(s.dir, "parley.db"), s.log, s.now)
	if err != nil {
		return err
	}
	s.db = db
	err = s.readPreferences()
	if err == nil && s.Preference(deviceKey) == "" {
		id := make([]byte, 16)
		// Read of crypto/rand never fails.
		_, _ = rand.Read(id)
		err = s.SetPreference(deviceKey, hex.EncodeToString(id))
	}
	if err != nil {
		return errors.Join(err, db.Close())
	}
	return nil
}

func (s *Store) readPreferences() error {
	ctx := context.Background()
	_, err := s.db.ExecContext(ctx,
		`CREATE TABLE IF NOT EXISTS preference (key TEXT PRIMARY KEY, value TEXT NOT NULL)`)
	if err != nil {
		return fmt.Errorf("make the preferences: %w", err)
	}
	rows, err := s.db.QueryContext(ctx, `SELECT key, value FROM preference`)
	if err != nil {
		return fmt.Errorf("read the preferences: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			return fmt.Errorf("read a preference: %w", err)
		}
		s.preferences[key] = value
	}
	return rows.Err()
}

// Device names this machine's desktop towards the server; it is random and stays.
func (s *Store) Device() string { return s.Preference(deviceKey) }

// Preference returns a stored value, empty if there is none.
func (s *Store) Preference(key string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.preferences[key]
}

// SetPreference stores a value.
func (s *Store) SetPreference(key, value string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.db.ExecContext(context.Background(),
		`INSERT INTO preference (key, value) VALUES ($1, $2)
		 ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
	if err != nil {
		return fmt.Errorf("store a preference: %w", err)
	}
	s.preferences[key] = value
	return nil
}

// openDatabase opens a SQLite file. One that is damaged as a whole is put beside,
// under a name with the time, and a new one is begun.
//
// Writes wait for the disk (synchronous FULL): a text that a user has typed is
// to survive a power cut too, and he types slower than disks write.
func openDatabase(path string, log *slog.Logger, now func() time.Time) (*sql.DB, error) {
	db, err := tryDatabase(path)
	if err == nil {
		return db, nil
	}
	if !damaged(err) {
		return nil, fmt.Errorf("open local data: %w", err)
	}
	aside := path + ".damaged-" + now().UTC().Format("20060102-150405")
	log.Error("local data is damaged; it is kept aside and begun anew", "file", path, "aside", aside, "error", err)
	if err := os.Rename(path, aside); err != nil {
		return nil, fmt.Errorf("put damaged data aside: %w", err)
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Rename(path+suffix, aside+suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("put damaged data aside: %w", err)
		}
	}
	db, err = tryDatabase(path)
	if err != nil {
		return nil, fmt.Errorf("open local data: %w", err)
	}
	return db, nil
}

type damageError struct{ text string }

func (e *damageError) Error() string { return "the database is damaged: " + e.text }

func damaged(err error) bool {
	if _, ok := errors.AsType[*damageError](err); ok {
		return true
	}
	var code interface{ Code() int }
	// SQLITE_CORRUPT and SQLITE_NOTADB; the upper bits refine them.
	return errors.As(err, &code) && (code.Code()&0xff == 11 || code.Code()&0xff == 26)
}

func tryDatabase(path string) (*sql.DB, error) {
	const pragmas = "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"
	if err := ownerOnly(path); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", fileURI(path)+pragmas)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	var result string
	err = db.QueryRowContext(context.Background(), `PRAGMA quick_check(1)`).Scan(&result)
	if err == nil && result != "ok" {
		err = &damageError{result}
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// fileURI is the path as SQLite wants it, whatever characters are in it.
func fileURI(path string) string {
	path = filepath.ToSlash(path)
	if filepath.VolumeName(path) != "" {
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// ownerOnly makes the file before SQLite does, so that nobody else can read it.
func ownerOnly(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}
