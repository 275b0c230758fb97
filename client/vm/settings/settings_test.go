package settings_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"parley/client/model"
	"parley/client/vm"
	"parley/client/vm/settings"
	"parley/client/vm/vmtest"
)

func TestSettings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ports := vmtest.NewPorts()
		language, remapped := "", 0
		s := settings.New(settings.Config{
			Env: ports.Env("en"), Session: ports, Phone: ports, Preferences: ports,
			OnLanguage: func(l string) { language = l }, OnShortcuts: func() { remapped++ },
		})
		defer s.Close()
		s.OnPhone(model.PhoneState{Devices: []model.AudioDevice{
			{ID: "m", Name: "Mic", Capture: true}, {ID: "h", Name: "Headset"}, {ID: "l", Name: "Speaker"},
		}})
		s.SelectCapture("m")
		s.SelectRinger("l")
		synctest.Wait()
		st := s.State()
		if len(st.Sound.Capture) != 2 || !st.Sound.Capture[1].Chosen || len(st.Sound.Ringer) != 3 || !st.Sound.Ringer[2].Chosen {
			t.Errorf("devices: %+v", st.Sound)
		}
		if got := ports.Calls(); len(got) != 2 || !slices.Contains(got, `SelectDevices "m" "" "l"`) {
			t.Errorf("calls are %q", got)
		}
		s.SelectTheme(settings.ThemeDark)
		s.SelectSize("150")
		s.SelectSize("500")
		s.SelectLanguage("tr")
		synctest.Wait()
		st = s.State()
		if st.Looks.Theme != settings.ThemeDark || st.Looks.Scale != 1.5 || st.Title != "Ayarlar" || language != "tr" {
			t.Errorf("looks: %+v, told %q", st.Looks, language)
		}
		s.Record(vm.CmdAccept)
		s.Keys("a")
		synctest.Wait()
		if st = s.State(); st.Shortcuts.Problem.Text == "" || st.Shortcuts.Prompt == "" {
			t.Errorf("unusable keys: %+v", st.Shortcuts.Problem)
		}
		s.Keys("ctrl+shift+r")
		synctest.Wait()
		if st = s.State(); st.Shortcuts.Problem.Text == "" || st.Shortcuts.Recording != vm.CmdAccept {
			t.Errorf("taken keys: %+v", st.Shortcuts)
		}
		s.Keys("alt+1")
		synctest.Wait()
		if st = s.State(); st.Shortcuts.Rows[0].Keys != "Alt+1" || !st.Shortcuts.Reset.Enabled || remapped != 1 {
			t.Errorf("new keys: %+v", st.Shortcuts.Rows[0])
		}
		s.Do(settings.CmdResetShortcuts)
		synctest.Wait()
		if st = s.State(); st.Shortcuts.Rows[0].Keys != "Ctrl+Shift+A" || st.Shortcuts.Reset.Enabled {
			t.Errorf("reset keys: %+v", st.Shortcuts.Rows[0])
		}
	})
}

// TestMetersRunOnlyInSight: out of sight the levels are not read.
func TestMetersRunOnlyInSight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ports := vmtest.NewPorts()
		s := settings.New(settings.Config{Env: ports.Env("en"), Session: ports, Phone: ports, Preferences: ports})
		defer s.Close()
		states := 0
		s.Subscribe(func(settings.State) { states++ })
		s.SetVisible(true)
		vmtest.Pass(time.Second)
		synctest.Wait()
		if st := s.State(); st.Sound.LevelIn != 0.5 || states < 10 {
			t.Errorf("level is %v after %d states", st.Sound.LevelIn, states)
		}
		s.SetVisible(false)
		vmtest.Pass(time.Second)
		synctest.Wait()
		before := states
		vmtest.Pass(time.Minute)
		synctest.Wait()
		if st := s.State(); st.Sound.LevelIn != 0 || states != before {
			t.Errorf("meters run out of sight: %d states", states-before)
		}
	})
}

func TestChangePassword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ports := vmtest.NewPorts()
		s := settings.New(settings.Config{Env: ports.Env("en"), Session: ports, Phone: ports, Preferences: ports})
		defer s.Close()
		s.SetOldPassword("demo")
		s.SetNewPassword("short")
		s.SetRepeat("other")
		s.Do(settings.CmdChangePassword)
		synctest.Wait()
		if st := s.State().Password; st.New.Problem == "" || st.Repeat.Problem == "" || len(ports.Calls()) != 0 {
			t.Errorf("a bad password was sent: %+v", st)
		}
		s.SetNewPassword("long enough")
		s.SetRepeat("long enough")
		ports.SetFail("ChangePassword", &model.Error{Kind: model.KindUnauthenticated})
		s.Do(settings.CmdChangePassword)
		synctest.Wait()
		if st := s.State().Password; st.Result.Text != "The present password is wrong." {
			t.Errorf("wrong old password: %+v", st.Result)
		}
		ports.SetFail("ChangePassword", nil)
		s.Do(settings.CmdChangePassword)
		synctest.Wait()
		if st := s.State().Password; st.Result.Tone != vm.TonePositive || st.Load != 2 || st.Change.Enabled {
			t.Errorf("changed: %+v", st)
		}
	})
}
