// Package routing decides which agent gets which waiting contact. Its Pool is
// told of every change of a queue, an agent or a contact and is then asked for
// the next decision until there is none. It never polls and never looks at all
// agents or all waiting contacts.
//
// A line is what waits for the same thing: contacts of one queue, one channel
// and one set of skills with levels (the queue's and the contact's together).
// A line keeps the routable agents who can take its contacts in the order of
// the queue's strategy, so that the best one is at hand; an agent stands in
// every line he can serve. A line comes into being with the first contact that
// needs it and is kept for the next one.
//
// Ageing needs no clock. The effective priority of a contact is
//
//	its priority + the queue's priority + floor(waited / ageing)
//
// Contacts of one line with the same own priority age alike: whoever came first
// is ahead at any time. So a line has a heap for each priority in use, ordered
// by the time of queueing and never reordered. Only the heads of these heaps
// are compared at the time of a decision, and only in lines that have both a
// contact and an agent: when agents are short these are the lines of the agent
// who has just become free, when contacts are short it is the line of the
// contact that has just come.
//
// The decision is: the best contact that somebody routable can take (greatest
// effective priority, then longest wait, then id), and for it the best agent by
// the strategy. Hence whoever is chosen gets the best of all contacts he could
// take, and no contact waits while an agent who can take it is routable.
//
// An agent who passed a contact over, by rejecting or missing it, is asked for
// it again only when no other routable agent can take it. If all routable ones
// have passed it over, the one whose refusal is oldest is asked. So the one who
// has just refused is asked again at once only if he is the only one, nobody
// can block a contact by refusing it, and the contact does not lose its place:
// it never starves.
//
// Costs, with n agents and w contacts in a line: a change of a contact is
// O(log w); a change of an agent's state and a decision are O(log n) for each
// line the agent serves, plus O(log w) and the heads compared. Allocation-free
// once the records exist. A change of an agent's queues or skills costs the
// lines of his queues; a set of skills that is new, or a change of a queue's
// strategy or skills, costs the agents and contacts of that queue. These are
// rare. Lines in which nobody waits are given up when there are many.
package routing

import (
	"maps"
	"time"

	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/contact"
	"parley/server/domain/queue"
)

// remembered is how many ended contacts are remembered, so that a late event
// about one of them does not make it wait again.
const remembered = 8192

// Pool decides who gets what. It is a value driven by changes; it has no clock
// and starts nothing. One goroutine owns it. The same changes in the same order
// give the same decisions.
type Pool struct {
	queues   map[domain.QueueID]*queueRecord
	agents   map[domain.UserID]*agentRecord
	contacts map[domain.ContactID]*contactRecord
	// open holds the lines of known queues that have both an agent and a contact.
	open []*line
	// ended is a ring of ended contacts; endedAt is its oldest.
	ended   []*contactRecord
	endedAt int
	seats   uint64
	scratch scratch
}

// Assignment is one decision. The versions are those the decision was made
// from, so that the store can tell whether it still holds.
type Assignment struct {
	Contact        domain.ContactID
	ContactVersion uint64
	Agent          domain.UserID
	AgentVersion   uint64
	Queue          domain.QueueID
	// Why explains the decision. Candidates counts the routable agents who could
	// have taken the contact, with the chosen one and those who had passed it
	// over. Waiting counts the contacts of the same queue, channel and skills,
	// with this one. Skills are those asked for, with the agent's levels; nil if
	// none were asked for. That map is shared between assignments: it is never
	// changed, by the pool or anyone else.
	Why contact.Why
}

// NewPool returns a pool that knows nothing yet.
func NewPool() *Pool {
	return &Pool{
		queues:   make(map[domain.QueueID]*queueRecord),
		agents:   make(map[domain.UserID]*agentRecord),
		contacts: make(map[domain.ContactID]*contactRecord),
	}
}

// SetQueue adds or changes a queue; a version older than the known one is
// ignored. What was left out gets its default. Contacts of a queue that is not
// known wait until it is. A new strategy or other skills apply to the contacts
// that wait already; the round starts anew only with a new strategy.
func (p *Pool) SetQueue(q queue.Queue) {
	r := p.queue(q.ID)
	if r.known && q.Version < r.version {
		return
	}
	q = q.WithDefaults()
	if r.strategy != q.Strategy {
		r.last, r.beforeLast = "", ""
	}
	same := r.known && r.strategy == q.Strategy && maps.Equal(r.skills, q.Skills)
	r.known, r.version, r.strategy = true, q.Version, q.Strategy
	r.priority, r.ageing = q.Priority, q.Ageing
	if same {
		return
	}
	r.skills = maps.Clone(q.Skills)
	p.rebuild(r)
}

