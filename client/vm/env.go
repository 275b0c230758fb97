package vm

import (
	"log/slog"

	"parley/client/l10n"
)

// Env is what every screen gets.
type Env struct {
	Clock Clock
	// Printer speaks the user's language; a screen's Speak changes it later.
	Printer *l10n.Printer
	Log     *slog.Logger
}

// Choice is one entry of a drop-down or list of choices.
type Choice struct {
	ID     string
	Title  string
	Chosen bool
}

// Field is one fact: a label and its value.
type Field struct {
	Label string
	Value string
}

// Input is one field that the user fills in. Problem is empty when the value is
// acceptable.
type Input struct {
	ID          string
	Label       string
	Value       string
	Placeholder string
	Problem     string
	Required    bool
}

// Notice is a line about something that went wrong or needs attention. A zero
// Notice is not shown.
type Notice struct {
	Tone Tone
	Icon string
	Text string
	// Retry is the text of the button that tries again; empty means none.
	Retry string
}

// Answer is one way to answer a Question.
type Answer struct {
	ID    string
	Title string
	Tone  Tone
	// Default has the focus at first; without one it is the first answer.
	Default bool
}

// Question is a dialog the screen needs answered before it goes on. The first
// answer is the suggested one, the last one changes nothing.
type Question struct {
	ID      string
	Title   string
	Text    string
	Answers []Answer
	// Copy is what AnswerCopy puts into the clipboard, which the shell does.
	Copy string
}

// AnswerCopy is the answer that takes Question.Copy into the clipboard.
const AnswerCopy = "copy"

// Focus asks the shell to move the keyboard focus. It is a reaction to a command
// of the user, never to an event: the shell acts when Number changes.
type Focus struct {
	Number uint64
	Target FocusTarget
}

// FocusTarget names what can be focused.
type FocusTarget string

// The targets.
const (
	FocusScratchPad FocusTarget = "scratch_pad"
	FocusSearch     FocusTarget = "search"
	FocusKeypad     FocusTarget = "keypad"
	FocusWorkspace  FocusTarget = "workspace"
)
