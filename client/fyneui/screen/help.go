package screen

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"parley/client/fyneui/look"
	"parley/client/fyneui/part"
	"parley/client/vm"
	"parley/client/vm/help"
)

// Help lists the shortcuts.
type Help struct {
	Root fyne.CanvasObject

	title *part.Text
	intro *widget.Label
	close *part.Button
	list  *part.List[help.Row]
}

// NewHelp makes the screen; closed goes back to the work.
func NewHelp(host part.Host, closed func()) *Help {
	h := &Help{title: heading(), close: part.NewButton(host, part.StyleNormal, closed)}
	h.close.Enter = true
	intro, introBox := part.NewParagraph("", widget.LowImportance)
	h.intro = intro
	h.list = part.NewList(host, func() part.RowView[help.Row] { return newHelpRow() }, func(string) {})
	head := part.Stack(look.Gap, part.RowStretch(look.Gap, 0, h.title, h.close), introBox)
	h.Root = container.NewBorder(part.Inset(0, look.Hair, head), nil, nil, nil, part.Panel(h.list.Container))
	return h
}

// Show draws a state.
func (h *Help) Show(st help.State) {
	h.title.Set(st.Title)
	part.SetLabel(h.intro, st.Intro)
	h.close.Set(vm.Command{Title: st.Close, Icon: "close", Enabled: true})
	h.list.Set(st.Rows, "")
}

type helpRow struct {
	widget.BaseWidget

	title *part.Text
	keys  *keyCaps
	root  *fyne.Container
}

func newHelpRow() *helpRow {
	r := &helpRow{title: part.NewText("", look.Body, look.Text).Elastic(60), keys: newKeyCaps()}
	r.root = part.Inset(look.Gap, look.Hair, part.Split(look.Gap, []float32{3, 2}, r.title, part.Row(0, r.keys.root)))
	r.ExtendBaseWidget(r)
	return r
}

// CreateRenderer is called by Fyne.
func (r *helpRow) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.root) }

// Set draws a row.
func (r *helpRow) Set(row help.Row) {
	r.title.Set(row.Title)
	r.keys.set(row.Keys)
}

// keyCaps draws keys like the caps of a keyboard.
type keyCaps struct {
	root *fyne.Container
	text *part.Text
}

func newKeyCaps() *keyCaps {
	k := &keyCaps{text: part.NewText("", look.Caption, look.Text).Bold()}
	k.root = container.NewStack(part.NewGround(look.NeutralTint, look.Border, look.Hair),
		part.Inset(look.Gap, look.Hair, k.text))
	return k
}

func (k *keyCaps) set(keys string) {
	k.text.Set(keys)
	part.Visible(k.root, keys != "")
}
