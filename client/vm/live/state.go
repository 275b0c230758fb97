// Package live is the supervisors' board: queues and agents at this moment.
package live

import "parley/client/vm"

// State is what the board shows.
type State struct {
	Title string
	// Stale says that the figures are old because the server is away.
	Stale vm.Notice
	// Summary is "7 waiting, 12 agents signed in, 4 ready".
	Summary string
	Queues  QueueTable
	Agents  AgentTable
}

// Column is a column's heading; Sorted is +1 ascending, -1 descending, 0 not.
type Column struct {
	ID     string
	Title  string
	Sorted int
	// Figures are right-aligned.
	Figures bool
}

// QueueTable is the table of queues, sorted.
type QueueTable struct {
	Title   string
	Columns []Column
	Rows    []QueueRow
	Empty   string
}

// QueueRow is one queue; the fields are in the order of the columns.
type QueueRow struct {
	ID       string
	Name     string
	Waiting  string
	Longest  string
	Ready    string
	SignedIn string
	Tone     vm.Tone
}

// RowKey makes QueueRow a vm.Row.
func (r QueueRow) RowKey() string { return r.ID }

// Cells are the row's texts in the order of the columns.
func (r QueueRow) Cells() []string {
	return []string{r.Name, r.Waiting, r.Longest, r.Ready, r.SignedIn}
}

// AgentTable is the table of agents, sorted.
type AgentTable struct {
	Title   string
	Columns []Column
	Rows    []AgentRow
	Empty   string
}

// AgentRow is one agent; the fields are in the order of the columns.
type AgentRow struct {
	ID     string
	Name   string
	Icon   string
	State  string
	Reason string
	Since  string
	Load   string
	Tone   vm.Tone
}

// RowKey makes AgentRow a vm.Row.
func (r AgentRow) RowKey() string { return r.ID }

// Cells are the row's texts in the order of the columns.
func (r AgentRow) Cells() []string {
	return []string{r.Name, r.State, r.Reason, r.Since, r.Load}
}

// The columns.
const (
	ColumnName     = "name"
	ColumnWaiting  = "waiting"
	ColumnLongest  = "longest"
	ColumnReady    = "ready"
	ColumnSignedIn = "signed_in"
	ColumnState    = "state"
	ColumnReason   = "reason"
	ColumnSince    = "since"
	ColumnLoad     = "load"
)
