package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"parley/client/fyneui/look"
)

// Row puts objects side by side, the ones that Stretch names sharing what is
// left over; each stands in the middle of the height.
func Row(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return RowStretch(gap, -1, objects...)
}

// RowStretch is Row with one object that takes all room left over.
func RowStretch(gap float32, stretch int, objects ...fyne.CanvasObject) *fyne.Container {
	c := container.New(&line{gap: gap, stretch: stretch}, objects...)
	for _, o := range objects {
		if o, ok := o.(interface{ onRoom(f func()) }); ok {
			o.onRoom(func() { c.Layout.Layout(c.Objects, c.Size()) })
		}
	}
	return c
}

// Stack puts objects below each other at full width.
func Stack(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&column{gap: gap}, objects...)
}

// Inset leaves room around an object.
func Inset(horizontal, vertical float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(inset{horizontal, vertical}, o)
}

// Split gives each object its share of the width; shares are weights.
func Split(gap float32, shares []float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&split{gap: gap, shares: shares}, objects...)
}

// Flow puts objects side by side and begins a new line where they do not fit.
func Flow(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&flow{gap: gap}, objects...)
}

// AtLeast gives an object a least size, which grows with the text size.
func AtLeast(width, height float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(atLeast{width, height}, o)
}

// Space takes the room that Stretch gives it and draws nothing.
func Space() fyne.CanvasObject { return container.NewWithoutLayout() }

// Centered puts an object in the middle at its own size.
func Centered(o fyne.CanvasObject) *fyne.Container { return container.NewCenter(o) }

type line struct {
	gap     float32
	stretch int
}

func (l *line) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	n := 0
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		size.Width += m.Width
		size.Height = max(size.Height, m.Height)
		n++
	}
	size.Width += l.gap * float32(max(n-1, 0))
	return size
}

// Layout gives each object the width it wants. Where that is too much, those that
// can be narrower give way in proportion; what is left over goes to one object.
func (l *line) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	give, need := l.squeeze(objects, size.Width)
	x := float32(0)
	for i, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		width := max(wanted(o), m.Width)
		switch {
		case need < 0 && i == l.stretch:
			width -= need
		case need > 0 && give > 0:
			width -= (width - m.Width) * min(need/give, 1)
		}
		o.Resize(fyne.NewSize(width, m.Height))
		o.Move(fyne.NewPos(x, (size.Height-m.Height)/2))
		x += width + l.gap
	}
}

// squeeze is how much the objects can give way, and how much they need to.
func (l *line) squeeze(objects []fyne.CanvasObject, width float32) (give, need float32) {
	need = l.wanted(objects) - width
	for _, o := range objects {
		if o.Visible() {
			least := o.MinSize().Width
			give += max(wanted(o), least) - least
		}
	}
	return give, need
}

func (l *line) wanted(objects []fyne.CanvasObject) float32 {
	width, n := float32(0), 0
	for _, o := range objects {
		if o.Visible() {
			width += max(wanted(o), o.MinSize().Width)
			n++
		}
	}
	return width + l.gap*float32(max(n-1, 0))
}

// wanted is the width at which nothing of an object is cut.
func wanted(o fyne.CanvasObject) float32 {
	switch o := o.(type) {
	case interface{ Wanted() float32 }:
		return o.Wanted()
	case *fyne.Container:
		switch l := o.Layout.(type) {
		case *line:
			return l.wanted(o.Objects)
		case inset:
			return wanted(o.Objects[0]) + 2*l.h
		}
	}
	return o.MinSize().Width
}

type column struct{ gap float32 }

func (c *column) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	n := 0
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		size.Height += m.Height
		size.Width = max(size.Width, m.Width)
		n++
	}
	size.Height += c.gap * float32(max(n-1, 0))
	return size
}

func (c *column) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		o.Resize(fyne.NewSize(size.Width, o.MinSize().Height))
		// A wrapped text knows its height only now.
		height := o.MinSize().Height
		o.Resize(fyne.NewSize(size.Width, height))
		o.Move(fyne.NewPos(0, y))
		y += height + c.gap
	}
}

type inset struct{ h, v float32 }

func (i inset) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().AddWidthHeight(2*i.h, 2*i.v)
}

func (i inset) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(size.SubtractWidthHeight(2*i.h, 2*i.v))
	objects[0].Move(fyne.NewPos(i.h, i.v))
}

type split struct {
	gap    float32
	shares []float32
}

func (s *split) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return (&line{gap: s.gap}).MinSize(objects)
}

func (s *split) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	total := float32(0)
	for _, w := range s.shares {
		total += w
	}
	room := size.Width - s.gap*float32(len(objects)-1)
	x := float32(0)
	for i, o := range objects {
		width := room * s.shares[i] / total
		o.Resize(fyne.NewSize(width, size.Height))
		o.Move(fyne.NewPos(x, 0))
		x += width + s.gap
	}
}

type flow struct {
	gap   float32
	width float32
}

func (f *flow) MinSize(objects []fyne.CanvasObject) fyne.Size {
	width := float32(0)
	for _, o := range objects {
		if o.Visible() {
			width = max(width, o.MinSize().Width)
		}
	}
	return fyne.NewSize(width, f.place(objects, max(f.width, width), nil))
}

func (f *flow) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	f.width = size.Width
	f.place(objects, size.Width, func(o fyne.CanvasObject, at fyne.Position, s fyne.Size) {
		o.Resize(s)
		o.Move(at)
	})
}

func (f *flow) place(objects []fyne.CanvasObject, width float32, put func(fyne.CanvasObject, fyne.Position, fyne.Size)) float32 {
	var x, y, tall float32
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		if x > 0 && x+m.Width > width+0.5 {
			x, y, tall = 0, y+tall+f.gap, 0
		}
		if put != nil {
			put(o, fyne.NewPos(x, y), fyne.NewSize(min(m.Width, width), m.Height))
		}
		x += m.Width + f.gap
		tall = max(tall, m.Height)
	}
	return y + tall
}

type atLeast struct{ w, h float32 }

func (a atLeast) MinSize(objects []fyne.CanvasObject) fyne.Size {
	f := look.Size(look.Body) / 14
	return objects[0].MinSize().Max(fyne.NewSize(a.w*f, a.h*f))
}

func (a atLeast) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(size)
	objects[0].Move(fyne.NewPos(0, 0))
}

// bleed takes Fyne's inner padding away from around a label.
type bleed struct{}

func (bleed) MinSize(objects []fyne.CanvasObject) fyne.Size {
	p := 2 * look.Size(theme.SizeNameInnerPadding)
	return objects[0].MinSize().SubtractWidthHeight(p, p)
}

func (bleed) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	p := look.Size(theme.SizeNameInnerPadding)
	objects[0].Resize(size.AddWidthHeight(2*p, 2*p))
	objects[0].Move(fyne.NewPos(-p, -p))
}

// SplitTop is Split for objects of different heights: each keeps its own.
func SplitTop(gap float32, shares []float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&splitTop{split{gap: gap, shares: shares}}, objects...)
}

type splitTop struct{ split }

func (s *splitTop) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	s.split.Layout(objects, size)
	for _, o := range objects {
		o.Resize(fyne.NewSize(o.Size().Width, o.MinSize().Height))
	}
}
