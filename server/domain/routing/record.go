package routing

import (
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/contact"
)

// never is the stamp of a time that is not set; it comes before all others.
const never = math.MinInt64

func stamp(t time.Time) int64 {
	if t.IsZero() {
		return never
	}
	return t.UnixNano()
}

// agentRecord is what the pool knows of an agent.
type agentRecord struct {
	user    domain.UserID
	version uint64
	// queues and skills are his duties; seats are his places in the lines.
	queues []domain.QueueID
	skills map[domain.Skill]int
	seats  []*seat
	// channels are those he can be offered a contact of, as last set.
	channels []domain.Channel
	capacity int
	openWork int
	lastWork int64
	lastFree int64
	// present says whether he is signed in, signedIn since when.
	present  bool
	signedIn int64
	// spokenFor is the contact he has been assigned, empty if none.
	spokenFor domain.ContactID
}

func (r *agentRecord) sameDuties(a *agent.Agent) bool {
	return slices.Equal(r.queues, a.Queues) && maps.Equal(r.skills, a.Skills)
}

// setDuties copies queues, each once, and skills.
func (r *agentRecord) setDuties(a *agent.Agent) {
	r.queues = r.queues[:0]
	for _, q := range a.Queues {
		if !slices.Contains(r.queues, q) {
			r.queues = append(r.queues, q)
		}
	}
	r.skills = maps.Clone(a.Skills)
}

func (r *agentRecord) copyState(a *agent.Agent, now time.Time) {
	r.version = a.Version
	r.openWork, r.capacity = len(a.Work), 0
	r.channels = r.channels[:0]
	for ch, n := range a.Capacity {
		r.capacity += n
		if a.Routable(ch) && !a.Resting(now) {
			r.channels = append(r.channels, ch)
		}
	}
	r.lastWork, r.lastFree = stamp(a.LastWork), stamp(a.LastFree)
	present := a.Presence != agent.SignedOut && a.Presence != ""
	if present && !r.present {
		r.signedIn = stamp(a.Since)
		if r.signedIn == never {
			r.signedIn = now.UnixNano()
		}
	}
	r.present = present
}

// free says whether the agent can be assigned a contact of a channel.
func (r *agentRecord) free(ch domain.Channel) bool {
	return r.spokenFor == "" && slices.Contains(r.channels, ch)
}

func (r *agentRecord) can(needs []need) bool {
	for _, n := range needs {
		if level, has := r.level(n.skill); !has || level < n.level {
			return false
		}
	}
	return true
}

// level returns the level of a skill and whether the agent has it at all. Who
// is in a queue has the skill of that queue at level 1.
func (r *agentRecord) level(s domain.Skill) (int, bool) {
	if level, has := r.skills[s]; has {
		return level, true
	}
	id, is := strings.CutPrefix(string(s), "queue:")
	if is && slices.Contains(r.queues, domain.QueueID(id)) {
		return 1, true
	}
	return 0, false
}

// seatIn returns the seat the agent sits on in a line, nil if there is none.
func (r *agentRecord) seatIn(l *line) *seat {
	for _, s := range r.seats {
		if s.line == l && s.at >= 0 {
			return s
		}
	}
	return nil
}

// forget drops seats in lines that are given up.
func (r *agentRecord) forget(gone func(*seat) bool) {
	r.seats = slices.DeleteFunc(r.seats, gone)
}

// contactRecord is what the pool knows of a contact.
type contactRecord struct {
	id       domain.ContactID
	version  uint64
	queue    domain.QueueID
	channel  domain.Channel
	skills   map[domain.Skill]int
	priority int
	queuedAt int64
	// passedOver has each agent once, the latest refusal last.
	passedOver []domain.UserID
	// waits says whether the contact was queued when it was last set.
	waits     bool
	spokenFor domain.UserID
	// line, rank and at are the place in the wait; line is nil outside.
	line *line
	rank *rank
	at   int
	// old is set while the contact is among the ended ones.
	old bool
}

func (r *contactRecord) copyState(c *contact.Contact, now time.Time) {
	r.version, r.queue, r.channel = c.Version, c.Queue, c.Channel
	r.waits, r.priority = c.State == contact.Queued, c.Priority
	r.queuedAt = stamp(c.QueuedAt)
	if r.queuedAt == never {
		r.queuedAt = now.UnixNano()
	}
	r.passedOver = r.passedOver[:0]
	if !r.waits {
		r.skills = nil
		return
	}
	if !maps.Equal(r.skills, c.Skills) {
		r.skills = maps.Clone(c.Skills)
	}
	for _, u := range c.PassedOver {
		if i := slices.Index(r.passedOver, u); i >= 0 {
			r.passedOver = slices.Delete(r.passedOver, i, i+1)
		}
		r.passedOver = append(r.passedOver, u)
	}
}

// waited is never negative, whatever the clocks of two nodes say.
func (r *contactRecord) waited(now int64) time.Duration {
	return time.Duration(max(0, now-r.queuedAt))
}

func (r *contactRecord) effective(now int64) int {
	q := r.line.queue
	return r.priority + q.priority + int(r.waited(now)/q.ageing)
}

// before says who came first.
func (r *contactRecord) before(o *contactRecord) bool {
	if r.queuedAt != o.queuedAt {
		return r.queuedAt < o.queuedAt
	}
	return r.id < o.id
}

// newContact makes a record, out of the oldest ended one if enough of these
// are remembered.
func (p *Pool) newContact(id domain.ContactID) *contactRecord {
	var r *contactRecord
	if len(p.ended) == remembered && p.ended[p.endedAt] != nil {
		r = p.ended[p.endedAt]
		p.ended[p.endedAt] = nil
		delete(p.contacts, r.id)
		*r = contactRecord{id: id, passedOver: r.passedOver[:0]}
	} else {
		r = &contactRecord{id: id}
	}
	p.contacts[id] = r
	return r
}

// remember puts an ended contact into the ring, in the place of the oldest.
func (p *Pool) remember(r *contactRecord) {
	if r.old {
		return
	}
	r.old = true
	if len(p.ended) < remembered {
		p.ended = append(p.ended, r)
		return
	}
	if old := p.ended[p.endedAt]; old != nil {
		delete(p.contacts, old.id)
	}
	p.ended[p.endedAt] = r
	p.endedAt = (p.endedAt + 1) % remembered
}
