package frame

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"parley/client/fyneui/look"
	"parley/client/fyneui/part"
	"parley/client/vm"
	"parley/client/vm/desk"
)

// OfferCard floats over the workspace while a contact rings. It takes no focus:
// its buttons answer to the mouse, to Space when the agent has gone there with
// Tab, and to the shortcuts, but never to a typed Enter.
type OfferCard struct {
	Root *fyne.Container

	title, who, number, queue *part.Text
	countdown, waited         *part.Text
	why, effect               *widget.Label
	effectRow                 fyne.CanvasObject
	bar                       *part.Meter
	accept, reject            *part.Button
	key                       string
}

// NewOfferCard makes a hidden card.
func NewOfferCard(host part.Host, do func(vm.CommandID)) *OfferCard {
	c := &OfferCard{
		title:     part.NewText("", look.Body, look.AccentText).Bold().Elastic(60),
		who:       part.NewText("", look.Display, look.Text).Bold().Elastic(80),
		number:    part.NewText("", look.Body, look.Text).Elastic(40),
		queue:     part.NewText("", look.Body, look.Muted).Elastic(40),
		countdown: part.NewText("", look.Title, look.Text).Bold(),
		waited:    part.NewText("", look.Body, look.Muted),
		bar:       part.NewMeter(look.Accent),
	}
	why, whyBox := part.NewParagraph("", widget.LowImportance)
	effect, effectBox := part.NewParagraph("", widget.MediumImportance)
	c.why, c.effect = why, effect
	c.effectRow = container.NewBorder(nil, nil, part.Inset(0, 0, look.NewIcon(vm.IconHold, look.Attention)), nil,
		part.Inset(look.Gap, 0, effectBox))
	c.accept = part.NewButton(host, part.StylePrimary, func() { do(vm.CmdAccept) }).WithKeys()
	c.reject = part.NewButton(host, part.StyleNormal, func() { do(vm.CmdReject) }).WithKeys()
	body := part.Stack(look.Gap,
		part.RowStretch(look.Gap, 1, look.NewIcon(vm.IconRinging, look.AccentText), c.title, c.countdown),
		c.bar, c.who,
		part.RowStretch(look.Pad, 1, c.number, c.queue, c.waited),
		c.effectRow, whyBox,
		part.Split(look.Pad, []float32{3, 2}, c.accept, c.reject))
	edge := part.NewGround("", look.AccentText, look.Radius)
	c.Root = container.NewStack(part.Card(part.AtLeast(400, 0, body)), edge)
	c.Root.Hide()
	return c
}

// Set draws an offer, or takes the card away.
func (c *OfferCard) Set(o *desk.OfferCard) {
	if o == nil {
		c.key = ""
		part.Visible(c.Root, false)
		return
	}
	fresh := c.key != o.Key
	c.key = o.Key
	c.title.Set(o.Title)
	c.who.Set(o.Who)
	number := o.Number
	if number == o.Who {
		number = ""
	}
	c.number.Set(number)
	part.Visible(c.number, number != "")
	c.queue.Set(o.Queue)
	c.waited.Set(o.Waited)
	c.countdown.Set(o.Countdown)
	c.bar.Set(o.Fraction)
	part.SetLabel(c.why, o.Why)
	part.SetLabel(c.effect, o.Effect)
	part.Visible(c.effectRow, o.Effect != "")
	c.accept.Set(o.Accept)
	c.reject.Set(o.Reject)
	part.Visible(c.Root, true)
	if fresh {
		c.Root.Refresh()
	}
}
