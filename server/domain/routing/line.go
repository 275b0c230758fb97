package routing

import (
	"container/heap"
	"time"

	"parley/server/domain"
	"parley/server/domain/queue"
)

// sweepAtLeast is how many lines a queue has before idle ones are given up.
const sweepAtLeast = 64

// queueRecord is what the pool knows of a queue. One that is not known has
// been named by an agent or a contact only.
type queueRecord struct {
	id       domain.QueueID
	known    bool
	version  uint64
	strategy queue.Strategy
	skills   map[domain.Skill]int
	priority int
	ageing   time.Duration
	// last is who was assigned last, from whom round robin goes on; beforeLast
	// is who was so before that decision.
	last, beforeLast domain.UserID
	agents           map[domain.UserID]*agentRecord
	lines            map[string]*line
	waiting          int
	// sweepAt is the number of lines at which idle ones are given up.
	sweepAt int
}

// line is what waits for the same thing, and who can serve it.
type line struct {
	queue   *queueRecord
	channel domain.Channel
	needs   []need
	// ranks has a heap for each own priority of the contacts; none is empty.
	ranks   []*rank
	waiting int
	// sitting or, for round robin, ring holds the routable agents.
	sitting seatHeap
	ring    ring
	// openAt is the place in Pool.open, -1 if not there.
	openAt int
}

// rank holds the contacts of one line with the same own priority.
type rank struct {
	priority int
	heap     contactHeap
}

func (p *Pool) queue(id domain.QueueID) *queueRecord {
	r := p.queues[id]
	if r == nil {
		r = &queueRecord{
			id:      id,
			agents:  make(map[domain.UserID]*agentRecord),
			lines:   make(map[string]*line),
			sweepAt: sweepAtLeast,
		}
		p.queues[id] = r
	}
	return r
}

// line finds or makes the line of a contact.
func (p *Pool) line(q *queueRecord, c *contactRecord) *line {
	needs, key := p.scratch.needs(c.channel, q.skills, c.skills)
	if l := q.lines[string(key)]; l != nil {
		return l
	}
	if len(q.lines) >= q.sweepAt {
		p.sweep(q)
	}
	l := &line{queue: q, channel: c.channel, openAt: -1}
	l.needs = append(l.needs, needs...)
	q.lines[string(key)] = l
	for _, a := range q.agents {
		p.seat(a, l)
	}
	return l
}

// sweep gives up the lines in which nobody waits.
func (p *Pool) sweep(q *queueRecord) {
	for key, l := range q.lines {
		if l.waiting == 0 {
			delete(q.lines, key)
			l.queue = nil
		}
	}
	for _, a := range q.agents {
		a.forget(func(s *seat) bool { return s.line.queue == nil })
	}
	q.sweepAt = sweepAtLeast + 2*len(q.lines)
}

// rebuild makes the lines of a queue anew.
func (p *Pool) rebuild(q *queueRecord) {
	var contacts []*contactRecord
	for _, l := range q.lines {
		for _, r := range l.ranks {
			contacts = append(contacts, r.heap...)
		}
	}
	for _, a := range q.agents {
		a.forget(func(s *seat) bool { return s.line.queue == q })
	}
	for _, l := range q.lines {
		p.shut(l)
	}
	clear(q.lines)
	q.waiting = 0
	for _, c := range contacts {
		p.enter(c)
	}
}

// enter makes a contact wait.
func (p *Pool) enter(c *contactRecord) {
	q := p.queue(c.queue)
	c.line = p.line(q, c)
	c.rank = c.line.rank(c.priority)
	heap.Push(&c.rank.heap, c)
	c.line.waiting++
	q.waiting++
	p.mind(c.line)
}

// drop takes a contact out of the wait, if it is there, and forgets who it is
// spoken for.
func (p *Pool) drop(c *contactRecord) {
	c.spokenFor = ""
	l := c.line
	if l == nil {
		return
	}
	heap.Remove(&c.rank.heap, c.at)
	if len(c.rank.heap) == 0 {
		l.retire(c.rank)
	}
	l.waiting--
	l.queue.waiting--
	c.line, c.rank = nil, nil
	p.mind(l)
}

// rank returns the heap of a priority. Those retired lie behind the end of the
// slice and are used again.
func (l *line) rank(priority int) *rank {
	for _, r := range l.ranks {
		if r.priority == priority {
			return r
		}
	}
	n := len(l.ranks)
	if n < cap(l.ranks) && l.ranks[:n+1][n] != nil {
		l.ranks = l.ranks[:n+1]
	} else {
		l.ranks = append(l.ranks, new(rank))
	}
	l.ranks[n].priority = priority
	return l.ranks[n]
}

func (l *line) retire(r *rank) {
	n := len(l.ranks) - 1
	for i := range l.ranks {
		if l.ranks[i] == r {
			l.ranks[i], l.ranks[n] = l.ranks[n], r
			break
		}
	}
	l.ranks = l.ranks[:n]
}

// best returns the best agent by the strategy who is not among those passed
// over, nil if there is none.
func (l *line) best(passedOver []domain.UserID) *seat {
	if l.queue.strategy == queue.RoundRobin {
		return l.ring.after(l.queue.last, passedOver)
	}
	if b := l.sitting.best(0, passedOver); b != nil {
		return b.seat
	}
	return nil
}

func (l *line) candidates() int { return len(l.sitting) + l.ring.size }

// seat gives an agent a place in a line he can serve.
func (p *Pool) seat(a *agentRecord, l *line) {
	if !a.can(l.needs) {
		return
	}
	p.seats++
	s := &seat{agent: a, line: l, at: -1, weight: scatter(p.seats)}
	a.seats = append(a.seats, s)
	p.place(s)
}

// place lets an agent sit in a line while he is routable and not spoken for.
func (p *Pool) place(s *seat) {
	l := s.line
	sits, should := s.at >= 0, s.agent.free(l.channel)
	byName := l.queue.strategy == queue.RoundRobin
	switch {
	case sits && should && !byName:
		l.sitting.fix(s)
	case sits && !should && byName:
		l.ring.remove(s)
	case sits && !should:
		heap.Remove(&l.sitting, s.at)
	case !sits && should && byName:
		l.ring.add(s)
	case !sits && should:
		heap.Push(&l.sitting, s)
	}
	p.mind(l)
}

// leave takes an agent out of his queues and lines.
func (p *Pool) leave(a *agentRecord) {
	a.spokenFor, a.channels = "", a.channels[:0]
	for _, s := range a.seats {
		p.place(s)
	}
	clear(a.seats)
	a.seats = a.seats[:0]
	for _, q := range a.queues {
		delete(p.queue(q).agents, a.user)
	}
}

// join brings an agent into his queues and their lines.
func (p *Pool) join(a *agentRecord) {
	for _, id := range a.queues {
		q := p.queue(id)
		q.agents[a.user] = a
		for _, l := range q.lines {
			p.seat(a, l)
		}
	}
}

// mind keeps the set of open lines.
func (p *Pool) mind(l *line) {
	if !l.queue.known || l.waiting == 0 || l.candidates() == 0 {
		p.shut(l)
		return
	}
	if l.openAt < 0 {
		l.openAt = len(p.open)
		p.open = append(p.open, l)
	}
}

func (p *Pool) shut(l *line) {
	if l.openAt < 0 {
		return
	}
	n := len(p.open) - 1
	last := p.open[n]
	p.open[l.openAt], last.openAt = last, l.openAt
	p.open[n], l.openAt = nil, -1
	p.open = p.open[:n]
}
