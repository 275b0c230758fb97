// Package signin is the first screen: server, user, password. A user who is
// signed in elsewhere is asked whether to take over.
//
// The screen keeps the password only while it is typed and sent; it never
// stands in a State or a preference.
package signin

import "parley/client/vm"

// State is what the sign-in screen shows.
type State struct {
	Title string
	// Why says why the last session ended; empty at the first start.
	Why      vm.Notice
	Server   vm.Input
	User     vm.Input
	Password vm.Input
	// Load changes when the shell must take the values of the inputs over;
	// otherwise its entries are ahead of State.
	Load uint64
	// Submit is disabled while something is missing, and while Busy.
	Submit vm.Command
	Busy   bool
	// Problem stands above the button.
	Problem vm.Notice
	// TakeOver asks when the user is signed in elsewhere; nil otherwise.
	TakeOver  *vm.Question
	Languages []vm.Choice
	// LanguageLabel stands beside the languages.
	LanguageLabel string
}

// CmdSubmit signs in.
const CmdSubmit vm.CommandID = "sign_in"

// The answers to State.TakeOver.
const (
	AnswerTakeOver = "take_over"
	AnswerCancel   = "cancel"
)
