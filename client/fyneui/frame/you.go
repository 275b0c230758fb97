package frame

import (
	"fyne.io/fyne/v2"

	"parley/client/fyneui/look"
	"parley/client/fyneui/part"
	"parley/client/vm"
	"parley/client/vm/desk"
)

// youPanel shows the agent's own state and opens the menu that changes it.
type youPanel struct {
	root    *fyne.Container
	model   Model
	caption *part.Text
	name    *part.Text
	chip    *part.Chip
	timer   *part.Text
	reason  *part.Lines
	wrapUp  *part.Text
	load    *part.Text
	open    *part.Button
	menu    []desk.MenuItem
}

func newYouPanel(host part.Host, m Model) *youPanel {
	p := &youPanel{
		model: m, caption: part.Caption(""), chip: part.NewChip(),
		name:   part.NewText("", look.Caption, look.Muted).Elastic(30),
		timer:  part.NewText("", look.Title, look.Text).Bold(),
		reason: part.NewLines(look.Muted),
		wrapUp: part.NewText("", look.Body, look.Attention).Bold(),
		load:   part.NewText("", look.Caption, look.Muted),
	}
	p.open = part.NewIconButton(host, "chevron-down", "", p.openMenu).Bordered()
	p.open.Enter = true
	p.root = threeLines(
		part.RowStretch(look.Gap, 1, p.caption, p.name, p.load),
		part.RowStretch(look.Gap, 1, p.chip, part.Space(), p.timer),
		part.RowStretch(look.Gap, 1, p.wrapUp, p.reason, p.open))
	return p
}

func (p *youPanel) set(st desk.YouPanel, labels desk.Labels) {
	p.caption.Set(labels.You)
	p.name.Set(st.Name)
	p.load.Set(join(st.Loads, "   "))
	part.Visible(p.load, len(st.Loads) > 0)
	p.chip.Set(st.Icon, st.Word, st.Tone)
	p.timer.Set(st.Timer)
	under := join(filled(st.Reason, st.Next), "  ·  ")
	p.reason.Set(under)
	p.wrapUp.Set(st.WrapUp)
	part.Visible(p.wrapUp, st.WrapUp != "")
	p.open.Set(vm.Command{Title: labels.Menu, Icon: "chevron-down", Enabled: len(st.Menu) > 0})
	p.menu = st.Menu
}

// openMenu shows the entries with their icons; what cannot be chosen now is dim.
func (p *youPanel) openMenu() {
	items := make([]*fyne.MenuItem, 0, len(p.menu))
	for _, m := range p.menu {
		item := fyne.NewMenuItem(m.Title, func() { p.model.ChooseState(m.ID, m.Reason) })
		item.Icon = look.Resource(m.Icon, look.Color(look.ToneText(vm.ToneMuted)))
		item.Checked = m.Checked
		item.Disabled = !m.Enabled
		items = append(items, item)
	}
	part.OpenMenu(p.open, items)
}

func filled(texts ...string) []string {
	var out []string
	for _, t := range texts {
		if t != "" {
			out = append(out, t)
		}
	}
	return out
}

func join(texts []string, between string) string {
	out := ""
	for i, t := range texts {
		if i > 0 {
			out += between
		}
		out += t
	}
	return out
}
