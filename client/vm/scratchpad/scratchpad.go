package scratchpad

import (
	"strings"
	"sync"
	"time"

	"parley/client/l10n"
	"parley/client/model"
	"parley/client/vm"
)

// The delays of saving: an edit reaches the journal within saveDelay; what could
// not be saved is tried again after retryDelay.
const (
	saveDelay  = 300 * time.Millisecond
	retryDelay = 2 * time.Second
)

// maxNote is the longest note in bytes; from warnNote on the length is shown.
const (
	maxNote  = 64 << 10
	warnNote = 60 << 10
)

// Config is what the screen needs.
type Config struct {
	vm.Env
	Interactions vm.Interactions
	// OnBegun is told the interaction that typing has begun, OnEnded the one that
	// was ended; they are called on the screen's goroutine and must not wait.
	OnBegun func(interaction string)
	OnEnded func(interaction string)
}

// Screen is the running scratch pad.
type Screen struct {
	*vm.Screen[State]

	c     Config
	p     *l10n.Printer
	world model.World
	// notes are all that were shown; current is the one in the editor, draft the
	// one that belongs to no interaction yet.
	notes   []*note
	current *note
	draft   *note
	byLoad  map[uint64]*note
	load    uint64
	edits   uint64
	// wanted is the interaction to show once the draft has its own; nil: none.
	wanted *string
	asking *note
	once   sync.Once
}

// New starts the screen.
func New(c Config) *Screen {
	s := &Screen{c: c, p: c.Printer, byLoad: map[uint64]*note{}}
	s.draft = s.add("")
	s.put(s.draft)
	s.Screen = vm.NewScreen(c.Clock, s.render)
	s.Start()
	return s
}

// Speak changes the language.
func (s *Screen) Speak(p *l10n.Printer) { s.Post(func() { s.p = p }) }

// OnWorld takes a new world.
func (s *Screen) OnWorld(w model.World) {
	s.Post(func() {
		s.world = w
		for _, i := range w.Interactions {
			if n := s.find(i.ID); n != nil {
				s.reconcile(n, i.Note, i.NoteRevision)
			}
		}
	})
}

// Show makes an interaction the current one; empty means none.
func (s *Screen) Show(interaction string) { s.Post(func() { s.show(interaction) }) }

// Edit takes the editor's text after a change. load is that of Editor.Edited.
func (s *Screen) Edit(load uint64, text string) {
	s.Post(func() {
		s.edits++
		n := s.byLoad[load]
		if n == nil {
			n = s.current
		}
		s.edit(n, load, text)
	})
}

// AskEnd ends an interaction, after a question when it has a note.
func (s *Screen) AskEnd(interaction string) {
	s.Post(func() {
		n := s.find(interaction)
		if n == nil {
			n = s.add(interaction)
		}
		if strings.TrimSpace(n.text) == "" {
			s.end(n, false)
			return
		}
		s.asking = n
	})
}

// Answer answers State.Question.
func (s *Screen) Answer(id string) {
	s.Post(func() {
		n := s.asking
		s.asking = nil
		if n != nil && (id == AnswerAttach || id == AnswerDiscard) {
			s.end(n, id == AnswerAttach)
		}
	})
}

// DismissConflict takes the explanation of a conflict away.
func (s *Screen) DismissConflict() { s.Post(func() { s.current.conflict = false }) }

func (s *Screen) find(interaction string) *note {
	for _, n := range s.notes {
		if interaction != "" && n.interaction == interaction {
			return n
		}
	}
	return nil
}

// add makes the note of an interaction from what the world has of it.
func (s *Screen) add(interaction string) *note {
	n := &note{interaction: interaction}
	for _, i := range s.world.Interactions {
		if i.ID == interaction {
			n.text, n.saved, n.server, n.revision = i.Note, i.Note, i.Note, i.NoteRevision
		}
	}
	s.notes = append(s.notes, n)
	return n
}

// put gives the editor a note's text under a new load.
func (s *Screen) put(n *note) {
	s.load++
	n.load = s.load
	s.byLoad[s.load] = n
	s.current = n
}

func (s *Screen) show(interaction string) {
	if s.draft.beginning {
		// The draft may turn out to be this very interaction; "none" is what it
		// has been until now.
		if interaction != "" {
			s.wanted = &interaction
		}
		return
	}
	n := s.draft
	if interaction != "" {
		n = s.find(interaction)
	}
	if n == nil {
		n = s.add(interaction)
	}
	if n == s.current {
		return
	}
	s.save(s.current)
	n.caret = CaretEnd
	s.put(n)
}

func (s *Screen) render(time.Time) (State, bool) {
	n := s.current
	st := State{
		Title: s.p.T("note.title"), Placeholder: s.p.T("note.placeholder"),
		Load: n.load, Edits: s.edits, Text: n.text, Caret: n.caret,
	}
	if len(n.text) > warnNote {
		st.Count = s.p.T("note.count", "n", len(n.text), "max", maxNote)
	}
	switch {
	case len(n.text) > maxNote:
		st.Problem = vm.Notice{Tone: vm.ToneCritical, Icon: vm.IconError, Text: s.p.T("note.too_long")}
	case n.err != nil:
		st.Problem = vm.Notice{
			Tone: vm.ToneCritical, Icon: vm.IconError,
			Text: s.p.T("note.not_saved", "why", vm.ErrorText(s.p, n.err)),
		}
	}
	if n.conflict {
		st.Conflict = vm.Notice{Tone: vm.ToneAttention, Icon: vm.IconWarning, Text: s.p.T("note.conflict")}
	}
	s.status(&st, n)
	if s.asking != nil {
		st.Question = s.question()
	}
	return st, false
}

func (s *Screen) status(st *State, n *note) {
	switch {
	case n.text == "" && n.server == "" && n.saved == "":
		return
	case n.text != n.saved:
		st.Status, st.StatusIcon, st.StatusTone = s.p.T("note.saving"), vm.IconSync, vm.ToneMuted
	case n.text == n.server && s.world.Unsent == 0:
		// The world shows what waits in the journal, too.
		st.Status, st.StatusIcon, st.StatusTone = s.p.T("note.sent"), vm.IconCheck, vm.TonePositive
	case s.world.Link != model.LinkOnline:
		st.Status, st.StatusIcon, st.StatusTone = s.p.T("note.waiting"), vm.IconOffline, vm.ToneAttention
	default:
		st.Status, st.StatusIcon, st.StatusTone = s.p.T("note.saved_here"), vm.IconCheck, vm.ToneNeutral
	}
}

func (s *Screen) question() *vm.Question {
	return &vm.Question{
		ID: "end", Title: s.p.T("end_note.title"), Text: s.p.T("end_note.text"),
		Answers: []vm.Answer{
			{ID: AnswerAttach, Title: s.p.T("end_note.attach"), Tone: vm.TonePositive},
			{ID: AnswerDiscard, Title: s.p.T("end_note.discard"), Tone: vm.ToneCritical},
			{ID: AnswerCancel, Title: s.p.T("action.cancel")},
		},
	}
}
