package local

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"
)

// Journal keeps the records of one user at one server. It is locked: a second
// desktop of the same user on this machine cannot open it.
type Journal struct {
	name string
	log  *slog.Logger
	now  func() time.Time
	keys keys
	db   *sql.DB
	lock *fileLock

	mu         sync.Mutex
	last       uint64
	unreadable int
}

// Aside is a record that was taken out of the order.
type Aside struct {
	Number uint64
	At     time.Time
	Body   []byte
	Reason string
}

const journalTables = `
CREATE TABLE IF NOT EXISTS record (number BIGINT PRIMARY KEY, sealed BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS aside (number BIGINT PRIMARY KEY, at BIGINT NOT NULL, sealed BLOB NOT NULL);`

// Journal opens the journal of a user at a server.
func (s *Store) Journal(server, user string) (*Journal, error) {
	sum := sha256.Sum256([]byte(server + "\n" + user))
	name := "journal-" + hex.EncodeToString(sum[:8])
	lock, err := lockFile(filepath.Join(s.dir, name+".lock"))
	if err != nil {
		return nil, err
	}
	j := &Journal{name: name, log: s.log, now: s.now, keys: s.keys, lock: lock}
	if err := j.open(filepath.Join(s.dir, name+".db")); err != nil {
		return nil, errors.Join(err, lock.release())
	}
	return j, nil
}

func (j *Journal) open(path string) error {
	db, err := openDatabase(path, j.log, j.now)
	if err != nil {
		return err
	}
	ctx := context.Background()
	_, err = db.ExecContext(ctx, journalTables)
	if err == nil {
		// Numbers are not used again, not even those of records put aside.
		err = db.QueryRowContext(ctx, `SELECT MAX(
			COALESCE((SELECT MAX(number) FROM record), 0),
			COALESCE((SELECT MAX(number) FROM aside), 0))`).Scan(&j.last)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("open the journal: %w", err), db.Close())
	}
	j.db = db
	return nil
}

// Close closes the journal and lets another desktop have it.
func (j *Journal) Close() error { return errors.Join(j.db.Close(), j.lock.release()) }

func (j *Journal) place(number uint64) string { return fmt.Sprintf("%s/%d", j.name, number) }

// Append stores a record after all others.
func (j *Journal) Append(body []byte) (uint64, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	number := j.last + 1
	sealed, err := j.keys.seal(body, j.place(number))
	if err != nil {
		return 0, err
	}
	err = j.exec(`INSERT INTO record (number, sealed) VALUES ($1, $2)`, number, sealed)
	if err != nil {
		return 0, err
	}
	j.last = number
	return number, nil
}

// Replace changes a record in place.
func (j *Journal) Replace(number uint64, body []byte) error {
	sealed, err := j.keys.seal(body, j.place(number))
	if err != nil {
		return err
	}
	return j.exec(`UPDATE record SET sealed = $2 WHERE number = $1`, number, sealed)
}

// Remove deletes a record; one that is not there is no error.
func (j *Journal) Remove(number uint64) error {
	return j.exec(`DELETE FROM record WHERE number = $1`, number)
}

func (j *Journal) exec(query string, args ...any) error {
	if _, err := j.db.ExecContext(context.Background(), query, args...); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	return nil
}

// sealedAside is the content of a record put aside.
type sealedAside struct {
	Reason string `json:"reason"`
	Body   []byte `json:"body"`
}

// SetAside takes a record out of the order and keeps it for a human.
func (j *Journal) SetAside(number uint64, body []byte, reason string) error {
	text, err := json.Marshal(sealedAside{reason, body})
	if err != nil {
		return fmt.Errorf("put a record aside: %w", err)
	}
	sealed, err := j.keys.seal(text, j.place(number)+"/aside")
	if err != nil {
		return err
	}
	ctx := context.Background()
	tx, err := j.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("put a record aside: %w", err)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO aside (number, at, sealed) VALUES ($1, $2, $3)
		ON CONFLICT (number) DO UPDATE SET sealed = excluded.sealed`, number, j.now().UnixMicro(), sealed)
	if err == nil {
		_, err = tx.ExecContext(ctx, `DELETE FROM record WHERE number = $1`, number)
	}
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("put a record aside: %w", err), tx.Rollback())
	}
	return nil
}

// stored is a row of one of the tables.
type stored struct {
	number uint64
	at     int64
	sealed []byte
}

func (j *Journal) rows(query string) ([]stored, error) {
	rows, err := j.db.QueryContext(context.Background(), query)
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []stored
	for rows.Next() {
		var r stored
		if err := rows.Scan(&r.number, &r.at, &r.sealed); err != nil {
			return nil, fmt.Errorf("read the journal: %w", err)
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// Each visits the records in order. What cannot be read is reported, skipped and
// kept; see Unreadable.
func (j *Journal) Each(visit func(number uint64, body []byte) error) error {
	rows, err := j.rows(`SELECT number, 0, sealed FROM record ORDER BY number`)
	if err != nil {
		return err
	}
	unreadable := 0
	for _, r := range rows {
		body, err := j.keys.open(r.sealed, j.place(r.number))
		if err != nil {
			unreadable++
			j.log.Error("a record of the journal cannot be read", "journal", j.name, "number", r.number, "error", err)
			continue
		}
		if err := visit(r.number, body); err != nil {
			return err
		}
	}
	j.mu.Lock()
	j.unreadable = unreadable
	j.mu.Unlock()
	return nil
}

// Unreadable is how many records the last Each had to skip.
func (j *Journal) Unreadable() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.unreadable
}

// Aside lists what was put aside, oldest first.
func (j *Journal) Aside() ([]Aside, error) {
	rows, err := j.rows(`SELECT number, at, sealed FROM aside ORDER BY number`)
	if err != nil {
		return nil, err
	}
	var out []Aside
	for _, r := range rows {
		text, err := j.keys.open(r.sealed, j.place(r.number)+"/aside")
		var content sealedAside
		if err == nil {
			err = json.Unmarshal(text, &content)
		}
		if err != nil {
			j.log.Error("a record put aside cannot be read", "journal", j.name, "number", r.number, "error", err)
			continue
		}
		out = append(out, Aside{
			Number: r.number, At: time.UnixMicro(r.at), Body: content.Body, Reason: content.Reason,
		})
	}
	return out, nil
}
