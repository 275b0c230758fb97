package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"parley/client/fyneui/look"
	"parley/client/vm"
)

// Notice is a tinted strip with an icon, a text and a button to try again or to
// take it away.
type Notice struct {
	*fyne.Container

	ground *Ground
	icon   *look.Icon
	label  *widget.Label
	button *Button
	notice vm.Notice
}

// NewNotice makes a hidden notice; acted is called by its button.
func NewNotice(host Host, acted func()) *Notice {
	n := &Notice{ground: NewGround(look.NeutralTint, "", look.SmallRadius), icon: look.NewIcon("", look.Text)}
	label, words := NewParagraph("", widget.MediumImportance)
	n.label = label
	n.button = NewButton(host, StyleNormal, acted)
	n.button.Enter = true
	row := container.NewBorder(nil, nil, Inset(0, 0, n.icon), Centered(n.button), Inset(look.Gap, look.Gap, words))
	n.Container = container.NewStack(n.ground, Inset(look.Pad, 0, row))
	n.Hide()
	return n
}

// Set changes what is said; a zero notice hides the strip.
func (n *Notice) Set(to vm.Notice) {
	if n.notice == to {
		return
	}
	n.notice = to
	icon := to.Icon
	if icon == "" {
		icon = vm.IconInfo
	}
	n.ground.Set(look.ToneTint(to.Tone), "")
	n.icon.Set(icon, look.ToneText(to.Tone))
	SetLabel(n.label, to.Text)
	n.button.Set(vm.Command{Title: to.Retry, Enabled: true})
	Visible(n.button, to.Retry != "")
	Visible(n.Container, to.Text != "")
	n.Refresh()
}

// Text is what is said.
func (n *Notice) Text() string { return n.notice.Text }

// Facts draws labels and values in two columns.
type Facts struct {
	*fyne.Container
	host   Host
	fields []vm.Field
	wide   float32
}

// NewFacts makes an empty table of facts whose labels take a share of the width.
func NewFacts(host Host, labels float32) *Facts {
	return &Facts{Container: Stack(look.Gap), host: host, wide: labels}
}

// Set takes the fields over.
func (f *Facts) Set(fields []vm.Field) {
	if sameRows(f.fields, fields) && f.fields != nil {
		return
	}
	f.fields = fields
	objects := make([]fyne.CanvasObject, 0, len(fields))
	for _, one := range fields {
		value := NewHintText(f.host, look.Body, look.Text, false)
		value.Set(one.Value)
		objects = append(objects, Split(look.Gap, []float32{f.wide, 1 - f.wide},
			NewText(one.Label, look.Body, look.Muted).Elastic(40),
			value))
	}
	f.Objects = objects
	f.Refresh()
}

// Meter is a bar between 0 and 1.
type Meter struct {
	widget.BaseWidget
	back, bar *Ground
	value     float64
}

// NewMeter makes an empty bar in a colour.
func NewMeter(color fyne.ThemeColorName) *Meter {
	m := &Meter{back: NewGround(look.NeutralTint, "", 3), bar: NewGround(color, "", 3)}
	m.ExtendBaseWidget(m)
	return m
}

// Set changes the value.
func (m *Meter) Set(v float64) {
	if m.value != v {
		m.value = v
		m.Refresh()
	}
}

// CreateRenderer is called by Fyne.
func (m *Meter) CreateRenderer() fyne.WidgetRenderer { return &meterRenderer{m} }

type meterRenderer struct{ m *Meter }

func (r *meterRenderer) Destroy() {}

func (r *meterRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.m.back, r.m.bar} }

func (r *meterRenderer) MinSize() fyne.Size { return fyne.NewSize(64, 6) }

func (r *meterRenderer) Layout(size fyne.Size) {
	bar := fyne.NewSize(size.Width*float32(min(max(r.m.value, 0), 1)), 6)
	r.m.back.Resize(fyne.NewSize(size.Width, 6))
	r.m.back.Move(fyne.NewPos(0, (size.Height-6)/2))
	r.m.bar.Resize(bar)
	r.m.bar.Move(fyne.NewPos(0, (size.Height-6)/2))
}

func (r *meterRenderer) Refresh() { r.Layout(r.m.Size()) }
