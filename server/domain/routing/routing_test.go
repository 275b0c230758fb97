package routing

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/contact"
	"parley/server/domain/queue"
)

const chat domain.Channel = "chat"

var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// moment draws a time near start, never now and then. Steps of a quarter of the
// ageing make the rounding of ageing matter.
func moment(t *rapid.T, label string) time.Time {
	n := rapid.IntRange(-1, 40).Draw(t, label)
	if n < 0 {
		return time.Time{}
	}
	return start.Add(time.Duration(n) * 250 * time.Millisecond)
}

func drawSkills(t *rapid.T, label string) map[domain.Skill]int {
	return rapid.MapOfN(rapid.SampledFrom([]domain.Skill{"tr", "fax", "queue:q1"}), rapid.IntRange(0, 2), 0, 2).Draw(t, label)
}

func drawQueue(t *rapid.T) queue.Queue {
	return queue.Queue{
		ID:      rapid.SampledFrom([]domain.QueueID{"q1", "q2", "q3"}).Draw(t, "queue"),
		Version: rapid.Uint64Range(0, 3).Draw(t, "version"),
		Strategy: rapid.SampledFrom([]queue.Strategy{
			queue.MostAvailable, queue.LeastBusy, queue.LongestIdle, queue.RoundRobin, "",
		}).Draw(t, "strategy"),
		Skills:   drawSkills(t, "queue skills"),
		Priority: rapid.IntRange(-1, 2).Draw(t, "queue priority"),
		Ageing:   rapid.SampledFrom([]time.Duration{0, time.Second, 700 * time.Millisecond}).Draw(t, "ageing"),
	}
}

func drawAgent(t *rapid.T) agent.Agent {
	a := agent.Agent{
		User:      domain.UserID(rapid.SampledFrom([]string{"ada", "ben", "cem", "dil", "eva", "fay"}).Draw(t, "agent")),
		Version:   rapid.Uint64Range(0, 4).Draw(t, "version"),
		Presence:  rapid.SampledFrom([]agent.Presence{agent.Ready, agent.Ready, agent.Ready, agent.NotReady, agent.SignedOut}).Draw(t, "presence"),
		Reachable: rapid.IntRange(0, 5).Draw(t, "reachable") > 0,
		Since:     moment(t, "since"),
		LastWork:  moment(t, "last work"),
		LastFree:  moment(t, "last free"),
		Capacity: map[domain.Channel]int{
			domain.Voice: rapid.IntRange(0, 3).Draw(t, "voice"),
			chat:         rapid.IntRange(0, 3).Draw(t, "chat"),
		},
		Queues: rapid.SliceOfN(rapid.SampledFrom([]domain.QueueID{"q1", "q2", "q3"}), 0, 4).Draw(t, "queues"),
		Skills: drawSkills(t, "skills"),
	}
	for range rapid.IntRange(0, 2).Draw(t, "work") {
		a.Work = append(a.Work, agent.Work{
			Channel: rapid.SampledFrom([]domain.Channel{domain.Voice, chat}).Draw(t, "work channel"),
			Phase:   rapid.SampledFrom([]agent.Phase{agent.Serving, agent.Serving, agent.WrapUp}).Draw(t, "phase"),
		})
	}
	return a
}

func drawContact(t *rapid.T) contact.Contact {
	return contact.Contact{
		ID:       domain.ContactID(fmt.Sprint("c", rapid.IntRange(0, 30).Draw(t, "contact"))),
		Version:  rapid.Uint64Range(0, 3).Draw(t, "version"),
		Channel:  rapid.SampledFrom([]domain.Channel{domain.Voice, chat}).Draw(t, "channel"),
		Queue:    rapid.SampledFrom([]domain.QueueID{"q1", "q2", "q3"}).Draw(t, "queue"),
		State:    rapid.SampledFrom([]contact.State{contact.Queued, contact.Queued, contact.Queued, contact.Queued, contact.Offered, contact.Ended}).Draw(t, "state"),
		Priority: rapid.IntRange(0, 3).Draw(t, "priority"),
		Skills:   drawSkills(t, "skills"),
		QueuedAt: moment(t, "queued at"),
		PassedOver: rapid.SliceOfN(rapid.SampledFrom([]domain.UserID{"ada", "ben", "cem", "dil", "gone"}),
			0, 5).Draw(t, "passed over"),
	}
}

// world drives a Pool and the model alike.
type world struct {
	pool    *Pool
	model   *model
	now     time.Time
	refused []Assignment
}

func (w *world) next(t *rapid.T) bool {
	got, ok := w.pool.Next(w.now)
	want, wantOK := w.model.next(w.now)
	if ok != wantOK {
		t.Fatalf("Next: got %v %+v, want %v %+v", ok, got, wantOK, want)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("Next decides otherwise than a scan of everything (-want +got):\n%s", d)
	}
	if ok {
		w.refused = append(w.refused, got)
	}
	return ok
}

