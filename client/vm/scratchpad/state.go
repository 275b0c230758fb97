// Package scratchpad is the note of the current interaction.
//
// The editor of the shell is always ahead of State: the shell reports every
// change with Edit and takes State.Text over only when State.Load changes. Load
// names the text that the editor holds, so that an edit which crosses a switch
// of the interaction or a conflict on its way is still put where it was typed.
// The shell keeps an Editor, which holds its side of the agreement.
//
// Every edit is given to the journal soon, and at the latest before the
// interaction is left, ended, or the screen closed.
package scratchpad

import "parley/client/vm"

// State is what the scratch pad shows.
type State struct {
	Title       string
	Placeholder string
	// Load names the editor's text. When Editor.Take says so the shell replaces
	// its text by Text and puts the caret as Caret says.
	Load uint64
	// Edits is how many calls of Edit this state has seen.
	Edits uint64
	Text  string
	Caret Caret
	// Status is "saved here", "sent", "waiting for the server".
	Status     string
	StatusIcon string
	StatusTone vm.Tone
	// Count is the length; it warns near the limit.
	Count string
	// Conflict explains that the server had another text; a zero Notice if not.
	Conflict vm.Notice
	// Question asks what becomes of the note at End; nil otherwise.
	Question *vm.Question
	Problem  vm.Notice
}

// Caret says where the caret goes when a text is replaced.
type Caret int

const (
	// CaretEnd is after the last character.
	CaretEnd Caret = iota
	// CaretFromEnd is as far from the end as it was, since only the beginning has
	// changed.
	CaretFromEnd
)

// The answers to State.Question.
const (
	AnswerAttach  = "attach"
	AnswerDiscard = "discard"
	AnswerCancel  = "cancel"
)

// Editor is kept by the shell beside its text widget and used on its UI thread
// only. The zero Editor has an empty text.
type Editor struct {
	load, edits uint64
}

// Edited counts a change that the user made and gives the load for Edit.
func (e *Editor) Edited() (load uint64) {
	e.edits++
	return e.load
}

// Take says whether the widget must take the state's text over now. While an
// edit is still on its way it says no: a state that knows the edit follows.
func (e *Editor) Take(st State) bool {
	if st.Load == e.load || st.Edits < e.edits {
		return false
	}
	e.load = st.Load
	return true
}
