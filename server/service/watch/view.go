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
	// ofAgent are the contacts of an agent.
	ofAgent map[domain.UserID]map[domain.ContactID]*contact.Contact
	// staff counts the agents of a queue.
	staff map[domain.QueueID]staff
	// waiting are the contacts of a queue that wait.
	waiting map[domain.QueueID]map[domain.ContactID]time.Time
}

// staff is how many agents of a queue are there.
type staff struct{ signedIn, ready int }

func newView() *view {
	return &view{
		ofAgent: map[domain.UserID]map[domain.ContactID]*contact.Contact{}, staff: map[domain.QueueID]staff{},
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
	s := v.staff[id]
	f := Figures{Queue: *v.queues[id], Waiting: len(v.waiting[id]), SignedIn: s.signedIn, Ready: s.ready}
	for _, since := range v.waiting[id] {
		if f.Longest.IsZero() || since.Before(f.Longest) {
			f.Longest = since
		}
	}
	return f
}

// putAgent replaces an agent and corrects the counts of his queues.
func (v *view) putAgent(a *agent.Agent) {
	if old := v.agents[a.User]; old != nil {
		v.count(old, -1)
	}
	v.agents[a.User] = a
	v.count(a, 1)
}

func (v *view) count(a *agent.Agent, n int) {
	state := a.State()
	if state == agent.StateSignedOut {
		return
	}
	for _, q := range a.Queues {
		s := v.staff[q]
		s.signedIn += n
		if state == agent.StateReady {
			s.ready += n
		}
		v.staff[q] = s
	}
}

// putContact replaces a contact; dropContact takes it out of the view.
func (v *view) putContact(c *contact.Contact) {
	if old := v.contacts[c.ID]; old != nil {
		v.dropContact(old)
	}
	v.contacts[c.ID] = c
	if c.Agent == "" {
		return
	}
	if v.ofAgent[c.Agent] == nil {
		v.ofAgent[c.Agent] = map[domain.ContactID]*contact.Contact{}
	}
	v.ofAgent[c.Agent][c.ID] = c
}

func (v *view) dropContact(c *contact.Contact) {
	delete(v.contacts, c.ID)
	delete(v.ofAgent[c.Agent], c.ID)
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
