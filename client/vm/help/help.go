// Package help lists the shortcuts.
package help

import (
	"time"

	"parley/client/l10n"
	"parley/client/vm"
)

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

	c    Config
	p    *l10n.Printer
	keys vm.Shortcuts
}

// New starts the help.
func New(c Config) *Screen {
	s := &Screen{c: c, p: c.Printer, keys: vm.LoadShortcuts(c.Preferences)}
	s.Screen = vm.NewScreen(c.Clock, s.render)
	s.Start()
	return s
}

// Speak changes the language.
func (s *Screen) Speak(p *l10n.Printer) { s.Post(func() { s.p = p }) }

// Reload reads the shortcuts anew.
func (s *Screen) Reload() { s.Post(func() { s.keys = vm.LoadShortcuts(s.c.Preferences) }) }

func (s *Screen) render(time.Time) (State, bool) {
	st := State{Title: s.p.T("help.title"), Intro: s.p.T("help.intro"), Close: s.p.T("action.close")}
	for _, b := range vm.DefaultShortcuts() {
		keys := s.keys.Keys(b.ID)
		if keys == "" {
			keys = s.p.T("settings.no_keys")
		}
		st.Rows = append(st.Rows, Row{ID: b.ID, Title: vm.CommandTitle(s.p, b.ID), Keys: keys})
	}
	return st, false
}
