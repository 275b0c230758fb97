package part

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"parley/client/fyneui/look"
)

// Text is one line of writing. It is as wide as its words unless Elastic, and
// ends in an ellipsis where there is no room.
type Text struct {
	widget.BaseWidget

	text    string
	color   fyne.ThemeColorName
	size    fyne.ThemeSizeName
	bold    bool
	align   fyne.TextAlign
	elastic bool
	least   float32
	room    room
}

// room tells the row that an elastic object stands in when the width that it wants
// has changed: Fyne lays out anew only when a least width has.
type room struct {
	last    float32
	changed func()
}

func (r *room) want(width float32) {
	if r.changed != nil && r.last != width {
		r.last = width
		r.changed()
	}
}

func (t *Text) onRoom(f func()) { t.room.changed = f }

// NewText makes a line in a size and colour of the theme.
func NewText(text string, size fyne.ThemeSizeName, color fyne.ThemeColorName) *Text {
	t := &Text{text: text, size: size, color: color}
	t.ExtendBaseWidget(t)
	return t
}

// Bold makes the line bold.
func (t *Text) Bold() *Text {
	t.bold = true
	return t
}

// Elastic lets the line be narrower than its words, down to a width that grows
// with the text size.
func (t *Text) Elastic(least float32) *Text {
	t.elastic, t.least = true, least
	return t
}

// Right aligns the line to the right.
func (t *Text) Right() *Text {
	t.align = fyne.TextAlignTrailing
	return t
}

// Center puts the line in the middle of its room.
func (t *Text) Center() *Text {
	t.align = fyne.TextAlignCenter
	return t
}

// Set changes the words.
func (t *Text) Set(text string) { t.SetTone(text, t.color) }

// SetTone changes the words and their colour.
func (t *Text) SetTone(text string, color fyne.ThemeColorName) {
	if t.text == text && t.color == color {
		return
	}
	same := t.text == text
	t.text, t.color = text, color
	t.Refresh()
	if !same {
		t.room.want(t.Wanted())
	}
}

// Wanted is the width of the whole line.
func (t *Text) Wanted() float32 {
	style := fyne.TextStyle{Bold: t.bold}
	return fyne.MeasureText(drawable(t.text), look.Size(t.size), style).Width
}

// drawable replaces the one sign of the catalogues that the font lacks. Fyne would
// take it from another font and then draw the space behind it as a box.
func drawable(text string) string { return strings.ReplaceAll(text, "→", "›") }

// String is the whole line, also where an ellipsis is drawn.
func (t *Text) String() string { return t.text }

// CreateRenderer is called by Fyne.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	r := &textRenderer{text: t, line: canvas.NewText("", look.Color(t.color))}
	r.Refresh()
	return r
}

type textRenderer struct {
	text *Text
	line *canvas.Text
	// full is the size of the whole line; fitted the width that the drawn line was
	// made for.
	full   fyne.Size
	fitted float32
}

func (r *textRenderer) Destroy()                     {}
func (r *textRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.line} }

func (r *textRenderer) MinSize() fyne.Size {
	if !r.text.elastic {
		return r.full
	}
	least := r.text.least * look.Size(look.Body) / 14
	return fyne.NewSize(min(least, r.full.Width), r.full.Height)
}

func (r *textRenderer) Layout(size fyne.Size) {
	r.fit(size.Width)
	r.line.Resize(fyne.NewSize(size.Width, r.full.Height))
	r.line.Move(fyne.NewPos(0, (size.Height-r.full.Height)/2))
}

func (r *textRenderer) Refresh() {
	t := r.text
	r.line.Color = look.Color(t.color)
	r.line.TextSize = look.Size(t.size)
	r.line.TextStyle = fyne.TextStyle{Bold: t.bold}
	r.line.Alignment = t.align
	r.full = measure(drawable(t.text), r.line)
	r.full.Height = max(r.full.Height, r.line.TextSize*1.4)
	r.fitted = -1
	if size := t.Size(); size.Width > 0 {
		r.Layout(size)
	} else {
		r.line.Text = drawable(t.text)
	}
	r.line.Refresh()
}

// fit shortens the line to a width.
func (r *textRenderer) fit(width float32) {
	if width == r.fitted {
		return
	}
	r.fitted = width
	shown := drawable(r.text.text)
	if r.full.Width > width+0.5 {
		runes := []rune(shown)
		low, high := 0, len(runes)
		for low < high {
			mid := (low + high + 1) / 2
			if measure(string(runes[:mid])+"…", r.line).Width <= width {
				low = mid
			} else {
				high = mid - 1
			}
		}
		shown = string(runes[:low]) + "…"
	}
	if r.line.Text != shown {
		r.line.Text = shown
		r.line.Refresh()
	}
}

func measure(text string, like *canvas.Text) fyne.Size {
	return fyne.MeasureText(text, like.TextSize, like.TextStyle)
}

// NewParagraph is running text that wraps, without Fyne's own margin around it.
func NewParagraph(text string, color widget.Importance) (*widget.Label, fyne.CanvasObject) {
	l := widget.NewLabel(text)
	l.Wrapping = fyne.TextWrapWord
	l.Importance = color
	return l, container.New(bleed{}, l)
}

// SetLabel changes a label's text if it differs.
func SetLabel(l *widget.Label, text string) {
	if text = drawable(text); l.Text != text {
		l.SetText(text)
	}
}
