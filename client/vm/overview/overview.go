package overview

import (
	"parley/client/model"
	"parley/client/vm"
)

// Config is what the screen needs.
type Config struct {
	vm.Env
	Interactions vm.Interactions
	Accounts     vm.Accounts
}

// Screen is the running workspace.
type Screen struct {
	*vm.Screen[State]
}

// New starts the screen.
func New(c Config) *Screen { return nil }

// OnWorld takes a new world.
func (s *Screen) OnWorld(w model.World) {}

// Show makes an interaction the current one; empty means none.
func (s *Screen) Show(interaction string) {}

// Do runs one of State.Commands or of the create form.
func (s *Screen) Do(id vm.CommandID) {}

// SetSearch takes the edited search text.
func (s *Screen) SetSearch(text string) {}

// Choose picks an account to be confirmed.
func (s *Screen) Choose(account string) {}

// SetInput takes an edited value of the create form.
func (s *Screen) SetInput(id, value string) {}

// SetCompany says whether the form makes a company.
func (s *Screen) SetCompany(on bool) {}

// Retry tries again what failed.
func (s *Screen) Retry() {}
