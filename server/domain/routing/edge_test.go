package routing

import (
	"fmt"
	"testing"
	"time"

	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/contact"
	"parley/server/domain/queue"
)

func newPool(s queue.Strategy, agents ...*agent.Agent) *Pool {
	p := NewPool()
	p.SetQueue(queue.Queue{ID: "q1", Strategy: s})
	for _, a := range agents {
		p.SetAgent(a, start)
	}
	return p
}

func mustNext(t *testing.T, p *Pool, now time.Time, c domain.ContactID, a domain.UserID) Assignment {
	t.Helper()
	r, ok := p.Next(now)
	if !ok || r.Contact != c || r.Agent != a {
		t.Fatalf("decided %v %q for %q, want %q for %q", ok, r.Agent, r.Contact, a, c)
	}
	return r
}

func mustNotNext(t *testing.T, p *Pool, now time.Time) {
	t.Helper()
	if r, ok := p.Next(now); ok {
		t.Fatalf("decided %q for %q, want no decision", r.Agent, r.Contact)
	}
}

// refuse lets the agent pass the contact over and become free again.
func refuse(p *Pool, c *contact.Contact, a *agent.Agent) {
	c.Version++
	c.PassedOver = append(c.PassedOver, a.User)
	p.SetContact(c, start)
	a.Version++
	p.SetAgent(a, start)
}

func TestWhoRefusedIsAskedAfterAllOthers(t *testing.T) {
	for _, s := range []queue.Strategy{queue.MostAvailable, queue.LeastBusy, queue.LongestIdle, queue.RoundRobin} {
		ada, ben, cem := ready("ada"), ready("ben"), ready("cem")
		p := newPool(s, ada, ben, cem)
		c := queued("c1", start)
		p.SetContact(c, start)
		for range 3 { // thrice round, nobody twice in a round
			for _, a := range []*agent.Agent{ada, ben, cem} {
				mustNext(t, p, start, "c1", a.User)
				refuse(p, c, a)
			}
		}
	}
}

func TestTheOnlyOneIsAskedAgain(t *testing.T) {
	ada := ready("ada")
	p := newPool(queue.MostAvailable, ada)
	c := queued("c1", start)
	p.SetContact(c, start)
	mustNext(t, p, start, "c1", "ada")
	refuse(p, c, ada)
	mustNext(t, p, start, "c1", "ada")
	refuse(p, c, ada)
	p.SetAgent(ready("zoe"), start)
	mustNext(t, p, start, "c1", "zoe")
}

func TestAgeingOvertakes(t *testing.T) {
	p := newPool(queue.MostAvailable)
	p.SetQueue(queue.Queue{ID: "q1", Version: 1, Ageing: 10 * time.Second})
	old, urgent := queued("old", start), queued("urgent", start.Add(15*time.Second))
	urgent.Priority = 2
	p.SetContact(old, start)
	p.SetContact(urgent, start)
	ada := ready("ada")
	for _, c := range []struct {
		at   time.Duration
		want domain.ContactID
	}{
		{15 * time.Second, "urgent"}, // 2 against 1
		{24 * time.Second, "old"},    // 2 against 2, waited longer
		{25 * time.Second, "urgent"}, // 3 against 2
		{30 * time.Second, "old"},    // 3 against 3
	} {
		p.SetAgent(ada, start)
		r := mustNext(t, p, start.Add(c.at), c.want, "ada")
		p.Refuse(r)
	}
}

func TestRefuseOfAnOldAssignmentFreesNobody(t *testing.T) {
	ada := ready("ada")
	p := newPool(queue.MostAvailable, ada)
	c1, c2 := queued("c1", start), queued("c2", start.Add(time.Second))
	p.SetContact(c1, start)
	p.SetContact(c2, start)
	first := mustNext(t, p, start, "c1", "ada")
	ada.Version++
	p.SetAgent(ada, start)
	second := mustNext(t, p, start, "c2", "ada")
	p.Refuse(first) // c1 is free again, ada has c2
	mustNotNext(t, p, start)
	if n := p.Waiting("q1"); n != 1 {
		t.Fatalf("%d wait, want 1", n)
	}
	p.Refuse(second)
	p.Refuse(second)
	mustNext(t, p, start, "c1", "ada")
	mustNotNext(t, p, start)
	p.Refuse(Assignment{Contact: "unknown", Agent: "unknown", Queue: "unknown"})
}

func TestOlderVersionsAreIgnored(t *testing.T) {
	ada := ready("ada")
	ada.Version = 2
	p := newPool(queue.MostAvailable, ada)
	late := ready("ada")
	late.Version, late.Presence = 1, agent.NotReady
	p.SetAgent(late, start)
	c := queued("c1", start)
	c.Version = 2
	p.SetContact(c, start)
	p.SetContact(&contact.Contact{ID: "c1", Version: 1, State: contact.Arrived, Queue: "q1"}, start)
	mustNext(t, p, start, "c1", "ada")
}

func TestAnEndedContactDoesNotComeBack(t *testing.T) {
	p := newPool(queue.MostAvailable, ready("ada"))
	end := func(i int) {
		c := queued(domain.ContactID(fmt.Sprint("c", i)), start)
		c.Version, c.State = 5, contact.Ended
		p.SetContact(c, start)
		p.SetContact(c, start)
	}
	for i := range 3 * remembered {
		end(i)
	}
	if n := len(p.contacts); n > remembered+1 {
		t.Errorf("%d contacts are remembered, want at most %d", n, remembered)
	}
	p.SetContact(queued(domain.ContactID(fmt.Sprint("c", 3*remembered-1)), start), start)
	p.SetContact(queued(domain.ContactID(fmt.Sprint("c", 2*remembered+10)), start), start)
	mustNotNext(t, p, start)
}

