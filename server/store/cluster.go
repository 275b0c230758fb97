package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"parley/server/domain"
	"parley/server/store/storesql"
)

// Setting loads the JSON value of a key; ok is false if there is none.
func (t *Tx) Setting(key string) (value []byte, ok bool, err error) {
	s, err := t.q.Setting(t.ctx, key)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, translate(err, "load a setting")
	}
	return []byte(s), true, nil
}

// PutSetting stores a JSON value; one that is not JSON is refused as Invalid.
// It makes no event.
func (t *Tx) PutSetting(key string, value []byte) error {
	if err := t.writable("store a setting"); err != nil {
		return err
	}
	if !json.Valid(value) {
		return domain.Errorf(domain.Invalid, "the value of the setting %q is not JSON", key)
	}
	return t.fail(translate(t.q.PutSetting(t.ctx, key, string(value)), "store a setting"))
}

// AcquireLease takes a lease that is free, expired or the node's own until now
// plus ttl. The epoch grows by one whenever the holder changes; a renewal keeps
// it, also a late one that nobody forestalled. When another node holds the lease
// held is false and the epoch is the other's.
func (t *Tx) AcquireLease(name string, node domain.NodeID, ttl time.Duration, now time.Time) (epoch domain.Epoch, held bool, err error) {
	if err := t.writable("take the lease"); err != nil {
		return 0, false, err
	}
	if name == "" || node == "" {
		return 0, false, domain.Errorf(domain.Invalid, "a lease needs a name and a holder")
	}
	rows, err := t.q.AcquireLease(t.ctx, storesql.AcquireLeaseParams{
		Name: name, Holder: string(node), ExpiresAt: micros(now.Add(ttl)), NowAt: micros(now),
	})
	if err != nil {
		return 0, false, t.fail(translate(err, "take the lease"))
	}
	if len(rows) == 1 {
		return domain.Epoch(count(rows[0])), true, nil
	}
	l, err := t.q.Lease(t.ctx, name)
	if err != nil {
		return 0, false, t.fail(translate(err, "read the lease"))
	}
	return domain.Epoch(count(l.Epoch)), false, nil
}

// ReleaseLease frees a lease that the node holds; otherwise nothing happens. The
// next holder, even the same node, gets a new epoch.
func (t *Tx) ReleaseLease(name string, node domain.NodeID) error {
	if err := t.writable("release the lease"); err != nil {
		return err
	}
	return t.fail(translate(t.q.ReleaseLease(t.ctx, name, string(node)), "release the lease"))
}

// Fence makes the transaction fail with Conflict unless the lease is held with
// this epoch. It locks the lease until the commit: a new holder waits for it,
// and a transaction that the new holder forestalled fails, so two holders cannot
// both commit. An expired lease that nobody has taken still fences.
func (t *Tx) Fence(name string, epoch domain.Epoch) error {
	if err := t.writable("fence"); err != nil {
		return err
	}
	n, err := t.q.Fence(t.ctx, name, number(uint64(epoch)))
	if err != nil {
		return t.fail(translate(err, "check the lease"))
	}
	if n == 0 {
		return t.fail(domain.Errorf(domain.Conflict, "this server has lost the lease %q", name))
	}
	return nil
}

// Node is a running server, as it last told.
type Node struct {
	ID        domain.NodeID
	StartedAt time.Time
	SeenAt    time.Time
	Calls     int
}

// PutNode stores or replaces a node, without an event.
func (t *Tx) PutNode(n Node) error {
	if err := t.writable("store the node"); err != nil {
		return err
	}
	err := t.q.PutNode(t.ctx, storesql.PutNodeParams{
		ID: string(n.ID), StartedAt: micros(n.StartedAt), SeenAt: micros(n.SeenAt), Calls: int64(n.Calls),
	})
	return t.fail(translate(err, "store the node"))
}

// Nodes lists the stored nodes, the oldest first.
func (t *Tx) Nodes() ([]Node, error) {
	rows, err := t.q.Nodes(t.ctx)
	if err != nil {
		return nil, translate(err, "list the nodes")
	}
	list := make([]Node, len(rows))
	for i, r := range rows {
		list[i] = Node{
			ID: domain.NodeID(r.ID), StartedAt: fromMicros(r.StartedAt), SeenAt: fromMicros(r.SeenAt), Calls: int(r.Calls),
		}
	}
	return list, nil
}

// DeleteNode deletes a node; one that is not there is no error.
func (t *Tx) DeleteNode(id domain.NodeID) error {
	if err := t.writable("delete the node"); err != nil {
		return err
	}
	return t.fail(translate(t.q.DeleteNode(t.ctx, string(id)), "delete the node"))
}