// SetAgent adds or changes an agent, who is no longer spoken for. The pool
// copies what it needs. A version older than the known one is ignored; the same
// version again is taken as said, because the store's versions catch what comes
// of an event that was delivered twice. An agent who is signed out stays known
// and gets nothing.
func (p *Pool) SetAgent(a *agent.Agent, now time.Time) {
	r := p.agents[a.User]
	if r == nil {
		r = &agentRecord{user: a.User}
		p.agents[a.User] = r
	} else if a.Version < r.version {
		return
	}
	r.spokenFor = ""
	moved := !r.sameDuties(a)
	if moved {
		p.leave(r)
		r.setDuties(a)
	}
	r.copyState(a, now)
	if moved {
		p.join(r)
		return
	}
	for _, s := range r.seats {
		p.place(s)
	}
}

// SetContact notes a contact, which is no longer spoken for: Queued, it waits;
// in any other state it leaves the wait. A version older than the known one is
// ignored, and so is all that is said of a contact that has ended, as long as it
// is remembered (the last 8192 are).
// A queued contact without QueuedAt waits from now on.
func (p *Pool) SetContact(c *contact.Contact, now time.Time) {
	r := p.contacts[c.ID]
	switch {
	case r == nil:
		r = p.newContact(c.ID)
	case r.old || c.Version < r.version:
		return
	default:
		p.drop(r)
	}
	r.copyState(c, now)
	if r.waits {
		p.enter(r)
	}
	if c.State == contact.Ended {
		p.remember(r)
	}
}

// Next returns the next decision, false if there is none until something
// changes: a decision never becomes possible by time alone. Agent and contact
// are spoken for until they are set again or the assignment is refused.
func (p *Pool) Next(now time.Time) (Assignment, bool) {
	at := now.UnixNano()
	var best *contactRecord
	var priority int
	for _, l := range p.open {
		for _, r := range l.ranks {
			head := r.heap[0]
			if n := head.effective(at); best == nil || n > priority ||
				n == priority && head.before(best) {
				best, priority = head, n
			}
		}
	}
	if best == nil {
		return Assignment{}, false
	}
	chosen := p.choose(best)
	result := explain(chosen, best, priority, at)
	a, q := chosen.agent, best.line.queue
	q.beforeLast, q.last = q.last, a.user
	p.drop(best)
	best.spokenFor = a.user
	a.spokenFor = best.id
	for _, s := range a.seats {
		p.place(s)
	}
	return result, true
}

// Refuse takes an assignment back that the store did not take because somebody
// was faster: both are free again, as last set. Whichever of the two has been
// set or assigned again meanwhile is left alone. The agent keeps his turn in a
// round robin if this was the queue's last decision. Who refuses tells the pool
// what the store has (SetAgent, SetContact) before calling Next again, because
// the pool would decide the same from the same knowledge.
func (p *Pool) Refuse(a Assignment) {
	if r := p.agents[a.Agent]; r != nil && r.version == a.AgentVersion && r.spokenFor == a.Contact {
		r.spokenFor = ""
		for _, s := range r.seats {
			p.place(s)
		}
		if q := p.queues[a.Queue]; q != nil && q.last == a.Agent {
			q.last = q.beforeLast
		}
	}
	if c := p.contacts[a.Contact]; c != nil && c.version == a.ContactVersion && c.spokenFor == a.Agent && c.waits {
		c.spokenFor = ""
		p.enter(c)
	}
}

// Waiting counts the contacts that wait in a queue, without those spoken for.
func (p *Pool) Waiting(q domain.QueueID) int {
	if r := p.queues[q]; r != nil {
		return r.waiting
	}
	return 0
}

// choose returns the agent for a contact whose line has at least one: the best
// by the strategy who has not passed it over, otherwise who did so longest ago.
func (p *Pool) choose(c *contactRecord) *seat {
	s := c.line.best(c.passedOver)
	for i := 0; s == nil && i < len(c.passedOver); i++ {
		if a := p.agents[c.passedOver[i]]; a != nil {
			s = a.seatIn(c.line)
		}
	}
	return s
}

func explain(s *seat, c *contactRecord, priority int, now int64) Assignment {
	a, q := s.agent, c.line.queue
	w := contact.Why{
		Strategy:   string(q.strategy),
		Capacity:   a.capacity,
		OpenWork:   a.openWork,
		Candidates: c.line.candidates(),
		Waited:     c.waited(now),
		Priority:   priority,
		Waiting:    c.line.waiting,
		Skills:     s.levels(),
	}
	if a.lastWork != never {
		w.SinceLastWork = time.Duration(max(0, now-a.lastWork))
	}
	return Assignment{
		Contact: c.id, ContactVersion: c.version,
		Agent: a.user, AgentVersion: a.version,
		Queue: q.id, Why: w,
	}
}
