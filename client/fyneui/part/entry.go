package part

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"parley/client/fyneui/look"
	"parley/client/vm"
)

// Entry is an editor that lets the window's shortcuts and unused keys through:
// Fyne gives them to the focused editor alone.
type Entry struct {
	widget.Entry

	host Host
	// Arrow, when set, gets up and down of a one-line editor: a list below it
	// follows them.
	Arrow func(*fyne.KeyEvent)
}

// NewEntry makes a one-line editor.
func NewEntry(host Host) *Entry {
	e := &Entry{host: host}
	e.ExtendBaseWidget(e)
	return e
}

// NewPasswordEntry makes a one-line editor that hides what is typed.
func NewPasswordEntry(host Host) *Entry {
	e := NewEntry(host)
	e.Password = true
	return e
}

// NewEditor makes an editor of running text.
func NewEditor(host Host) *Entry {
	e := &Entry{host: host}
	e.MultiLine = true
	e.Wrapping = fyne.TextWrapWord
	e.ExtendBaseWidget(e)
	return e
}

// AcceptsTab is false: Tab moves on, also out of a note.
func (e *Entry) AcceptsTab() bool { return false }

// TypedShortcut is called by Fyne.
func (e *Entry) TypedShortcut(s fyne.Shortcut) {
	if e.host.Shortcut(s) {
		return
	}
	if _, paste := s.(*fyne.ShortcutPaste); paste {
		e.passHidden()
	}
	e.Entry.TypedShortcut(s)
}

// TypedRune is called by Fyne.
func (e *Entry) TypedRune(r rune) {
	e.passHidden()
	e.Entry.TypedRune(r)
}

// Resize is called by Fyne. Where another width shows a hidden space the caret
// goes behind it, where it was for the user.
func (e *Entry) Resize(size fyne.Size) {
	if e.Size() == size {
		return
	}
	hidden := e.atHidden()
	e.Entry.Resize(size)
	if hidden && !e.atHidden() {
		e.Entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	}
}

// atHidden says whether the caret stands before a space that wrapping has taken
// away: Fyne gives no place to one that ends a line just at the edge, so that the
// caret behind it falls back. Before and behind look the same, and mean behind.
func (e *Entry) atHidden() bool {
	if !e.MultiLine || e.SelectedText() != "" {
		return false
	}
	text, at := []rune(e.Text), e.CursorTextOffset()
	ends := at+1 == len(text) || at+1 < len(text) && text[at+1] == '\n'
	if !ends || text[at] == '\n' || !unicode.IsSpace(text[at]) {
		return false
	}
	column := e.CursorColumn
	e.CursorColumn++
	// Refresh takes the caret back to where its line ends.
	e.Refresh()
	hidden := e.CursorColumn == column
	e.CursorColumn = column
	return hidden
}

// passHidden puts the caret behind a hidden space, for the one edit that follows.
func (e *Entry) passHidden() {
	if e.atHidden() {
		e.CursorColumn++
	}
}

// CaretFromEnd is how many characters follow the caret.
func (e *Entry) CaretFromEnd() int {
	n := utf8.RuneCountInString(e.Text) - e.CursorTextOffset()
	if e.atHidden() {
		n--
	}
	return n
}

// TypedKey is called by Fyne.
func (e *Entry) TypedKey(k *fyne.KeyEvent) {
	switch {
	case k.Name == fyne.KeyEscape, isFunctionKey(k.Name):
		e.host.Key(k)
	case e.Arrow != nil && !e.MultiLine && (k.Name == fyne.KeyUp || k.Name == fyne.KeyDown):
		e.Arrow(k)
	default:
		if slices.Contains(editingKeys(), k.Name) {
			e.passHidden()
		}
		e.Entry.TypedKey(k)
	}
}

// editingKeys change the text at the caret.
func editingKeys() []fyne.KeyName {
	return []fyne.KeyName{fyne.KeyReturn, fyne.KeyEnter, fyne.KeyBackspace, fyne.KeyDelete}
}

func isFunctionKey(name fyne.KeyName) bool {
	return len(name) >= 2 && name[0] == 'F' && name[1] >= '0' && name[1] <= '9'
}

// SetPlaceholder changes the placeholder if it differs.
func (e *Entry) SetPlaceholder(text string) {
	if e.PlaceHolder != text {
		e.SetPlaceHolder(text)
	}
}

// Load replaces the text without reporting it as an edit.
func (e *Entry) Load(text string) {
	if e.Text == text {
		return
	}
	changed := e.OnChanged
	e.OnChanged = nil
	e.SetText(text)
	e.OnChanged = changed
}

// Field is an editor with a label above it and what is wrong with it below.
type Field struct {
	*fyne.Container

	Entry   *Entry
	label   *Text
	problem *Text
	wrong   fyne.CanvasObject
	input   vm.Input
}

// NewField puts an editor into a field; edited gets every change.
func NewField(e *Entry, edited func(string)) *Field {
	f := &Field{
		Entry: e, label: NewText("", look.Caption, look.Muted).Bold().Elastic(40),
		problem: NewText("", look.Caption, look.Critical).Elastic(40),
	}
	e.OnChanged = edited
	f.wrong = RowStretch(look.Hair, 1, look.NewIcon("warning", look.Critical).Scaled(0.8), f.problem)
	f.wrong.Hide()
	f.Container = Stack(look.Hair, f.label, e, f.wrong)
	return f
}

// Set takes label, placeholder and problem over. The value is taken over by Load
// alone, because the editor is ahead of the state.
func (f *Field) Set(in vm.Input) {
	if f.input == in {
		return
	}
	f.input = in
	label := in.Label
	if in.Required {
		label += " *"
	}
	f.label.Set(label)
	f.Entry.SetPlaceholder(in.Placeholder)
	f.problem.Set(in.Problem)
	if shown := in.Problem != ""; shown != f.wrong.Visible() {
		Visible(f.wrong, shown)
		f.Refresh()
	}
}

// Load replaces the value.
func (f *Field) Load(value string) { f.Entry.Load(value) }

// SearchBox is an editor behind a magnifying glass.
func SearchBox(e *Entry) *fyne.Container {
	icon := Inset(look.Gap, 0, look.NewIcon("search", look.Muted))
	return container.NewBorder(nil, nil, icon, nil, e)
}

// PlaceCaret puts the caret after a number of characters.
func (e *Entry) PlaceCaret(offset int) {
	e.CursorRow, e.CursorColumn = 0, 0
	e.Entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyPageDown})
	for e.CursorTextOffset() > max(offset, 0) {
		before := e.CursorTextOffset()
		e.Entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft})
		if e.CursorTextOffset() >= before {
			return
		}
	}
}
