package frame

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"parley/client/fyneui/look"
	"parley/client/fyneui/part"
	"parley/client/vm"
	"parley/client/vm/desk"
)

// alertsPanel shows two alerts and pages through the others.
type alertsPanel struct {
	root           *fyne.Container
	caption, pager *part.Text
	previous, next *part.Button
	lines          [2]*alertLine
	none           *part.Text
}

func newAlertsPanel(host part.Host, m Model) *alertsPanel {
	p := &alertsPanel{
		caption: part.Caption(""), pager: part.NewText("", look.Caption, look.Muted),
		none: part.NewText("", look.Body, look.Muted).Elastic(60),
	}
	p.previous = part.NewIconButton(host, "chevron-left", "", func() { m.Do(desk.CmdAlertsPrevious) })
	p.next = part.NewIconButton(host, "chevron-right", "", func() { m.Do(desk.CmdAlertsNext) })
	for i := range p.lines {
		p.lines[i] = newAlertLine(host, m.OpenAlert)
	}
	p.root = container.New(alertLines{}, part.RowStretch(look.Hair, 0, p.caption, p.pager, p.previous, p.next),
		container.NewStack(p.none, p.lines[0]), p.lines[1])
	return p
}

// alertLines gives the caption the height that it has in the other panels and the
// two alerts the rest.
type alertLines struct{}

func (alertLines) MinSize(objects []fyne.CanvasObject) fyne.Size { return evenLines{}.MinSize(objects) }

func (alertLines) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	h := evenLines{}.heights()
	half := (h[1] + h[2]) / 2
	y := float32(0)
	for i, height := range []float32{h[0], half, half} {
		objects[i].Resize(fyne.NewSize(size.Width, height))
		objects[i].Move(fyne.NewPos(0, y))
		y += height
	}
}

func (p *alertsPanel) set(st desk.AlertsPanel, caption string) {
	p.caption.Set(caption)
	p.pager.Set(st.Pager)
	for _, o := range []fyne.CanvasObject{p.pager, p.previous, p.next} {
		part.Visible(o, st.Pager != "")
	}
	p.previous.Set(iconCommand(st.Previous, "chevron-left"))
	p.next.Set(iconCommand(st.Next, "chevron-right"))
	p.none.Set(st.None)
	part.Visible(p.none, len(st.Visible) == 0)
	for i, l := range p.lines {
		part.Visible(l, i < len(st.Visible))
		if i < len(st.Visible) {
			l.set(st.Visible[i])
		}
	}
}

// iconCommand gives a command of the pager its arrow.
func iconCommand(c vm.Command, icon string) vm.Command {
	c.Icon = icon
	return c
}

// alertLine is one alert; where it leads somewhere it can be clicked.
type alertLine struct {
	widget.BaseWidget

	host   part.Host
	icon   *look.Icon
	text   *part.Lines
	arrow  *look.Icon
	ground *part.Ground
	root   *fyne.Container
	alert  desk.Alert
	open   func(key string)
}

func newAlertLine(host part.Host, open func(string)) *alertLine {
	l := &alertLine{
		host: host, open: open, icon: look.NewIcon("", look.Text),
		text:  part.NewLines(look.Text),
		arrow: look.NewIcon("chevron-right", look.Muted).Scaled(0.8), ground: part.NewGround("", "", look.Hair),
	}
	l.root = container.NewStack(l.ground, container.NewBorder(nil, nil, l.icon, l.arrow, part.Inset(look.Gap, 0, l.text)))
	l.ExtendBaseWidget(l)
	l.Hide()
	return l
}

func (l *alertLine) set(a desk.Alert) {
	if l.alert == a {
		return
	}
	l.alert = a
	l.icon.Set(a.Icon, look.ToneText(a.Tone))
	l.text.Set(a.Text)
	part.Visible(l.arrow, a.Target != desk.TargetNone)
	l.root.Refresh()
}

// CreateRenderer is called by Fyne.
func (l *alertLine) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(l.root) }

// Tapped is called by Fyne.
func (l *alertLine) Tapped(*fyne.PointEvent) {
	if l.alert.Target != desk.TargetNone {
		l.open(l.alert.Key)
	}
}

// FocusGained is called by Fyne.
func (l *alertLine) FocusGained() {
	l.ground.Set("", look.AccentText)
	l.host.Hint(l, l.alert.Text)
}

// FocusLost is called by Fyne.
func (l *alertLine) FocusLost() {
	l.ground.Set("", "")
	l.host.Hint(l, "")
}

// TypedRune is called by Fyne.
func (l *alertLine) TypedRune(rune) {}

// TypedKey is called by Fyne.
func (l *alertLine) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeySpace || e.Name == fyne.KeyReturn {
		l.Tapped(nil)
		return
	}
	l.host.Key(e)
}

// MouseIn is called by Fyne.
func (l *alertLine) MouseIn(*desktop.MouseEvent) {
	l.ground.Set("hover", "")
	l.host.Hint(l, l.alert.Text)
}

// MouseMoved is called by Fyne.
func (l *alertLine) MouseMoved(*desktop.MouseEvent) {}

// MouseOut is called by Fyne.
func (l *alertLine) MouseOut() {
	l.ground.Set("", "")
	l.host.Hint(l, "")
}
