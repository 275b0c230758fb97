// Package agent holds what an agent is doing: presence (signed out, not ready,
// ready) and the work at hand (offers, contacts, wrap-ups). The two together
// give the state that others see. The server owns it; desktops only ask.
package agent

import (
	"slices"
	"time"

	"parley/server/domain"
)

// Presence is what an agent has asked to be.
type Presence string

// The presences.
const (
	SignedOut Presence = "signed_out"
	NotReady  Presence = "not_ready"
	Ready     Presence = "ready"
)

// Reasons for being not ready that the centre itself gives.
const (
	// ReasonSignedIn: has signed in and not asked for contacts yet.
	ReasonSignedIn = "signed_in"
	// ReasonMissed: did not answer an offer (RONA).
	ReasonMissed = "missed"
)

// Phase is how far one piece of work is.
type Phase string

// The phases of a piece of work.
const (
	Offered Phase = "offered"
	Serving Phase = "serving"
	WrapUp  Phase = "wrap_up"
)

// Work is one contact an agent is busy with. Each takes one place of the
// channel's capacity from the offer until the wrap-up is over.
type Work struct {
	Contact domain.ContactID `json:"contact"`
	Channel domain.Channel   `json:"channel"`
	Queue   domain.QueueID   `json:"queue"`
	Phase   Phase            `json:"phase"`
	Held    bool             `json:"held,omitempty"`
	Since   time.Time        `json:"since"`
	// Deadline ends a wrap-up; Limit is the step by which it is extended and
	// Until the latest time it can be extended to.
	Deadline time.Time     `json:"deadline,omitzero"`
	Limit    time.Duration `json:"limit,omitempty"`
	Until    time.Time     `json:"until,omitzero"`
}

// State is what an agent is doing, as others see it.
type State string

// The states.
const (
	StateSignedOut    State = "signed_out"
	StateNotReady     State = "not_ready"
	StateReady        State = "ready"
	StateOffered      State = "offered"
	StateOnContact    State = "on_contact"
	StateWrapUp       State = "wrap_up"
	StateReconnecting State = "reconnecting"
)

// Agent is a user who takes contacts.
type Agent struct {
	User        domain.UserID `json:"user"`
	Version     uint64        `json:"version"`
	DisplayName string        `json:"display_name"`
	Presence    Presence      `json:"presence"`
	Reason      string        `json:"reason,omitempty"`
	// NextPresence is taken when the work at hand is over; empty: no change.
	NextPresence Presence `json:"next_presence,omitempty"`
	NextReason   string   `json:"next_reason,omitempty"`
	// Reachable is false while the desktop's stream is down; Node is the server
	// that has, or last had, the stream.
	Reachable bool          `json:"reachable"`
	Node      domain.NodeID `json:"node,omitempty"`
	// Since is when State last changed.
	Since time.Time `json:"since"`
	// LastWork is when work was last accepted, LastFree when it last ended.
	LastWork time.Time `json:"last_work,omitzero"`
	LastFree time.Time `json:"last_free,omitzero"`
	Misses   int       `json:"misses,omitempty"`
	// RestUntil is the end of the pause after a reject.
	RestUntil time.Time              `json:"rest_until,omitzero"`
	Capacity  map[domain.Channel]int `json:"capacity"`
	Queues    []domain.QueueID       `json:"queues"`
	Skills    map[domain.Skill]int   `json:"skills,omitempty"`
	Work      []Work                 `json:"work,omitempty"`
}

// State derives what others see: a contact at hand comes before an offer, and
// an offer before a wrap-up.
func (a *Agent) State() State {
	best := State("")
	for _, w := range a.Work {
		switch w.Phase {
		case Offered:
			if best != StateOnContact {
				best = StateOffered
			}
		case Serving:
			best = StateOnContact
		case WrapUp:
			if best == "" {
				best = StateWrapUp
			}
		}
	}
	switch {
	case !a.present():
		return StateSignedOut
	case !a.Reachable:
		return StateReconnecting
	case best != "":
		return best
	case a.Presence == Ready:
		return StateReady
	default:
		return StateNotReady
	}
}

// present says whether the agent is signed in.
func (a *Agent) present() bool { return a.Presence == Ready || a.Presence == NotReady }

// Next is what the agent will be once the work at hand is over, with the reason
// if that is not ready.
func (a *Agent) Next() (Presence, string) {
	if a.NextPresence != "" {
		return a.NextPresence, a.NextReason
	}
	return a.Presence, a.Reason
}

