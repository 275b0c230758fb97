// Package contact holds the life of a contact: one communication on one
// channel, which is what queues, routes, rings and has a service level.
//
//	arrived -> queued -> offered -> connected -> ended
//	              ^---------'           |
//	              ^---------------------' the agent was lost
//
// Every method checks the state it may be called in and returns a Conflict
// otherwise, so that two commands that race cannot both act.
package contact

import (
	"slices"
	"time"

	"parley/server/domain"
)

// State is where a contact is on its way through the centre.
type State string

// The states of a contact.
const (
	// Arrived hears the greeting and does not wait yet.
	Arrived State = "arrived"
	// Queued waits for an agent.
	Queued State = "queued"
	// Offered rings at one agent.
	Offered State = "offered"
	// Connected is served by an agent.
	Connected State = "connected"
	// Ended is over.
	Ended State = "ended"
)

// EndReason says how a contact ended.
type EndReason string

// The reasons.
const (
	// ByCustomer: served, then hung up by the customer.
	ByCustomer EndReason = "customer"
	// ByAgent: served, then hung up by the agent.
	ByAgent EndReason = "agent"
	// Abandoned: the customer left before an agent answered.
	Abandoned EndReason = "abandoned"
	// Interrupted: cut by a fault of the centre.
	Interrupted EndReason = "interrupted"
	// Released: let go by the centre, which is stopping or has no place.
	Released EndReason = "released"
)

// Match is an account that has the caller's number.
type Match struct {
	Account domain.AccountID `json:"account"`
	Name    string           `json:"name"`
	Detail  string           `json:"detail"`
}

// Why explains an assignment.
type Why struct {
	Strategy string `json:"strategy"`
	Capacity int    `json:"capacity"`
	OpenWork int    `json:"open_work"`
	// SinceLastWork is the time since the agent last received work; 0 if never.
	SinceLastWork time.Duration `json:"since_last_work"`
	// Candidates counts the agents who could have taken the contact.
	Candidates int           `json:"candidates"`
	Waited     time.Duration `json:"waited"`
	// Priority is the contact's, with ageing.
	Priority int `json:"priority"`
	// Waiting counts the contacts that waited for the same skills.
	Waiting int            `json:"waiting"`
	Skills  map[string]int `json:"skills,omitempty"`
}

// Contact is one communication.
type Contact struct {
	ID         domain.ContactID     `json:"id"`
	Version    uint64               `json:"version"`
	Channel    domain.Channel       `json:"channel"`
	State      State                `json:"state"`
	EndReason  EndReason            `json:"end_reason,omitempty"`
	Queue      domain.QueueID       `json:"queue"`
	QueueName  string               `json:"queue_name"`
	ANI        string               `json:"ani"`
	ANIE164    string               `json:"ani_e164,omitempty"`
	DNIS       string               `json:"dnis"`
	CallerName string               `json:"caller_name,omitempty"`
	Language   string               `json:"language"`
	Priority   int                  `json:"priority"`
	Skills     map[domain.Skill]int `json:"skills,omitempty"`
	Node       domain.NodeID        `json:"node"`

	Agent       domain.UserID        `json:"agent,omitempty"`
	Interaction domain.InteractionID `json:"interaction,omitempty"`
	// OfferNumber counts the offers, so that an answer to an old one is refused.
	OfferNumber   uint64    `json:"offer_number"`
	OfferDeadline time.Time `json:"offer_deadline,omitzero"`
	// PassedOver lists agents who rejected or missed this contact; they are
	// asked again only when nobody else can take it. Each is there once, the
	// latest last.
	PassedOver []domain.UserID `json:"passed_over,omitempty"`
	Why        *Why            `json:"why,omitempty"`

	ArrivedAt  time.Time `json:"arrived_at"`
	QueuedAt   time.Time `json:"queued_at,omitzero"`
	OfferedAt  time.Time `json:"offered_at,omitzero"`
	AnsweredAt time.Time `json:"answered_at,omitzero"`
	EndedAt    time.Time `json:"ended_at,omitzero"`

	Held           bool      `json:"held,omitempty"`
	HeldAt         time.Time `json:"held_at,omitzero"`
	HeldByCustomer bool      `json:"held_by_customer,omitempty"`

	Matches    []Match `json:"matches,omitempty"`
	MatchCount int     `json:"match_count,omitempty"`
	// Digits the customer pressed.
	Digits string `json:"digits,omitempty"`
}

