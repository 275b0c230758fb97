// Package vm is what all view models share: the screen loop, commands as data,
// and the ports through which view models ask for things.
//
// A screen publishes one immutable state that holds everything visible: texts
// formatted, tone, order, which commands are enabled. Intents are methods that
// return nothing; their result arrives as state. One goroutine runs a screen:
// it takes one input after another, and only the latest state reaches a shell
// that is slower.
//
// An app makes a signin.Screen, and after signing in one desktop.Desktop, which
// owns all other screens; it feeds OnWorld and OnPhone and implements the ports.
// A shell subscribes to the states, dispatches them to its UI thread, and calls
// the intents. Every text in a state is in the user's language already, and every
// time is formatted.
package vm

import (
	"context"
	"time"

	"parley/client/model"
)

// Tone is how a text is to be taken; a shell gives it colour and an icon, never
// colour alone.
type Tone int

// The tones.
const (
	ToneNeutral Tone = iota
	TonePositive
	ToneAttention
	ToneCritical
	ToneMuted
)

// CommandID names a command for shortcuts, tests and menus.
type CommandID string

// Command is one thing a user can do on a screen.
type Command struct {
	ID CommandID
	// Title is the text of the button, Hint says why it is disabled or what it does.
	Title string
	Hint  string
	Icon  string
	// Shortcut as "Ctrl+Shift+A"; empty means none.
	Shortcut string
	Enabled  bool
	// Checked is for commands that are on or off.
	Checked bool
	Tone    Tone
}

// Centre is what view models ask of the server. Calls wait; view models make
// them outside their loop. Errors are *model.Error. Commands carry an id made
// by the caller and act once however often they are repeated.
type Centre interface {
	Presence
	Work
	Interactions
	Accounts
}

// Presence changes what the signed-in agent does.
type Presence interface {
	SetReady(ctx context.Context) error
	SetNotReady(ctx context.Context, reason string) error
	ExtendWrapUp(ctx context.Context) error
	EndWrapUp(ctx context.Context) error
}

// Work answers offers and controls calls.
type Work interface {
	// Accept returns the id of the interaction that starts.
	Accept(ctx context.Context, contact string, offer uint64) (interaction string, err error)
	Reject(ctx context.Context, contact string, offer uint64) error
	Hold(ctx context.Context, contact string) error
	Retrieve(ctx context.Context, contact string) error
	SendDigits(ctx context.Context, contact, digits string) error
	HangUp(ctx context.Context, contact string) error
}

// Interactions keeps records. Begin, SaveNote and End work without a server:
// they are journaled on this machine first and sent when the link is there.
type Interactions interface {
	Begin(ctx context.Context) (interaction string, err error)
	ConfirmAccount(ctx context.Context, interaction, account string) error
	SaveNote(ctx context.Context, interaction, text string) error
	End(ctx context.Context, interaction string, attachNote bool) error
	History(ctx context.Context, q model.HistoryQuery) (model.HistoryPage, error)
}

// Accounts finds and creates customers.
type Accounts interface {
	Find(ctx context.Context, text string) (hits []model.AccountSummary, more bool, err error)
	Account(ctx context.Context, id string) (model.Account, error)
	Create(ctx context.Context, a model.Account) (id string, err error)
	AddNumber(ctx context.Context, account, number string) error
}

// Session signs in and out.
type Session interface {
	SignIn(ctx context.Context, server, user, password string, takeOver bool) error
	SignOut(ctx context.Context) error
	ChangePassword(ctx context.Context, old, changed string) error
}

// Phone is the part of the softphone that screens control. The app joins calls
// and media by itself.
type Phone interface {
	SetMuted(on bool)
	SelectDevices(capture, playback, ringer string) error
	TestRing()
	// Levels are microphone and far side, 0 to 1.
	Levels() (in, out float64)
}

// Preferences are kept on this machine.
type Preferences interface {
	Preference(key string) string
	SetPreference(key, value string) error
}

// Clock is the time source of a screen; tests run in a synctest bubble.
type Clock interface {
	Now() time.Time
}
