package audio

import (
	"errors"
	"log/slog"
	"sync"
)

var errNoSound = errors.New("this machine has no sound system")

// noDriver is a machine without a sound system.
type noDriver struct{}

func (noDriver) list() ([]Info, error)                            { return nil, nil }
func (noDriver) open(Kind, string, func([]int16)) (stream, error) { return nil, errNoSound }
func (noDriver) close() error                                     { return nil }

// System is the sound system of the machine. It opens devices for headsets and
// ringers, and must be closed after them.
type System struct {
	driver driver
	log    *slog.Logger
}

// OpenSystem opens the sound system. A machine without one gives a System
// without devices.
func OpenSystem(log *slog.Logger) *System {
	d, err := newMalgoDriver(log)
	if err != nil {
		log.Warn("this machine has no sound", "error", err)
		return NullSystem(log)
	}
	return &System{driver: d, log: log}
}

// NullSystem is a sound system without devices, for machines and tests that
// must stay silent.
func NullSystem(log *slog.Logger) *System { return &System{driver: noDriver{}, log: log} }

// Devices lists what is plugged in now.
func (s *System) Devices() ([]Info, error) { return s.driver.list() }

// Close releases the sound system.
func (s *System) Close() error { return s.driver.close() }

// HeadsetConfig chooses the devices of a Headset; empty ids mean the default.
type HeadsetConfig struct {
	CaptureID, PlaybackID string
	// PlaybackOnly leaves the microphone closed, for a ringer.
	PlaybackOnly bool
	// Report is told the status of a line when it may have changed, one report
	// at a time a line. It must not wait.
	Report func(Problem)
}

// Headset is a Device of the machine's microphone and speaker.
type Headset struct {
	system *System
	cfg    HeadsetConfig

	mu    sync.Mutex
	lines []*line
}

// Headset makes a headset; its devices are opened by Start.
func (s *System) Headset(cfg HeadsetConfig) *Headset {
	if cfg.Report == nil {
		cfg.Report = func(Problem) {}
	}
	return &Headset{system: s, cfg: cfg}
}

// Start implements Device.
func (h *Headset) Start(e Endpoint) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.lines) > 0 {
		return nil
	}
	h.lines = append(h.lines, h.line(Playback, h.cfg.PlaybackID, e.Playback))
	if !h.cfg.PlaybackOnly {
		h.lines = append(h.lines, h.line(Capture, h.cfg.CaptureID, e.Captured))
	}
	for _, l := range h.lines {
		l.start()
	}
	return nil
}

func (h *Headset) line(k Kind, id string, frame func([]int16)) *line {
	return &line{kind: k, id: id, driver: h.system.driver, frame: frame, report: h.cfg.Report, log: h.system.log}
}

// Stop implements Device.
func (h *Headset) Stop() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, l := range h.lines {
		l.stop()
		h.cfg.Report(Problem{Kind: l.kind, Status: Idle})
	}
	h.lines = nil
	return nil
}

// Close implements Device.
func (h *Headset) Close() error { return h.Stop() }
