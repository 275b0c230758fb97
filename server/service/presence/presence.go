// Package presence changes what agents do: ready, not ready, wrapping up, and
// within reach or not. Signing in and out belongs to their sessions. The rules are the domain's; this package loads,
// decides and saves.
package presence

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/store"
)

// Reason is one not-ready reason that agents choose from, with its text by
// language.
type Reason struct {
	ID    string            `json:"id" yaml:"id"`
	Texts map[string]string `json:"texts" yaml:"texts"`
}

// Service changes what agents do.
type Service struct {
	store   *store.Store
	now     func() time.Time
	node    domain.NodeID
	reasons []Reason
}

// New returns the service of a node.
func New(st *store.Store, now func() time.Time, node domain.NodeID, reasons []Reason) *Service {
	return &Service{store: st, now: now, node: node, reasons: reasons}
}

// Reasons are the not-ready reasons that agents choose from.
func (s *Service) Reasons() []Reason { return s.reasons }

func (s *Service) change(ctx context.Context, user domain.UserID, cmd domain.CommandID, event string, f func(*agent.Agent) error) error {
	return s.store.Update(ctx, domain.Actor{User: user}, cmd, func(tx *store.Tx) error {
		a, err := tx.Agent(user)
		if err != nil {
			return err
		}
		if err := f(a); err != nil {
			return err
		}
		return tx.PutAgent(a, event)
	})
}

// SetReady asks for contacts.
func (s *Service) SetReady(ctx context.Context, user domain.UserID, cmd domain.CommandID) error {
	return s.change(ctx, user, cmd, "agent.ready", func(a *agent.Agent) error {
		return a.SetReady(s.now())
	})
}

// SetNotReady stops new offers, for one of the reasons.
func (s *Service) SetNotReady(ctx context.Context, user domain.UserID, cmd domain.CommandID, reason string) error {
	if !slices.ContainsFunc(s.reasons, func(r Reason) bool { return r.ID == reason }) {
		return &domain.Error{Kind: domain.Invalid, Subject: "reason_id", Text: "there is no not-ready reason " + reason}
	}
	return s.change(ctx, user, cmd, "agent.not_ready", func(a *agent.Agent) error {
		return a.SetNotReady(reason, s.now())
	})
}

// ExtendWrapUp moves the end of the wrap-up by one more limit.
func (s *Service) ExtendWrapUp(ctx context.Context, user domain.UserID, cmd domain.CommandID) error {
	return s.change(ctx, user, cmd, "agent.wrap_up_extended", func(a *agent.Agent) error {
		return a.ExtendWrapUp(s.now())
	})
}

// EndWrapUp ends the wrap-up now.
func (s *Service) EndWrapUp(ctx context.Context, user domain.UserID, cmd domain.CommandID) error {
	return s.change(ctx, user, cmd, "agent.wrap_up_ended", func(a *agent.Agent) error {
		return a.EndWrapUp(s.now())
	})
}

// MaxCapacity is the most contacts of a channel an agent can take at once.
const MaxCapacity = 25

// SetCapacity says how many contacts of a channel an agent takes at once.
func (s *Service) SetCapacity(ctx context.Context, actor domain.Actor, user domain.UserID, ch domain.Channel, n int) error {
	if n < 0 || n > MaxCapacity {
		return &domain.Error{Kind: domain.Invalid, Subject: "capacity", Text: fmt.Sprintf("a capacity is 0 to %d, not %d", MaxCapacity, n)}
	}
	return s.store.Update(ctx, actor, "", func(tx *store.Tx) error {
		a, err := tx.Agent(user)
		if err != nil {
			return err
		}
		a.Capacity = maps.Clone(a.Capacity)
		a.Capacity[ch] = n
		return tx.PutAgent(a, "agent.capacity")
	})
}

// SetSkills says what an agent can do; it replaces what was set before and
// counts from the next offer on.
func (s *Service) SetSkills(ctx context.Context, actor domain.Actor, user domain.UserID, skills map[domain.Skill]int) error {
	if err := agent.CheckSkills(skills); err != nil {
		return err
	}
	return s.store.Update(ctx, actor, "", func(tx *store.Tx) error {
		a, err := tx.Agent(user)
		if err != nil {
			return err
		}
		a.Skills = skills
		return tx.PutAgent(a, "agent.skills")
	})
}

// Reach notes whether the agent's desktop has its stream to this node. That it
// is gone counts only if it was this node's, for the desktop may already have
// come back to another one.
func (s *Service) Reach(ctx context.Context, user domain.UserID, up bool) error {
	err := s.store.Update(ctx, domain.Centre, "", func(tx *store.Tx) error {
		a, err := tx.Agent(user)
		if err != nil {
			return err
		}
		if a.Reachable == up && (a.Node == s.node || !up) {
			return nil
		}
		if !up && a.Node != s.node {
			return nil
		}
		if up {
			a.Node = s.node
			if a.Presence == agent.SignedOut {
				a.SignIn(s.now()) // he was away for too long, his session stands
			}
		}
		a.Reach(up, s.now())
		event := "agent.unreachable"
		if up {
			event = "agent.reachable"
		}
		return tx.PutAgent(a, event)
	})
	if domain.KindOf(err) == domain.NotFound {
		return nil
	}
	return err
}

// Lost notes that the desktops of dead nodes are out of reach.
func (s *Service) Lost(ctx context.Context, alive func(domain.NodeID) bool) error {
	return s.store.Update(ctx, domain.Centre, "", func(tx *store.Tx) error {
		agents, err := tx.Agents()
		if err != nil {
			return err
		}
		for _, a := range agents {
			if !a.Reachable || alive(a.Node) {
				continue
			}
			a.Reach(false, s.now())
			if err := tx.PutAgent(a, "agent.unreachable"); err != nil {
				return err
			}
		}
		return nil
	})
}
