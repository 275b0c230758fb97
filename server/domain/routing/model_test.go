package routing

import (
	"maps"
	"slices"
	"time"

	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/contact"
	"parley/server/domain/queue"
)

// model decides the same as Pool by looking at everything, with no index.
type model struct {
	queues   map[domain.QueueID]queue.Queue
	agents   map[domain.UserID]*modelAgent
	contacts map[domain.ContactID]*modelContact
	last     map[domain.QueueID]domain.UserID
	previous map[domain.QueueID]domain.UserID
}

type modelAgent struct {
	agent.Agent
	spokenFor domain.ContactID
	signedIn  time.Time
}

type modelContact struct {
	contact.Contact
	spokenFor domain.UserID
}

func newModel() *model {
	return &model{
		queues:   map[domain.QueueID]queue.Queue{},
		agents:   map[domain.UserID]*modelAgent{},
		contacts: map[domain.ContactID]*modelContact{},
		last:     map[domain.QueueID]domain.UserID{},
		previous: map[domain.QueueID]domain.UserID{},
	}
}

func (m *model) setQueue(q queue.Queue) {
	old, known := m.queues[q.ID]
	if known && q.Version < old.Version {
		return
	}
	q = q.WithDefaults()
	if old.Strategy != q.Strategy {
		m.last[q.ID], m.previous[q.ID] = "", ""
	}
	m.queues[q.ID] = q
}

func present(p agent.Presence) bool { return p == agent.Ready || p == agent.NotReady }

func (m *model) setAgent(a agent.Agent, now time.Time) {
	n := &modelAgent{Agent: a}
	old := m.agents[a.User]
	if old != nil && a.Version < old.Version {
		return
	}
	switch {
	case !present(a.Presence):
		if old != nil {
			n.signedIn = old.signedIn
		}
	case old != nil && present(old.Presence):
		n.signedIn = old.signedIn
	case a.Since.IsZero():
		n.signedIn = now
	default:
		n.signedIn = a.Since
	}
	m.agents[a.User] = n
}

func (m *model) setContact(c contact.Contact, now time.Time) {
	old := m.contacts[c.ID]
	if old != nil && (c.Version < old.Version || old.State == contact.Ended) {
		return
	}
	if c.QueuedAt.IsZero() {
		c.QueuedAt = now
	}
	m.contacts[c.ID] = &modelContact{Contact: c}
}

func (m *model) waits(c *modelContact) bool {
	return c.State == contact.Queued && c.spokenFor == ""
}

func (m *model) waiting(id domain.QueueID) int {
	n := 0
	for _, c := range m.contacts {
		if c.Queue == id && m.waits(c) {
			n++
		}
	}
	return n
}

func (m *model) needs(c *modelContact) map[domain.Skill]int {
	n := map[domain.Skill]int{}
	maps.Copy(n, m.queues[c.Queue].Skills)
	for s, level := range c.Skills {
		if have, is := n[s]; !is || have < level {
			n[s] = level
		}
	}
	return n
}

func (a *modelAgent) level(s domain.Skill) (int, bool) {
	if level, has := a.Skills[s]; has {
		return level, true
	}
	for _, q := range a.Queues {
		if queue.QueueSkill(q) == s {
			return 1, true
		}
	}
	return 0, false
}

func (m *model) canTake(a *modelAgent, c *modelContact) bool {
	if _, known := m.queues[c.Queue]; !known {
		return false
	}
	if a.spokenFor != "" || !a.Routable(c.Channel) || !slices.Contains(a.Queues, c.Queue) {
		return false
	}
	for s, level := range m.needs(c) {
		if has, is := a.level(s); !is || has < level {
			return false
		}
	}
	return true
}

func (m *model) candidates(c *modelContact) []*modelAgent {
	var r []*modelAgent
	for _, a := range m.agents {
		if m.canTake(a, c) {
			r = append(r, a)
		}
	}
	slices.SortFunc(r, func(a, b *modelAgent) int { return compare(a.User, b.User) })
	return r
}

