// Package work gives contacts to agents. Commands of agents (Accept, Reject)
// run on any node; the decisions are made by one node at a time, the routing
// owner, who holds a lease.
//
// The owner keeps a pool (domain/routing) in memory that follows the events of
// the bus. It is a cache: each decision is checked again against the store, in
// one transaction that is fenced by the epoch of the lease, so that neither a
// stale pool nor an owner who lost his lease can give an agent two offers.
package work

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"parley/server/bus"
	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/contact"
	"parley/server/domain/interaction"
	"parley/server/store"
)

// Lease is the name of the routing owner's lease.
const Lease = "routing"

// Config is what the service works with.
type Config struct {
	Store *store.Store
	Bus   *bus.Bus
	Node  domain.NodeID
	Now   func() time.Time
	Log   *slog.Logger
	// LeaseTTL is how long a silent owner keeps the lease.
	LeaseTTL time.Duration
}

// Service gives contacts to agents.
type Service struct {
	cfg Config
	// owner is nil while another node routes.
	owner *owner
	// inbox brings results of what runs beside Run's goroutine home.
	inbox   chan func()
	stale   chan struct{}
	stopped chan struct{}
	busy    sync.WaitGroup
}

// New returns the service; Run makes it take part in routing.
func New(cfg Config) *Service {
	if cfg.LeaseTTL == 0 {
		cfg.LeaseTTL = 3 * time.Second
	}
	return &Service{cfg: cfg, inbox: make(chan func(), 1024), stale: make(chan struct{}, 1), stopped: make(chan struct{})}
}

// Accept connects the offered contact with the agent and begins an
// interaction. Calls that the agent talks to are held first.
func (s *Service) Accept(ctx context.Context, user domain.UserID, cmd domain.CommandID, id domain.ContactID, offer uint64, in domain.InteractionID) error {
	if in == "" {
		return &domain.Error{Kind: domain.Invalid, Subject: "interaction_id", Text: "an interaction id is needed"}
	}
	return s.cfg.Store.Update(ctx, domain.Actor{User: user}, cmd, func(tx *store.Tx) error {
		now := s.cfg.Now()
		c, a, err := load(tx, id, user)
		if err != nil {
			return err
		}
		if err := c.Accept(user, offer, in, now); err != nil {
			return err
		}
		held, err := a.Accept(id, now)
		if err != nil {
			return err
		}
		if err := hold(tx, held, now); err != nil {
			return err
		}
		i := &interaction.Interaction{ID: in, Agent: user, StartedAt: now}
		i.Link(id)
		if err := tx.PutInteraction(i, "interaction.begun"); err != nil {
			return err
		}
		return save(tx, c, "contact.accepted", a, "agent.accepted")
	})
}

// Reject gives the contact back to its place in the queue.
func (s *Service) Reject(ctx context.Context, user domain.UserID, cmd domain.CommandID, id domain.ContactID, offer uint64) error {
	return s.cfg.Store.Update(ctx, domain.Actor{User: user}, cmd, func(tx *store.Tx) error {
		c, a, err := load(tx, id, user)
		if err != nil {
			return err
		}
		if err := c.CheckOffer(user, offer); err != nil {
			return err
		}
		if err := c.Return(); err != nil {
			return err
		}
		a.Reject(id, s.cfg.Now())
		return save(tx, c, "contact.rejected", a, "agent.rejected")
	})
}

// Hold gives the customer music.
func (s *Service) Hold(ctx context.Context, user domain.UserID, cmd domain.CommandID, id domain.ContactID) error {
	return s.serving(ctx, user, cmd, id, func(tx *store.Tx, c *contact.Contact, a *agent.Agent) error {
		if err := a.Hold(id); err != nil {
			return err
		}
		if err := c.Hold(s.cfg.Now()); err != nil {
			return err
		}
		return save(tx, c, "contact.held", a, "agent.held")
	})
}

// Retrieve takes the customer back; another call the agent talks to is held.
func (s *Service) Retrieve(ctx context.Context, user domain.UserID, cmd domain.CommandID, id domain.ContactID) error {
	return s.serving(ctx, user, cmd, id, func(tx *store.Tx, c *contact.Contact, a *agent.Agent) error {
		held, err := a.Retrieve(id)
		if err != nil {
			return err
		}
		if err := hold(tx, held, s.cfg.Now()); err != nil {
			return err
		}
		if err := c.Retrieve(); err != nil {
			return err
		}
		return save(tx, c, "contact.retrieved", a, "agent.retrieved")
	})
}

func (s *Service) serving(ctx context.Context, user domain.UserID, cmd domain.CommandID, id domain.ContactID, f func(*store.Tx, *contact.Contact, *agent.Agent) error) error {
	return s.cfg.Store.Update(ctx, domain.Actor{User: user}, cmd, func(tx *store.Tx) error {
		c, a, err := load(tx, id, user)
		if err != nil {
			return err
		}
		return f(tx, c, a)
	})
}

func load(tx *store.Tx, id domain.ContactID, user domain.UserID) (*contact.Contact, *agent.Agent, error) {
	c, err := tx.Contact(id)
	if err != nil {
		return nil, nil, err
	}
	a, err := tx.Agent(user)
	return c, a, err
}

func save(tx *store.Tx, c *contact.Contact, contactEvent string, a *agent.Agent, agentEvent string) error {
	if err := tx.PutContact(c, contactEvent); err != nil {
		return err
	}
	return tx.PutAgent(a, agentEvent)
}

func hold(tx *store.Tx, ids []domain.ContactID, now time.Time) error {
	for _, id := range ids {
		c, err := tx.Contact(id)
		if err != nil {
			return err
		}
		if err := c.Hold(now); err != nil {
			return err
		}
		if err := tx.PutContact(c, "contact.held"); err != nil {
			return err
		}
	}
	return nil
}
