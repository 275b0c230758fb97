package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"parley/client/fyneui/look"
	"parley/client/vm"
)

// Choice is a button that opens a menu of choices.
type Choice struct {
	*Button

	choices []vm.Choice
	chosen  func(id string)
}

// NewChoice makes a drop-down; chosen gets the id of what is picked.
func NewChoice(host Host, chosen func(id string)) *Choice {
	c := &Choice{chosen: chosen}
	c.Button = NewButton(host, StyleNormal, nil).AsMenu()
	c.Enter = true
	c.OnTapped = c.open
	return c
}

// Set takes the choices over.
func (c *Choice) Set(choices []vm.Choice) {
	c.choices = choices
	title := ""
	for _, one := range choices {
		if one.Chosen {
			title = one.Title
		}
	}
	c.SetTitle(title)
}

func (c *Choice) open() {
	items := make([]*fyne.MenuItem, 0, len(c.choices))
	for _, one := range c.choices {
		item := fyne.NewMenuItem(one.Title, func() { c.chosen(one.ID) })
		item.Checked = one.Chosen
		items = append(items, item)
	}
	OpenMenu(c.Button, items)
}

// OpenMenu shows a menu under an object.
func OpenMenu(under fyne.CanvasObject, items []*fyne.MenuItem) {
	driver := fyne.CurrentApp().Driver()
	c := driver.CanvasForObject(under)
	if c == nil || len(items) == 0 {
		return
	}
	menu := widget.NewPopUpMenu(fyne.NewMenu("", items...), c)
	at := driver.AbsolutePositionForObject(under)
	at.Y += under.Size().Height + look.Hair
	_, room := c.InteractiveArea()
	at.X = max(min(at.X, room.Width-menu.MinSize().Width-look.Gap), 0)
	at.Y = max(min(at.Y, room.Height-menu.MinSize().Height-look.Gap), 0)
	menu.ShowAtPosition(at)
	menu.Resize(menu.MinSize())
	c.Focus(menu)
}

// Labelled puts a small label above an object.
func Labelled(label *Text, o fyne.CanvasObject) *fyne.Container { return Stack(look.Hair, label, o) }

// Check is an on-off button that tells its state by its mark.
type Check struct{ *Button }

// NewCheck makes a check button; changed gets what it shall become.
func NewCheck(host Host, changed func(on bool)) *Check {
	c := &Check{Button: NewButton(host, StyleQuiet, nil)}
	c.Enter = true
	c.OnTapped = func() { changed(!c.Command().Checked) }
	return c
}

// Set takes label and state over.
func (c *Check) Set(label string, on bool) {
	icon := "checkbox"
	if on {
		icon = "checkbox-on"
	}
	c.Button.Set(vm.Command{Title: label, Icon: icon, Checked: on, Enabled: true})
}
