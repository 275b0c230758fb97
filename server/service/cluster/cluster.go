// Package cluster keeps the list of running servers. Each tells every second
// that it lives; one that is silent for too long counts as dead, and whoever
// notices takes over what it left.
//
// Silence is judged by this server's clock alone, and only while this server
// could have read a sign of life: clocks may differ, and a store that was down
// makes nobody dead.
package cluster

import (
	"context"
	"time"

	"parley/server/domain"
	"parley/server/store"
)

// Silence is after how much of it a server counts as dead.
const Silence = 5 * time.Second

// Config is what the service works with.
type Config struct {
	Store *store.Store
	Node  domain.NodeID
	Now   func() time.Time
	// Alone says that no other server can live: the store belongs to one.
	Alone bool
}

// Service keeps the list of servers.
type Service struct {
	cfg     Config
	started time.Time
	// seen are the servers as of the last Beat.
	seen map[domain.NodeID]sign
	last time.Time
}

// sign is the last sign of life of a server, and when it was first read.
type sign struct{ told, read time.Time }

// New returns the service of a server that starts now.
func New(cfg Config) *Service { return &Service{cfg: cfg, started: cfg.Now()} }

// Census is who lives and who does not.
type Census struct {
	alive map[domain.NodeID]bool
	Dead  []domain.NodeID
}

// Alive says whether a server lives; one that is on no list does not.
func (c Census) Alive(id domain.NodeID) bool { return c.alive[id] }

// Beat tells that this server lives and has so many calls. It is called by one
// goroutine at a time.
func (s *Service) Beat(ctx context.Context, calls int) (Census, error) {
	var nodes []store.Node
	err := s.cfg.Store.Update(ctx, domain.Centre, "", func(tx *store.Tx) error {
		var err error
		if nodes, err = tx.Nodes(); err != nil {
			return err
		}
		return tx.PutNode(store.Node{ID: s.cfg.Node, StartedAt: s.started, SeenAt: s.cfg.Now(), Calls: calls})
	})
	if err != nil {
		return Census{}, err
	}
	return s.count(nodes), nil
}

func (s *Service) count(nodes []store.Node) Census {
	now := s.cfg.Now()
	if now.Sub(s.last) > Silence/2 {
		s.seen = nil
	}
	census := Census{alive: map[domain.NodeID]bool{s.cfg.Node: true}}
	seen := map[domain.NodeID]sign{}
	for _, n := range nodes {
		if n.ID == s.cfg.Node {
			continue
		}
		is, known := s.seen[n.ID]
		if !known || !is.told.Equal(n.SeenAt) {
			is = sign{told: n.SeenAt, read: now}
		}
		seen[n.ID] = is
		if s.cfg.Alone || now.Sub(is.read) > Silence {
			census.Dead = append(census.Dead, n.ID)
			continue
		}
		census.alive[n.ID] = true
	}
	s.seen, s.last = seen, now
	return census
}

// Forget takes servers off the list.
func (s *Service) Forget(ctx context.Context, ids ...domain.NodeID) error {
	return s.cfg.Store.Update(ctx, domain.Centre, "", func(tx *store.Tx) error {
		for _, id := range ids {
			if err := tx.DeleteNode(id); err != nil {
				return err
			}
		}
		return nil
	})
}

// Node is a running server as others see it.
type Node struct {
	store.Node
	// Owner has the lease that was asked about, in this epoch.
	Owner bool
	Epoch domain.Epoch
}

// Nodes lists the servers and who of them has a lease.
func (s *Service) Nodes(ctx context.Context, lease string) ([]Node, error) {
	var list []Node
	err := s.cfg.Store.View(ctx, func(tx *store.Tx) error {
		nodes, err := tx.Nodes()
		if err != nil {
			return err
		}
		holder, epoch, err := tx.LeaseHolder(lease)
		if err != nil {
			return err
		}
		list = nil
		for _, n := range nodes {
			list = append(list, Node{Node: n, Owner: n.ID == holder, Epoch: epoch})
		}
		return nil
	})
	return list, err
}