func (c *Contact) expect(what string, states ...State) error {
	for _, s := range states {
		if c.State == s {
			return nil
		}
	}
	return domain.Errorf(domain.Conflict, "cannot %s: the contact is %s", what, c.State)
}

// Enqueue starts the wait.
func (c *Contact) Enqueue(now time.Time) error {
	if err := c.expect("queue", Arrived); err != nil {
		return err
	}
	c.State, c.QueuedAt = Queued, now
	return nil
}

// Offer rings at an agent until the deadline.
func (c *Contact) Offer(agent domain.UserID, why *Why, now, deadline time.Time) error {
	if err := c.expect("offer", Queued); err != nil {
		return err
	}
	c.State, c.Agent, c.Why = Offered, agent, why
	c.OfferedAt, c.OfferDeadline = now, deadline
	c.OfferNumber++
	return nil
}

// CheckOffer tells whether an agent's answer is to the offer that stands.
func (c *Contact) CheckOffer(agent domain.UserID, number uint64) error {
	if c.State != Offered || c.Agent != agent || c.OfferNumber != number {
		return domain.Errorf(domain.Conflict, "this offer is over")
	}
	return nil
}

// Accept connects the contact with the agent it is offered to.
func (c *Contact) Accept(agent domain.UserID, number uint64, in domain.InteractionID, now time.Time) error {
	if err := c.CheckOffer(agent, number); err != nil {
		return err
	}
	c.State, c.AnsweredAt, c.Interaction = Connected, now, in
	c.OfferDeadline = time.Time{}
	return nil
}

// Return gives an offered contact back to its place in the queue.
func (c *Contact) Return() error {
	if err := c.expect("return", Offered); err != nil {
		return err
	}
	c.goBack()
	return nil
}

// Requeue gives a served contact back to its place in the queue, because its
// agent can no longer talk to the customer.
func (c *Contact) Requeue() error {
	if err := c.expect("queue again", Connected); err != nil {
		return err
	}
	c.goBack()
	c.Interaction, c.AnsweredAt = "", time.Time{}
	c.Held, c.HeldAt = false, time.Time{}
	return nil
}

func (c *Contact) goBack() {
	others := slices.DeleteFunc(slices.Clone(c.PassedOver), func(u domain.UserID) bool { return u == c.Agent })
	c.PassedOver = append(others, c.Agent)
	c.State, c.Agent, c.Why = Queued, "", nil
	c.OfferedAt, c.OfferDeadline = time.Time{}, time.Time{}
}

// Hold gives the customer music; Hold of a held contact changes nothing.
func (c *Contact) Hold(now time.Time) error {
	if err := c.expect("hold", Connected); err != nil {
		return err
	}
	if !c.Held {
		c.Held, c.HeldAt = true, now
	}
	return nil
}

// Retrieve takes the customer back.
func (c *Contact) Retrieve() error {
	if err := c.expect("retrieve", Connected); err != nil {
		return err
	}
	c.Held, c.HeldAt = false, time.Time{}
	return nil
}

// End ends the contact. The caller passes ByCustomer for every hang-up of the
// customer; one who was not yet served has abandoned.
func (c *Contact) End(reason EndReason, now time.Time) error {
	if c.State == Ended {
		return domain.Errorf(domain.Conflict, "the contact has ended")
	}
	if reason == ByCustomer && c.State != Connected {
		reason = Abandoned
	}
	c.State, c.EndReason, c.EndedAt = Ended, reason, now
	c.Held, c.HeldAt, c.HeldByCustomer = false, time.Time{}, false
	c.OfferDeadline = time.Time{}
	return nil
}

// Waiting says whether the contact stands in a queue, ringing or not.
func (c *Contact) Waiting() bool { return c.State == Queued || c.State == Offered }
