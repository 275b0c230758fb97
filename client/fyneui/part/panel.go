package part

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"parley/client/fyneui/look"
)

// Ground is a filled, rounded rectangle in colours of the theme.
type Ground struct {
	widget.BaseWidget

	fill, line fyne.ThemeColorName
	radius     float32
	width      float32
	shadow     bool
}

// NewGround makes a ground; an empty colour is not drawn.
func NewGround(fill, line fyne.ThemeColorName, radius float32) *Ground {
	g := &Ground{fill: fill, line: line, radius: radius, width: 1}
	g.ExtendBaseWidget(g)
	return g
}

// Set changes the colours.
func (g *Ground) Set(fill, line fyne.ThemeColorName) {
	if g.fill == fill && g.line == line {
		return
	}
	g.fill, g.line = fill, line
	g.Refresh()
}

// CreateRenderer is called by Fyne.
func (g *Ground) CreateRenderer() fyne.WidgetRenderer {
	r := &groundRenderer{ground: g, rect: canvas.NewRectangle(color.Transparent)}
	r.Refresh()
	return r
}

type groundRenderer struct {
	ground *Ground
	rect   *canvas.Rectangle
}

func (r *groundRenderer) Destroy()                     {}
func (r *groundRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.rect} }
func (r *groundRenderer) MinSize() fyne.Size           { return fyne.Size{} }
func (r *groundRenderer) Layout(s fyne.Size)           { r.rect.Resize(s) }

func (r *groundRenderer) Refresh() {
	g := r.ground
	paint(r.rect, g.fill, g.line, g.width)
	r.rect.CornerRadius = g.radius
	if g.shadow {
		r.rect.Shadow = canvas.Shadow{
			Color: look.Color("shadow"), BlurRadius: 12, Offset: fyne.NewPos(0, 4),
		}
	}
	r.rect.Refresh()
}

// paint sets the colours of a rectangle; empty names are transparent.
func paint(rect *canvas.Rectangle, fill, line fyne.ThemeColorName, width float32) {
	rect.FillColor, rect.StrokeColor, rect.StrokeWidth = color.Transparent, color.Transparent, 0
	if fill != "" {
		rect.FillColor = look.Color(fill)
	}
	if line != "" {
		rect.StrokeColor, rect.StrokeWidth = look.Color(line), width
	}
}

// Panel is a surface with a margin around its content.
func Panel(content fyne.CanvasObject) *fyne.Container {
	return container.NewStack(NewGround(look.Surface, look.Border, look.Radius), Inset(look.Pad, look.Gap, content))
}

// Card is a raised surface that floats above the window.
func Card(content fyne.CanvasObject) *fyne.Container {
	s := &shield{Ground: Ground{fill: look.Raised, line: look.Border, radius: look.Radius, width: 1, shadow: true}}
	s.ExtendBaseWidget(s)
	return container.NewStack(s, Inset(look.Wide, look.Wide, content))
}

// shield is a ground that keeps clicks from what lies under it.
type shield struct{ Ground }

// Tapped is called by Fyne.
func (s *shield) Tapped(*fyne.PointEvent) {}

// Caption is the small heading of a panel.
func Caption(text string) *Text { return NewText(text, look.Caption, look.Muted).Bold().Elastic(32) }

// Separator is a thin line, upright or lying.
func Separator(upright bool) fyne.CanvasObject {
	g := NewGround(look.Border, "", 0)
	if upright {
		return container.New(fixed{fyne.NewSize(1, 24)}, g)
	}
	return container.New(fixed{fyne.NewSize(1, 1)}, g)
}

type fixed struct{ size fyne.Size }

func (f fixed) MinSize([]fyne.CanvasObject) fyne.Size { return f.size }

func (f fixed) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Resize(size)
	}
}
