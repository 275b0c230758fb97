package app

import (
	"parley/client/model"
	"parley/client/phone"
	"parley/client/phone/audio"
	"parley/client/phone/rtc"
	"parley/client/vm"
)

// deviceList is what the machine had when it was last asked.
type deviceList struct {
	asked    bool
	problems int
	list     []model.AudioDevice
}

// takeSound takes a state of the softphone. The list of devices is asked for when
// the problems changed, since that is when something was plugged.
func (a *App) takeSound(s phone.State) {
	a.calls.onPhone(s)
	if !a.devices.asked || a.devices.problems != len(s.Problems) {
		a.devices = deviceList{asked: true, problems: len(s.Problems), list: devicesOf(a.phone.Devices())}
	}
	a.sound = a.soundOf(s)
	if a.desktop != nil {
		a.desktop.OnPhone(a.sound)
	}
}

func (a *App) soundOf(s phone.State) model.PhoneState {
	out := model.PhoneState{
		Muted: s.Muted, Media: map[string]model.MediaState{}, Devices: a.devices.list,
		Capture:  a.store.Preference(vm.PrefCapture),
		Playback: a.store.Preference(vm.PrefPlayback),
		Ringer:   a.store.Preference(vm.PrefRinger),
	}
	for _, c := range s.Calls {
		out.Media[c.ID] = mediaOf(c.Media)
	}
	switch {
	case a.cfg.AudioIn != "" || a.cfg.AudioOut != "":
	case len(a.devices.list) == 0:
		out.Problem = model.DeviceNone
	case len(s.Problems) > 0:
		out.Problem = model.DeviceVanished
	}
	return out
}

func mediaOf(s rtc.State) model.MediaState {
	switch s {
	case rtc.Connecting:
		return model.MediaConnecting
	case rtc.Connected:
		return model.MediaConnected
	case rtc.Failed:
		return model.MediaFailed
	case rtc.Closed:
		return model.MediaNone
	}
	return model.MediaNone
}

func devicesOf(list []phone.Device) []model.AudioDevice {
	var out []model.AudioDevice
	for _, d := range list {
		out = append(out, model.AudioDevice{
			ID: d.ID, Name: d.Name, Capture: d.Kind == audio.Capture, Default: d.Default,
		})
	}
	return out
}

// headset is what the screens control of the softphone.
type headset struct{ a *App }

func (h headset) SetMuted(on bool) { h.a.phone.SetMuted(on) }

func (h headset) SelectDevices(capture, playback, ringer string) error {
	err := h.a.phone.SelectDevices(capture, playback, ringer)
	h.a.onPhone(h.a.phone.State())
	return err
}

func (h headset) TestRing() { h.a.calls.testRing() }

func (h headset) Levels() (in, out float64) { return h.a.phone.Levels() }
