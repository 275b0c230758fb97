package agent_test

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
)

const chat domain.Channel = "chat"

// limit is how many misses in a row make an agent not ready.
const limit = 2

var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// desk is one agent and the contacts of the centre, changed together as the
// services change them.
type desk struct {
	a        agent.Agent
	contacts []*contact.Contact
	now      time.Time
	missed   int
}

func visible(a *agent.Agent) string {
	s := string(a.State())
	if a.State() == agent.StateNotReady {
		s += " " + a.Reason
	}
	return s
}

// act runs a command and checks what every command must keep.
func (d *desk) act(t *rapid.T, command func() error) {
	d.now = d.now.Add(time.Duration(rapid.IntRange(1, 20).Draw(t, "seconds")) * time.Second)
	before, since, seen := d.a, d.a.Since, visible(&d.a)
	before.Work = slices.Clone(d.a.Work)
	if err := command(); err != nil {
		if domain.KindOf(err) == domain.Internal {
			t.Fatalf("an error without a kind: %v", err)
		}
		if diff := cmp.Diff(before, d.a); diff != "" {
			t.Fatalf("a command that failed (%v) has changed the agent:\n%s", err, diff)
		}
	}
	switch changed := visible(&d.a) != seen; {
	case changed && !d.a.Since.Equal(d.now):
		t.Fatalf("%q became %q and Since did not move", seen, visible(&d.a))
	case !changed && !d.a.Since.Equal(since):
		t.Fatalf("Since moved while the agent stayed %q", seen)
	}
	d.check(t)
}

func (d *desk) check(t *rapid.T) {
	a := &d.a
	offers, talking := 0, 0
	for _, w := range a.Work {
		c := d.contact(w.Contact)
		switch w.Phase {
		case agent.Offered:
			offers++
			if c.State != contact.Offered || c.Agent != a.User {
				t.Fatalf("an offer at hand of a contact that is %s", c.State)
			}
		case agent.Serving:
			if w.Channel == domain.Voice && !w.Held {
				talking++
			}
			if c.State != contact.Connected || c.Agent != a.User {
				t.Fatalf("serving a contact that is %s", c.State)
			}
		case agent.WrapUp:
			if c.State != contact.Ended {
				t.Fatalf("wrap-up of a contact that is %s", c.State)
			}
			if w.Deadline.Before(w.Since) || w.Deadline.After(w.Until) {
				t.Fatalf("a wrap-up from %v to %v, at most until %v", w.Since, w.Deadline, w.Until)
			}
		}
	}
	if offers > 1 || talking > 1 {
		t.Fatalf("%d offers at once, %d customers talked to at once", offers, talking)
	}
	for _, ch := range []domain.Channel{domain.Voice, chat} {
		if a.Load(ch) > a.Capacity[ch] {
			t.Fatalf("load %d on %s above capacity %d", a.Load(ch), ch, a.Capacity[ch])
		}
		if a.Routable(ch) && (!a.Reachable || a.Presence != agent.Ready || offers > 0 || a.WrapUpAt() != nil) {
			t.Fatalf("routable on %s while %s", ch, a.State())
		}
	}
	if len(a.Work) == 0 && a.NextPresence != "" {
		t.Fatalf("no work at hand and still to become %s", a.NextPresence)
	}
	if len(a.Work) > 0 && a.Presence != agent.Ready {
		t.Fatalf("work at hand while %s", a.Presence)
	}
	if d.missed >= limit && a.Presence == agent.Ready && a.NextPresence != agent.NotReady {
		t.Fatalf("ready after %d misses in a row", d.missed)
	}
	for _, c := range d.contacts {
		has := slices.ContainsFunc(a.Work, func(w agent.Work) bool { return w.Contact == c.ID })
		if (c.State == contact.Offered || c.State == contact.Connected) && !has {
			t.Fatalf("contact %s is %s and the agent does not know", c.ID, c.State)
		}
	}
	if want := wantState(a); a.State() != want {
		t.Fatalf("state %s, want %s", a.State(), want)
	}
}

