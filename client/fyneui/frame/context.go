package frame

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"parley/client/fyneui/look"
	"parley/client/fyneui/part"
	"parley/client/vm"
	"parley/client/vm/desk"
)

// contextArea holds the four panels that never scroll away.
type contextArea struct {
	root    *fyne.Container
	account *accountPanel
	alerts  *alertsPanel
	contact *contactPanel
	you     *youPanel
	shape   *contextLayout
}

func newContextArea(host part.Host, m Model) *contextArea {
	c := &contextArea{
		account: newAccountPanel(host, m), alerts: newAlertsPanel(host, m),
		contact: newContactPanel(host), you: newYouPanel(host, m), shape: &contextLayout{},
	}
	c.root = container.New(c.shape, part.Panel(c.account.root), part.Panel(c.alerts.root),
		part.Panel(c.contact.root), part.Panel(c.you.root))
	return c
}

func (c *contextArea) set(st desk.State) {
	c.account.set(st.Account, st.Labels.Account)
	c.alerts.set(st.Alerts, st.Labels.Alerts)
	c.contact.set(st.Contact, st.Labels)
	c.you.set(st.You, st.Labels)
}

// contextLayout puts the four panels in one row, or in two where it is narrow.
type contextLayout struct{ narrow bool }

func (l *contextLayout) rows() [][]int {
	if l.narrow {
		return [][]int{{0, 2}, {1, 3}}
	}
	return [][]int{{0, 1, 2, 3}}
}

// shares are the widths of the panels as weights.
func (l *contextLayout) shares() []float32 {
	if l.narrow {
		return []float32{10, 11, 11, 10}
	}
	return []float32{50, 51, 57, 42}
}

func (l *contextLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	height := float32(0)
	for _, o := range objects {
		height = max(height, o.MinSize().Height)
	}
	n := float32(len(l.rows()))
	return fyne.NewSize(400, n*height+(n-1)*look.Gap)
}

func (l *contextLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	rows, shares := l.rows(), l.shares()
	height := (size.Height - look.Gap*float32(len(rows)-1)) / float32(len(rows))
	for i, row := range rows {
		total := float32(0)
		for _, at := range row {
			total += shares[at]
		}
		x, room := float32(0), size.Width-look.Gap*float32(len(row)-1)
		for _, at := range row {
			width := room * shares[at] / total
			objects[at].Resize(fyne.NewSize(width, height))
			objects[at].Move(fyne.NewPos(x, float32(i)*(height+look.Gap)))
			x += width + look.Gap
		}
	}
}

// threeLines is the common form of the panels: caption, main line, weak line.
func threeLines(first, second, third fyne.CanvasObject) *fyne.Container {
	return container.New(evenLines{}, first, second, third)
}

// evenLines gives all panels the same three lines, so that they stand level.
type evenLines struct{}

func (evenLines) heights() [3]float32 {
	f := look.Size(look.Body) / 14
	return [3]float32{22 * f, 28 * f, 34 * f}
}

func (e evenLines) MinSize(objects []fyne.CanvasObject) fyne.Size {
	h := e.heights()
	width := float32(0)
	for _, o := range objects {
		width = max(width, o.MinSize().Width)
	}
	return fyne.NewSize(width, h[0]+h[1]+h[2])
}

func (e evenLines) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	for i, h := range e.heights() {
		objects[i].Resize(fyne.NewSize(size.Width, h))
		objects[i].Move(fyne.NewPos(0, y))
		y += h
	}
}

type accountPanel struct {
	root    *fyne.Container
	caption *part.Text
	chip    *part.Chip
	icon    *look.Icon
	name    *part.HintText
	detail  *part.Lines
	actions *actions
}

func newAccountPanel(host part.Host, m Model) *accountPanel {
	p := &accountPanel{
		caption: part.Caption(""), chip: part.NewChip(), icon: look.NewIcon("", look.Muted),
		name:    part.NewHintText(host, look.Title, look.Text, true),
		detail:  part.NewLines(look.Muted),
		actions: newActions(host, m),
	}
	p.root = threeLines(part.RowStretch(look.Gap, 0, p.caption, p.chip),
		part.RowStretch(look.Gap, 1, p.icon, p.name),
		part.RowStretch(look.Gap, 0, p.detail, p.actions.row))
	return p
}

