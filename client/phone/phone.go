// Package phone is the softphone of the desktop: it joins sound devices and
// WebRTC sessions, one session a call.
//
// A call's media is made while it rings: Offer, then Answer. From then on both
// sides send silence, so that Talk only has to let sound through. One call
// talks at a time; the others are silent. The devices are open while there is a
// call, while Monitor asks for it, and while the test tone plays.
//
// Sound takes two ways. Microphone: the device's thread hands a copy of the
// frame to one goroutine, which encodes and sends it, and drops it when that is
// behind. Speaker: the device's thread takes the next frame from the jitter
// buffer of the talking call. Neither waits for the network.
package phone

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"parley/assets"
	"parley/client/phone/audio"
	"parley/client/phone/rtc"
)

// Config sets up a phone.
type Config struct {
	// AudioIn and AudioOut are WAV files in place of the sound devices: one is
	// spoken, over and over unless PlayOnce, the other gets what is heard. If
	// either is given, no sound device is used, and it does not ring aloud.
	AudioIn, AudioOut string
	PlayOnce          bool
	// Silent uses no sound device at all.
	Silent bool
	// CaptureID, PlaybackID and RingerID choose devices; empty is the default.
	CaptureID, PlaybackID, RingerID string
	// Loopback is for a server on the same machine.
	Loopback bool
	// OnState is told each change, and the quality of calls every second, by
	// one goroutine and in order; in-between states may be left out. It may
	// call methods of the phone other than Shutdown.
	OnState func(State)
}

// Device is a sound device of the machine.
type Device = audio.Info

var (
	errClosed  = errors.New("the phone is closed")
	errUnknown = errors.New("the phone has no such call")
)

// Phone is the softphone. Its methods may be called by any goroutine.
type Phone struct {
	cfg    Config
	log    *slog.Logger
	system *audio.System
	engine *engine
	board  *board

	// mu keeps calls and devices; methods hold it while devices start and stop.
	mu        sync.Mutex
	closed    bool
	calls     map[string]*rtc.Session
	talking   string
	monitored bool
	ringing   bool
	testing   bool
	device    audio.Device
	ringer    *audio.Ringer
	ring      audio.Sound
	wg        sync.WaitGroup
	done      chan struct{}
}

// New makes a phone. Without a sound device it works silently and says so in
// its State; it fails only if a WAV file cannot be used.
func New(cfg Config, log *slog.Logger) (*Phone, error) {
	ring, err := assets.FS.Open("sounds/ring.wav")
	if err != nil {
		return nil, fmt.Errorf("open ring tone: %w", err)
	}
	defer func() { _ = ring.Close() }()
	sound, err := audio.ReadWAV(ring)
	if err != nil {
		return nil, fmt.Errorf("read ring tone: %w", err)
	}
	p := &Phone{
		cfg: cfg, log: log, ring: sound,
		calls:  map[string]*rtc.Session{},
		engine: newEngine(log),
		done:   make(chan struct{}),
	}
	p.board = newBoard(p.snapshot, cfg.OnState)
	if err := p.openDevices(); err != nil {
		return nil, err
	}
	p.wg.Go(func() { p.engine.run(p.done) })
	p.wg.Go(func() { p.board.run(p.done) })
	return p, nil
}

// openDevices makes headset and ringer; neither is started.
func (p *Phone) openDevices() error {
	if p.cfg.AudioIn != "" || p.cfg.AudioOut != "" {
		d, err := audio.NewFileDevice(audio.FileConfig{In: p.cfg.AudioIn, Out: p.cfg.AudioOut, Once: p.cfg.PlayOnce})
		if err != nil {
			return fmt.Errorf("open phone: %w", err)
		}
		p.system, p.device = audio.NullSystem(p.log), d
		p.ringer = audio.NewRinger(p.system.Headset(audio.HeadsetConfig{PlaybackOnly: true}), p.ring)
		return nil
	}
	p.system = audio.NullSystem(p.log)
	if !p.cfg.Silent {
		p.system = audio.OpenSystem(p.log)
	}
	p.makeHeadset()
	p.makeRinger()
	return nil
}

func (p *Phone) makeHeadset() {
	p.device = p.system.Headset(audio.HeadsetConfig{
		CaptureID: p.cfg.CaptureID, PlaybackID: p.cfg.PlaybackID,
		Report: func(q audio.Problem) {
			if q.Kind == audio.Capture {
				p.board.problem(microphone, q)
				return
			}
			p.board.problem(speaker, q)
		},
	})
}

func (p *Phone) makeRinger() {
	p.ringer = audio.NewRinger(p.system.Headset(audio.HeadsetConfig{
		PlaybackID: p.cfg.RingerID, PlaybackOnly: true,
		Report: func(q audio.Problem) { p.board.problem(ringer, q) },
	}), p.ring)
}

// Offer makes the media of a call and returns its SDP offer. Media that the
// call had is closed: this is also the way to start again after a failure. The
// call stays talking if it was.
func (p *Phone) Offer(ctx context.Context, callID string) (string, error) {
	s, err := rtc.NewSession(rtc.Config{
		Loopback: p.cfg.Loopback,
		OnState:  func(rtc.State) { p.board.touch() },
		Log:      p.log.With("call", callID),
	})
	if err != nil {
		return "", err
	}
	sdp, err := s.Offer(ctx)
	if err != nil {
		return "", errors.Join(err, s.Close())
	}
	old, err := p.adopt(callID, s)
	if err != nil {
		return "", errors.Join(err, s.Close())
	}
	if old != nil {
		p.closeSession(callID, old)
	}
	return sdp, nil
}