// wantState derives the state from the other end: is there any such work?
func wantState(a *agent.Agent) agent.State {
	has := func(p agent.Phase) bool {
		return slices.ContainsFunc(a.Work, func(w agent.Work) bool { return w.Phase == p })
	}
	switch {
	case a.Presence != agent.Ready && a.Presence != agent.NotReady:
		return agent.StateSignedOut
	case !a.Reachable:
		return agent.StateReconnecting
	case has(agent.Serving):
		return agent.StateOnContact
	case has(agent.Offered):
		return agent.StateOffered
	case has(agent.WrapUp):
		return agent.StateWrapUp
	case a.Presence == agent.Ready:
		return agent.StateReady
	}
	return agent.StateNotReady
}

func (d *desk) contact(id domain.ContactID) *contact.Contact {
	for _, c := range d.contacts {
		if c.ID == id {
			return c
		}
	}
	return nil
}

func (d *desk) draw(t *rapid.T, s contact.State) *contact.Contact {
	var some []*contact.Contact
	for _, c := range d.contacts {
		if c.State == s {
			some = append(some, c)
		}
	}
	if len(some) == 0 {
		t.Skip("no contact is ", s)
	}
	return some[rapid.IntRange(0, len(some)-1).Draw(t, "contact")]
}

func (d *desk) arrive(t *rapid.T) {
	c := &contact.Contact{
		ID:      domain.ContactID(fmt.Sprint("c", len(d.contacts))),
		Channel: rapid.SampledFrom([]domain.Channel{domain.Voice, domain.Voice, chat}).Draw(t, "channel"),
		State:   contact.Arrived,
	}
	if err := c.Enqueue(d.now); err != nil {
		t.Fatal(err)
	}
	d.contacts = append(d.contacts, c)
}

func (d *desk) offer(t *rapid.T) {
	c := d.draw(t, contact.Queued)
	could := d.a.Routable(c.Channel)
	d.act(t, func() error {
		err := d.a.Offer(c.ID, c.Channel, c.Queue, d.now)
		if (err == nil) != could {
			t.Fatalf("routable %v, offered %v", could, err)
		}
		if err != nil {
			return err
		}
		return c.Offer(d.a.User, nil, d.now, d.now.Add(15*time.Second))
	})
}

func (d *desk) accept(t *rapid.T) {
	c := d.draw(t, contact.Offered)
	d.act(t, func() error {
		hold, err := d.a.Accept(c.ID, d.now)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range hold {
			if err := d.contact(id).Hold(d.now); err != nil {
				t.Fatal(err)
			}
		}
		d.missed = 0
		return c.Accept(d.a.User, c.OfferNumber, "i1", d.now)
	})
}

func (d *desk) reject(t *rapid.T) {
	c := d.draw(t, contact.Offered)
	d.act(t, func() error {
		d.a.Withdraw(c.ID, d.now)
		return c.Return()
	})
}

func (d *desk) miss(t *rapid.T) {
	c := d.draw(t, contact.Offered)
	d.act(t, func() error {
		d.missed++
		d.a.Miss(c.ID, limit, d.now)
		d.a.Miss(c.ID, limit, d.now) // the time-out fires again
		return c.Return()
	})
}

func (d *desk) end(t *rapid.T, s contact.State) {
	c := d.draw(t, s)
	wrapUp := rapid.SampledFrom([]time.Duration{0, 30 * time.Second}).Draw(t, "wrap-up")
	d.act(t, func() error {
		if err := c.End(contact.ByCustomer, d.now); err != nil {
			t.Fatal(err)
		}
		d.a.Finish(c.ID, wrapUp, 50*time.Second, d.now)
		d.a.Finish(c.ID, 0, 0, d.now) // both hung up: a wrap-up goes on
		return nil
	})
	wraps := s == contact.Connected && wrapUp > 0
	has := slices.ContainsFunc(d.a.Work, func(w agent.Work) bool { return w.Contact == c.ID })
	if has != wraps {
		t.Fatalf("ended while %s with a wrap-up of %v: work at hand %v", s, wrapUp, has)
	}
}

