package settings

import (
	"parley/client/model"
	"parley/client/vm"
)

// Config is what the settings need.
type Config struct {
	vm.Env
	Session     vm.Session
	Phone       vm.Phone
	Preferences vm.Preferences
	// OnLanguage and OnShortcuts tell of changes that other screens follow; they
	// are called on the screen's goroutine and must not wait.
	OnLanguage  func(lang string)
	OnShortcuts func()
}

// Screen is the running settings.
type Screen struct {
	*vm.Screen[State]
}

// New starts the settings.
func New(c Config) *Screen { return nil }

// OnPhone takes a new state of the softphone.
func (s *Screen) OnPhone(p model.PhoneState) {}

// SetVisible says whether the screen is in sight; the level meters run only then.
func (s *Screen) SetVisible(on bool) {}

// SelectCapture chooses the microphone.
func (s *Screen) SelectCapture(id string) {}

// SelectPlayback chooses the headset.
func (s *Screen) SelectPlayback(id string) {}

// SelectRinger chooses the device that rings.
func (s *Screen) SelectRinger(id string) {}

// SelectTheme chooses the theme.
func (s *Screen) SelectTheme(id string) {}

// SelectSize chooses the text size.
func (s *Screen) SelectSize(id string) {}

// SelectLanguage chooses the language.
func (s *Screen) SelectLanguage(id string) {}

// Record awaits new keys for a command.
func (s *Screen) Record(id vm.CommandID) {}

// Keys gives the keys that were pressed, as "Ctrl+Shift+A"; empty takes the
// shortcut away.
func (s *Screen) Keys(keys string) {}

// CancelRecording keeps the old keys.
func (s *Screen) CancelRecording() {}

// SetOldPassword takes the edited old password.
func (s *Screen) SetOldPassword(text string) {}

// SetNewPassword takes the edited new password.
func (s *Screen) SetNewPassword(text string) {}

// SetRepeat takes the repeated new password.
func (s *Screen) SetRepeat(text string) {}

// Do runs a command of the settings.
func (s *Screen) Do(id vm.CommandID) {}