func TestContactsOfAnUnknownQueueWaitForIt(t *testing.T) {
	p := NewPool()
	p.SetContact(queued("c1", start), start)
	p.SetAgent(ready("ada"), start)
	mustNotNext(t, p, start)
	p.SetQueue(queue.Queue{ID: "q1"})
	mustNext(t, p, start, "c1", "ada")
}

func TestManySkillSetsDoNotPileUp(t *testing.T) {
	p := newPool(queue.MostAvailable)
	ada := ready("ada")
	ada.Skills = map[domain.Skill]int{}
	for i := range 3 * sweepAtLeast {
		ada.Skills[domain.Skill(fmt.Sprint("s", i))] = 1
	}
	for i := range 3 * sweepAtLeast {
		c := queued(domain.ContactID(fmt.Sprint("c", i)), start)
		c.Skills = map[domain.Skill]int{domain.Skill(fmt.Sprint("s", i)): 1}
		p.SetContact(c, start)
		p.SetAgent(ada, start)
		mustNext(t, p, start, c.ID, "ada")
		c.Version, c.State = 1, contact.Ended
		p.SetContact(c, start)
		if l, s := len(p.queues["q1"].lines), len(p.agents["ada"].seats); l > sweepAtLeast || s > l {
			t.Fatalf("%d lines and %d seats are kept", l, s)
		}
	}
}

func TestRoundRobinGoesOnAfterTheLast(t *testing.T) {
	agents := []*agent.Agent{ready("ada"), ready("ben"), ready("cem")}
	p := newPool(queue.RoundRobin, agents...)
	for i, want := range []domain.UserID{"ada", "ben", "cem", "ada", "ben"} {
		c := queued(domain.ContactID(fmt.Sprint("c", i)), start)
		p.SetContact(c, start)
		r := mustNext(t, p, start, c.ID, want)
		p.Refuse(r) // somebody was faster; the turn is kept
		mustNext(t, p, start, c.ID, want)
		for _, a := range agents {
			p.SetAgent(a, start)
		}
	}
}

func TestAPriorityOfItsOwnIsForgotten(t *testing.T) {
	p := newPool(queue.MostAvailable)
	for i := range 100 {
		c := queued("c1", start)
		c.Version, c.Priority = uint64(i), i
		p.SetContact(c, start)
	}
	for _, l := range p.queues["q1"].lines {
		if len(l.ranks) != 1 || cap(l.ranks) > 2 {
			t.Errorf("%d heaps (room for %d) are kept for one contact", len(l.ranks), cap(l.ranks))
		}
	}
}

func TestLongestIdleCountsFromTheSignIn(t *testing.T) {
	ada, ben := ready("zada"), ready("ben") // the names alone would say ben
	p := newPool(queue.LongestIdle, ada)
	ben.Since = start.Add(time.Second)
	p.SetAgent(ben, start)
	ada.Version, ada.Since = 1, start.Add(time.Minute) // a break is no new sign-in
	p.SetAgent(ada, start)
	p.SetContact(queued("c1", start), start)
	p.Refuse(mustNext(t, p, start, "c1", "zada"))
	ada.Presence = agent.SignedOut
	p.SetAgent(ada, start)
	ada.Presence = agent.Ready
	p.SetAgent(ada, start)
	p.Refuse(mustNext(t, p, start, "c1", "ben"))
	ben.LastFree = start // who has worked comes after who never has
	p.SetAgent(ben, start)
	mustNext(t, p, start, "c1", "zada")
}

func TestARingStaysFlat(t *testing.T) {
	p := NewPool()
	p.SetQueue(queue.Queue{ID: "q1", Strategy: queue.RoundRobin})
	p.SetContact(queued("c1", start), start)
	mustNotNext(t, p, start)
	c := queued("c1", start)
	c.Version, c.State = 1, contact.Offered
	p.SetContact(c, start)
	for i := range 4096 { // in the order of names, the worst for a plain tree
		p.SetAgent(ready(domain.UserID(fmt.Sprintf("agent%05d", i))), start)
	}
	var depth func(s *seat) int
	depth = func(s *seat) int {
		if s == nil {
			return 0
		}
		return 1 + max(depth(s.left), depth(s.right))
	}
	for _, l := range p.queues["q1"].lines {
		if d := depth(l.ring.root); d > 48 || l.ring.size != 4096 {
			t.Errorf("%d agents are %d deep", l.ring.size, d)
		}
	}
}

func TestARestingAgentGetsNothing(t *testing.T) {
	p := NewPool()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	p.SetQueue(queue.Queue{ID: "q", Name: "Q"})
	a := &agent.Agent{
		User: "a", Version: 1, Presence: agent.Ready, Reachable: true, Queues: []domain.QueueID{"q"},
		Capacity: map[domain.Channel]int{domain.Voice: 1}, RestUntil: now.Add(agent.RejectPause),
	}
	p.SetAgent(a, now)
	p.SetContact(&contact.Contact{ID: "c", Version: 1, Channel: domain.Voice, State: contact.Queued, Queue: "q", QueuedAt: now}, now)
	if _, ok := p.Next(now); ok {
		t.Error("an agent who has just rejected was chosen")
	}
	p.SetAgent(a, a.RestUntil)
	if _, ok := p.Next(a.RestUntil); !ok {
		t.Error("the pause does not end")
	}
}
