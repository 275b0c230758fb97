// Package overview is the workspace of the current interaction: whose business it
// is, the account's facts and last interactions, and all contacts so far.
//
// How far the identification is decides what is shown: see Identification.
package overview

import "parley/client/vm"

// Identification is how far it is known whose business an interaction is.
type Identification int

// The steps.
const (
	// NoInteraction: nothing is open.
	NoInteraction Identification = iota
	// Unknown: no account has the number; search, create, or add the number.
	Unknown
	// Several: a list to choose from.
	Several
	// One: exactly one account has the number, or one was chosen; to be confirmed.
	One
	// Confirmed by the agent.
	Confirmed
)

// State is what the workspace shows.
type State struct {
	Step Identification
	// Heading and Guide say where the agent stands and what to do next.
	Heading string
	Guide   string
	// Number is that of the caller, written internationally.
	Number string

	// Candidates are the accounts to choose from in step Several, and what a
	// search has found in step Unknown.
	Candidates []Candidate
	Search     Search
	// Create is the quick create form; nil while it is closed.
	Create *Create

	// Facts are about the shown account, in steps One and Confirmed.
	Name   string
	Icon   string
	Facts  []vm.Field
	Recent []Recent
	// RecentNone is shown in place of Recent.
	RecentNone string
	Contacts   []Contact

	// Commands are those that can be done in this step: Confirm, Undo, Create,
	// AddNumber, Other (search another account); Ready while nothing is open.
	Commands []vm.Command
	Loading  bool
	Problem  vm.Notice
	Labels   Labels
}

// Labels are the fixed texts.
type Labels struct {
	Facts    string
	Recent   string
	Contacts string
}

// The commands of the workspace, besides vm.CmdConfirm and vm.CmdUnconfirm.
const (
	CmdCreate    vm.CommandID = "create_account"
	CmdAddNumber vm.CommandID = "add_number"
	CmdOther     vm.CommandID = "other_account"
	CmdSave      vm.CommandID = "save_account"
	CmdCancel    vm.CommandID = "cancel_create"
)

// Search is the search for an account.
type Search struct {
	Visible     bool
	Placeholder string
	Busy        bool
	// Result is "3 accounts found" or why there is none.
	Result string
	// Load changes when the shell must empty its entry.
	Load uint64
}

// Candidate is an account that may be the caller, chosen by Choose.
type Candidate struct {
	ID     string
	Name   string
	Detail string
	Icon   string
	Chosen bool
}

// RowKey makes Candidate a vm.Row.
func (c Candidate) RowKey() string { return c.ID }

// Create is the quick create form. Save makes the account and confirms it.
type Create struct {
	Title  string
	Inputs []vm.Input
	// Company says whether a company is made.
	Company      bool
	CompanyLabel string
	Save         vm.Command
	Cancel       vm.Command
	Busy         bool
	// Load changes when the shell must take the values over.
	Load uint64
}

// The inputs of Create.
const (
	InputName   = vm.InputName
	InputNumber = vm.InputNumber
	InputEmail  = vm.InputEmail
	InputCity   = vm.InputCity
)

// Recent is one of the account's last interactions.
type Recent struct {
	ID   string
	When string
	// What is the agent and the contacts in short, Note the beginning of the note.
	What string
	Note string
	Icon string
}

// RowKey makes Recent a vm.Row.
func (r Recent) RowKey() string { return r.ID }

// Contact is one contact of the interaction.
type Contact struct {
	ID   string
	Icon string
	// Line is number and queue, Word how it stands, Time its length.
	Line string
	Word string
	Time string
	When string
	Tone vm.Tone
}

// RowKey makes Contact a vm.Row.
func (c Contact) RowKey() string { return c.ID }
