package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"parley/client/fyneui/look"
	"parley/client/vm"
)

// RowView draws one row of a list.
type RowView[R vm.Row] interface {
	fyne.CanvasObject
	Set(row R)
}

// List is a virtual list: it makes as many views as fit into its height, however
// many rows there are. What is selected is remembered by key, so that rows may
// come, go and move while it stays. Where there are no rows a message stands.
type List[R vm.Row] struct {
	*fyne.Container

	rows     []R
	inner    *innerList
	cover    *Message
	chosen   string
	quiet    bool
	onChoose func(key string)
}

// NewList makes a list; choose gets the key of a row that is picked by mouse or
// keys, and view makes an empty row.
func NewList[R vm.Row](host Host, view func() RowView[R], choose func(key string)) *List[R] {
	l := &List[R]{onChoose: choose, cover: NewMessage(host)}
	l.inner = &innerList{host: host}
	l.inner.Length = func() int { return len(l.rows) }
	l.inner.CreateItem = func() fyne.CanvasObject { return view() }
	l.inner.UpdateItem = func(i widget.ListItemID, o fyne.CanvasObject) {
		if i < len(l.rows) {
			o.(RowView[R]).Set(l.rows[i])
		}
	}
	l.inner.OnSelected = l.selected
	l.inner.ExtendBaseWidget(l.inner)
	l.cover.Hide()
	l.Container = container.NewStack(l.inner, l.cover.Container)
	return l
}

// Set takes rows and selection over.
func (l *List[R]) Set(rows []R, chosen string) {
	if same := sameRows(l.rows, rows); same && l.chosen == chosen {
		return
	} else if !same {
		l.rows = rows
		l.inner.Refresh()
	}
	l.chosen = chosen
	l.quiet = true
	defer func() { l.quiet = false }()
	if chosen == "" {
		l.inner.UnselectAll()
		return
	}
	for i, r := range rows {
		if r.RowKey() == chosen {
			l.inner.pick(i)
			return
		}
	}
	l.inner.UnselectAll()
}

// Say puts a message in place of the rows; a zero one takes it away.
func (l *List[R]) Say(m Notes) {
	l.cover.Set(m)
	shown := m != (Notes{})
	Visible(l.cover, shown)
	Visible(l.inner, !shown)
}

// Step moves the selection by a number of rows.
func (l *List[R]) Step(by int) {
	if len(l.rows) == 0 {
		return
	}
	at := -1
	for i, r := range l.rows {
		if r.RowKey() == l.chosen {
			at = i
		}
	}
	l.inner.Select(min(max(at+by, 0), len(l.rows)-1))
}

// Rows are those that the list has.
func (l *List[R]) Rows() []R { return l.rows }

func (l *List[R]) selected(i widget.ListItemID) {
	if l.quiet || i >= len(l.rows) {
		return
	}
	l.inner.at = i
	l.chosen = l.rows[i].RowKey()
	l.onChoose(l.chosen)
}

