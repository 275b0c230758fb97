package part

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"parley/client/fyneui/look"
	"parley/client/vm"
)

// Style is how a button looks.
type Style int

// The styles.
const (
	// StyleNormal is bordered. A command whose tone is positive becomes the
	// accent, one whose tone is critical red, while it is enabled.
	StyleNormal Style = iota
	// StyleQuiet has no border; for icons and for what is done rarely.
	StyleQuiet
	// StylePrimary is the accent whatever the tone.
	StylePrimary
)

// Button runs one command. Space presses it; Enter does so only where Enter
// allows it, because a typed Enter must never answer a call.
type Button struct {
	widget.BaseWidget

	// Enter lets the Enter key press the button.
	Enter bool
	// Tapped is called when the button is pressed while enabled.
	OnTapped func()

	host     Host
	cmd      vm.Command
	style    Style
	iconOnly bool
	keys     bool
	dense    bool
	menu     bool

	hovered, pressed, focused bool
}

// NewButton makes a button that shows what Set gives it.
func NewButton(host Host, style Style, tapped func()) *Button {
	b := &Button{host: host, style: style, OnTapped: tapped}
	b.ExtendBaseWidget(b)
	return b
}

// NewIconButton makes a small button without a title; the title is its hint.
func NewIconButton(host Host, icon, title string, tapped func()) *Button {
	b := NewButton(host, StyleQuiet, tapped)
	b.iconOnly = true
	b.cmd = vm.Command{Icon: icon, Title: title, Enabled: true}
	return b
}

// Bordered gives an icon button a border and the height of other buttons.
func (b *Button) Bordered() *Button {
	b.style = StyleNormal
	return b
}

// WithKeys shows the shortcut under the title.
func (b *Button) WithKeys() *Button {
	b.keys = true
	return b
}

// AsMenu shows that the button opens a menu.
func (b *Button) AsMenu() *Button {
	b.menu = true
	return b
}

// ShowKeys says whether the shortcut stands under the title; a button without it
// takes less room.
func (b *Button) ShowKeys(on bool) {
	if b.keys != on || !b.dense {
		b.keys, b.dense = on, true
		b.Refresh()
	}
}

// Set takes the command over.
func (b *Button) Set(cmd vm.Command) {
	if b.cmd == cmd {
		return
	}
	before := b.Hint()
	b.cmd = cmd
	if !cmd.Enabled {
		b.pressed = false
	}
	b.Refresh()
	if (b.hovered || b.focused) && b.Hint() != before {
		b.hint(true)
	}
}

// SetTitle changes only the title.
func (b *Button) SetTitle(title string) {
	cmd := b.cmd
	cmd.Title = title
	cmd.Enabled = true
	b.Set(cmd)
}

// Command is what the button shows.
func (b *Button) Command() vm.Command { return b.cmd }

// Tapped is called by Fyne.
func (b *Button) Tapped(*fyne.PointEvent) { b.press() }

func (b *Button) press() {
	if b.cmd.Enabled && b.OnTapped != nil {
		b.OnTapped()
	}
}

// TypedKey is called by Fyne.
func (b *Button) TypedKey(e *fyne.KeyEvent) {
	switch {
	case e.Name == fyne.KeySpace, b.Enter && (e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter):
		b.press()
	default:
		b.host.Key(e)
	}
}

// TypedRune is called by Fyne.
func (b *Button) TypedRune(rune) {}

// FocusGained is called by Fyne.
func (b *Button) FocusGained() { b.focus(true) }

// FocusLost is called by Fyne.
func (b *Button) FocusLost() { b.focus(false) }

func (b *Button) focus(on bool) {
	b.focused = on
	b.Refresh()
	b.hint(on)
}

// MouseIn is called by Fyne.
func (b *Button) MouseIn(*desktop.MouseEvent) {
	b.hovered = true
	b.Refresh()
	b.hint(true)
}

// MouseMoved is called by Fyne.
func (b *Button) MouseMoved(*desktop.MouseEvent) {}

// MouseOut is called by Fyne.
func (b *Button) MouseOut() {
	b.hovered = false
	b.Refresh()
	b.hint(false)
}

// MouseDown is called by Fyne.
func (b *Button) MouseDown(*desktop.MouseEvent) {
	b.pressed = b.cmd.Enabled
	b.Refresh()
}

// MouseUp is called by Fyne.
func (b *Button) MouseUp(*desktop.MouseEvent) {
	b.pressed = false
	b.Refresh()
}

// Hint is the line about the button: what it does or why it cannot, and its keys.
func (b *Button) Hint() string {
	hint := b.cmd.Hint
	if hint == "" && (b.iconOnly || b.cmd.Shortcut != "") {
		hint = b.cmd.Title
	}
	if b.cmd.Shortcut != "" && hint != "" && !strings.Contains(hint, b.cmd.Shortcut) {
		hint += "   " + b.cmd.Shortcut
	}
	return hint
}

func (b *Button) hint(on bool) {
	if on {
		b.host.Hint(b, b.Hint())
		return
	}
	b.host.Hint(b, "")
}

// margin is that at the left and right; in a crowded bar it is small.
func (b *Button) margin(keys bool) float32 {
	switch {
	case b.iconOnly:
		return look.Hair
	case b.dense && !keys:
		return look.Gap
	default:
		return look.Pad
	}
}

// inner is the distance between icon and title.
func (b *Button) inner(keys bool) float32 {
	if b.dense && !keys {
		return look.Hair
	}
	return look.Gap
}

