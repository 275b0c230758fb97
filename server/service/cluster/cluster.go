// Package cluster keeps the list of running servers. Each tells every second
// that it lives; one that is silent for too long counts as dead, and whoever
// notices takes over what it left.
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
}

// New returns the service of a server that starts now.
func New(cfg Config) *Service { return &Service{cfg: cfg, started: cfg.Now()} }

// Census is who lives and who does not.
type Census struct {
	alive map[domain.NodeID]bool
	Dead  []domain.NodeID
}

// Alive says whether a server lives; one that is on no list does not.
func (c Census) Alive(id domain.NodeID) bool { return c.alive[id] }

// Beat tells that this server lives and has so many calls.
func (s *Service) Beat(ctx context.Context, calls int) (Census, error) {
	var census Census
	err := s.cfg.Store.Update(ctx, domain.Centre, "", func(tx *store.Tx) error {
		now := s.cfg.Now()
		census = Census{alive: map[domain.NodeID]bool{s.cfg.Node: true}}
		nodes, err := tx.Nodes()
		if err != nil {
			return err
		}
		for _, n := range nodes {
			switch {
			case n.ID == s.cfg.Node:
			case s.cfg.Alone || now.Sub(n.SeenAt) > Silence:
				census.Dead = append(census.Dead, n.ID)
			default:
				census.alive[n.ID] = true
			}
		}
		return tx.PutNode(store.Node{ID: s.cfg.Node, StartedAt: s.started, SeenAt: now, Calls: calls})
	})
	return census, err
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