func compare[T ~string](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func waited(c *modelContact, now time.Time) time.Duration { return max(0, now.Sub(c.QueuedAt)) }

func (m *model) priority(c *modelContact, now time.Time) int {
	q := m.queues[c.Queue]
	return c.Priority + q.Priority + int(waited(c, now)/q.Ageing)
}

func (m *model) next(now time.Time) (Assignment, bool) {
	var best *modelContact
	for _, c := range m.contacts {
		if !m.waits(c) || len(m.candidates(c)) == 0 {
			continue
		}
		if best == nil || m.ahead(c, best, now) {
			best = c
		}
	}
	if best == nil {
		return Assignment{}, false
	}
	candidates := m.candidates(best)
	a := m.choose(best, candidates)
	result := m.explain(a, best, len(candidates), now)
	a.spokenFor, best.spokenFor = best.ID, a.User
	m.previous[best.Queue], m.last[best.Queue] = m.last[best.Queue], a.User
	return result, true
}

func (m *model) ahead(a, b *modelContact, now time.Time) bool {
	if x, y := m.priority(a, now), m.priority(b, now); x != y {
		return x > y
	}
	if !a.QueuedAt.Equal(b.QueuedAt) {
		return a.QueuedAt.Before(b.QueuedAt)
	}
	return a.ID < b.ID
}

// choose takes candidates in the order of names.
func (m *model) choose(c *modelContact, candidates []*modelAgent) *modelAgent {
	fresh := slices.DeleteFunc(slices.Clone(candidates), func(a *modelAgent) bool {
		return slices.Contains(c.PassedOver, a.User)
	})
	if len(fresh) == 0 {
		lastRefusal := func(a *modelAgent) int {
			for i := len(c.PassedOver) - 1; i >= 0; i-- {
				if c.PassedOver[i] == a.User {
					return i
				}
			}
			return -1
		}
		return slices.MinFunc(candidates, func(a, b *modelAgent) int { return lastRefusal(a) - lastRefusal(b) })
	}
	q := m.queues[c.Queue]
	if q.Strategy == queue.RoundRobin {
		for _, a := range fresh {
			if a.User > m.last[q.ID] {
				return a
			}
		}
		return fresh[0]
	}
	best := fresh[0]
	for _, a := range fresh[1:] {
		if better(q.Strategy, a, best) {
			best = a
		}
	}
	return best
}

func (a *modelAgent) total() int {
	n := 0
	for _, k := range a.Capacity {
		n += k
	}
	return n
}

// better is false for equals, which leaves the first name.
func better(s queue.Strategy, a, b *modelAgent) bool {
	x, y := 0, 0
	switch s {
	case queue.LongestIdle:
		if !a.LastFree.Equal(b.LastFree) {
			return a.LastFree.Before(b.LastFree)
		}
		return a.signedIn.Before(b.signedIn)
	case queue.LeastBusy:
		x, y = -len(a.Work), -len(b.Work)
	default:
		x, y = a.total()-len(a.Work), b.total()-len(b.Work)
	}
	if x != y {
		return x > y
	}
	return a.LastWork.Before(b.LastWork)
}

func (m *model) explain(a *modelAgent, c *modelContact, candidates int, now time.Time) Assignment {
	w := contact.Why{
		Strategy: string(m.queues[c.Queue].Strategy),
		Capacity: a.total(), OpenWork: len(a.Work),
		Candidates: candidates,
		Waited:     waited(c, now),
		Priority:   m.priority(c, now),
	}
	if !a.LastWork.IsZero() {
		w.SinceLastWork = max(0, now.Sub(a.LastWork))
	}
	needs := m.needs(c)
	for _, o := range m.contacts {
		if o.Queue == c.Queue && o.Channel == c.Channel && m.waits(o) && maps.Equal(m.needs(o), needs) {
			w.Waiting++
		}
	}
	for s := range needs {
		if w.Skills == nil {
			w.Skills = map[string]int{}
		}
		w.Skills[string(s)], _ = a.level(s)
	}
	return Assignment{
		Contact: c.ID, ContactVersion: c.Version, Agent: a.User, AgentVersion: a.Version,
		Queue: c.Queue, Why: w,
	}
}

func (m *model) refuse(r Assignment) {
	if a := m.agents[r.Agent]; a != nil && a.Version == r.AgentVersion && a.spokenFor == r.Contact {
		a.spokenFor = ""
		if m.last[r.Queue] == r.Agent {
			m.last[r.Queue] = m.previous[r.Queue]
		}
	}
	if c := m.contacts[r.Contact]; c != nil && c.Version == r.ContactVersion && c.spokenFor == r.Agent {
		c.spokenFor = ""
	}
}
