package store

import (
	"database/sql"
	"errors"

	"parley/server/domain"
)

// LeaseHolder returns who last took a lease, with which epoch; an empty node if
// nobody ever has, or it was released.
func (t *Tx) LeaseHolder(name string) (domain.NodeID, domain.Epoch, error) {
	l, err := t.q.Lease(t.ctx, name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", 0, nil
	}
	if err != nil {
		return "", 0, t.fail(translate(err, "read the lease"))
	}
	return domain.NodeID(l.Holder), domain.Epoch(count(l.Epoch)), nil
}