func (w *world) actions() map[string]func(*rapid.T) {
	setQueue := func(t *rapid.T) { q := drawQueue(t); w.pool.SetQueue(q); w.model.setQueue(q) }
	setAgent := func(t *rapid.T) { a := drawAgent(t); w.pool.SetAgent(&a, w.now); w.model.setAgent(a, w.now) }
	setContact := func(t *rapid.T) { c := drawContact(t); w.pool.SetContact(&c, w.now); w.model.setContact(c, w.now) }
	return map[string]func(*rapid.T){
		"queue":    setQueue,
		"agent":    setAgent,
		"agent 2":  setAgent,
		"contact":  setContact,
		"contact2": setContact,
		"contact3": setContact,
		"next":     func(t *rapid.T) { w.next(t) },
		"drain": func(t *rapid.T) {
			for w.next(t) {
			}
		},
		"refuse": func(t *rapid.T) {
			if len(w.refused) == 0 {
				t.Skip("nothing to refuse")
			}
			a := rapid.SampledFrom(w.refused).Draw(t, "refused")
			w.pool.Refuse(a)
			w.model.refuse(a)
		},
		"time": func(t *rapid.T) {
			w.now = w.now.Add(time.Duration(rapid.IntRange(0, 9).Draw(t, "steps")) * 250 * time.Millisecond)
		},
		"": func(t *rapid.T) {
			for _, q := range []domain.QueueID{"q1", "q2", "q3", "q4"} {
				if got, want := w.pool.Waiting(q), w.model.waiting(q); got != want {
					t.Fatalf("Waiting(%s) = %d, want %d", q, got, want)
				}
			}
		},
	}
}

func TestPoolDecidesLikeAScanOfEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &world{pool: NewPool(), model: newModel(), now: start.Add(5 * time.Second)}
		for _, id := range []domain.QueueID{"q1", "q2"} {
			q := drawQueue(t)
			q.ID = id
			w.pool.SetQueue(q)
			w.model.setQueue(q)
		}
		t.Repeat(w.actions())
	})
}

// fill sets the same random queues, agents and contacts in a pool and a model.
func fill(t *rapid.T, w *world) {
	for range 2 {
		q := drawQueue(t)
		w.pool.SetQueue(q)
		w.model.setQueue(q)
	}
	for range rapid.IntRange(1, 8).Draw(t, "agents") {
		a := drawAgent(t)
		w.pool.SetAgent(&a, w.now)
		w.model.setAgent(a, w.now)
	}
	for range rapid.IntRange(1, 20).Draw(t, "contacts") {
		c := drawContact(t)
		w.pool.SetContact(&c, w.now)
		w.model.setContact(c, w.now)
	}
}

func TestNobodyIsLeftWaitingAndNoneIsAskedTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &world{pool: NewPool(), model: newModel(), now: start.Add(5 * time.Second)}
		fill(t, w)
		asked := map[domain.UserID]bool{}
		given := map[domain.ContactID]bool{}
		for {
			a, ok := w.pool.Next(w.now)
			if !ok {
				break
			}
			if asked[a.Agent] || given[a.Contact] {
				t.Fatalf("agent %s or contact %s was assigned twice", a.Agent, a.Contact)
			}
			asked[a.Agent], given[a.Contact] = true, true
			w.model.agents[a.Agent].spokenFor = a.Contact
		}
		for _, c := range w.model.contacts {
			if c.State != contact.Queued || given[c.ID] {
				continue
			}
			if left := w.model.candidates(c); len(left) > 0 {
				t.Fatalf("contact %s waits though agent %s could take it", c.ID, left[0].User)
			}
		}
	})
}

func TestSamePriorityIsServedInTheOrderOfQueueing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := NewPool()
		p.SetQueue(queue.Queue{ID: "q1", Ageing: time.Second})
		var want []domain.ContactID
		for i := range rapid.IntRange(2, 30).Draw(t, "contacts") {
			want = append(want, domain.ContactID(fmt.Sprintf("c%02d", i)))
		}
		for _, i := range rapid.Permutation(slices.Clone(want)).Draw(t, "order of arrival of the news") {
			at := start.Add(time.Duration(slices.Index(want, i)) * 300 * time.Millisecond)
			p.SetContact(&contact.Contact{ID: i, State: contact.Queued, Queue: "q1", Channel: domain.Voice, QueuedAt: at}, start)
		}
		var got []domain.ContactID
		a := ready("ada")
		for now := start; len(got) < len(want); now = now.Add(time.Duration(rapid.IntRange(0, 5000).Draw(t, "ms")) * time.Millisecond) {
			p.SetAgent(a, now)
			r, ok := p.Next(now)
			if !ok {
				t.Fatal("a contact waits, an agent is ready, and there is no decision")
			}
			got = append(got, r.Contact)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatal(d)
		}
	})
}

func ready(u domain.UserID) *agent.Agent {
	return &agent.Agent{
		User: u, Presence: agent.Ready, Reachable: true, Since: start,
		Capacity: map[domain.Channel]int{domain.Voice: 1}, Queues: []domain.QueueID{"q1"},
	}
}

func queued(id domain.ContactID, at time.Time) *contact.Contact {
	return &contact.Contact{ID: id, State: contact.Queued, Queue: "q1", Channel: domain.Voice, QueuedAt: at}
}
