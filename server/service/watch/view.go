package watch

import (
	"slices"
	"time"

	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/contact"
	"parley/server/domain/interaction"
	"parley/server/domain/queue"
)

// view is the centre as this node knows it: the entities with their newest
// versions. It is fed by events and by reads of the store; both may come late
// or twice, the version tells.
type view struct {
	agents       map[domain.UserID]*agent.Agent
	queues       map[domain.QueueID]*queue.Queue
	contacts     map[domain.ContactID]*contact.Contact
	interactions map[domain.InteractionID]*interaction.Interaction
	// ended remembers versions of what has left the view, so that a late event
	// does not bring it back.
	ended map[string]uint64
	// waiting are the contacts of a queue that wait.
	waiting map[domain.QueueID]map[domain.ContactID]time.Time
}

func newView() *view {
	return &view{
		agents: map[domain.UserID]*agent.Agent{}, queues: map[domain.QueueID]*queue.Queue{},
		contacts: map[domain.ContactID]*contact.Contact{}, interactions: map[domain.InteractionID]*interaction.Interaction{},
		ended: map[string]uint64{}, waiting: map[domain.QueueID]map[domain.ContactID]time.Time{},
	}
}

func (v *view) setWaiting(c *contact.Contact) {
	if !c.Waiting() {
		delete(v.waiting[c.Queue], c.ID)
		return
	}
	q := v.waiting[c.Queue]
	if q == nil {
		q = map[domain.ContactID]time.Time{}
		v.waiting[c.Queue] = q
	}
	q[c.ID] = c.QueuedAt
}

// Figures are the numbers of a queue at one moment.
type Figures struct {
	Queue    queue.Queue
	Waiting  int
	Longest  time.Time
	SignedIn int
	Ready    int
}

func (v *view) figures(id domain.QueueID) Figures {
	f := Figures{Queue: *v.queues[id], Waiting: len(v.waiting[id])}
	for _, since := range v.waiting[id] {
		if f.Longest.IsZero() || since.Before(f.Longest) {
			f.Longest = since
		}
	}
	for _, a := range v.agents {
		if !slices.Contains(a.Queues, id) || a.Presence == agent.SignedOut {
			continue
		}
		f.SignedIn++
		if a.State() == agent.StateReady {
			f.Ready++
		}
	}
	return f
}

// keeps says whether an ended contact is still at somebody's hand: it is being
// wrapped up, or its interaction is open.
func (v *view) keeps(c *contact.Contact) bool {
	if c.State != contact.Ended {
		return true
	}
	if i := v.interactions[c.Interaction]; i != nil {
		return true
	}
	a := v.agents[c.Agent]
	return a != nil && slices.ContainsFunc(a.Work, func(w agent.Work) bool { return w.Contact == c.ID })
}
