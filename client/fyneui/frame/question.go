package frame

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"parley/client/fyneui/look"
	"parley/client/fyneui/part"
	"parley/client/vm"
)

// Dialog asks one question over the whole window. It belongs to a command that the
// user has just given, so it may take the keys; an offer that rings meanwhile
// stands above it.
type Dialog struct {
	host   Host
	canvas func() fyne.Canvas
	layer  *dialogLayer
	shown  *vm.Question
	title  *part.Text
	text   *widget.Label
	row    *fyne.Container
	first  *part.Button
	answer func(id string)
	// Offer is the card that stands above the question; Under is where the frame
	// has its own, which it covers.
	Offer *OfferCard
	Under *OfferCard
}

// NewDialog makes a closed dialog for a canvas; offer may be nil.
func NewDialog(host Host, canvas func() fyne.Canvas, offer *OfferCard) *Dialog {
	d := &Dialog{
		host: host, canvas: canvas, Offer: offer,
		title: part.NewText("", look.Title, look.Text).Bold().Elastic(80), row: part.Flow(look.Gap),
	}
	text, textBox := part.NewParagraph("", widget.MediumImportance)
	d.text = text
	card := part.Card(part.AtLeast(420, 0, part.Stack(look.Wide, d.title, textBox, d.row)))
	objects := []fyne.CanvasObject{part.NewGround("shadow", "", 0), container.NewCenter(card)}
	if offer != nil {
		objects = append(objects, container.New(&covering{d}, offer.Root))
	}
	d.layer = &dialogLayer{content: container.NewStack(objects...)}
	d.layer.ExtendBaseWidget(d.layer)
	return d
}

// Set opens, changes or closes the dialog; answer gets the id of the answer.
func (d *Dialog) Set(q *vm.Question, answer func(id string)) {
	d.answer = answer
	if q == nil {
		if d.shown != nil {
			d.canvas().Overlays().Remove(d.layer)
			d.shown = nil
		}
		return
	}
	if d.shown != nil && d.shown.ID == q.ID && d.shown.Text == q.Text {
		return
	}
	opened := d.shown == nil
	d.shown = q
	d.title.Set(q.Title)
	part.SetLabel(d.text, q.Text)
	d.row.Objects = nil
	for i, a := range q.Answers {
		style := part.StyleNormal
		if i == 0 && a.Tone != vm.ToneCritical {
			style = part.StylePrimary
		}
		b := part.NewButton(d.host, style, func() { d.answer(a.ID) })
		b.Enter = true
		b.Set(vm.Command{Title: a.Title, Enabled: true, Tone: a.Tone})
		if i == 0 || a.Default {
			d.first = b
		}
		d.row.Add(b)
	}
	if opened {
		c := d.canvas()
		d.layer.Resize(c.Size())
		c.Overlays().Add(d.layer)
		d.layer.Resize(c.Size())
		c.Focus(d.first)
	}
	d.layer.content.Refresh()
}

// Open says whether a question is on the screen.
func (d *Dialog) Open() bool { return d.shown != nil }

// Escape gives the last answer, which changes nothing.
func (d *Dialog) Escape() bool {
	if d.shown == nil || len(d.shown.Answers) == 0 {
		return false
	}
	d.answer(d.shown.Answers[len(d.shown.Answers)-1].ID)
	return true
}

// dialogLayer covers the window and swallows what is clicked beside the card.
type dialogLayer struct {
	widget.BaseWidget
	content *fyne.Container
}

// CreateRenderer is called by Fyne.
func (l *dialogLayer) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(l.content)
}

// Tapped is called by Fyne.
func (l *dialogLayer) Tapped(*fyne.PointEvent) {}

// covering puts the card where the frame's own stands.
type covering struct{ dialog *Dialog }

func (c *covering) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

func (c *covering) Layout(objects []fyne.CanvasObject, _ fyne.Size) {
	objects[0].Resize(objects[0].MinSize())
	if c.dialog.Under != nil {
		objects[0].Move(c.dialog.Under.Root.Position())
	}
}
