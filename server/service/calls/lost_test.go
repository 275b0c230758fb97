package calls

import (
	"context"
	"slices"
	"testing"
	"time"

	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/contact"
	"parley/server/store"
)

func (r *rig) guarded(id domain.ContactID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.applied[id] != nil && r.applied[id].lost != nil
}

func TestTheCallOfALostAgentWaitsAgain(t *testing.T) {
	r := newRig(t)
	r.arrive(t, "c", "here")
	before, _ := r.load(t, "c")
	r.offer(t, "c")
	r.accept(t, "c")
	if !r.guarded("c") {
		t.Error("a served call without media is not watched over")
	}
	if _, err := r.OpenMedia(t.Context(), "emma", "c", "sdp"); err != nil {
		t.Fatal(err)
	}
	if r.guarded("c") {
		t.Error("a call with media is watched over")
	}
	r.AgentLost("c")
	if !r.guarded("c") {
		t.Error("a call whose agent was lost is not watched over")
	}
	if err := r.requeue(t.Context(), "c", "emma"); err != nil {
		t.Fatal(err)
	}
	c, a := r.load(t, "c")
	if c.State != contact.Queued || !c.QueuedAt.Equal(before.QueuedAt) || !slices.Contains(c.PassedOver, "emma") {
		t.Errorf("the call is %s since %v, passed over %v", c.State, c.QueuedAt, c.PassedOver)
	}
	if a.State() != agent.StateWrapUp {
		t.Errorf("the agent is %s", a.State())
	}
	r.carryOut(c)
	if r.guarded("c") {
		t.Error("a waiting call is watched over")
	}
}

func TestACallWhoseAgentCameBackStays(t *testing.T) {
	r := newRig(t)
	r.arrive(t, "c", "here")
	r.offer(t, "c")
	r.accept(t, "c")
	r.AgentLost("c")
	if _, err := r.OpenMedia(t.Context(), "emma", "c", "sdp"); err != nil {
		t.Fatal(err)
	}
	if err := r.requeue(t.Context(), "c", "emma"); err != nil {
		t.Fatal(err)
	}
	if c, _ := r.load(t, "c"); c.State != contact.Connected {
		t.Errorf("the call is %s", c.State)
	}
}

// Two negotiations of one call: the second one's media is the one that stays.
func TestTheNextAgentsMediaIsNotReplaced(t *testing.T) {
	r := newRig(t)
	r.update(t, func(tx *store.Tx) error {
		return tx.PutAgent(&agent.Agent{
			User: "omar", Presence: agent.Ready, Reachable: true, Queues: []domain.QueueID{"sales"},
			Capacity: map[domain.Channel]int{domain.Voice: 1},
		}, "e")
	})
	r.arrive(t, "c", "here")
	r.offer(t, "c")
	second := make(chan error, 1)
	r.phones.opening = func() {
		r.phones.opening = nil
		c := r.do(t, "c", func(c *contact.Contact, a *agent.Agent) {
			_ = c.Return()
			a.Withdraw("c", time.Now())
		})
		r.update(t, func(tx *store.Tx) error {
			now := time.Now()
			if err := c.Offer("omar", nil, now, now.Add(time.Minute)); err != nil {
				return err
			}
			return tx.PutContact(c, "e")
		})
		r.carryOut(c)
		now, cancel := context.WithCancel(context.Background())
		cancel()
		if done, err := r.turn(now, "c"); err == nil {
			t.Error("a second negotiation runs beside the first")
			done()
		}
		go func() {
			_, err := r.OpenMedia(context.Background(), "omar", "c", "sdp")
			second <- err
		}()
	}
	if _, err := r.OpenMedia(t.Context(), "emma", "c", "sdp"); domain.KindOf(err) != domain.Conflict {
		t.Error(err)
	}
	if err := <-second; err != nil {
		t.Fatal(err)
	}
	r.expect(t, "open c, close c, open c")
}
