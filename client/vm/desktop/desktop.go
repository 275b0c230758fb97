// Package desktop owns all screens of a signed-in user and joins them: it hands
// world and softphone on, and tells each screen which interaction is current.
//
// An app makes one Desktop after signing in, feeds it with OnWorld and OnPhone,
// and closes it after signing out; Close waits until every note is in the
// journal.
package desktop

import (
	"parley/client/model"
	"parley/client/vm"
	"parley/client/vm/accounts"
	"parley/client/vm/desk"
	"parley/client/vm/help"
	"parley/client/vm/history"
	"parley/client/vm/live"
	"parley/client/vm/overview"
	"parley/client/vm/scratchpad"
	"parley/client/vm/settings"
)

// Config is what the screens need.
type Config struct {
	vm.Env
	Centre      vm.Centre
	Session     vm.Session
	Phone       vm.Phone
	Preferences vm.Preferences
}

// Desktop holds the screens; each has State, Subscribe and its intents.
type Desktop struct {
	Desk       *desk.Screen
	Overview   *overview.Screen
	ScratchPad *scratchpad.Screen
	// AccountHistory is the tab beside the overview, History the place.
	AccountHistory *history.Screen
	History        *history.Screen
	Accounts       *accounts.Screen
	Live           *live.Screen
	Settings       *settings.Screen
	Help           *help.Screen
}

// New starts all screens.
func New(c Config) *Desktop { return nil }

// OnWorld hands a new world to all screens.
func (d *Desktop) OnWorld(w model.World) {}

// OnPhone hands a new state of the softphone to all screens.
func (d *Desktop) OnPhone(p model.PhoneState) {}

// Close ends all screens, the scratch pad last.
func (d *Desktop) Close() {}
