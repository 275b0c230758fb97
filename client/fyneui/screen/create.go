package screen

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"parley/client/fyneui/look"
	"parley/client/fyneui/part"
	"parley/client/vm"
	"parley/client/vm/overview"
)

// createForm is the quick create form of an account.
type createForm struct {
	Root fyne.CanvasObject

	title        *part.Text
	form         *form
	company      *part.Check
	save, cancel *part.Button
}

func newCreateForm(host part.Host, edited func(id, value string), company func(bool), do func(vm.CommandID)) *createForm {
	c := &createForm{title: section(), company: part.NewCheck(host, company)}
	c.save = part.NewButton(host, part.StylePrimary, func() { do(c.save.Command().ID) })
	c.cancel = part.NewButton(host, part.StyleNormal, func() { do(c.cancel.Command().ID) })
	c.save.Enter, c.cancel.Enter = true, true
	c.form = newForm(host, edited, func() {
		if c.save.Command().Enabled {
			do(c.save.Command().ID)
		}
	})
	c.Root = container.NewVScroll(part.Panel(part.Inset(0, look.Gap, part.Stack(look.Wide,
		c.title, c.form.Container, part.Row(0, c.company.Button), part.Row(look.Gap, c.save, c.cancel)))))
	c.Root.Hide()
	return c
}

func (c *createForm) set(st *overview.Create) {
	if st == nil {
		return
	}
	c.title.Set(st.Title)
	c.form.set(st.Inputs, st.Load)
	c.company.Set(st.CompanyLabel, st.Company)
	c.save.Set(st.Save)
	c.cancel.Set(st.Cancel)
}