// Measure is the size that the whole button takes with or without its shortcut
// under the title: buttons are not cut where a layout has room.
func (b *Button) Measure(keys bool) fyne.Size {
	body, icon := look.Size(look.Body), look.Size(theme.SizeNameInlineIcon)
	if b.iconOnly {
		side := max(icon+2*look.Hair, 28)
		if b.style == StyleNormal {
			side = max(body*1.4, icon) + look.Pad
		}
		return fyne.NewSquareSize(side)
	}
	bold := b.style == StylePrimary || b.style == StyleNormal && b.cmd.Tone != vm.ToneNeutral
	words := fyne.MeasureText(b.cmd.Title, body, fyne.TextStyle{Bold: bold}).Width
	height := max(body*1.4, icon) + look.Pad
	if keys && b.cmd.Shortcut != "" {
		under := look.Size(look.Caption)
		words = max(words, fyne.MeasureText(b.cmd.Shortcut, under, fyne.TextStyle{}).Width)
		height = (body+under)*1.4 + look.Gap
	}
	width := 2*b.margin(keys) + words
	if b.cmd.Icon != "" {
		width += icon + b.inner(keys)
	}
	if b.menu {
		width += icon*0.8 + look.Gap
	}
	return fyne.NewSize(width+1, max(height, 32))
}

// CreateRenderer is called by Fyne.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	r := &buttonRenderer{
		button: b, ground: canvas.NewRectangle(nil), over: canvas.NewRectangle(nil),
		icon: look.NewIcon("", look.Text), title: NewText("", look.Body, look.Text).Elastic(24),
		keys:    NewText("", look.Caption, look.Muted),
		chevron: look.NewIcon("chevron-down", look.Muted).Scaled(0.8),
	}
	r.Refresh()
	return r
}

type buttonRenderer struct {
	button       *Button
	ground, over *canvas.Rectangle
	icon         *look.Icon
	title        *Text
	keys         *Text
	chevron      *look.Icon
}

func (r *buttonRenderer) Destroy() {}

func (r *buttonRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.over, r.icon, r.title, r.keys, r.chevron}
}

func (r *buttonRenderer) MinSize() fyne.Size { return r.button.Measure(r.button.keys) }

func (r *buttonRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	r.over.Resize(size)
	x := r.button.margin(r.button.keys)
	if slack := size.Width - r.MinSize().Width; slack > 0 && !r.button.menu {
		x += slack / 2
	}
	if r.icon.Visible() {
		side := r.icon.MinSize().Width
		r.icon.Resize(fyne.NewSquareSize(side))
		r.icon.Move(fyne.NewPos(x, (size.Height-side)/2))
		x += side + r.button.inner(r.button.keys)
	}
	end := size.Width - r.button.margin(r.button.keys)
	if r.chevron.Visible() {
		side := r.chevron.MinSize().Width
		r.chevron.Resize(fyne.NewSquareSize(side))
		r.chevron.Move(fyne.NewPos(end-side, (size.Height-side)/2))
		end -= side + look.Gap
	}
	height := r.title.MinSize().Height
	y := (size.Height - height) / 2
	if r.keys.Visible() {
		under := r.keys.MinSize().Height
		y = (size.Height - height - under) / 2
		r.keys.Resize(fyne.NewSize(end-x, under))
		r.keys.Move(fyne.NewPos(x, y+height))
	}
	r.title.Resize(fyne.NewSize(max(end-x+1, 0), height))
	r.title.Move(fyne.NewPos(x, y))
}

func (r *buttonRenderer) Refresh() {
	b := r.button
	fill, line, text := b.colors()
	width := float32(1)
	if b.focused {
		line, width = look.AccentText, 2
		if fill == look.Accent {
			line = look.Text
		}
	}
	paint(r.ground, fill, line, width)
	r.ground.CornerRadius = look.SmallRadius
	paint(r.over, b.overlay(), "", 0)
	r.over.CornerRadius = look.SmallRadius
	r.icon.Set(b.cmd.Icon, text)
	setVisible(r.icon, b.cmd.Icon != "")
	r.title.bold = fill == look.Accent || fill == look.Danger
	r.title.SetTone(b.cmd.Title, text)
	setVisible(r.title, !b.iconOnly)
	under := text
	if text == look.Text {
		under = look.Muted
	}
	r.keys.SetTone(b.cmd.Shortcut, under)
	setVisible(r.keys, b.keys && b.cmd.Shortcut != "" && !b.iconOnly)
	setVisible(r.chevron, b.menu)
	for _, o := range []fyne.CanvasObject{r.ground, r.over, r.icon, r.title, r.keys, r.chevron} {
		o.Refresh()
	}
	r.Layout(b.Size())
}

// colors are ground, border and writing.
func (b *Button) colors() (fill, line, text fyne.ThemeColorName) {
	quiet := b.style == StyleQuiet
	switch {
	case !b.cmd.Enabled && quiet:
		return "", "", look.Faint
	case !b.cmd.Enabled:
		// A border around nothing is drawn darker than one around a ground.
		return look.Surface, look.Border, look.Faint
	case b.style == StylePrimary, !quiet && b.cmd.Tone == vm.TonePositive:
		return look.Accent, "", look.OnAccent
	case !quiet && b.cmd.Tone == vm.ToneCritical:
		return look.Danger, "", look.OnDanger
	case b.cmd.Checked && quiet:
		return look.AccentTint, "", look.AccentText
	case b.cmd.Checked:
		return look.AccentTint, look.AccentText, look.AccentText
	case quiet:
		return "", "", look.Muted
	default:
		return look.Surface, look.Border, look.Text
	}
}

func (b *Button) overlay() fyne.ThemeColorName {
	switch {
	case !b.cmd.Enabled:
		return ""
	case b.pressed:
		return "pressed"
	case b.hovered:
		return "hover"
	default:
		return ""
	}
}