func (p *Phone) adopt(callID string, s *rtc.Session) (old *rtc.Session, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errClosed
	}
	old = p.calls[callID]
	p.calls[callID] = s
	p.route()
	return old, nil
}

// Answer takes the server's answer to Offer.
func (p *Phone) Answer(callID, sdp string) error {
	p.mu.Lock()
	s := p.calls[callID]
	p.mu.Unlock()
	if s == nil {
		return fmt.Errorf("answer call %s: %w", callID, errUnknown)
	}
	return s.Answer(sdp)
}

// Talk gives microphone and speaker to a call, which another call loses. A
// call that is not there yet gets them with its Offer.
func (p *Phone) Talk(callID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.talking = callID
	p.route()
}

// Silence takes microphone and speaker from a call: it sends silence and plays
// nothing.
func (p *Phone) Silence(callID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.talking == callID {
		p.talking = ""
		p.route()
	}
}

// SetMuted sends silence in place of the microphone, or no longer.
func (p *Phone) SetMuted(on bool) {
	p.engine.muted.Store(on)
	p.board.touch()
}

// Ring starts or stops the ring tone.
func (p *Phone) Ring(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.ringing == on {
		return
	}
	p.ringing = on
	if err := p.ringer.Ring(on); err != nil {
		p.log.Warn("ring", "error", err)
	}
	p.board.touch()
}

// Monitor keeps the devices open without a call, for a level display.
func (p *Phone) Monitor(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.monitored = on
	p.route()
}

// TestTone plays a short tone on the chosen speaker.
func (p *Phone) TestTone() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.testing = true
	p.engine.playTone(func() {
		// Told by the device's thread, which must not stop its own device.
		p.board.toneOver(p.endTone)
	})
	p.route()
}

func (p *Phone) endTone() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.engine.tone.Load() == nil {
		p.testing = false
		p.route()
	}
}

// Levels are the loudness of the microphone and of what is heard, 0 to 1.
func (p *Phone) Levels() (in, out float64) {
	return p.engine.in.Level(), p.engine.out.Level()
}

// Devices lists the sound devices of the machine.
func (p *Phone) Devices() []Device {
	list, err := p.system.Devices()
	if err != nil {
		p.log.Warn("list sound devices", "error", err)
	}
	return list
}

// SelectDevices chooses devices by id, also during a call; empty is the
// default. It does nothing for a phone that uses WAV files.
func (p *Phone) SelectDevices(capture, playback, ring string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return errClosed
	}
	if p.cfg.AudioIn != "" || p.cfg.AudioOut != "" {
		return nil
	}
	err := errors.Join(p.device.Close(), p.ringer.Close())
	p.cfg.CaptureID, p.cfg.PlaybackID, p.cfg.RingerID = capture, playback, ring
	p.makeHeadset()
	p.makeRinger()
	p.route()
	if p.ringing {
		err = errors.Join(err, p.ringer.Ring(true))
	}
	if err != nil {
		return fmt.Errorf("select devices: %w", err)
	}
	return nil
}

// Close ends the media of a call. An unknown call is no error.
func (p *Phone) Close(callID string) {
	p.mu.Lock()
	s := p.calls[callID]
	delete(p.calls, callID)
	if p.talking == callID {
		p.talking = ""
	}
	p.route()
	p.mu.Unlock()
	if s != nil {
		p.closeSession(callID, s)
	}
}

func (p *Phone) closeSession(callID string, s *rtc.Session) {
	if err := s.Close(); err != nil {
		p.log.Warn("close media", "call", callID, "error", err)
	}
	p.board.touch()
}

// CloseAll ends the media of all calls.
func (p *Phone) CloseAll() {
	p.mu.Lock()
	ids := make([]string, 0, len(p.calls))
	for id := range p.calls {
		ids = append(ids, id)
	}
	p.mu.Unlock()
	for _, id := range ids {
		p.Close(id)
	}
}

// Shutdown ends all calls and releases the devices.
func (p *Phone) Shutdown() error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil
	}
	p.closed = true
	p.mu.Unlock()
	p.CloseAll()
	close(p.done)
	p.wg.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := errors.Join(p.device.Close(), p.ringer.Close(), p.system.Close()); err != nil {
		return fmt.Errorf("close phone: %w", err)
	}
	return nil
}

// route tells the engine who talks, and opens or closes the devices. The caller
// holds mu.
func (p *Phone) route() {
	p.engine.connect(p.calls, p.talking)
	var err error
	if !p.closed && (len(p.calls) > 0 || p.monitored || p.testing) {
		err = p.device.Start(p.engine)
	} else {
		err = p.device.Stop()
		p.engine.in.Reset()
		p.engine.out.Reset()
	}
	if err != nil {
		p.log.Warn("start or stop sound devices", "error", err)
	}
	p.board.touch()
}
