package phone

import (
	"log/slog"
	"sync/atomic"
	"time"

	"parley/client/phone/audio"
	"parley/client/phone/rtc"
)

// sendQueue is how many frames may wait for the sending goroutine: 200 ms.
const sendQueue = 10

type frame [audio.FrameSize]int16

// routes says where sound goes; it is replaced and never changed.
type routes struct {
	talking *rtc.Session
	silent  []*rtc.Session
}

// engine carries sound between device and sessions. The device's threads call
// Captured and Playback, run sends.
type engine struct {
	log    *slog.Logger
	in     audio.Meter
	out    audio.Meter
	muted  atomic.Bool
	tone   atomic.Pointer[tone]
	routes atomic.Pointer[routes]
	// frames go around: free, filled by Captured, sent by run, free again.
	frames, free chan *frame
}

var _ audio.Endpoint = (*engine)(nil)

func newEngine(log *slog.Logger) *engine {
	e := &engine{log: log, frames: make(chan *frame, sendQueue), free: make(chan *frame, sendQueue)}
	for range sendQueue {
		e.free <- new(frame)
	}
	e.routes.Store(&routes{})
	return e
}

// connect replaces the routes and has only the talking call listen.
func (e *engine) connect(calls map[string]*rtc.Session, talking string) {
	r := &routes{}
	for id, s := range calls {
		if id == talking {
			r.talking = s
			continue
		}
		r.silent = append(r.silent, s)
	}
	old := e.routes.Swap(r)
	if old.talking == r.talking {
		return
	}
	if old.talking != nil {
		old.talking.Listen(false)
	}
	if r.talking != nil {
		r.talking.Listen(true)
	}
}

// Captured implements audio.Endpoint.
func (e *engine) Captured(samples []int16) {
	e.in.Add(samples)
	select {
	case f := <-e.free:
		copy(f[:], samples)
		// There is room: no more frames exist than the queue holds.
		e.frames <- f
	default:
		// The sender is behind; a late frame would only add delay.
	}
}

// Playback implements audio.Endpoint.
func (e *engine) Playback(samples []int16) {
	if s := e.routes.Load().talking; s != nil {
		s.Receive(samples)
	}
	if t := e.tone.Load(); t != nil && !t.mix(samples) {
		e.tone.CompareAndSwap(t, nil)
		t.over()
	}
	e.out.Add(samples)
}

// run sends a frame to every session for each captured one, until done.
func (e *engine) run(done <-chan struct{}) {
	silence := make([]int16, audio.FrameSize)
	var complained time.Time
	for {
		var f *frame
		select {
		case <-done:
			return
		case f = <-e.frames:
		}
		r := e.routes.Load()
		var err error
		if r.talking != nil {
			spoken := f[:]
			if e.muted.Load() {
				spoken = silence
			}
			err = r.talking.Send(spoken)
		}
		for _, s := range r.silent {
			if fault := s.Send(silence); fault != nil {
				err = fault
			}
		}
		e.free <- f
		if err != nil && time.Since(complained) > time.Minute {
			complained = time.Now()
			e.log.Warn("send audio", "error", err)
		}
	}
}

// tone is a test tone on its way; the speaker's thread owns it.
type tone struct {
	samples []int16
	over    func()
}

func (e *engine) playTone(over func()) {
	e.tone.Store(&tone{samples: audio.Tone(440, audio.Rate*3/4), over: over})
}

// mix adds the tone to a frame and is false at its end.
func (t *tone) mix(samples []int16) bool {
	n := min(len(samples), len(t.samples))
	for i := range n {
		samples[i] = int16(min(max(int(samples[i])+int(t.samples[i]), -32768), 32767))
	}
	t.samples = t.samples[n:]
	return len(t.samples) > 0
}
