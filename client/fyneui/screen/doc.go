// Package screen draws the screens that stand in the window: sign-in, the
// workspace's overview, the scratch pad, history, accounts, the live board,
// settings and help.
//
// A screen is made once with its model, which it tells what the user did, and is
// then given one state after another by Show. It holds no data of its own but the
// state that it has last drawn.
package screen

import (
	"fyne.io/fyne/v2"

	"parley/client/fyneui/look"
	"parley/client/fyneui/part"
	"parley/client/vm"
)

// heading is the large line at the top of a screen.
func heading() *part.Text { return part.NewText("", look.Display, look.Text).Bold().Elastic(80) }

// section is the heading of a part of a screen.
func section() *part.Text { return part.NewText("", look.Title, look.Text).Bold().Elastic(80) }

// commandRow draws commands as a flow of buttons.
type commandRow struct {
	*fyne.Container

	host    part.Host
	do      func(vm.CommandID)
	buttons map[vm.CommandID]*part.Button
	shown   []vm.CommandID
}

func newCommandRow(host part.Host, do func(vm.CommandID)) *commandRow {
	return &commandRow{
		Container: part.Flow(look.Gap), host: host, do: do,
		buttons: map[vm.CommandID]*part.Button{},
	}
}

// first is the first button that can be pressed.
func (r *commandRow) first() fyne.Focusable {
	for _, id := range r.shown {
		if b := r.buttons[id]; b.Command().Enabled {
			return b
		}
	}
	return nil
}

// set takes the commands over and keeps the buttons of those that were there.
func (r *commandRow) set(commands []vm.Command) {
	same := len(commands) == len(r.shown)
	ids := make([]vm.CommandID, len(commands))
	objects := make([]fyne.CanvasObject, len(commands))
	for i, c := range commands {
		b, ok := r.buttons[c.ID]
		if !ok {
			b = part.NewButton(r.host, part.StyleNormal, func() { r.do(c.ID) })
			b.Enter = true
			r.buttons[c.ID] = b
		}
		b.Set(c)
		ids[i], objects[i] = c.ID, b
		same = same && r.shown[i] == c.ID
	}
	part.Visible(r.Container, len(commands) > 0)
	if !same {
		r.shown = ids
		r.Objects = objects
		r.Refresh()
	}
}

// form draws inputs in two columns, keeping editors while ids stay.
type form struct {
	*fyne.Container

	host   part.Host
	edited func(id, value string)
	fields map[string]*part.Field
	order  []string
	load   uint64
	submit func()
}

func newForm(host part.Host, edited func(id, value string), submit func()) *form {
	return &form{
		Container: part.Stack(look.Pad), host: host, edited: edited, submit: submit,
		fields: map[string]*part.Field{},
	}
}

// set takes the inputs over, and their values when load has changed.
func (f *form) set(inputs []vm.Input, load uint64) {
	fresh := false
	for _, in := range inputs {
		field, ok := f.fields[in.ID]
		if !ok {
			field = part.NewField(part.NewEntry(f.host), func(v string) { f.edited(in.ID, v) })
			field.Entry.OnSubmitted = func(string) { f.submit() }
			f.fields[in.ID] = field
			fresh = true
		}
		if !ok || f.load != load {
			field.Load(in.Value)
		}
		field.Set(in)
	}
	f.load = load
	if !fresh && len(f.order) == len(inputs) {
		return
	}
	f.order = f.order[:0]
	f.Objects = nil
	for i := 0; i < len(inputs); i += 2 {
		pair := []fyne.CanvasObject{f.fields[inputs[i].ID].Container}
		shares := []float32{1}
		if i+1 < len(inputs) {
			pair = append(pair, f.fields[inputs[i+1].ID].Container)
			shares = append(shares, 1)
		}
		f.Objects = append(f.Objects, part.Split(look.Wide, shares, pair...))
	}
	for _, in := range inputs {
		f.order = append(f.order, in.ID)
	}
	f.Refresh()
}

// first is the editor that the focus goes to when the form opens.
func (f *form) first() fyne.Focusable {
	if len(f.order) == 0 {
		return nil
	}
	return f.fields[f.order[0]].Entry
}
