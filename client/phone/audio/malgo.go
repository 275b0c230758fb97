package audio

import (
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"unsafe"

	"github.com/gen2brain/malgo"
)

// malgoDriver is the sound of the machine.
type malgoDriver struct {
	ctx *malgo.AllocatedContext
}

// periodMs is how often the device calls; half a frame keeps the delay low.
const periodMs = 10

func newMalgoDriver(log *slog.Logger) (*malgoDriver, error) {
	// All but the library's own null backend, which would hide that a machine
	// has no sound. Those of other systems are passed over.
	backends := []malgo.Backend{
		malgo.BackendWasapi, malgo.BackendDsound, malgo.BackendWinmm, malgo.BackendCoreaudio,
		malgo.BackendPulseaudio, malgo.BackendAlsa, malgo.BackendJack, malgo.BackendSndio,
		malgo.BackendAudio4, malgo.BackendOss,
	}
	ctx, err := malgo.InitContext(backends, malgo.ContextConfig{}, func(m string) { log.Debug("sound library", "message", m) })
	if err != nil {
		return nil, fmt.Errorf("open sound system: %w", err)
	}
	return &malgoDriver{ctx: ctx}, nil
}

func (d *malgoDriver) list() ([]Info, error) {
	var out []Info
	var errs error
	for _, k := range []Kind{Capture, Playback} {
		infos, err := d.ctx.Devices(malgoType(k))
		if err != nil {
			errs = errors.Join(errs, fmt.Errorf("list sound devices: %w", err))
			continue
		}
		for _, i := range infos {
			out = append(out, Info{ID: hex.EncodeToString(trimmed(i.ID[:])), Name: i.Name(), Kind: k, Default: i.IsDefault != 0})
		}
	}
	if len(out) > 0 {
		return out, nil
	}
	return nil, errs
}

func (d *malgoDriver) open(k Kind, id string, data func([]int16)) (stream, error) {
	cfg := malgo.DefaultDeviceConfig(malgoType(k))
	cfg.SampleRate = Rate
	cfg.PeriodSizeInMilliseconds = periodMs
	cfg.Alsa.NoMMap = 1
	var pin runtime.Pinner
	defer pin.Unpin()
	sub := malgo.SubConfig{Format: malgo.FormatS16, Channels: 1}
	if id != "" {
		raw, err := hex.DecodeString(id)
		if err != nil || len(raw) > len(malgo.DeviceID{}) {
			return nil, fmt.Errorf("open sound device: %q is no device id", id)
		}
		chosen := new(malgo.DeviceID)
		copy(chosen[:], raw)
		pin.Pin(chosen)
		sub.DeviceID = unsafe.Pointer(chosen)
	}
	cfg.Capture, cfg.Playback = sub, sub
	calls := malgo.DeviceCallbacks{Data: func(out, in []byte, _ uint32) {
		if k == Capture {
			data(samplesOf(in))
			return
		}
		data(samplesOf(out))
	}}
	dev, err := malgo.InitDevice(d.ctx.Context, cfg, calls)
	if err != nil {
		return nil, fmt.Errorf("open sound device: %w", err)
	}
	if err := dev.Start(); err != nil {
		dev.Uninit()
		return nil, fmt.Errorf("start sound device: %w", err)
	}
	return malgoStream{dev: dev}, nil
}

func (d *malgoDriver) close() error {
	err := d.ctx.Uninit()
	d.ctx.Free()
	if err != nil {
		return fmt.Errorf("close sound system: %w", err)
	}
	return nil
}

type malgoStream struct {
	dev *malgo.Device
}

func (s malgoStream) close() { s.dev.Uninit() }

func malgoType(k Kind) malgo.DeviceType {
	if k == Capture {
		return malgo.Capture
	}
	return malgo.Playback
}

// samplesOf looks at the library's buffer as samples, without a copy: it is
// aligned, and every platform we run on has the byte order of the format.
func samplesOf(b []byte) []int16 {
	if len(b) < 2 {
		return nil
	}
	return unsafe.Slice((*int16)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/2)
}

// trimmed leaves out the zeros that fill an id up.
func trimmed(id []byte) []byte {
	for len(id) > 0 && id[len(id)-1] == 0 {
		id = id[:len(id)-1]
	}
	return id
}
