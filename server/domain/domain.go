// Package domain is the vocabulary of the interaction centre: typed ids, the
// actor of a command, kinds of errors and the event envelope.
//
// The packages below it hold the rules. They are pure: a rule takes state, a
// command and the time, and returns new state or an error. No context, clock,
// random source, log, goroutine, SQL or protobuf is known there, so that a
// wait is data that survives a restart and every rule can be tested without
// sleeping.
package domain

import "time"

// Ids are opaque texts; only their maker knows what is in them.
type (
	// UserID is the name a user signs in with.
	UserID string
	// AccountID names a customer.
	AccountID string
	// ContactID names one communication on one channel.
	ContactID string
	// InteractionID names an agent's piece of business with one account.
	InteractionID string
	// QueueID names a queue.
	QueueID string
	// NodeID names one running server; a restarted server is a new node.
	NodeID string
	// CommandID is made by the client, so that a repeated command acts once.
	CommandID string
	// Skill is something an agent can do, at a level.
	Skill string
)

// Channel is the medium of a contact.
type Channel string

// Voice is a telephone call.
const Voice Channel = "voice"

// Role is what a user may do.
type Role string

// The roles, each containing the ones before it.
const (
	RoleAgent         Role = "agent"
	RoleSupervisor    Role = "supervisor"
	RoleAdministrator Role = "administrator"
)

// Actor is who caused a change: a user, or the centre itself when User is empty.
type Actor struct {
	User UserID
}

// Centre is the actor of changes that nobody commanded, such as a time-out.
var Centre = Actor{}

// Epoch numbers the holders of a lease. A write that names an older epoch than
// the stored one is refused.
type Epoch uint64

// EntityKind says what an event is about.
type EntityKind string

// The kinds of entities that are watched.
const (
	KindContact     EntityKind = "contact"
	KindAgent       EntityKind = "agent"
	KindInteraction EntityKind = "interaction"
	KindQueue       EntityKind = "queue"
	KindUser        EntityKind = "user"
	KindSession     EntityKind = "session"
)

// Event says that one entity has changed. It carries the whole state after the
// change, so that a reader who missed an event loses nothing by the next one,
// and the entity's version, so that a late or doubled event is recognised.
type Event struct {
	// Sequence numbers the events of the store; the store fills it in.
	Sequence uint64     `json:"sequence"`
	Kind     EntityKind `json:"kind"`
	ID       string     `json:"id"`
	Version  uint64     `json:"version"`
	// Name is what happened, as "contact.queued".
	Name  string    `json:"name"`
	At    time.Time `json:"at"`
	Actor UserID    `json:"actor,omitempty"`
	// State is the entity after the change, as JSON.
	State []byte `json:"state"`
}
