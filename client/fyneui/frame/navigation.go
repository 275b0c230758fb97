package frame

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"parley/client/fyneui/look"
	"parley/client/fyneui/part"
	"parley/client/vm"
	"parley/client/vm/desk"
)

// navigation holds the places and, below them, the open interactions.
type navigation struct {
	root         *fyne.Container
	places       *part.Column[placeRow]
	label        *part.Text
	interactions *part.Column[desk.OpenInteraction]
	width        *navWidth
}

// navWidth is the width of the navigation.
type navWidth struct{ narrow bool }

func (w *navWidth) MinSize(o []fyne.CanvasObject) fyne.Size {
	width := float32(188)
	if w.narrow {
		width = 176
	}
	return fyne.NewSize(width*look.Size(look.Body)/14, o[0].MinSize().Height)
}

func (w *navWidth) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Resize(size)
	o[0].Move(fyne.NewPos(0, 0))
}

// placeRow gives a place a key.
type placeRow desk.Place

// RowKey makes placeRow a vm.Row.
func (p placeRow) RowKey() string { return string(p.ID) }

func newNavigation(host part.Host, m Model) *navigation {
	n := &navigation{label: part.Caption("")}
	n.places = part.NewColumn(2, func() part.RowView[placeRow] {
		return newPlaceView(host, func(id string) { m.GoTo(desk.PlaceID(id)) })
	})
	n.interactions = part.NewColumn(2, func() part.RowView[desk.OpenInteraction] {
		return newInteractionView(host, m.Select)
	})
	n.width = &navWidth{}
	n.root = part.Panel(container.New(n.width, container.NewVScroll(part.Stack(look.Gap,
		n.places.Container, part.Separator(false), n.label, n.interactions.Container))))
	return n
}

func (n *navigation) set(st desk.State) {
	rows := make([]placeRow, len(st.Navigation))
	for i, p := range st.Navigation {
		rows[i] = placeRow(p)
	}
	n.places.Set(rows)
	n.label.Set(st.Labels.Open)
	part.Visible(n.label, len(st.Interactions) > 0)
	n.interactions.Set(st.Interactions)
}

// item is a line of the navigation that can be chosen.
type item struct {
	widget.BaseWidget

	host    part.Host
	ground  *part.Ground
	mark    *part.Ground
	root    *fyne.Container
	key     string
	hint    string
	chosen  bool
	hovered bool
	focused bool
	pick    func(key string)
}

func (i *item) init(self fyne.Widget, host part.Host, pick func(string), content fyne.CanvasObject) {
	i.host, i.pick = host, pick
	i.ground = part.NewGround("", "", look.SmallRadius)
	i.mark = part.NewGround("", "", 2)
	i.root = container.NewStack(i.ground,
		container.NewBorder(nil, nil, container.New(markLayout{}, i.mark), nil, content))
	i.ExtendBaseWidget(self)
}

// markLayout is the upright bar at the chosen entry.
type markLayout struct{}

func (markLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(3, 16) }

func (markLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(fyne.NewSize(3, max(size.Height-12, 0)))
	objects[0].Move(fyne.NewPos(0, 6))
}

func (i *item) paint() {
	fill, line, mark := fyne.ThemeColorName(""), fyne.ThemeColorName(""), fyne.ThemeColorName("")
	switch {
	case i.chosen:
		fill, mark = look.AccentTint, look.AccentText
	case i.hovered:
		fill = "hover"
	}
	if i.focused {
		line = look.AccentText
	}
	i.ground.Set(fill, line)
	i.mark.Set(mark, "")
}

// CreateRenderer is called by Fyne.
func (i *item) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(i.root) }

// Tapped is called by Fyne.
func (i *item) Tapped(*fyne.PointEvent) { i.pick(i.key) }

// FocusGained is called by Fyne.
func (i *item) FocusGained() { i.focused = true; i.paint() }

// FocusLost is called by Fyne.
func (i *item) FocusLost() { i.focused = false; i.paint() }

// TypedRune is called by Fyne.
func (i *item) TypedRune(rune) {}

// TypedKey is called by Fyne.
func (i *item) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		i.pick(i.key)
	default:
		i.host.Key(e)
	}
}

// MouseIn is called by Fyne.
func (i *item) MouseIn(*desktop.MouseEvent) {
	i.hovered = true
	i.paint()
	i.host.Hint(i.root, i.hint)
}

// MouseMoved is called by Fyne.
func (i *item) MouseMoved(*desktop.MouseEvent) {}

// MouseOut is called by Fyne.
func (i *item) MouseOut() {
	i.hovered = false
	i.paint()
	i.host.Hint(i.root, "")
}

type placeView struct {
	item
	icon  *look.Icon
	title *part.Text
	badge *part.Chip
}

func newPlaceView(host part.Host, pick func(string)) *placeView {
	v := &placeView{
		icon: look.NewIcon("", look.Muted), title: part.NewText("", look.Body, look.Text).Elastic(60), badge: part.NewChip(),
	}
	v.init(v, host, pick, part.Inset(look.Gap, 7, part.RowStretch(look.Pad, 1, v.icon, v.title, v.badge)))
	return v
}

// Set draws a place.
func (v *placeView) Set(p placeRow) {
	color := look.Muted
	words := look.Text
	if p.Chosen {
		color, words = look.AccentText, look.AccentText
	}
	v.key, v.hint, v.chosen = string(p.ID), p.Hint, p.Chosen
	if v.hint == p.Title {
		// The title is there to be read.
		v.hint = ""
	}
	v.icon.Set(p.Icon, color)
	v.title.SetTone(p.Title, words)
	v.badge.Set("", p.Badge, vm.ToneAttention)
	v.paint()
}

type interactionView struct {
	item
	icon  *look.Icon
	title *part.Text
	word  *part.Text
	timer *part.Text
}

func newInteractionView(host part.Host, pick func(string)) *interactionView {
	v := &interactionView{
		icon:  look.NewIcon("", look.Muted),
		title: part.NewText("", look.Body, look.Text).Elastic(60),
		word:  part.NewText("", look.Caption, look.Muted).Elastic(30),
		timer: part.NewText("", look.Caption, look.Muted),
	}
	v.init(v, host, pick, part.Inset(look.Gap, look.Hair, container.NewBorder(nil, nil,
		v.icon, nil, part.Inset(look.Gap, 0, part.Stack(0, v.title,
			part.RowStretch(look.Hair, 0, v.word, v.timer))))))
	return v
}

// Set draws an interaction.
func (v *interactionView) Set(o desk.OpenInteraction) {
	v.key, v.hint, v.chosen = o.ID, o.Title+"   "+o.Word, o.Chosen
	v.icon.Set(o.Icon, look.ToneText(o.Tone))
	v.title.Set(o.Title)
	v.word.SetTone(o.Word, look.ToneText(o.Tone))
	v.timer.Set(o.Timer)
	v.paint()
}
