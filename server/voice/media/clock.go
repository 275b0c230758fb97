package media

import (
	"slices"
	"sync"
	"time"

	"parley/client/phone/codec"
)

const (
	frameTime = codec.FrameMillis * time.Millisecond
	// wheels spread the work over the frame time.
	wheels = 4
	// maxCatchUp bounds what is sent at once after the machine stood still.
	maxCatchUp = 5
)

// Clock paces all streams that send sound of their own. A few goroutines serve
// any number of streams, so that a thousand waiting callers need no timers.
type Clock struct {
	wheels [wheels]wheel
	stop   chan struct{}
	wg     sync.WaitGroup

	mu   sync.Mutex
	next int
}

type wheel struct {
	mu      sync.Mutex
	streams []*Stream
	// scratch is the copy that one turn walks over.
	scratch []*Stream
}

// NewClock starts a clock.
func NewClock() *Clock {
	c := &Clock{stop: make(chan struct{})}
	for i := range c.wheels {
		c.wg.Go(func() { c.turn(&c.wheels[i], time.Duration(i)*frameTime/wheels) })
	}
	return c
}

// Close stops the clock.
func (c *Clock) Close() {
	close(c.stop)
	c.wg.Wait()
}

func (c *Clock) add(s *Stream) {
	c.mu.Lock()
	w := &c.wheels[c.next%wheels]
	c.next++
	c.mu.Unlock()
	s.wheel = w
	w.mu.Lock()
	w.streams = append(w.streams, s)
	w.mu.Unlock()
}

func (w *wheel) remove(s *Stream) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := slices.Index(w.streams, s); i >= 0 {
		w.streams = slices.Delete(w.streams, i, i+1)
	}
}

func (c *Clock) turn(w *wheel, phase time.Duration) {
	due := time.Now().Add(phase)
	timer := time.NewTimer(phase)
	defer timer.Stop()
	for {
		select {
		case <-c.stop:
			return
		case <-timer.C:
		}
		now := time.Now()
		for n := 0; !due.After(now) && n < maxCatchUp; n++ {
			w.tick(now)
			due = due.Add(frameTime)
		}
		if !due.After(now) {
			due = now.Add(frameTime)
		}
		timer.Reset(time.Until(due))
	}
}

func (w *wheel) tick(now time.Time) {
	w.mu.Lock()
	w.scratch = append(w.scratch[:0], w.streams...)
	w.mu.Unlock()
	for _, s := range w.scratch {
		s.tick(now)
	}
	clear(w.scratch)
}
