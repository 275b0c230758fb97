// Package part holds the widgets that the desktop's screens are put together
// from: texts, buttons bound to commands, panels, chips, lists, fields.
//
// A widget has a Set that takes what a view model's state says; Set compares with
// what is shown and touches the canvas only where something differs, so that a
// timer costs one text a second. Widgets never move the keyboard focus by
// themselves, and a click on a button leaves it where it is.
package part

import (
	"fyne.io/fyne/v2"
)

// Host is what widgets need of the window they stand in.
type Host interface {
	// Shortcut runs the command that is bound to the keys; false when none is.
	Shortcut(s fyne.Shortcut) bool
	// Key takes a key that the focused widget has no use for; false when nobody
	// wanted it.
	Key(e *fyne.KeyEvent) bool
	// Hint shows a line beside an object; an empty text takes it away.
	Hint(at fyne.CanvasObject, text string)
}
