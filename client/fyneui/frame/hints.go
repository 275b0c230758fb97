package frame

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"parley/client/fyneui/look"
	"parley/client/fyneui/part"
)

// hints is the small line beside the control under the pointer. It is drawn only,
// so that it neither takes clicks nor focus.
type hints struct {
	root *fyne.Container
	text *part.Text
	at   fyne.CanvasObject
}

func newHints() *hints {
	h := &hints{text: part.NewText("", look.Caption, look.Surface)}
	h.root = container.NewStack(part.NewGround(look.Text, "", look.Hair), part.Inset(look.Gap, look.Hair, h.text))
	h.root.Hide()
	return h
}

// show puts the line under an object, or above it where there is no room.
func (h *hints) show(at fyne.CanvasObject, text string, within fyne.CanvasObject) {
	if text == "" {
		if h.at == at {
			h.at = nil
			h.root.Hide()
		}
		return
	}
	h.at = at
	h.text.Set(text)
	driver := fyne.CurrentApp().Driver()
	pos := driver.AbsolutePositionForObject(at).Subtract(driver.AbsolutePositionForObject(within))
	size := h.root.MinSize()
	room := within.Size()
	size.Width = min(size.Width, room.Width-2*look.Gap)
	below := pos.Y + at.Size().Height + look.Hair
	if below+size.Height > room.Height {
		below = pos.Y - size.Height - look.Hair
	}
	h.root.Resize(size)
	h.root.Move(fyne.NewPos(max(min(pos.X, room.Width-size.Width-look.Gap), look.Gap), below))
	h.root.Show()
}