func (d *desk) expire(t *rapid.T) {
	d.act(t, func() error {
		due := slices.ContainsFunc(d.a.Work, func(w agent.Work) bool {
			return w.Phase == agent.WrapUp && !w.Deadline.After(d.now)
		})
		if got := d.a.ExpireWrapUps(d.now); got != due {
			t.Fatalf("ExpireWrapUps = %v, want %v", got, due)
		}
		if due && !d.a.LastFree.Equal(d.now) {
			t.Fatal("the end of a wrap-up is not noted")
		}
		return nil
	})
}

func (d *desk) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"arrive":        d.arrive,
		"offer":         d.offer,
		"offer 2":       d.offer,
		"accept":        d.accept,
		"reject":        d.reject,
		"miss":          d.miss,
		"end served":    func(t *rapid.T) { d.end(t, contact.Connected) },
		"end offered":   func(t *rapid.T) { d.end(t, contact.Offered) },
		"expire":        d.expire,
		"sign in":       func(t *rapid.T) { d.act(t, func() error { d.a.SignIn(d.now); return nil }) },
		"unreachable":   func(t *rapid.T) { d.act(t, func() error { d.a.Reach(false, d.now); return nil }) },
		"reachable":     func(t *rapid.T) { d.act(t, func() error { d.a.Reach(true, d.now); return nil }) },
		"extend":        func(t *rapid.T) { d.act(t, func() error { return d.a.ExtendWrapUp(d.now) }) },
		"end wrap-up":   func(t *rapid.T) { d.act(t, func() error { return d.a.EndWrapUp(d.now) }) },
		"not ready":     func(t *rapid.T) { d.act(t, func() error { return d.a.SetNotReady("lunch", d.now) }) },
		"without cause": func(t *rapid.T) { d.act(t, func() error { return d.a.SetNotReady("", d.now) }) },
		"ready": func(t *rapid.T) {
			d.act(t, func() error {
				err := d.a.SetReady(d.now)
				if err == nil {
					d.missed = 0
				}
				return err
			})
		},
		"sign out": func(t *rapid.T) {
			d.act(t, func() error {
				err := d.a.SignOut(d.now)
				if err == nil {
					d.missed = 0
				}
				return err
			})
		},
		"hold": func(t *rapid.T) {
			c := d.draw(t, contact.Connected)
			d.act(t, func() error { return d.a.Hold(c.ID) })
		},
		"retrieve": func(t *rapid.T) {
			c := d.draw(t, contact.Connected)
			d.act(t, func() error { _, err := d.a.Retrieve(c.ID); return err })
		},
		"withdraw too late": func(t *rapid.T) {
			c := d.draw(t, contact.Connected)
			d.act(t, func() error {
				d.a.Withdraw(c.ID, d.now)
				d.a.Miss(c.ID, limit, d.now)
				return nil
			})
		},
	}
}

func TestAgentUnderRandomCommands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := &desk{now: start, a: agent.Agent{User: "ada", Capacity: map[domain.Channel]int{
			domain.Voice: rapid.IntRange(0, 3).Draw(t, "voice"),
			chat:         rapid.IntRange(0, 2).Draw(t, "chat"),
		}}}
		if rapid.Bool().Draw(t, "at work") {
			d.a.Reachable = true
			d.a.SignIn(d.now)
			if err := d.a.SetReady(d.now); err != nil {
				t.Fatal(err)
			}
		}
		t.Repeat(d.actions())
	})
}

func ready(voice int) *agent.Agent {
	a := &agent.Agent{User: "ada", Reachable: true, Capacity: map[domain.Channel]int{domain.Voice: voice, chat: 1}}
	a.SignIn(start)
	_ = a.SetReady(start)
	return a
}

