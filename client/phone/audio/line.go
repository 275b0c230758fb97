package audio

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// stallTime without a call from the sound device means that it is stuck.
	stallTime = 500 * time.Millisecond
	// retryTime is how soon a missing device is looked for, rarestRetry how
	// often in the end: sound systems complain on standard error at each try.
	retryTime   = 2 * time.Second
	rarestRetry = 16 * time.Second
	// returnTime is how often a line with a substitute looks for the chosen one.
	returnTime = 10 * time.Second
)

var errStuck = errors.New("sound device gives and takes nothing")

// driver opens the sound devices of the machine. It is our seam to the sound
// library.
type driver interface {
	list() ([]Info, error)
	// open starts a device; data is called from its thread with as many samples
	// as the device likes. An empty id is the default device.
	open(k Kind, id string, data func(samples []int16)) (stream, error)
	close() error
}

// stream is an open sound device. close waits until data runs no more.
type stream interface {
	close()
}

// line keeps one direction of sound going: it cuts the device's blocks into
// frames, watches that the device calls, reopens it when it does not, and ticks
// by itself while there is none.
type line struct {
	kind   Kind
	id     string
	driver driver
	frame  func([]int16)
	report func(Problem)
	log    *slog.Logger

	lastCall atomic.Int64
	called   atomic.Bool
	done     chan struct{}
	wg       sync.WaitGroup
	told     Problem
}

func (l *line) start() {
	l.done = make(chan struct{})
	l.wg.Go(l.run)
}

func (l *line) stop() {
	close(l.done)
	l.wg.Wait()
}

// run owns the stream. One of three things happens at a time: the device calls,
// the line ticks, or the line opens a device.
func (l *line) run() {
	retry := retryTime
	for {
		s, status, err := l.open()
		if s == nil {
			l.tell(Missing, err)
			if !l.tick(retry) {
				return
			}
			retry = min(2*retry, rarestRetry)
			continue
		}
		retry = retryTime
		again := l.watch(status)
		s.close()
		if !again {
			return
		}
		if !l.called.Load() {
			// It opens but never calls: as good as missing.
			l.tell(Missing, errStuck)
			if !l.tick(retryTime) {
				return
			}
		}
	}
}

// open tries the chosen device and then the default.
func (l *line) open() (stream, Status, error) {
	l.lastCall.Store(time.Now().UnixNano())
	l.called.Store(false)
	s, err := l.driver.open(l.kind, l.id, l.cutter())
	if err == nil {
		return s, Running, nil
	}
	if l.id == "" {
		return nil, Missing, err
	}
	l.log.Warn("open chosen sound device", "kind", l.kind, "id", l.id, "error", err)
	if s, err = l.driver.open(l.kind, "", l.cutter()); err != nil {
		return nil, Missing, err
	}
	return s, Substituted, nil
}

// cutter makes frames of blocks. It belongs to the device's thread.
func (l *line) cutter() func([]int16) {
	buf := make([]int16, FrameSize)
	n := 0
	if l.kind == Playback {
		n = FrameSize
	}
	return func(block []int16) {
		l.lastCall.Store(time.Now().UnixNano())
		l.called.Store(true)
		for len(block) > 0 {
			if l.kind == Playback {
				if n == FrameSize {
					clear(buf)
					l.frame(buf)
					n = 0
				}
				k := copy(block, buf[n:])
				n += k
				block = block[k:]
				continue
			}
			k := copy(buf[n:], block)
			n += k
			block = block[k:]
			if n == FrameSize {
				l.frame(buf)
				n = 0
			}
		}
	}
}

// watch returns true when the device must be opened again: it is stuck, or it
// is only a substitute and the chosen one may be back. That the device works is
// told when it has called.
func (l *line) watch(status Status) bool {
	t := time.NewTicker(stallTime / 2)
	defer t.Stop()
	began := time.Now()
	for {
		select {
		case <-l.done:
			return false
		case <-t.C:
		}
		if l.called.Load() {
			l.tell(status, nil)
		}
		if idle := time.Since(time.Unix(0, l.lastCall.Load())); idle >= stallTime {
			l.log.Warn("sound device is stuck", "kind", l.kind, "id", l.id, "idle", idle)
			return true
		}
		if status == Substituted && time.Since(began) >= returnTime {
			if l.back() {
				return true
			}
			began = time.Now()
		}
	}
}

// back is true when the chosen device is plugged in again.
func (l *line) back() bool {
	infos, err := l.driver.list()
	if err != nil {
		return false
	}
	for _, i := range infos {
		if i.Kind == l.kind && i.ID == l.id {
			return true
		}
	}
	return false
}

// tick stands in for the device for a while; false means stopped.
func (l *line) tick(d time.Duration) bool {
	buf := make([]int16, FrameSize)
	left := int(d / FrameTime)
	return runClock(l.done, func() bool {
		clear(buf)
		l.frame(buf)
		left--
		return left > 0
	})
}

func (l *line) tell(s Status, err error) {
	p := Problem{Kind: l.kind, Status: s}
	what := "speaker"
	if l.kind == Capture {
		what = "microphone"
	}
	switch s {
	case Substituted:
		p.Text = fmt.Sprintf("The chosen %s is missing; the default one is used.", what)
	case Missing:
		p.Text = fmt.Sprintf("No %s could be opened.", what)
	case Idle, Running:
	}
	if p == l.told {
		return
	}
	l.told = p
	if err != nil {
		l.log.Info("open sound device", "kind", l.kind, "error", err)
	}
	l.report(p)
}
