package fyneui

import (
	"strings"

	"fyne.io/fyne/v2"

	"parley/client/vm"
)

// keymap finds the command of pressed keys. It is made anew when the commands'
// shortcuts change.
type keymap map[string]vm.CommandID

// newKeymap takes the shortcuts of commands.
func newKeymap(commands []vm.Command) keymap {
	m := keymap{}
	for _, c := range commands {
		if c.Shortcut != "" {
			m[canonical(c.Shortcut)] = c.ID
		}
	}
	return m
}

// modifiers in the order in which they are written.
func modifierNames() []struct {
	name string
	mod  fyne.KeyModifier
} {
	return []struct {
		name string
		mod  fyne.KeyModifier
	}{
		{"Ctrl", fyne.KeyModifierControl},
		{"Shift", fyne.KeyModifierShift},
		{"Alt", fyne.KeyModifierAlt},
		{"Super", fyne.KeyModifierSuper},
	}
}

// written gives keys the form that view models use, "Ctrl+Shift+A".
func written(mod fyne.KeyModifier, key fyne.KeyName) string {
	var parts []string
	for _, m := range modifierNames() {
		if mod&m.mod != 0 {
			parts = append(parts, m.name)
		}
	}
	return strings.Join(append(parts, keyName(key)), "+")
}

// canonical makes two ways of writing the same keys equal.
func canonical(keys string) string {
	var mod fyne.KeyModifier
	rest := keys
	for {
		head, tail, found := strings.Cut(rest, "+")
		if !found || tail == "" {
			break
		}
		mod |= modifierOf(head)
		rest = tail
	}
	return strings.ToLower(written(mod, fyne.KeyName(rest)))
}

func modifierOf(name string) fyne.KeyModifier {
	switch strings.ToLower(name) {
	case "ctrl", "control":
		return fyne.KeyModifierControl
	case "shift":
		return fyne.KeyModifierShift
	case "alt", "option":
		return fyne.KeyModifierAlt
	default:
		return fyne.KeyModifierSuper
	}
}

// keyName is how a key is written; Fyne names some differently.
func keyName(key fyne.KeyName) string {
	switch key {
	case fyne.KeyReturn, fyne.KeyEnter:
		return "Enter"
	case fyne.KeyEscape:
		return "Escape"
	case fyne.KeyPageDown:
		return "PageDown"
	case fyne.KeyPageUp:
		return "PageUp"
	case fyne.KeyBackTick:
		return "`"
	default:
		return string(key)
	}
}

// pressed is what a shortcut event means, empty for what is no keyboard shortcut.
func pressed(s fyne.Shortcut) string {
	k, ok := s.(fyne.KeyboardShortcut)
	if !ok {
		return ""
	}
	return written(k.Mod(), k.Key())
}

// command is the one bound to keys.
func (m keymap) command(keys string) (vm.CommandID, bool) {
	id, ok := m[strings.ToLower(keys)]
	return id, ok
}

// equal says whether two maps bind the same.
func (m keymap) equal(other keymap) bool {
	if len(m) != len(other) {
		return false
	}
	for k, id := range m {
		if other[k] != id {
			return false
		}
	}
	return true
}