func serve(t *testing.T, a *agent.Agent, id domain.ContactID, ch domain.Channel) []domain.ContactID {
	t.Helper()
	if err := a.Offer(id, ch, "q1", start); err != nil {
		t.Fatal(err)
	}
	hold, err := a.Accept(id, start)
	if err != nil {
		t.Fatal(err)
	}
	return hold
}

func TestReadyDuringWrapUpBesideACall(t *testing.T) {
	a := ready(2)
	serve(t, a, "c1", domain.Voice)
	serve(t, a, "c2", domain.Voice)
	a.Finish("c1", time.Minute, time.Hour, start)
	if a.Routable(domain.Voice) {
		t.Error("routable during a wrap-up")
	}
	if err := a.SetReady(start); err != nil {
		t.Fatal(err)
	}
	if a.WrapUpAt() != nil || !a.Routable(domain.Voice) || a.State() != agent.StateOnContact {
		t.Errorf("after Ready: wrap-up %v, routable %v, %s", a.WrapUpAt(), a.Routable(domain.Voice), a.State())
	}
}

func TestNotReadyIsTakenWhenTheOfferIsRejected(t *testing.T) {
	a := ready(1)
	if err := a.Offer("c1", domain.Voice, "q1", start); err != nil {
		t.Fatal(err)
	}
	if err := a.SetNotReady("lunch", start); err != nil {
		t.Fatal(err)
	}
	if a.State() != agent.StateOffered {
		t.Errorf("while it rings: %s", a.State())
	}
	a.Withdraw("c1", start)
	if a.State() != agent.StateNotReady || a.Reason != "lunch" {
		t.Errorf("after the reject: %s, %q", a.State(), a.Reason)
	}
}

func TestAMissKeepsTheReasonTheAgentGave(t *testing.T) {
	for _, c := range []struct{ asked, want string }{{"lunch", "lunch"}, {"", agent.ReasonMissed}} {
		a := ready(1)
		if err := a.Offer("c1", domain.Voice, "q1", start); err != nil {
			t.Fatal(err)
		}
		if c.asked != "" {
			if err := a.SetNotReady(c.asked, start); err != nil {
				t.Fatal(err)
			}
		}
		a.Miss("c1", 1, start)
		if a.State() != agent.StateNotReady || a.Reason != c.want {
			t.Errorf("after the miss: %s, %q, want %q", a.State(), a.Reason, c.want)
		}
	}
}

func TestSignInAfterACrashKeepsTheWork(t *testing.T) {
	a := ready(2)
	serve(t, a, "c1", domain.Voice)
	a.Reach(false, start)
	a.SignIn(start)
	a.Reach(true, start)
	if a.State() != agent.StateOnContact || a.Presence != agent.Ready || a.Load(domain.Voice) != 1 {
		t.Errorf("%s, %s, load %d", a.State(), a.Presence, a.Load(domain.Voice))
	}
}

func TestWhoNeverSignedInIsSignedOut(t *testing.T) {
	a := &agent.Agent{Reachable: true}
	if a.State() != agent.StateSignedOut {
		t.Errorf("state %s", a.State())
	}
	if domain.KindOf(a.SetReady(start)) != domain.Conflict || domain.KindOf(a.SetNotReady("x", start)) != domain.Conflict {
		t.Error("became ready or not ready without signing in")
	}
}

func TestAChatHoldsNoCall(t *testing.T) {
	a := ready(2)
	serve(t, a, "c1", domain.Voice)
	if hold := serve(t, a, "m1", chat); hold != nil {
		t.Errorf("a chat put %v on hold", hold)
	}
	if hold := serve(t, a, "c2", domain.Voice); !slices.Equal(hold, []domain.ContactID{"c1"}) {
		t.Errorf("a second call put %v on hold, want c1", hold)
	}
}

func TestAnOfferIsNoWork(t *testing.T) {
	a := ready(1)
	if err := a.Offer("c1", domain.Voice, "q1", start); err != nil {
		t.Fatal(err)
	}
	a.Finish("c1", time.Minute, time.Hour, start.Add(time.Second))
	if !a.LastFree.IsZero() || len(a.Work) != 0 {
		t.Errorf("the end of an offer: last free %v, work %v", a.LastFree, a.Work)
	}
}