func (p *accountPanel) set(st desk.AccountPanel, caption string) {
	p.caption.Set(caption)
	icon := ""
	switch {
	case st.Confirmed:
		icon = vm.IconConfirmed
	case st.Tone == vm.ToneAttention:
		icon = vm.IconWarning
	}
	p.chip.Set(icon, st.Standing, st.Tone)
	p.icon.Set(st.Icon, look.Muted)
	part.Visible(p.icon, st.Icon != "")
	p.name.Set(st.Name)
	p.detail.Set(st.Detail)
	p.actions.set(st.Commands)
}

// actions are the buttons inside a panel.
type actions struct {
	row     *fyne.Container
	host    part.Host
	model   Model
	buttons map[vm.CommandID]*part.Button
	shown   []vm.CommandID
}

func newActions(host part.Host, m Model) *actions {
	return &actions{row: part.Row(look.Gap), host: host, model: m, buttons: map[vm.CommandID]*part.Button{}}
}

func (a *actions) set(commands []vm.Command) {
	same := len(commands) == len(a.shown)
	ids := make([]vm.CommandID, len(commands))
	objects := make([]fyne.CanvasObject, len(commands))
	for i, c := range commands {
		b, ok := a.buttons[c.ID]
		if !ok {
			b = part.NewButton(a.host, part.StyleNormal, func() { a.model.Do(c.ID) })
			a.buttons[c.ID] = b
		}
		b.Set(c)
		ids[i], objects[i] = c.ID, b
		same = same && a.shown[i] == c.ID
	}
	if !same {
		a.shown, a.row.Objects = ids, objects
		a.row.Refresh()
	}
}

type contactPanel struct {
	root    *fyne.Container
	caption *part.Text
	chip    *part.Chip
	line    *part.HintText
	talk    *part.Text
	hold    *part.Text
	queue   *part.Lines
	mute    *look.Icon
	why     *part.Button
	details []vm.Field
}

func newContactPanel(host part.Host) *contactPanel {
	p := &contactPanel{
		caption: part.Caption(""), chip: part.NewChip(), mute: look.NewIcon(vm.IconMute, look.Attention),
		line:  part.NewHintText(host, look.Title, look.Text, true),
		talk:  part.NewText("", look.Body, look.Text).Bold(),
		hold:  part.NewText("", look.Body, look.Attention).Bold(),
		queue: part.NewLines(look.Muted),
	}
	p.why = part.NewIconButton(host, vm.IconInfo, "", p.openWhy)
	p.why.Enter = true
	p.root = threeLines(part.RowStretch(look.Gap, 0, p.caption, p.mute, p.chip),
		part.RowStretch(look.Gap, 0, p.line, p.why),
		part.RowStretch(look.Pad, 2, p.talk, p.hold, p.queue))
	return p
}

func (p *contactPanel) set(st desk.ContactPanel, labels desk.Labels) {
	p.caption.Set(labels.Contact)
	p.chip.Set(st.Icon, st.Word, st.Tone)
	part.Visible(p.mute, st.Muted)
	p.line.Set(st.Line)
	p.talk.Set(st.Talk)
	part.Visible(p.talk, st.Talk != "")
	p.hold.Set(st.Hold)
	part.Visible(p.hold, st.Hold != "")
	p.queue.Set(st.Queue)
	p.details = st.WhyDetails
	p.why.Set(vm.Command{Icon: vm.IconInfo, Title: labels.Details, Hint: st.Why, Enabled: len(st.WhyDetails) > 0})
	part.Visible(p.why, st.Why != "")
}

// openWhy lists the figures behind the sentence.
func (p *contactPanel) openWhy() {
	items := make([]*fyne.MenuItem, 0, len(p.details))
	for _, f := range p.details {
		item := fyne.NewMenuItem(f.Label+"  "+f.Value, func() {})
		items = append(items, item)
	}
	part.OpenMenu(p.why, items)
}
