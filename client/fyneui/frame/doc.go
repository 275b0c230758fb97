// Package frame draws the one window of a signed-in agent: the context area on
// top, the toolbar, the navigation bar, the workspace with its tabs, the scratch
// pad, the status bar, and what floats above them: an incoming offer, the keypad,
// hints. Everything comes from the state of the desk.
//
// The frame never moves the keyboard focus when something happens to the agent.
// Offer and keypad float inside the window; only a question that the agent's own
// command has raised takes the keys until it is answered.
package frame

import (
	"fyne.io/fyne/v2"

	"parley/client/fyneui/part"
	"parley/client/vm"
	"parley/client/vm/desk"
)

// Model is what the frame tells the desk.
type Model interface {
	deskWork
	deskPlaces
}

type deskWork interface {
	Do(id vm.CommandID)
	ChooseState(id vm.CommandID, reason string)
	Press(digit string)
	CloseKeypad()
	OpenAlert(key string)
	Answer(id string)
}

type deskPlaces interface {
	GoTo(p desk.PlaceID)
	ChooseTab(t desk.TabID)
	Select(interaction string)
	SetNarrow(narrow bool)
}

// Contents are what stands in the workspace and beside it.
type Contents struct {
	Places map[desk.PlaceID]fyne.CanvasObject
	Tabs   map[desk.TabID]fyne.CanvasObject
	// ScratchPad stands at the right, or is the tab desk.TabNote.
	ScratchPad fyne.CanvasObject
}

// Host is the window.
type Host interface {
	part.Host
	// Focus moves the keyboard focus, which only a command of the user may ask for.
	Focus(o fyne.Focusable)
}
