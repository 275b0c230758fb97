// Package call is the vocabulary between the services and the voice side: what
// arrives, what a service wants done with a call, and what it is told.
//
// The voice side knows SIP, SDP, RTP and WebRTC; a service knows none of them.
// A call has the id of its contact.
package call

import (
	"context"
	"time"

	"parley/server/domain"
)

// Arrival is a call at the door: it came from an allowed peer and is valid.
type Arrival struct {
	ID         domain.ContactID
	ANI        string
	DNIS       string
	CallerName string
	At         time.Time
}

// Refusal is why a call is not let in.
type Refusal int

// The refusals, with the SIP status each is answered with.
const (
	// UnknownNumber: no queue has the dialled number (404).
	UnknownNumber Refusal = 404
	// Busy: no place for the call (486).
	Busy Refusal = 486
	// TemporarilyUnavailable: the centre cannot store the call (480).
	TemporarilyUnavailable Refusal = 480
	// Stopping: the centre takes no new calls (503).
	Stopping Refusal = 503
	// Declined: nobody wants the call (603).
	Declined Refusal = 603
)

// Treatment is what a caller hears until an agent answers: the greeting once,
// then the music over and over. Both are names of prompts; empty means none.
type Treatment struct {
	Greeting string
	Music    string
}

// Voice is the voice side. Methods do not wait for the network, except
// OpenAgent, and may be called again without harm. All but Close return a
// NotFound error for a call that this node does not have.
type Voice interface {
	// Answer answers the caller and starts the treatment. Greeted is reported
	// when the greeting is over, at once when there is none.
	Answer(id domain.ContactID, t Treatment) error
	// OpenAgent negotiates the agent's media by an SDP offer and returns the
	// answer, complete with candidates. It replaces earlier media of the call,
	// and picks the codec the caller's side speaks.
	OpenAgent(ctx context.Context, id domain.ContactID, offer string) (answer string, err error)
	// Connect lets caller and agent hear each other; audio flows as soon as the
	// agent's media is up.
	Connect(id domain.ContactID) error
	// Hold gives the caller the music again and the agent silence.
	Hold(id domain.ContactID) error
	// CloseAgent drops the agent's media: the offer went elsewhere.
	CloseAgent(id domain.ContactID) error
	// SendDigits sends telephone events (RFC 4733) to the caller's side.
	SendDigits(id domain.ContactID, digits string) error
	// HangUp ends the call: BYE, or a final status if it was not answered.
	HangUp(id domain.ContactID) error
	// Calls counts the calls this node has.
	Calls() int
	// Close refuses new calls with Stopping, lets running calls finish until
	// ctx ends, hangs up the rest and returns when all is released.
	Close(ctx context.Context) error
}

// Handler is told what happens to calls. Each call's reports come one after
// another, in order; reports of different calls come at the same time.
type Handler interface {
	// Arrived decides about a new call: refused with a status if refusal is not
	// 0, otherwise the caller hears ringing until Answer.
	Arrived(ctx context.Context, a Arrival) (refusal Refusal)
	// Greeted: the greeting is over.
	Greeted(id domain.ContactID)
	// CallerLeft: BYE, CANCEL, session timer or media time-out.
	CallerLeft(id domain.ContactID)
	// CallerHeld: the caller's side has put us on hold, or retrieved us.
	CallerHeld(id domain.ContactID, held bool)
	// Digit: the caller pressed a key.
	Digit(id domain.ContactID, digit string)
	// AgentLost: the agent's media has failed; the call goes on.
	AgentLost(id domain.ContactID)
}
