package live

import (
	"parley/client/model"
	"parley/client/vm"
)

// Config is what the board needs.
type Config struct {
	vm.Env
}

// Screen is the running board.
type Screen struct {
	*vm.Screen[State]
}

// New starts the board.
func New(c Config) *Screen { return nil }

// OnWorld takes a new world.
func (s *Screen) OnWorld(w model.World) {}

// SortQueues sorts by a column; again turns the order round.
func (s *Screen) SortQueues(column string) {}

// SortAgents sorts by a column; again turns the order round.
func (s *Screen) SortAgents(column string) {}
