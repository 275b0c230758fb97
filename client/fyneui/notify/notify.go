// Package notify shows a ringing contact through the operating system, so that an
// agent who works in another window sees it and can answer from there.
//
// A machine without a notification service is no error: then nothing is shown, and
// the window itself, the ringer and the shortcuts remain.
package notify

// Action is what the agent chose on a notification.
type Action int

// The actions.
const (
	Accept Action = iota
	Reject
)

// Ringing is one notification about a contact that rings.
type Ringing struct {
	// ID stays the same while the same offer rings.
	ID    string
	Title string
	Body  string
	// AcceptTitle and RejectTitle are the texts of the buttons.
	AcceptTitle, RejectTitle string
}

// Notifier shows one notification at a time. Its methods neither wait nor fail.
type Notifier interface {
	// Show shows a notification in place of the last one. acted is called on any
	// goroutine when the agent uses one of its buttons.
	Show(r Ringing, acted func(Action))
	// Withdraw takes the notification away.
	Withdraw()
	// Close withdraws and waits until nothing runs any more.
	Close()
}