func TestExtendWrapUp(t *testing.T) {
	a := ready(1)
	serve(t, a, "c1", domain.Voice)
	a.Finish("c1", 30*time.Second, 70*time.Second, start)
	for _, want := range []time.Duration{60 * time.Second, 70 * time.Second} {
		if err := a.ExtendWrapUp(start); err != nil {
			t.Fatal(err)
		}
		if got := a.WrapUpAt().Deadline.Sub(start); got != want {
			t.Errorf("ends after %v, want %v", got, want)
		}
	}
	if domain.KindOf(a.ExtendWrapUp(start)) != domain.Conflict {
		t.Error("extended beyond the longest")
	}
	if a.ExpireWrapUps(start.Add(70*time.Second-1)) || !a.ExpireWrapUps(start.Add(70*time.Second)) {
		t.Error("the wrap-up does not end at its deadline")
	}
}

func TestARejectIsFollowedByAPause(t *testing.T) {
	a := ready(1)
	if err := a.Offer("c1", domain.Voice, "q1", start); err != nil {
		t.Fatal(err)
	}
	a.Reject("c1", start)
	if !a.Resting(start.Add(agent.RejectPause-1)) || a.Resting(start.Add(agent.RejectPause)) {
		t.Error("the pause has another length")
	}
	if a.State() != agent.StateReady || len(a.Work) != 0 || a.Misses != 0 {
		t.Errorf("after the reject: %s, work %v, misses %d", a.State(), a.Work, a.Misses)
	}
	if err := a.SetReady(start.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if a.Resting(start.Add(time.Second)) {
		t.Error("asking for contacts does not end the pause")
	}
}

func TestNextIsWhatComesAfterTheWorkAtHand(t *testing.T) {
	a := ready(1)
	serve(t, a, "c1", domain.Voice)
	if p, _ := a.Next(); p != agent.Ready {
		t.Errorf("a ready agent who talks is next %s", p)
	}
	if err := a.SetNotReady("lunch", start); err != nil {
		t.Fatal(err)
	}
	if p, reason := a.Next(); p != agent.NotReady || reason != "lunch" {
		t.Errorf("an agent who asked for lunch is next %s %q", p, reason)
	}
	a.Finish("c1", 0, 0, start)
	if p, reason := a.Next(); p != agent.NotReady || reason != "lunch" {
		t.Errorf("an agent at lunch is next %s %q", p, reason)
	}
}

func TestSignInIsNeverReady(t *testing.T) {
	a := ready(1)
	a.SignIn(start)
	if a.State() != agent.StateNotReady || a.Reason != agent.ReasonSignedIn {
		t.Errorf("after a new sign-in: %s, %s", a.State(), a.Reason)
	}
	a = ready(1)
	serve(t, a, "c1", domain.Voice)
	a.SignIn(start)
	a.Finish("c1", 0, 0, start)
	if a.State() != agent.StateNotReady {
		t.Errorf("after the call that was at hand: %s", a.State())
	}
}

func TestAwayIsOnlyWhoHasNothingAtHand(t *testing.T) {
	a := ready(1)
	if _, ok := a.AwaySince(); ok {
		t.Error("an agent in reach is away")
	}
	a.Reach(false, start.Add(time.Minute))
	if since, ok := a.AwaySince(); !ok || !since.Equal(start.Add(time.Minute)) {
		t.Errorf("away %v since %v", ok, since)
	}
	a = ready(1)
	serve(t, a, "c1", domain.Voice)
	a.Reach(false, start)
	if _, ok := a.AwaySince(); ok {
		t.Error("an agent who serves a contact is away")
	}
	a.Finish("c1", time.Minute, time.Hour, start)
	if _, ok := a.AwaySince(); !ok {
		t.Error("an agent who only wraps up is not away")
	}
}
