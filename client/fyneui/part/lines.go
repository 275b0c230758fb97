package part

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"parley/client/fyneui/look"
)

// Lines is a small text of at most two lines; what goes beyond ends in an
// ellipsis.
type Lines struct {
	widget.BaseWidget

	text  string
	color fyne.ThemeColorName
	room  room
}

func (l *Lines) onRoom(f func()) { l.room.changed = f }

// NewLines makes an empty text.
func NewLines(color fyne.ThemeColorName) *Lines {
	l := &Lines{color: color}
	l.ExtendBaseWidget(l)
	return l
}

// Set changes the words.
func (l *Lines) Set(text string) {
	if l.text != text {
		l.text = text
		l.Refresh()
		l.room.want(l.Wanted())
	}
}

// Wanted is the width of the text in two lines, with some room for the break.
func (l *Lines) Wanted() float32 {
	return fyne.MeasureText(l.text, look.Size(look.Caption), fyne.TextStyle{}).Width*0.5 + 60
}

// CreateRenderer is called by Fyne.
func (l *Lines) CreateRenderer() fyne.WidgetRenderer {
	return &linesRenderer{lines: l, first: canvas.NewText("", nil), second: NewText("", look.Caption, l.color).Elastic(20)}
}

type linesRenderer struct {
	lines  *Lines
	first  *canvas.Text
	second *Text
}

func (r *linesRenderer) Destroy() {}

func (r *linesRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.first, r.second}
}

func (r *linesRenderer) MinSize() fyne.Size {
	h := look.Size(look.Caption) * 1.35 * 2
	return fyne.NewSize(min(60, fyne.MeasureText(r.lines.text, look.Size(look.Caption), fyne.TextStyle{}).Width), h)
}

func (r *linesRenderer) Refresh() { r.Layout(r.lines.Size()) }

// Layout fills the first line with as many words as fit; one line stands in the
// middle of the height.
func (r *linesRenderer) Layout(size fyne.Size) {
	if size.Width <= 0 {
		return
	}
	r.first.Color, r.first.TextSize = look.Color(r.lines.color), look.Size(look.Caption)
	words := strings.Fields(drawable(r.lines.text))
	n := len(words)
	for n > 1 && measure(strings.Join(words[:n], " "), r.first).Width > size.Width {
		n--
	}
	r.first.Text = strings.Join(words[:n], " ")
	r.second.Set(strings.Join(words[n:], " "))
	h := look.Size(look.Caption) * 1.35
	y := (size.Height - h) / 2
	if n < len(words) {
		y = (size.Height - 2*h) / 2
	}
	r.first.Resize(fyne.NewSize(size.Width, h))
	r.first.Move(fyne.NewPos(0, y))
	r.second.Resize(fyne.NewSize(size.Width, h))
	r.second.Move(fyne.NewPos(0, y+h))
	r.first.Refresh()
}

// HintText is a Text that shows itself whole beside the pointer.
type HintText struct {
	Text
	host Host
}

// NewHintText makes an elastic line.
func NewHintText(host Host, size fyne.ThemeSizeName, color fyne.ThemeColorName, bold bool) *HintText {
	h := &HintText{Text: Text{size: size, color: color, bold: bold, elastic: true, least: 60}, host: host}
	h.ExtendBaseWidget(h)
	return h
}

// MouseIn is called by Fyne.
func (h *HintText) MouseIn(*desktop.MouseEvent) {
	if h.Wanted() > h.Size().Width {
		h.host.Hint(h, h.String())
	}
}

// MouseMoved is called by Fyne.
func (h *HintText) MouseMoved(*desktop.MouseEvent) {}

// MouseOut is called by Fyne.
func (h *HintText) MouseOut() { h.host.Hint(h, "") }

// String is the whole text.
func (l *Lines) String() string { return l.text }
