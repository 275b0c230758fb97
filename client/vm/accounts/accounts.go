package accounts

import (
	"parley/client/model"
	"parley/client/vm"
)

// Config is what the screen needs.
type Config struct {
	vm.Env
	Accounts vm.Accounts
}

// Screen is the running accounts screen.
type Screen struct {
	*vm.Screen[State]
}

// New starts the screen.
func New(c Config) *Screen { return nil }

// OnWorld takes a new world.
func (s *Screen) OnWorld(w model.World) {}

// SetSearch takes the edited search text.
func (s *Screen) SetSearch(text string) {}

// Choose shows an account; empty closes it.
func (s *Screen) Choose(id string) {}

// Do runs a command of the screen.
func (s *Screen) Do(id vm.CommandID) {}

// SetInput takes an edited value of the form.
func (s *Screen) SetInput(id, value string) {}

// SetCompany says whether the form makes a company.
func (s *Screen) SetCompany(on bool) {}

// SetNewNumber takes the edited further number.
func (s *Screen) SetNewNumber(number string) {}

// Retry searches again after an error.
func (s *Screen) Retry() {}
