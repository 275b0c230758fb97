// Package accounts finds customers while the agent types, shows one, and makes
// new ones.
//
// A search starts 250 ms after the last key; only the answer to the latest
// search counts.
package accounts

import "parley/client/vm"

// State is what the screen shows.
type State struct {
	Title             string
	SearchPlaceholder string
	// Load changes when the shell must empty its search entry.
	Load uint64

	Phase Phase
	Rows  []Row
	// Hint is shown in place of the rows: how to search, or that nothing was found.
	Hint    string
	Result  string
	Problem vm.Notice
	Chosen  string
	// Detail is the chosen account; nil when none is chosen.
	Detail *Detail
	// Choose asks to choose a row while Detail is nil.
	Choose string
	// Create is the form; nil while it is closed.
	Create *Create
	// Commands is CmdCreate.
	Commands []vm.Command
}

// Phase is what takes the list's place.
type Phase int

// The phases.
const (
	// Idle: nothing has been searched for.
	Idle Phase = iota
	Loading
	Listed
	Empty
	Failed
)

// The commands of the screen.
const (
	CmdCreate    vm.CommandID = "create_account"
	CmdSave      vm.CommandID = "save_account"
	CmdCancel    vm.CommandID = "cancel_create"
	CmdAddNumber vm.CommandID = "add_number"
)

// Row is one account.
type Row struct {
	ID     string
	Name   string
	Detail string
	Icon   string
}

// RowKey makes Row a vm.Row.
func (r Row) RowKey() string { return r.ID }

// Detail is the chosen account.
type Detail struct {
	ID      string
	Name    string
	Icon    string
	Loading bool
	Facts   []vm.Field
	Numbers []vm.Field
	// NewNumber is the entry of a further number; Add adds it.
	NewNumber vm.Input
	Add       vm.Command
	Busy      bool
	Problem   vm.Notice
	// Load changes when the shell must take NewNumber over.
	Load uint64
	// NumbersLabel stands above the numbers.
	NumbersLabel string
}

// Create is the quick create form.
type Create struct {
	Title        string
	Inputs       []vm.Input
	Company      bool
	CompanyLabel string
	Save         vm.Command
	Cancel       vm.Command
	Busy         bool
	Problem      vm.Notice
	// Load changes when the shell must take the values over.
	Load uint64
}
