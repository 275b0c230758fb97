package look

import (
	"fmt"
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"parley/assets"
)

// Icon draws one icon of assets/icons in a colour of the theme. Its size follows
// the text size.
type Icon struct {
	widget.BaseWidget

	name  string
	color fyne.ThemeColorName
	scale float32
}

// NewIcon makes an icon; an empty name draws nothing but takes the same room.
func NewIcon(name string, color fyne.ThemeColorName) *Icon {
	i := &Icon{name: name, color: color, scale: 1}
	i.ExtendBaseWidget(i)
	return i
}

// Scaled makes the icon larger or smaller than a line of text.
func (i *Icon) Scaled(factor float32) *Icon {
	i.scale = factor
	return i
}

// Set changes what is drawn.
func (i *Icon) Set(name string, color fyne.ThemeColorName) {
	if i.name == name && i.color == color {
		return
	}
	i.name, i.color = name, color
	i.Refresh()
}

// Name is the name of the icon that is drawn.
func (i *Icon) Name() string { return i.name }

// CreateRenderer is called by Fyne.
func (i *Icon) CreateRenderer() fyne.WidgetRenderer {
	r := &iconRenderer{icon: i, image: &canvas.Image{FillMode: canvas.ImageFillContain}}
	r.Refresh()
	return r
}

type iconRenderer struct {
	icon  *Icon
	image *canvas.Image
}

func (r *iconRenderer) Destroy()                     {}
func (r *iconRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.image} }

func (r *iconRenderer) Layout(size fyne.Size) {
	side := min(r.MinSize().Width, size.Width)
	r.image.Resize(fyne.NewSquareSize(side))
	r.image.Move(fyne.NewPos((size.Width-side)/2, (size.Height-side)/2))
}

func (r *iconRenderer) MinSize() fyne.Size {
	return fyne.NewSquareSize(Size(theme.SizeNameInlineIcon) * r.icon.scale)
}

func (r *iconRenderer) Refresh() {
	res := Resource(r.icon.name, Color(r.icon.color))
	switch {
	case res == nil:
		r.image.Hide()
		return
	case r.image.Resource == nil || r.image.Resource.Name() != res.Name():
		r.image.Resource = res
		r.image.Image = nil
		r.image.Refresh()
	}
	r.image.Show()
	r.Layout(r.icon.Size())
}

// Resource is an icon in a fixed colour, nil when there is no icon of that name.
// Fyne's own recolouring knows filled shapes only, and ours are strokes.
func Resource(name string, c color.Color) fyne.Resource {
	if name == "" {
		return nil
	}
	raw, err := assets.FS.ReadFile("icons/" + name + ".svg")
	if err != nil {
		return nil
	}
	r, g, b, _ := c.RGBA()
	hex := fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
	return fyne.NewStaticResource(name+hex+".svg", []byte(strings.ReplaceAll(string(raw), "currentColor", hex)))
}

// AppIcon is the sign of the application.
func AppIcon() fyne.Resource { return Resource("parley", color.Black) }
