package history

import (
	"parley/client/model"
	"parley/client/vm"
)

// Config is what the screen needs.
type Config struct {
	vm.Env
	Interactions vm.Interactions
	// OfAccount makes the history that of one account, given by ShowAccount.
	OfAccount bool
}

// Screen is the running history.
type Screen struct {
	*vm.Screen[State]
}

// New starts the screen.
func New(c Config) *Screen { return nil }

// OnWorld takes a new world; the link's return reloads what failed.
func (s *Screen) OnWorld(w model.World) {}

// ShowAccount makes the history that of an account; empty shows nothing.
func (s *Screen) ShowAccount(id string) {}

// Open is called when the screen comes to sight; it loads anew.
func (s *Screen) Open() {}

// SetSearch takes the edited search text.
func (s *Screen) SetSearch(text string) {}

// SetOwner, SetEnded and SetPeriod choose a filter.
func (s *Screen) SetOwner(id string) {}

// SetEnded chooses open or ended interactions.
func (s *Screen) SetEnded(id string) {}

// SetPeriod chooses the period.
func (s *Screen) SetPeriod(id string) {}

// Choose shows the detail of a row; empty closes it.
func (s *Screen) Choose(id string) {}

// Do runs CmdReset or CmdMore.
func (s *Screen) Do(id vm.CommandID) {}

// Retry loads again after an error.
func (s *Screen) Retry() {}
