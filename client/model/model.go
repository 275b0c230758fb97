// Package model holds the values that the desktop's parts talk about. They have
// no behaviour beyond small questions about themselves; whoever makes one hands
// it over and never changes it again.
//
// The words are those of the wire and of the server's domain.
package model

import "time"

// Link is how the desktop stands with the server.
type Link int

// The links.
const (
	// LinkConnecting: the first attempt is under way.
	LinkConnecting Link = iota
	// LinkOnline: the watch stream is up.
	LinkOnline
	// LinkOffline: the server cannot be reached; attempts go on.
	LinkOffline
	// LinkSignedOut: there is no session; see World.Ended.
	LinkSignedOut
)

// Ended says why a session is over.
type Ended int

// The causes.
const (
	NotEnded Ended = iota
	EndedTakenOver
	EndedSignedOut
	EndedDisabled
	EndedExpired
)

// World is everything the desktop knows at one moment.
type World struct {
	Link Link
	// LinkSince is when Link last changed.
	LinkSince time.Time
	Ended     Ended
	// ClockOffset added to the local clock gives the server's.
	ClockOffset time.Duration
	Profile     Profile
	// Me is the signed-in agent.
	Me     Agent
	Queues []Queue
	// Contacts are mine; a supervisor's are all. Oldest first.
	Contacts []Contact
	// Interactions are my open ones, oldest first.
	Interactions []Interaction
	// Agents are all agents; only supervisors have them.
	Agents []Agent
	// Unsent counts journal entries that the server has not confirmed.
	Unsent int
}

// Role is what a user may do.
type Role int

// The roles.
const (
	RoleAgent Role = iota + 1
	RoleSupervisor
	RoleAdministrator
)

// Profile is what the desktop needs to know of its user.
type Profile struct {
	User        string
	DisplayName string
	Language    string
	Roles       []Role
	Reasons     []NotReadyReason
	CentreName  string
	// Country is the ISO 3166 code that numbers without one belong to.
	Country string
}

// NotReadyReason is one coded reason for being unavailable, with its text in
// the profile's language.
type NotReadyReason struct {
	ID   string
	Text string
}

// AgentState is what an agent is doing.
type AgentState int

// The states of an agent.
const (
	AgentSignedOut AgentState = iota + 1
	AgentNotReady
	AgentReady
	AgentOffered
	AgentOnContact
	AgentWrapUp
	AgentReconnecting
)

// Channel is the medium of a contact.
type Channel int

// ChannelVoice is a telephone call.
const ChannelVoice Channel = 1

// ChannelLoad is how much of a channel an agent can take and has.
type ChannelLoad struct {
	Channel            Channel
	Capacity, OpenWork int
}

// Agent is a user who takes contacts.
type Agent struct {
	User        string
	DisplayName string
	State       AgentState
	// Reason is the id of a not-ready reason, or "signed_in" or "missed".
	Reason           string
	Since            time.Time
	ReadyNext        bool
	ReasonNext       string
	Loads            []ChannelLoad
	WrapUpDeadline   time.Time
	WrapUpExtendable bool
	WrapUpContact    string
}

// Queue is where contacts wait, with its figures.
type Queue struct {
	ID           string
	Name         string
	DNIS         []string
	Waiting      int
	LongestSince time.Time
	SignedIn     int
	Ready        int
}

// ContactState is where a contact is on its way.
type ContactState int

// The states of a contact.
const (
	ContactArrived ContactState = iota + 1
	ContactQueued
	ContactOffered
	ContactConnected
	ContactEnded
)

// EndReason says how a contact ended.
type EndReason int

// The reasons.
const (
	EndByCustomer EndReason = iota + 1
	EndByAgent
	EndAbandoned
	EndInterrupted
	EndReleased
)

// Strategy is how a queue chooses among agents.
type Strategy int

// The strategies.
const (
	MostAvailable Strategy = iota + 1
	LeastBusy
	LongestIdle
	RoundRobin
)

// Why explains an assignment.
type Why struct {
	Strategy           Strategy
	Capacity, OpenWork int
	// SinceLastWork is negative when the agent never received work.
	SinceLastWork time.Duration
	Candidates    int
	Waited        time.Duration
	Priority      int
	Waiting       int
	Skills        []string
}

