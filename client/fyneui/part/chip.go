package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"parley/client/fyneui/look"
	"parley/client/vm"
)

// Chip tells a state by icon, word and tinted ground.
type Chip struct {
	widget.BaseWidget

	ground *Ground
	icon   *look.Icon
	word   *Text
	root   *fyne.Container
	tone   vm.Tone
	name   string
	room   room
}

func (c *Chip) onRoom(f func()) { c.room.changed = f }

// NewChip makes an empty chip, which is hidden until it has a word.
func NewChip() *Chip {
	c := &Chip{
		ground: NewGround(look.NeutralTint, "", 10),
		icon:   look.NewIcon("", look.Text).Scaled(0.78),
		word:   NewText("", look.Caption, look.Text).Bold().Elastic(36),
	}
	c.root = container.NewStack(c.ground, Inset(look.Gap, 2, RowStretch(look.Hair, 1, c.icon, c.word)))
	c.ExtendBaseWidget(c)
	c.Hide()
	return c
}

// Set changes icon, word and tone.
func (c *Chip) Set(icon, word string, tone vm.Tone) {
	if c.name == icon && c.word.String() == word && c.tone == tone {
		return
	}
	c.name, c.tone = icon, tone
	text := look.ToneText(tone)
	c.ground.Set(look.ToneTint(tone), "")
	c.icon.Set(icon, text)
	setVisible(c.icon, icon != "")
	c.word.SetTone(word, text)
	setVisible(c, word != "")
	c.root.Refresh()
	c.room.want(c.Wanted())
}

// Wanted is the width of the whole chip.
func (c *Chip) Wanted() float32 { return wanted(c.root.Objects[1]) }

// Word is what the chip says.
func (c *Chip) Word() string { return c.word.String() }

// CreateRenderer is called by Fyne.
func (c *Chip) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(c.root) }

func setVisible(o fyne.CanvasObject, on bool) {
	switch {
	case on == o.Visible():
	case on:
		o.Show()
	default:
		o.Hide()
	}
}

// Visible shows or hides an object, touching it only when that changes something.
func Visible(o fyne.CanvasObject, on bool) { setVisible(o, on) }
