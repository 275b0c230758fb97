package routing

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/contact"
	"parley/server/domain/queue"
)

// bare is the floor: what an index costs that knows nothing.
type (
	bare     []bareItem
	bareItem struct {
		at int64
		id int32
	}
)

func (h bare) Len() int           { return len(h) }
func (h bare) Less(i, j int) bool { return h[i].at < h[j].at }
func (h bare) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *bare) Push(any)          {}
func (h *bare) Pop() any          { return nil }

// floor returns the time of one container/heap Fix at the root of n elements:
// the best one gets work and sinks to the bottom.
func floor(n int) float64 {
	const rounds = 200_000
	r := rand.New(rand.NewPCG(1, 2))
	h := make(bare, n)
	for i := range h {
		h[i] = bareItem{r.Int64N(1e9), int32(i)}
	}
	heap.Init(&h)
	begin := time.Now()
	for i := range rounds {
		h[0].at = 1e9 + int64(i)
		heap.Fix(&h, 0)
	}
	return float64(time.Since(begin).Nanoseconds()) / rounds
}

// centre is a pool with four queues; every agent is in two of them.
type centre struct {
	pool   *Pool
	agents []*agent.Agent
	index  map[domain.UserID]int
	now    time.Time
	serial int
	r      *rand.Rand
}

var benchQueues = []domain.QueueID{"q0", "q1", "q2", "q3"}

func newCentre(agents int, s queue.Strategy, skills map[domain.Skill]int) *centre {
	c := &centre{pool: NewPool(), index: map[domain.UserID]int{}, now: start, r: rand.New(rand.NewPCG(3, 4))}
	for _, q := range benchQueues {
		c.pool.SetQueue(queue.Queue{ID: q, Strategy: s, Skills: skills})
	}
	for i := range agents {
		a := ready(domain.UserID(fmt.Sprintf("agent%06d", i)))
		a.Queues = []domain.QueueID{benchQueues[i%4], benchQueues[(i+1)%4]}
		a.Skills = map[domain.Skill]int{"tr": i % 3, "en": 2}
		a.LastWork = start.Add(-time.Duration(c.r.IntN(3600)) * time.Second)
		c.agents = append(c.agents, a)
		c.index[a.User] = i
	}
	return c
}

func (c *centre) wait(ids []domain.ContactID, skills map[domain.Skill]int) *contact.Contact {
	n := &contact.Contact{
		ID: ids[c.serial%len(ids)], Version: uint64(c.serial), Queue: benchQueues[c.serial%4], Channel: domain.Voice,
		State: contact.Queued, Priority: c.serial % 3, QueuedAt: c.now, Skills: skills,
	}
	c.serial++
	return n
}

// names makes ids beforehand, more than are remembered.
func names(n int) []domain.ContactID {
	ids := make([]domain.ContactID, n+2*remembered)
	for i := range ids {
		ids[i] = domain.ContactID(fmt.Sprint("contact", i))
	}
	return ids
}

// warmUp makes the lines and fills the memory of ended contacts.
const warmUp = remembered + 100

var sizes = []struct{ agents, waiting int }{
	{10, 1}, {10, 10_000}, {100, 100}, {1000, 1000}, {10_000, 1}, {10_000, 10_000}, {100_000, 10_000},
}

// BenchmarkAgentFree: contacts wait, one agent becomes free and gets the best
// of them. A cycle is SetAgent, Next, SetAgent, SetContact twice (the one
// served leaves, another comes).
func BenchmarkAgentFree(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("agents=%d/waiting=%d", n.agents, n.waiting), func(b *testing.B) {
			benchAgentFree(b, newCentre(n.agents, queue.MostAvailable, map[domain.Skill]int{"en": 1}), n.waiting)
		})
	}
}

