package screen

import (
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"parley/client/fyneui/look"
	"parley/client/fyneui/part"
	"parley/client/vm/scratchpad"
)

// ScratchPadModel is what the scratch pad tells.
type ScratchPadModel interface {
	Edit(load uint64, text string)
	Answer(id string)
	DismissConflict()
}

// ScratchPad is the note of the current interaction. Its editor is ahead of every
// state: a text is taken over only when scratchpad.Editor says so.
type ScratchPad struct {
	Root fyne.CanvasObject

	model    ScratchPadModel
	editor   *part.Entry
	title    *part.Text
	status   *part.Text
	icon     *look.Icon
	count    *part.Text
	conflict *part.Notice
	problem  *part.Notice
	taken    scratchpad.Editor
}

// NewScratchPad makes the screen.
func NewScratchPad(host part.Host, m ScratchPadModel) *ScratchPad {
	s := &ScratchPad{
		model: m, editor: part.NewEditor(host), title: part.Caption(""),
		status: part.NewText("", look.Caption, look.Muted).Elastic(30),
		icon:   look.NewIcon("", look.Muted).Scaled(0.8), count: part.NewText("", look.Caption, look.Muted),
		conflict: part.NewNotice(host, m.DismissConflict), problem: part.NewNotice(host, func() {}),
	}
	s.editor.OnChanged = s.edited
	s.Root = part.Panel(container.NewBorder(
		part.Inset(0, look.Hair, part.Stack(look.Gap, s.title, s.conflict.Container, s.problem.Container)),
		part.Inset(0, look.Hair, part.RowStretch(look.Hair, 1, s.icon, s.status, s.count)), nil, nil, s.editor))
	return s
}

func (s *ScratchPad) edited(text string) { s.model.Edit(s.taken.Edited(), text) }

// Show draws a state.
func (s *ScratchPad) Show(st scratchpad.State) {
	s.title.Set(st.Title)
	s.editor.SetPlaceholder(st.Placeholder)
	s.icon.Set(st.StatusIcon, look.ToneText(st.StatusTone))
	s.status.SetTone(st.Status, look.ToneText(st.StatusTone))
	s.count.Set(st.Count)
	s.conflict.Set(st.Conflict)
	s.problem.Set(st.Problem)
	if s.taken.Take(st) {
		s.replace(st.Text, st.Caret)
	}
}

// replace puts another text into the editor and the caret where it belongs.
func (s *ScratchPad) replace(text string, caret scratchpad.Caret) {
	behind := 0
	if caret == scratchpad.CaretFromEnd {
		behind = s.editor.CaretFromEnd()
	}
	s.editor.Load(text)
	s.editor.PlaceCaret(utf8.RuneCountInString(text) - behind)
}

// Editor is the editor, for the focus.
func (s *ScratchPad) Editor() *part.Entry { return s.editor }
