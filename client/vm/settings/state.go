// Package settings is where the agent fits the desktop to himself: sound devices,
// looks, language, shortcuts, password. Every change acts at once and is kept.
package settings

import "parley/client/vm"

// State is what the settings show.
type State struct {
	Title     string
	Sound     Sound
	Looks     Looks
	Shortcuts Shortcuts
	Password  Password
}

// Sound is about the devices.
type Sound struct {
	Title         string
	CaptureLabel  string
	PlaybackLabel string
	RingerLabel   string
	Capture       []vm.Choice
	Playback      []vm.Choice
	Ringer        []vm.Choice
	TestRing      vm.Command
	// LevelIn and LevelOut are 0 to 1, while Metering.
	LevelIn, LevelOut           float64
	LevelInLabel, LevelOutLabel string
	Metering                    bool
	Problem                     vm.Notice
}

// Looks are theme, size and language. The shell applies Theme and Scale.
type Looks struct {
	Title         string
	ThemeLabel    string
	Themes        []vm.Choice
	Theme         string
	SizeLabel     string
	Sizes         []vm.Choice
	Scale         float64
	LanguageLabel string
	Languages     []vm.Choice
	Language      string
}

// The themes.
const (
	ThemeSystem = "system"
	ThemeLight  = "light"
	ThemeDark   = "dark"
)

// Shortcuts is the table of shortcuts.
type Shortcuts struct {
	Title string
	Rows  []ShortcutRow
	Reset vm.Command
	// Recording is the command whose new keys are awaited; empty otherwise.
	Recording vm.CommandID
	Prompt    string
	Problem   vm.Notice
	// CommandLabel and KeysLabel head the columns.
	CommandLabel, KeysLabel string
}

// ShortcutRow is one command with its keys, recorded anew by Record.
type ShortcutRow struct {
	ID      vm.CommandID
	Title   string
	Keys    string
	Changed bool
}

// RowKey makes ShortcutRow a vm.Row.
func (r ShortcutRow) RowKey() string { return string(r.ID) }

// Password is the change of the password.
type Password struct {
	Title  string
	Old    vm.Input
	New    vm.Input
	Repeat vm.Input
	// Load changes when the shell must empty its entries.
	Load   uint64
	Change vm.Command
	Busy   bool
	Result vm.Notice
}

// The commands of the settings.
const (
	CmdTestRing       vm.CommandID = "test_ring"
	CmdResetShortcuts vm.CommandID = "reset_shortcuts"
	CmdChangePassword vm.CommandID = "change_password"
)
