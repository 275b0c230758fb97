package settings

import (
	"strconv"
	"time"

	"parley/client/l10n"
	"parley/client/model"
	"parley/client/vm"
)

func (s *Screen) render(time.Time) (State, bool) {
	return State{
		Title: s.p.T("place.settings"), Sound: s.sound(), Looks: s.looks(),
		Shortcuts: s.shortcuts(), Password: s.password(),
	}, false
}

func (s *Screen) sound() Sound {
	st := Sound{
		Title:        s.p.T("settings.sound"),
		CaptureLabel: s.p.T("settings.microphone"), PlaybackLabel: s.p.T("settings.headset"),
		RingerLabel: s.p.T("settings.ringer"),
		Capture:     s.devices(true, s.phone.Capture), Playback: s.devices(false, s.phone.Playback),
		Ringer:   s.devices(false, s.phone.Ringer),
		TestRing: vm.Command{ID: CmdTestRing, Title: s.p.T("settings.test_ring"), Icon: vm.IconBell, Enabled: true},
		LevelIn:  s.in, LevelOut: s.out, Metering: s.visible,
		LevelInLabel: s.p.T("settings.level_in"), LevelOutLabel: s.p.T("settings.level_out"),
	}
	switch s.phone.Problem {
	case model.DeviceNone:
		st.Problem = critical(s.p.T("alert.device_none"))
		st.TestRing.Enabled = false
	case model.DeviceVanished:
		st.Problem = critical(s.p.T("alert.device_vanished"))
		st.Problem.Tone = vm.ToneAttention
	case model.DeviceFine:
		if s.soundErr != nil {
			st.Problem = critical(s.p.T("settings.device_failed"))
		}
	}
	return st
}

// devices lists the default first: an empty id means whatever the system's is.
func (s *Screen) devices(capture bool, chosen string) []vm.Choice {
	out := []vm.Choice{{Title: s.p.T("settings.default_device"), Chosen: chosen == ""}}
	found := chosen == ""
	for _, d := range s.phone.Devices {
		if d.Capture == capture {
			out = append(out, vm.Choice{ID: d.ID, Title: d.Name, Chosen: d.ID == chosen})
			found = found || d.ID == chosen
		}
	}
	out[0].Chosen = out[0].Chosen || !found
	return out
}

func (s *Screen) looks() Looks {
	l := Looks{
		Title: s.p.T("settings.looks"), ThemeLabel: s.p.T("settings.theme"), SizeLabel: s.p.T("settings.size"),
		LanguageLabel: s.p.T("settings.language"), Theme: s.c.Preferences.Preference(vm.PrefTheme),
		Scale: Scale(s.c.Preferences), Language: s.p.Language(),
	}
	if l.Theme != ThemeLight && l.Theme != ThemeDark {
		l.Theme = ThemeSystem
	}
	theme := func(id, title string) vm.Choice { return vm.Choice{ID: id, Title: title, Chosen: l.Theme == id} }
	l.Themes = []vm.Choice{
		theme(ThemeSystem, s.p.T("settings.theme_system")),
		theme(ThemeLight, s.p.T("settings.theme_light")),
		theme(ThemeDark, s.p.T("settings.theme_dark")),
	}
	for _, n := range []int{80, 90, 100, 110, 125, 150, 175, 200} {
		l.Sizes = append(l.Sizes, vm.Choice{
			ID: strconv.Itoa(n), Title: s.p.Percent(n), Chosen: int(l.Scale*100+0.5) == n,
		})
	}
	for _, id := range l10n.Languages() {
		l.Languages = append(l.Languages, vm.Choice{ID: id, Title: l10n.LanguageName(id), Chosen: id == l.Language})
	}
	return l
}

// Scale is the text size that was chosen, 0.8 to 2.
func Scale(prefs vm.Preferences) float64 {
	n, err := strconv.Atoi(prefs.Preference(vm.PrefScale))
	if err != nil || n < 80 || n > 200 {
		return 1
	}
	return float64(n) / 100
}

func (s *Screen) shortcuts() Shortcuts {
	st := Shortcuts{
		Title: s.p.T("help.title"), Recording: s.recording, Problem: s.keyNotice,
		CommandLabel: s.p.T("settings.command"), KeysLabel: s.p.T("settings.keys"),
		Reset: vm.Command{ID: CmdResetShortcuts, Title: s.p.T("settings.reset_keys"), Icon: vm.IconUndo},
	}
	for _, b := range vm.DefaultShortcuts() {
		row := ShortcutRow{
			ID: b.ID, Title: vm.CommandTitle(s.p, b.ID), Keys: s.keys.Keys(b.ID), Changed: s.keys.Changed(b.ID),
		}
		if row.Keys == "" {
			row.Keys = s.p.T("settings.no_keys")
		}
		st.Reset.Enabled = st.Reset.Enabled || row.Changed
		st.Rows = append(st.Rows, row)
	}
	if s.recording != "" {
		st.Prompt = s.p.T("settings.press_keys", "command", vm.CommandTitle(s.p, s.recording))
	}
	return st
}

func (s *Screen) password() Password {
	p := Password{
		Title: s.p.T("password.title"), Load: s.load, Busy: s.busy, Result: s.result,
		Old:    vm.Input{ID: "old", Label: s.p.T("password.old"), Required: true},
		New:    vm.Input{ID: "new", Label: s.p.T("password.new"), Required: true},
		Repeat: vm.Input{ID: "repeat", Label: s.p.T("password.repeat"), Required: true},
		Change: vm.Command{
			ID: CmdChangePassword, Title: s.p.T("password.change"), Icon: vm.IconCheck, Enabled: s.passwordReady(),
		},
	}
	if s.changed != "" && len([]rune(s.changed)) < minPassword {
		p.New.Problem = s.p.T("password.short", "n", minPassword)
	}
	if s.repeat != "" && s.repeat != s.changed {
		p.Repeat.Problem = s.p.T("password.differs")
	}
	return p
}