// Load counts the work on a channel.
func (a *Agent) Load(ch domain.Channel) int {
	n := 0
	for _, w := range a.Work {
		if w.Channel == ch {
			n++
		}
	}
	return n
}

// Routable says whether the agent may be offered a contact of a channel now.
// One offer at a time, whatever the capacity.
func (a *Agent) Routable(ch domain.Channel) bool {
	if a.Presence != Ready || a.NextPresence == NotReady || !a.Reachable {
		return false
	}
	for _, w := range a.Work {
		if w.Phase == Offered || w.Phase == WrapUp {
			return false
		}
	}
	return a.Load(ch) < a.Capacity[ch]
}

// change runs f and moves Since when the visible state changed by it: the state,
// or the reason while it is seen.
func (a *Agent) change(now time.Time, f func()) {
	before, reason := a.State(), a.Reason
	f()
	after := a.State()
	if after != before || after == StateNotReady && a.Reason != reason {
		a.Since = now
	}
}

func (a *Agent) find(id domain.ContactID) *Work {
	for i := range a.Work {
		if a.Work[i].Contact == id {
			return &a.Work[i]
		}
	}
	return nil
}

// SignIn makes the agent present, and not ready: nobody is offered a contact
// before he has asked for one, also when an earlier desktop was lost while
// ready. Work that a crash or a lost desktop left is kept.
func (a *Agent) SignIn(now time.Time) {
	a.change(now, func() {
		if a.present() && len(a.Work) > 0 {
			a.NextPresence, a.NextReason = NotReady, ReasonSignedIn
			return
		}
		a.Presence, a.Reason, a.NextPresence, a.NextReason = NotReady, ReasonSignedIn, "", ""
	})
}

// AwayLimit is how long an agent out of reach, without a contact, stays signed in.
const AwayLimit = 3 * time.Minute

// AwaySince says since when the agent is out of reach with nothing at hand that
// would have to wait for him; ok is false if that is not so.
func (a *Agent) AwaySince() (since time.Time, ok bool) {
	if a.State() != StateReconnecting {
		return time.Time{}, false
	}
	for _, w := range a.Work {
		if w.Phase != WrapUp {
			return time.Time{}, false
		}
	}
	return a.Since, true
}

// SignOut is refused while the agent has a contact.
func (a *Agent) SignOut(now time.Time) error {
	for _, w := range a.Work {
		if w.Phase != WrapUp {
			return domain.Errorf(domain.Conflict, "cannot sign out: a contact is at hand")
		}
	}
	a.change(now, func() {
		a.dropWrapUps(now)
		a.Presence, a.Reason, a.NextPresence, a.NextReason = SignedOut, "", "", ""
		a.Misses = 0
	})
	return nil
}

// Reach notes whether the desktop's stream is up.
func (a *Agent) Reach(up bool, now time.Time) {
	a.change(now, func() { a.Reachable = up })
}

// SetReady asks for contacts. It ends a wrap-up; while a contact is at hand it
// takes effect afterwards.
func (a *Agent) SetReady(now time.Time) error {
	if !a.present() {
		return domain.Errorf(domain.Conflict, "cannot become ready: not signed in")
	}
	a.change(now, func() {
		a.dropWrapUps(now)
		a.Misses, a.RestUntil = 0, time.Time{}
		if a.Presence == Ready || len(a.Work) == 0 {
			a.Presence, a.Reason, a.NextPresence, a.NextReason = Ready, "", "", ""
			return
		}
		a.NextPresence, a.NextReason = Ready, ""
	})
	return nil
}

// SetNotReady stops new offers; while a contact is at hand the visible change
// comes afterwards.
func (a *Agent) SetNotReady(reason string, now time.Time) error {
	if !a.present() {
		return domain.Errorf(domain.Conflict, "cannot become not ready: not signed in")
	}
	if reason == "" {
		return &domain.Error{Kind: domain.Invalid, Text: "a reason is needed to become not ready", Subject: "reason_id"}
	}
	a.change(now, func() {
		if len(a.Work) == 0 || a.Presence == NotReady {
			a.Presence, a.Reason, a.NextPresence, a.NextReason = NotReady, reason, "", ""
			return
		}
		a.NextPresence, a.NextReason = NotReady, reason
	})
	return nil
}

// Offer takes an offer in.
func (a *Agent) Offer(id domain.ContactID, ch domain.Channel, q domain.QueueID, now time.Time) error {
	if !a.Routable(ch) {
		return domain.Errorf(domain.Conflict, "agent %s cannot be offered a contact now", a.User)
	}
	a.change(now, func() {
		a.Work = append(a.Work, Work{Contact: id, Channel: ch, Queue: q, Phase: Offered, Since: now})
	})
	return nil
}

