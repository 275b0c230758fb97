package frame

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"parley/client/fyneui/look"
	"parley/client/fyneui/part"
	"parley/client/vm"
)

// toolbar holds the buttons of the telephone and of the interaction.
type toolbar struct {
	root    *fyne.Container
	shape   *barLayout
	host    part.Host
	do      func(vm.CommandID)
	buttons map[vm.CommandID]*part.Button
	shown   string
}

func newToolbar(host part.Host, do func(vm.CommandID)) *toolbar {
	shape := &barLayout{}
	return &toolbar{
		root: container.New(shape), shape: shape, host: host, do: do, buttons: map[vm.CommandID]*part.Button{},
	}
}

// set takes the groups over; buttons stay the same objects, so that focus and
// hover stay with them.
func (t *toolbar) set(groups [][]vm.Command) {
	shape := ""
	var objects []fyne.CanvasObject
	for i, g := range groups {
		if i > 0 {
			shape += "|"
			objects = append(objects, nil)
		}
		for _, c := range g {
			// Another title wants another width.
			shape += string(c.ID) + " " + c.Title + " "
			b, ok := t.buttons[c.ID]
			if !ok {
				b = part.NewButton(t.host, part.StyleNormal, func() { t.do(c.ID) })
				t.buttons[c.ID] = b
			}
			b.Set(c)
			objects = append(objects, b)
		}
	}
	if shape == t.shown {
		return
	}
	t.shown = shape
	for i, o := range objects {
		if o == nil {
			objects[i] = part.Separator(true)
		}
	}
	t.root.Objects = objects
	t.root.Refresh()
}

// barLayout puts the buttons side by side, the last group at the right end. Where
// the window is narrow or the width does not suffice the shortcuts under the titles go, then the margins
// between groups, and at last a second line begins.
type barLayout struct {
	width  float32
	narrow bool
}

func (l *barLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	width := float32(0)
	for _, o := range objects {
		width = max(width, o.MinSize().Width)
	}
	return fyne.NewSize(width, l.place(objects, l.width, false))
}

func (l *barLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	showKeys(objects, !l.narrow && withKeys(objects) <= size.Width)
	l.place(objects, size.Width, true)
}

func showKeys(objects []fyne.CanvasObject, on bool) {
	for _, o := range objects {
		if b, ok := o.(*part.Button); ok {
			b.ShowKeys(on)
		}
	}
}

// withKeys is the width of all in one line with the shortcuts shown.
func withKeys(objects []fyne.CanvasObject) float32 {
	width := -look.Gap
	for _, o := range objects {
		m := o.MinSize()
		if b, ok := o.(*part.Button); ok {
			m = b.Measure(true)
		}
		width += m.Width + look.Gap
	}
	return width
}

func lineWidth(objects []fyne.CanvasObject, gap float32) float32 {
	width := -gap
	for _, o := range objects {
		width += o.MinSize().Width + gap
	}
	return width
}

// place puts the objects where they belong and says how high they are together.
func (l *barLayout) place(objects []fyne.CanvasObject, width float32, put bool) float32 {
	height := float32(0)
	for _, o := range objects {
		height = max(height, o.MinSize().Height)
	}
	last := 0
	for i, o := range objects {
		if _, ok := o.(*part.Button); !ok {
			last = i
		}
	}
	gap := look.Gap
	if lineWidth(objects, gap) > width {
		gap = look.Hair
	}
	spare := max(width-lineWidth(objects, gap), 0)
	var x, y float32
	for i, o := range objects {
		m := o.MinSize()
		_, button := o.(*part.Button)
		if x > 0 && width > 0 && x+m.Width > width+0.5 {
			x, y = 0, y+height+look.Hair
		}
		if i == last && i > 0 {
			x += spare
		}
		// A separator at the end or beginning of a line separates nothing.
		if !button && (x == 0 || i+1 < len(objects) && x+gap+objects[i+1].MinSize().Width > width+0.5) {
			m = fyne.Size{}
		}
		if put {
			putInLine(o, m, button, fyne.NewPos(x, y), height)
		}
		if m.Width > 0 {
			x += m.Width + gap
		}
	}
	return y + height
}

// putInLine gives buttons the height of the line and centres separators.
func putInLine(o fyne.CanvasObject, size fyne.Size, button bool, at fyne.Position, height float32) {
	if button {
		size.Height = height
	}
	o.Resize(size)
	o.Move(at.AddXY(0, (height-size.Height)/2))
}
