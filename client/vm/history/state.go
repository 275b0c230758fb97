// Package history searches the interaction history, of the whole centre or of
// one account.
//
// Only the answer to the latest query counts: answers to older ones are dropped.
package history

import "parley/client/vm"

// State is what the history shows.
type State struct {
	Title             string
	SearchPlaceholder string
	// Load changes when the shell must empty its search entry.
	Load    uint64
	Owner   []vm.Choice
	Ended   []vm.Choice
	Periods []vm.Choice
	// Reset takes all filters back; disabled when there are none.
	Reset vm.Command

	// Phase says whether Rows, Empty or Problem is to be shown.
	Phase   Phase
	Rows    []Row
	Empty   string
	Problem vm.Notice
	// More loads the next page; a zero command when there is none.
	More   vm.Command
	Chosen string
	// Detail is that of the chosen row; nil when none is chosen.
	Detail *Detail
	// Choose asks to choose a row while Detail is nil.
	Choose string
	Labels Labels
}

// Labels are the fixed texts.
type Labels struct {
	Owner, Ended, Period string
	Note                 string
	Contacts             string
}

// Phase is what takes the list's place.
type Phase int

// The phases.
const (
	Loading Phase = iota
	Listed
	Empty
	Failed
)

// The commands of the history.
const (
	CmdReset vm.CommandID = "reset_filters"
	CmdMore  vm.CommandID = "more"
)

// The choices of the filters.
const (
	OwnerAll  = "all"
	OwnerMine = "mine"

	EndedAll  = "all"
	EndedOpen = "open"
	EndedOnly = "ended"

	PeriodToday = "today"
	PeriodThree = "3"
	PeriodMonth = "30"
	PeriodAll   = "all"
)

// Row is one interaction.
type Row struct {
	ID      string
	Icon    string
	Account string
	When    string
	Agent   string
	// Word is open or ended.
	Word string
	Tone vm.Tone
	// Note is the first line of the note.
	Note string
}

// RowKey makes Row a vm.Row.
func (r Row) RowKey() string { return r.ID }

// Detail is the chosen interaction.
type Detail struct {
	ID       string
	Title    string
	Fields   []vm.Field
	Note     string
	NoteNone string
	Contacts []Contact
}

// Contact is one contact of the chosen interaction.
type Contact struct {
	ID   string
	Icon string
	Line string
	Word string
	When string
	Time string
}