// AccountSummary is what a screen pop shows of an account.
type AccountSummary struct {
	ID     string
	Name   string
	Detail string
}

// Contact is one communication on one channel.
type Contact struct {
	ID             string
	Channel        Channel
	State          ContactState
	EndReason      EndReason
	QueueID        string
	QueueName      string
	ANI            string
	ANIE164        string
	DNIS           string
	CallerName     string
	Language       string
	Agent          string
	Interaction    string
	ArrivedAt      time.Time
	QueuedAt       time.Time
	OfferedAt      time.Time
	OfferDeadline  time.Time
	AnsweredAt     time.Time
	EndedAt        time.Time
	Held           bool
	HeldAt         time.Time
	HeldByCustomer bool
	Why            *Why
	Matches        []AccountSummary
	MatchCount     int
	OfferNumber    uint64
	// Node is the server that has the call's sockets.
	Node string
}

// Interaction is an agent's piece of business with one account.
type Interaction struct {
	ID    string
	Open  bool
	Agent string
	// Account is nil before one is confirmed.
	Account      *AccountSummary
	Contacts     []string
	Note         string
	NoteRevision uint64
	StartedAt    time.Time
	EndedAt      time.Time
}

// PhoneNumber is a number as typed beside its E.164 form.
type PhoneNumber struct {
	Typed string
	E164  string
}

// Account is a customer: a person, or a company.
type Account struct {
	ID         string
	Company    bool
	Name       string
	Employer   string
	Numbers    []PhoneNumber
	Email      string
	Street     string
	PostalCode string
	City       string
	Country    string
	Language   string
}

// HistoryQuery selects lines of the interaction history.
type HistoryQuery struct {
	AccountID string
	Text      string
	// States: both false means all.
	OnlyOpen, OnlyEnded bool
	From, To            time.Time
	OnlyMine            bool
	Page                string
}

// HistoryPage is one page of the history; Next is empty at the end.
type HistoryPage struct {
	Entries []HistoryEntry
	Next    string
}

// HistoryEntry is one line of the interaction history.
type HistoryEntry struct {
	ID        string
	Account   *AccountSummary
	Agent     string
	Open      bool
	StartedAt time.Time
	EndedAt   time.Time
	Note      string
	Contacts  []HistoryContact
}

// HistoryContact is one contact of an interaction in the history.
type HistoryContact struct {
	ID         string
	Channel    Channel
	ANI        string
	QueueName  string
	EndReason  EndReason
	ArrivedAt  time.Time
	AnsweredAt time.Time
	EndedAt    time.Time
}

// ErrorKind is what kind of error a command ended with.
type ErrorKind int

// The kinds, in the order of the wire.
const (
	KindInvalid ErrorKind = iota + 1
	KindNotFound
	KindConflict
	KindDenied
	KindUnauthenticated
	KindUnavailable
	KindStorageFull
	KindSignedInElsewhere
	KindTooMany
	KindInternal
)

// Error is a failed command.
type Error struct {
	Kind ErrorKind
	// Text is the server's English text, for the log and for details.
	Text    string
	Subject string
}

func (e *Error) Error() string { return e.Text }

// AudioDevice is a sound device.
type AudioDevice struct {
	ID      string
	Name    string
	Capture bool
	Default bool
}

// MediaState is how the audio of a call stands.
type MediaState int

// The media states.
const (
	MediaNone MediaState = iota
	MediaConnecting
	MediaConnected
	MediaFailed
)

// PhoneState is what the softphone tells the screens.
type PhoneState struct {
	Media    map[string]MediaState
	Muted    bool
	Problem  DeviceProblem
	Devices  []AudioDevice
	Capture  string
	Playback string
	Ringer   string
}

// DeviceProblem says what is wrong with the sound devices.
type DeviceProblem int

// The problems.
const (
	DeviceFine DeviceProblem = iota
	// DeviceNone: this machine has no sound device; calls are silent.
	DeviceNone
	// DeviceVanished: the chosen device is gone; the default one is used.
	DeviceVanished
)
