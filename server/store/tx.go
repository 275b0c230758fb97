package store

import (
	"context"
	"encoding/json"
	"time"

	"parley/server/domain"
	"parley/server/store/storesql"
)

// Tx is a running transaction. It is for one goroutine, and only until the
// function it was given to returns.
type Tx struct {
	// ctx is for statements; caller is the caller's, which may end earlier.
	ctx, caller context.Context //nolint:containedctx // a Tx lives within one call

	store    *Store
	q        *storesql.Queries
	actor    domain.Actor
	now      time.Time
	readOnly bool
	events   []domain.Event
	// failed is the first failed write: the transaction cannot be committed
	// after it on PostgreSQL, so it is not on SQLite either.
	failed error
}

// Now is the time of the transaction, which its events carry.
func (t *Tx) Now() time.Time { return t.now }

// Sequence is the sequence of the last event that this transaction sees; 0
// before the first. In a View it belongs to everything else that is read there.
func (t *Tx) Sequence() (uint64, error) {
	n, err := t.q.Sequence(t.ctx)
	if err != nil {
		return 0, translate(err, "read the sequence of events")
	}
	return count(n), nil
}

// Record appends an event of its own to those that the puts make. State is
// stored as JSON; nil is stored as null.
func (t *Tx) Record(kind domain.EntityKind, id string, version uint64, name string, state any) error {
	if err := t.writable("record an event"); err != nil {
		return err
	}
	body, err := json.Marshal(state)
	if err != nil {
		return t.fail(translate(err, "write an event as JSON"))
	}
	t.record(kind, id, version, name, body)
	return nil
}

func (t *Tx) record(kind domain.EntityKind, id string, version uint64, name string, body []byte) {
	t.events = append(t.events, domain.Event{
		Kind: kind, ID: id, Version: version, Name: name, At: t.now, Actor: t.actor.User, State: body,
	})
}

// command notes the id and says whether it was noted before.
func (t *Tx) command(id domain.CommandID) (again bool, err error) {
	if id == "" {
		return false, nil
	}
	n, err := t.q.InsertCommand(t.ctx, string(t.actor.User), string(id), micros(t.now))
	if err != nil {
		return false, translate(err, "note the command")
	}
	return n == 0, nil
}

// finish numbers and stores the events after fn has returned err.
func (t *Tx) finish(err error) error {
	if err == nil {
		err = t.failed
	}
	if err != nil || len(t.events) == 0 {
		return err
	}
	last, err := t.q.TakeSequences(t.ctx, int64(len(t.events)))
	if err != nil {
		return translate(err, "number the events")
	}
	sequence := last - int64(len(t.events))
	for i := range t.events {
		e := &t.events[i]
		sequence++
		e.Sequence = count(sequence)
		err := t.q.InsertEvent(t.ctx, storesql.InsertEventParams{
			Sequence: sequence, Kind: string(e.Kind), Entity: e.ID, Version: number(e.Version), Name: e.Name,
			At: micros(e.At), Actor: string(e.Actor), State: string(e.State),
		})
		if err != nil {
			return translate(err, "store an event")
		}
	}
	return nil
}

// writable is asked before every write.
func (t *Tx) writable(doing string) error {
	if t.readOnly {
		return domain.Errorf(domain.Internal, "cannot %s in a View", doing)
	}
	if t.failed != nil {
		return t.failed
	}
	return t.fail(t.caller.Err())
}

// fail makes the transaction fail whatever fn returns.
func (t *Tx) fail(err error) error {
	if err != nil && t.failed == nil {
		t.failed = err
	}
	return err
}

// wrote judges a write: err, or no row where there had to be one.
func (t *Tx) wrote(rows int64, err error, doing string) error {
	if err != nil {
		return t.fail(translate(err, doing))
	}
	if rows == 0 {
		return t.fail(errStale)
	}
	return nil
}

// decode reads a body that the store has written.
func decode[T any](body, what string) (*T, error) {
	v := new(T)
	if err := json.Unmarshal([]byte(body), v); err != nil {
		return nil, translate(err, "read "+what)
	}
	return v, nil
}

// decodeAll turns the result of a query of bodies into entities.
func decodeAll[T any](bodies []string, err error, what string) ([]*T, error) {
	if err != nil {
		return nil, translate(err, "list "+what)
	}
	list := make([]*T, 0, len(bodies))
	for _, b := range bodies {
		v, err := decode[T](b, what)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// encode writes a body.
func (t *Tx) encode(v any, doing string) (string, error) {
	if err := t.writable(doing); err != nil {
		return "", err
	}
	body, err := json.Marshal(v)
	if err != nil {
		return "", t.fail(translate(err, doing))
	}
	return string(body), nil
}

// micros is a time as it stands in a column; 0 is none.
func micros(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// number and count convert versions and sequences, which never reach the sign bit.
func number(n uint64) int64 { return int64(n) } //nolint:gosec // below the sign bit

func count(n int64) uint64 { return uint64(n) } //nolint:gosec // below the sign bit
