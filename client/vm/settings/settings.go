package settings

import (
	"context"
	"math"
	"strconv"
	"time"

	"parley/client/l10n"
	"parley/client/model"
	"parley/client/vm"
)

// meterTime is how often the level meters move while they are in sight.
const meterTime = 100 * time.Millisecond

// minPassword is the least length of a new password.
const minPassword = 8

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

	c     Config
	p     *l10n.Printer
	keys  vm.Shortcuts
	phone model.PhoneState

	visible   bool
	ticking   bool
	in, out   float64
	soundErr  error
	recording vm.CommandID
	keyNotice vm.Notice

	old, changed, repeat string
	load                 uint64
	busy                 bool
	result               vm.Notice
}

// New starts the settings.
func New(c Config) *Screen {
	s := &Screen{c: c, p: c.Printer, keys: vm.LoadShortcuts(c.Preferences), load: 1}
	s.Screen = vm.NewScreen(c.Clock, s.render)
	s.Start()
	return s
}

// Speak changes the language.
func (s *Screen) Speak(p *l10n.Printer) {
	s.Post(func() {
		s.p = p
		s.keyNotice, s.result = vm.Notice{}, vm.Notice{}
	})
}

// OnPhone takes a new state of the softphone.
func (s *Screen) OnPhone(p model.PhoneState) { s.Post(func() { s.phone = p }) }

// SetVisible says whether the screen is in sight; the level meters run only then.
func (s *Screen) SetVisible(on bool) {
	s.Post(func() {
		s.visible = on
		if !on {
			s.recording = ""
			s.in, s.out = 0, 0
		}
		if on && !s.ticking {
			s.meter()
		}
	})
}

// meter reads the levels while the screen is in sight. A tenth is the finest
// step that a meter shows.
func (s *Screen) meter() {
	s.ticking = s.visible
	if !s.visible {
		return
	}
	var in, out float64
	s.Call(func(context.Context) { in, out = s.c.Phone.Levels() }, func() {
		s.in, s.out = level(in), level(out)
		s.After(meterTime, s.meter)
	})
}

func level(v float64) float64 {
	return math.Round(min(max(v, 0), 1)*20) / 20
}

// SelectCapture chooses the microphone.
func (s *Screen) SelectCapture(id string) { s.selectDevice(&s.phone.Capture, vm.PrefCapture, id) }

// SelectPlayback chooses the headset.
func (s *Screen) SelectPlayback(id string) { s.selectDevice(&s.phone.Playback, vm.PrefPlayback, id) }

// SelectRinger chooses the device that rings.
func (s *Screen) SelectRinger(id string) { s.selectDevice(&s.phone.Ringer, vm.PrefRinger, id) }

func (s *Screen) selectDevice(device *string, key, id string) {
	s.Post(func() {
		*device = id
		s.keep(key, id)
		capture, playback, ringer := s.phone.Capture, s.phone.Playback, s.phone.Ringer
		var err error
		s.Call(func(context.Context) { err = s.c.Phone.SelectDevices(capture, playback, ringer) }, func() {
			s.soundErr = err
		})
	})
}

// SelectTheme chooses the theme.
func (s *Screen) SelectTheme(id string) { s.Post(func() { s.keep(vm.PrefTheme, id) }) }

// SelectSize chooses the text size.
func (s *Screen) SelectSize(id string) {
	s.Post(func() {
		if n, err := strconv.Atoi(id); err == nil && n >= 80 && n <= 200 {
			s.keep(vm.PrefScale, id)
		}
	})
}

// SelectLanguage chooses the language.
func (s *Screen) SelectLanguage(id string) {
	s.Post(func() {
		id = l10n.Match(id)
		s.keep(vm.PrefLanguage, id)
		s.p = l10n.New(id)
		if s.c.OnLanguage != nil {
			s.c.OnLanguage(id)
		}
	})
}

func (s *Screen) keep(key, value string) {
	if err := s.c.Preferences.SetPreference(key, value); err != nil {
		s.c.Log.Warn("preference not kept", "key", key, "error", err)
	}
}

// Record awaits new keys for a command.
func (s *Screen) Record(id vm.CommandID) {
	s.Post(func() { s.recording, s.keyNotice = id, vm.Notice{} })
}

// CancelRecording keeps the old keys.
func (s *Screen) CancelRecording() {
	s.Post(func() { s.recording, s.keyNotice = "", vm.Notice{} })
}

// Keys gives the keys that were pressed, as "Ctrl+Shift+A"; empty takes the
// shortcut away.
func (s *Screen) Keys(keys string) {
	s.Post(func() {
		if s.recording == "" {
			return
		}
		canonical, ok := vm.CanonicalKeys(keys)
		if keys != "" && !ok {
			s.keyNotice = critical(s.p.T("settings.keys_unusable"))
			return
		}
		if holder := s.keys.Holder(s.recording, canonical); holder != "" {
			s.keyNotice = critical(s.p.T("settings.keys_taken", "keys", canonical, "command", vm.CommandTitle(s.p, holder)))
			return
		}
		s.remap(s.keys.With(s.recording, canonical))
	})
}

func (s *Screen) remap(keys vm.Shortcuts) {
	s.keys, s.recording, s.keyNotice = keys, "", vm.Notice{}
	if err := keys.Save(s.c.Preferences); err != nil {
		s.c.Log.Warn("shortcuts not kept", "error", err)
	}
	if s.c.OnShortcuts != nil {
		s.c.OnShortcuts()
	}
}

func critical(text string) vm.Notice {
	return vm.Notice{Tone: vm.ToneCritical, Icon: vm.IconError, Text: text}
}

// SetOldPassword takes the edited old password.
func (s *Screen) SetOldPassword(text string) { s.edit(&s.old, text) }

// SetNewPassword takes the edited new password.
func (s *Screen) SetNewPassword(text string) { s.edit(&s.changed, text) }

// SetRepeat takes the repeated new password.
func (s *Screen) SetRepeat(text string) { s.edit(&s.repeat, text) }

func (s *Screen) edit(field *string, text string) {
	s.Post(func() {
		*field = text
		if text != "" {
			s.result = vm.Notice{}
		}
	})
}

// Do runs a command of the settings.
func (s *Screen) Do(id vm.CommandID) {
	s.Post(func() {
		switch id {
		case CmdTestRing:
			s.Call(func(context.Context) { s.c.Phone.TestRing() }, func() {})
		case CmdResetShortcuts:
			s.remap(vm.Shortcuts{})
		case CmdChangePassword:
			s.changePassword()
		}
	})
}

func (s *Screen) passwordReady() bool {
	return s.old != "" && len([]rune(s.changed)) >= minPassword && s.changed == s.repeat && !s.busy
}

func (s *Screen) changePassword() {
	if !s.passwordReady() {
		return
	}
	s.busy = true
	old, changed := s.old, s.changed
	var err error
	s.Call(func(ctx context.Context) { err = s.c.Session.ChangePassword(ctx, old, changed) }, func() {
		s.busy = false
		switch {
		case err == nil:
			s.old, s.changed, s.repeat = "", "", ""
			s.load++
			s.result = vm.Notice{Tone: vm.TonePositive, Icon: vm.IconCheck, Text: s.p.T("password.changed")}
		case vm.IsKind(err, model.KindUnauthenticated), vm.IsKind(err, model.KindDenied):
			s.result = critical(s.p.T("password.wrong"))
		default:
			s.result = critical(vm.ErrorText(s.p, err))
		}
	})
}
