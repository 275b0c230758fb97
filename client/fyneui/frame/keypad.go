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

// keypad floats below the toolbar while digits are sent. It takes typed digits
// when it has the focus, which only the agent's own command gives it.
type keypad struct {
	root    *fyne.Container
	title   *part.Text
	sent    *part.Text
	problem *part.Text
	close   *part.Button
	grid    *fyne.Container
	keys    []string
	host    part.Host
	press   func(string)
	typing  *typing
}

func newKeypad(host part.Host, m Model) *keypad {
	k := &keypad{
		title:   part.NewText("", look.Body, look.Text).Bold().Elastic(60),
		sent:    part.NewText("", look.Display, look.Text).Bold().Center().Elastic(60),
		problem: part.NewText("", look.Caption, look.Critical).Elastic(60),
		grid:    container.NewGridWithColumns(3), host: host, press: m.Press,
	}
	k.close = part.NewIconButton(host, "close", "", m.CloseKeypad)
	k.typing = newTyping(host, m)
	k.root = part.Card(part.AtLeast(216, 0, part.Stack(look.Gap,
		part.RowStretch(look.Gap, 0, k.title, k.close),
		container.NewStack(part.NewGround(look.NeutralTint, "", look.SmallRadius), k.typing, part.Inset(look.Gap, look.Hair, k.sent)),
		k.problem, k.grid)))
	k.root.Hide()
	return k
}

func (k *keypad) set(st desk.Keypad) {
	part.Visible(k.root, st.Open)
	if !st.Open {
		return
	}
	k.title.Set(st.Title)
	k.close.Set(vm.Command{Title: st.Close, Icon: "close", Enabled: true})
	k.sent.Set(st.Sent)
	k.problem.Set(st.Problem)
	part.Visible(k.problem, st.Problem != "")
	if len(k.keys) == len(st.Keys) {
		return
	}
	k.keys = st.Keys
	k.grid.Objects = nil
	for _, digit := range st.Keys {
		b := part.NewButton(k.host, part.StyleNormal, func() { k.press(digit) })
		b.Set(vm.Command{Title: digit, Enabled: true})
		k.grid.Add(b)
	}
	k.root.Refresh()
}

// typing is what has the focus while digits are typed.
type typing struct {
	widget.BaseWidget
	host  part.Host
	model Model
	edge  *part.Ground
}

func newTyping(host part.Host, m Model) *typing {
	t := &typing{host: host, model: m, edge: part.NewGround("", "", look.SmallRadius)}
	t.ExtendBaseWidget(t)
	return t
}

// CreateRenderer is called by Fyne.
func (t *typing) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(t.edge) }

// FocusGained is called by Fyne.
func (t *typing) FocusGained() { t.edge.Set("", look.AccentText) }

// FocusLost is called by Fyne.
func (t *typing) FocusLost() { t.edge.Set("", "") }

// TypedRune is called by Fyne: what is no digit is left to the desk to refuse.
func (t *typing) TypedRune(r rune) { t.model.Press(string(r)) }

// TypedKey is called by Fyne.
func (t *typing) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeyEscape {
		t.model.CloseKeypad()
		return
	}
	t.host.Key(e)
}
