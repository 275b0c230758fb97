package fyneui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"parley/client/fyneui/frame"
	"parley/client/fyneui/part"
	"parley/client/vm"
)

// host is the window as its widgets see it: shortcuts, keys, hints and focus.
type host struct {
	window fyne.Window
	keys   keymap
	bound  []fyne.Shortcut
	run    func(vm.CommandID)
	// record, when set, gets all keys in place of the commands.
	record func(keys string)
	escape func() bool
	hint   func(at fyne.CanvasObject, text string)
}

func newHost(w fyne.Window) *host {
	h := &host{window: w}
	w.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) { h.Key(e) })
	return h
}

// reset forgets the screen that is going.
func (h *host) reset() {
	h.bind(nil)
	h.run, h.record, h.escape, h.hint = nil, nil, nil, nil
	for _, o := range h.window.Canvas().Overlays().List() {
		h.window.Canvas().Overlays().Remove(o)
	}
}

func (h *host) setContent(o fyne.CanvasObject) { h.window.SetContent(o) }

// bind makes the shortcuts of commands work while nothing or a widget without
// shortcuts of its own has the focus; editors hand theirs on to Shortcut.
func (h *host) bind(commands []vm.Command) {
	keys := newKeymap(commands)
	if h.keys.equal(keys) && len(h.bound) > 0 {
		return
	}
	c := h.window.Canvas()
	for _, s := range h.bound {
		c.RemoveShortcut(s)
	}
	h.keys, h.bound = keys, nil
	for _, cmd := range commands {
		if s := asShortcut(cmd.Shortcut); s != nil {
			c.AddShortcut(s, func(s fyne.Shortcut) { h.Shortcut(s) })
			h.bound = append(h.bound, s)
		}
	}
}

// Shortcut runs the command of keys.
func (h *host) Shortcut(s fyne.Shortcut) bool { return h.press(pressed(s)) }

// Key takes keys that nobody else has used: Escape closes what is open, and a key
// without modifiers may be a shortcut, as F1 is.
func (h *host) Key(e *fyne.KeyEvent) bool {
	if e.Name == fyne.KeyEscape && h.record == nil && h.escape != nil && h.escape() {
		return true
	}
	if isModifier(e.Name) {
		return false
	}
	return h.press(written(0, e.Name))
}

// isModifier says whether a key only changes others.
func isModifier(key fyne.KeyName) bool {
	switch key {
	case desktop.KeyShiftLeft, desktop.KeyShiftRight, desktop.KeyControlLeft, desktop.KeyControlRight,
		desktop.KeyAltLeft, desktop.KeyAltRight, desktop.KeySuperLeft, desktop.KeySuperRight, desktop.KeyCapsLock, "":
		return true
	default:
		return false
	}
}

func (h *host) press(keys string) bool {
	if keys == "" {
		return false
	}
	if h.record != nil {
		h.record(keys)
		return true
	}
	id, ok := h.keys.command(keys)
	if ok && h.run != nil {
		h.run(id)
	}
	return ok
}

// Hint shows a line beside an object.
func (h *host) Hint(at fyne.CanvasObject, text string) {
	if h.hint != nil {
		h.hint(at, text)
	}
}

// Focus moves the keyboard focus.
func (h *host) Focus(o fyne.Focusable) {
	if o != nil {
		h.window.Canvas().Focus(o)
	}
}

func (h *host) newDialog(offer *frame.OfferCard) *frame.Dialog {
	return frame.NewDialog(h, h.window.Canvas, offer)
}

// asShortcut is the event that Fyne sends for keys; nil for keys without
// modifiers, which come as key events.
func asShortcut(keys string) fyne.Shortcut {
	var mod fyne.KeyModifier
	rest := keys
	for _, m := range modifierNames() {
		if len(rest) > len(m.name)+1 && rest[:len(m.name)+1] == m.name+"+" {
			mod |= m.mod
			rest = rest[len(m.name)+1:]
		}
	}
	if mod == 0 || rest == "" {
		return nil
	}
	return &desktop.CustomShortcut{KeyName: fyneKey(rest), Modifier: mod}
}

// fyneKey is Fyne's name of a written key.
func fyneKey(name string) fyne.KeyName {
	for _, key := range []fyne.KeyName{fyne.KeyReturn, fyne.KeyEscape, fyne.KeyPageDown, fyne.KeyPageUp, fyne.KeyBackTick} {
		if keyName(key) == name {
			return key
		}
	}
	return fyne.KeyName(name)
}

var _ part.Host = (*host)(nil)