func benchAgentFree(b *testing.B, c *centre, waiting int) {
	ids := names(waiting)
	work := []agent.Work{{Channel: domain.Voice, Phase: agent.Serving}}
	for _, a := range c.agents {
		a.Work = work
		c.pool.SetAgent(a, c.now)
	}
	for range max(4, waiting) {
		c.now = c.now.Add(time.Second)
		c.pool.SetContact(c.wait(ids, nil), c.now)
	}
	var next contact.Contact
	cycle := func() {
		c.now = c.now.Add(time.Second)
		a := c.agents[c.r.IntN(len(c.agents))]
		a.Work, a.LastFree = nil, c.now
		c.pool.SetAgent(a, c.now)
		r, ok := c.pool.Next(c.now)
		if !ok {
			b.Fatal("no decision")
		}
		a.Work, a.LastWork = work, c.now
		c.pool.SetAgent(a, c.now)
		next = contact.Contact{ID: r.Contact, Version: r.ContactVersion + 1, State: contact.Ended, Queue: r.Queue}
		c.pool.SetContact(&next, c.now)
		next = contact.Contact{
			ID: ids[c.serial%len(ids)], Version: uint64(c.serial), Queue: r.Queue, Channel: domain.Voice,
			State: contact.Queued, Priority: c.serial % 3, QueuedAt: c.now,
		}
		c.serial++
		c.pool.SetContact(&next, c.now)
	}
	for range warmUp {
		cycle()
	}
	b.ReportAllocs()
	for b.Loop() {
		cycle()
	}
	report(b, max(len(c.agents), waiting))
}

// BenchmarkContactComes: agents are free, a contact comes and gets the best of
// them, while others wait for a skill that nobody has. A cycle is SetContact,
// Next, SetAgent twice (busy, free again) and SetContact (ended).
func BenchmarkContactComes(b *testing.B) {
	for _, s := range []queue.Strategy{queue.MostAvailable, queue.RoundRobin} {
		for _, n := range sizes {
			b.Run(fmt.Sprintf("%s/agents=%d/waiting=%d", s, n.agents, n.waiting), func(b *testing.B) {
				benchContactComes(b, newCentre(n.agents, s, map[domain.Skill]int{"en": 1}), n.waiting)
			})
		}
	}
}

func benchContactComes(b *testing.B, c *centre, waiting int) {
	ids := names(waiting)
	for _, a := range c.agents {
		c.pool.SetAgent(a, c.now)
	}
	rare := map[domain.Skill]int{"tr": 9}
	for range waiting {
		c.pool.SetContact(c.wait(ids, rare), c.now)
	}
	work := []agent.Work{{Channel: domain.Voice, Phase: agent.Serving}}
	fresh := ids[waiting:]
	var next contact.Contact
	cycle := func() {
		c.now = c.now.Add(time.Second)
		c.serial++
		next = contact.Contact{
			ID: fresh[c.serial%len(fresh)], Version: uint64(c.serial), Queue: benchQueues[c.serial%4], Channel: domain.Voice,
			State: contact.Queued, Priority: c.serial % 3, QueuedAt: c.now,
		}
		c.pool.SetContact(&next, c.now)
		r, ok := c.pool.Next(c.now)
		if !ok || r.Contact != next.ID {
			b.Fatalf("decided %v %+v", ok, r)
		}
		a := c.agents[c.index[r.Agent]]
		a.Work, a.LastWork = work, c.now
		c.pool.SetAgent(a, c.now)
		a.Work, a.LastFree = nil, c.now
		c.pool.SetAgent(a, c.now)
		next.State = contact.Ended
		c.pool.SetContact(&next, c.now)
	}
	for range warmUp {
		cycle()
	}
	b.ReportAllocs()
	for b.Loop() {
		cycle()
	}
	report(b, max(len(c.agents), waiting))
}

// BenchmarkNext is the decision alone, taken back each time.
func BenchmarkNext(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("agents=%d/waiting=%d", n.agents, n.waiting), func(b *testing.B) {
			c := newCentre(n.agents, queue.MostAvailable, map[domain.Skill]int{"en": 1})
			ids := names(n.waiting)
			for _, a := range c.agents {
				c.pool.SetAgent(a, c.now)
			}
			for range n.waiting {
				c.pool.SetContact(c.wait(ids, nil), c.now)
			}
			b.ReportAllocs()
			for b.Loop() {
				a, ok := c.pool.Next(c.now)
				if !ok {
					b.Fatal("no decision")
				}
				c.pool.Refuse(a)
			}
			report(b, max(n.agents, n.waiting))
		})
	}
}

func report(b *testing.B, n int) {
	b.StopTimer()
	f := floor(n)
	b.ReportMetric(f, "heap-ns")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/f, "x-heap")
}
