// Package help lists the shortcuts.
package help

import "parley/client/vm"

// State is what the help shows.
type State struct {
	Title string
	Intro string
	Rows  []Row
	Close string
}

// Row is one command with its keys.
type Row struct {
	ID    vm.CommandID
	Title string
	Keys  string
}

// RowKey makes Row a vm.Row.
func (r Row) RowKey() string { return string(r.ID) }

// Config is what the help needs.
type Config struct {
	vm.Env
	Preferences vm.Preferences
}

// Screen is the running help.
type Screen struct {
	*vm.Screen[State]
}

// New starts the help.
func New(c Config) *Screen { return nil }

// Reload reads the shortcuts anew.
func (s *Screen) Reload() {}