// Accept turns the offer into work at hand and returns the contacts that are
// to be put on hold for it.
func (a *Agent) Accept(id domain.ContactID, now time.Time) ([]domain.ContactID, error) {
	w := a.find(id)
	if w == nil || w.Phase != Offered {
		return nil, domain.Errorf(domain.Conflict, "this offer is over")
	}
	var hold []domain.ContactID
	a.change(now, func() {
		hold = a.holdOthers(w)
		w.Phase, w.Since = Serving, now
		a.LastWork, a.Misses = now, 0
	})
	return hold, nil
}

// Retrieve marks the contact as talked to and returns those to hold for it.
func (a *Agent) Retrieve(id domain.ContactID) ([]domain.ContactID, error) {
	w := a.find(id)
	if w == nil || w.Phase != Serving {
		return nil, domain.Errorf(domain.Conflict, "agent %s does not serve this contact", a.User)
	}
	w.Held = false
	return a.holdOthers(w), nil
}

// Hold marks the contact as held.
func (a *Agent) Hold(id domain.ContactID) error {
	w := a.find(id)
	if w == nil || w.Phase != Serving {
		return domain.Errorf(domain.Conflict, "agent %s does not serve this contact", a.User)
	}
	w.Held = true
	return nil
}

// holdOthers holds the other calls if w is a call: one is talked to at a time.
func (a *Agent) holdOthers(w *Work) []domain.ContactID {
	if w.Channel != domain.Voice {
		return nil
	}
	var hold []domain.ContactID
	for i := range a.Work {
		o := &a.Work[i]
		if o.Contact != w.Contact && o.Phase == Serving && o.Channel == domain.Voice && !o.Held {
			o.Held = true
			hold = append(hold, o.Contact)
		}
	}
	return hold
}

// Withdraw takes an offer back without blame: the customer left, or the agent
// rejected it. It changes nothing if the offer does not stand.
func (a *Agent) Withdraw(id domain.ContactID, now time.Time) {
	if w := a.find(id); w == nil || w.Phase != Offered {
		return
	}
	a.change(now, func() {
		a.remove(id)
		a.settle()
	})
}

// RejectPause is how long an agent who rejected an offer gets no other one, so
// that a contact nobody else can take does not ring at him without a break.
const RejectPause = 5 * time.Second

// Reject takes an offer back that the agent does not want.
func (a *Agent) Reject(id domain.ContactID, now time.Time) {
	a.Withdraw(id, now)
	a.RestUntil = now.Add(RejectPause)
}

// Resting says whether the pause after a reject is not over.
func (a *Agent) Resting(now time.Time) bool { return a.RestUntil.After(now) }

// Miss takes an unanswered offer back. After limit misses in a row the agent
// becomes not ready, so that callers do not ring at an empty chair. It changes
// nothing if the offer does not stand.
func (a *Agent) Miss(id domain.ContactID, limit int, now time.Time) {
	if w := a.find(id); w == nil || w.Phase != Offered {
		return
	}
	a.change(now, func() {
		a.remove(id)
		a.Misses++
		if a.Misses >= limit && a.NextPresence != NotReady {
			a.NextPresence, a.NextReason = NotReady, ReasonMissed
		}
		a.settle()
	})
}

// Finish ends the service of a contact; a wrap-up follows if limit is not 0. An
// offer of it is withdrawn, a wrap-up of it goes on.
func (a *Agent) Finish(id domain.ContactID, limit, longest time.Duration, now time.Time) {
	w := a.find(id)
	if w == nil || w.Phase == WrapUp {
		return
	}
	if w.Phase == Offered {
		a.Withdraw(id, now)
		return
	}
	a.change(now, func() {
		if limit == 0 {
			a.remove(id)
			a.LastFree = now
			a.settle()
			return
		}
		w.Phase, w.Since, w.Held = WrapUp, now, false
		w.Limit, w.Deadline, w.Until = limit, now.Add(limit), now.Add(longest)
	})
}

func (a *Agent) remove(id domain.ContactID) {
	a.Work = slices.DeleteFunc(a.Work, func(w Work) bool { return w.Contact == id })
}

// settle takes the presence that was asked for while work was at hand.
func (a *Agent) settle() {
	if len(a.Work) > 0 || a.NextPresence == "" {
		return
	}
	a.Presence, a.Reason = a.NextPresence, a.NextReason
	a.NextPresence, a.NextReason = "", ""
}