func sameRows[R comparable](a, b []R) bool {
	if len(a) != len(b) {
		return false
	}
	if len(a) > 0 && &a[0] == &b[0] {
		return true
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// innerList lets unused keys through to the window.
type innerList struct {
	widget.List

	host Host
	at   widget.ListItemID
}

// pick selects a row and brings it into sight.
func (l *innerList) pick(i widget.ListItemID) {
	l.at = i
	l.Select(i)
}

// Resize is called by Fyne. A selection made while the list had no size has moved
// the view as if nothing were visible.
func (l *innerList) Resize(size fyne.Size) {
	first := l.Size().Height == 0 && size.Height > 0
	l.List.Resize(size)
	if first {
		l.ScrollToTop()
		l.ScrollTo(l.at)
	}
}

// TypedKey is called by Fyne: arrows select, as in other lists of the desktop.
func (l *innerList) TypedKey(e *fyne.KeyEvent) {
	last := l.Length() - 1
	if last < 0 {
		l.host.Key(e)
		return
	}
	switch e.Name {
	case fyne.KeyDown:
		l.move(l.at+1, last)
	case fyne.KeyUp:
		l.move(l.at-1, last)
	case fyne.KeyHome:
		l.move(0, last)
	case fyne.KeyEnd:
		l.move(last, last)
	case fyne.KeyPageDown:
		l.move(l.at+10, last)
	case fyne.KeyPageUp:
		l.move(l.at-10, last)
	default:
		l.host.Key(e)
	}
}

func (l *innerList) move(to, last int) { l.pick(min(max(to, 0), last)) }

// Column draws a few rows below each other, without a scroller of its own. Views
// are kept by place and only told what they show.
type Column[R vm.Row] struct {
	*fyne.Container

	view  func() RowView[R]
	views []RowView[R]
	rows  []R
}

// NewColumn makes an empty column.
func NewColumn[R vm.Row](gap float32, view func() RowView[R]) *Column[R] {
	return &Column[R]{Container: Stack(gap), view: view}
}

// Set takes the rows over.
func (c *Column[R]) Set(rows []R) {
	if sameRows(c.rows, rows) {
		return
	}
	c.rows = rows
	for len(c.views) < len(rows) {
		c.views = append(c.views, c.view())
	}
	if len(c.Objects) != len(rows) {
		objects := make([]fyne.CanvasObject, len(rows))
		for i := range rows {
			objects[i] = c.views[i]
		}
		c.Objects = objects
		defer c.Refresh()
	}
	for i, r := range rows {
		c.views[i].Set(r)
	}
}

// Message stands where data would be: an icon, a line, and a button to try again.
type Message struct {
	*fyne.Container

	icon  *look.Icon
	label *widget.Label
	retry *Button
	notes Notes
}

// Notes is what a Message says.
type Notes struct {
	Icon  string
	Text  string
	Tone  vm.Tone
	Retry string
	// Next is a command that stands in place of Retry.
	Next vm.Command
	// OnRetry is not compared: it stays the same for one message.
	OnRetry *func()
}

// NewMessage makes an empty message.
func NewMessage(host Host) *Message {
	m := &Message{icon: look.NewIcon("", look.Muted).Scaled(1.8), label: widget.NewLabel("")}
	m.label.Alignment = fyne.TextAlignCenter
	m.label.Wrapping = fyne.TextWrapWord
	m.label.Importance = widget.MediumImportance
	m.retry = NewButton(host, StyleNormal, func() {
		if m.notes.OnRetry != nil {
			(*m.notes.OnRetry)()
		}
	})
	m.retry.Enter = true
	m.retry.Hide()
	m.Container = container.NewBorder(nil, nil, nil, nil,
		container.New(middle{}, Centered(m.icon), m.label, Centered(m.retry)))
	return m
}

// Set changes what is said.
func (m *Message) Set(n Notes) {
	if m.notes == n {
		return
	}
	m.notes = n
	m.icon.Set(n.Icon, look.ToneText(n.Tone))
	if n.Tone == vm.ToneNeutral {
		m.icon.Set(n.Icon, look.Muted)
	}
	SetLabel(m.label, n.Text)
	button := n.Next
	if n.Retry != "" {
		button = vm.Command{Title: n.Retry, Icon: "sync", Enabled: true}
	}
	m.retry.Set(button)
	Visible(m.retry, button.Title != "")
	m.Refresh()
}

// middle stacks objects in the middle of the height.
type middle struct{}

func (middle) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return (&column{gap: look.Hair}).MinSize(objects)
}

func (middle) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	c := &column{gap: look.Hair}
	c.Layout(objects, size)
	shift := max((size.Height-c.MinSize(objects).Height)/2, 0)
	for _, o := range objects {
		o.Move(o.Position().AddXY(0, shift))
	}
}
