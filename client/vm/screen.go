package vm

import (
	"context"
	"sync"
	"time"
)

// Screen is the loop under every screen. It owns one goroutine; inputs are
// closures that run on it one after another, so that what a screen keeps needs
// no lock. After each batch of inputs the state is rendered once and given to
// the subscribers: a slow subscriber makes batches larger, never a queue of old
// states.
type Screen[S any] struct {
	clock  Clock
	render func(now time.Time) (state S, counts bool)

	ctx    context.Context
	cancel context.CancelFunc
	calls  sync.WaitGroup
	done   chan struct{}
	wake   chan struct{}

	mu      sync.Mutex
	queue   []func()
	closed  bool
	state   S
	nextSub int
	subs    map[int]func(S)
	order   []int
}

// NewScreen prepares a screen whose state is made by render; render runs on the
// screen's goroutine and says whether something visible counts seconds. Nothing
// runs before Start.
func NewScreen[S any](clock Clock, render func(now time.Time) (state S, counts bool)) *Screen[S] {
	s := &Screen[S]{
		clock: clock, render: render,
		done: make(chan struct{}), wake: make(chan struct{}, 1), subs: map[int]func(S){},
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// Start renders the first state and starts the loop. It is called once, at the
// end of a screen's constructor.
func (s *Screen[S]) Start() {
	state, counts := s.render(s.clock.Now())
	s.state = state
	go s.loop(counts)
}

// State is the latest state.
func (s *Screen[S]) State() S {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// Subscribe calls f with the state of now and every later one, on the screen's
// goroutine. f must not wait for the screen.
func (s *Screen[S]) Subscribe(f func(S)) (cancel func()) {
	s.mu.Lock()
	s.nextSub++
	id := s.nextSub
	s.mu.Unlock()
	s.Post(func() {
		s.mu.Lock()
		s.subs[id] = f
		s.order = append(s.order, id)
		s.mu.Unlock()
	})
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.subs, id)
	}
}

// Post runs f on the screen's goroutine. After Close it does nothing.
func (s *Screen[S]) Post(f func()) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.queue = append(s.queue, f)
	select {
	case s.wake <- struct{}{}:
	default:
	}
	s.mu.Unlock()
}

// Call runs work beside the screen and then, on the screen's goroutine, done. The
// context ends with Close, which waits for work but no longer runs done.
func (s *Screen[S]) Call(work func(context.Context), done func()) {
	s.calls.Go(func() {
		work(s.ctx)
		s.Post(done)
	})
}

// After runs f on the screen's goroutine once d has passed, unless stop is called
// before.
func (s *Screen[S]) After(d time.Duration, f func()) (stop func()) {
	timer := time.AfterFunc(d, func() { s.Post(f) })
	return func() { timer.Stop() }
}

// Close stops the loop after the inputs that are already there and waits for it
// and for all calls. It must not be called on the screen's goroutine.
func (s *Screen[S]) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		<-s.done
		return
	}
	s.closed = true
	close(s.wake)
	s.mu.Unlock()
	<-s.done
	s.cancel()
	s.calls.Wait()
}

func (s *Screen[S]) loop(counts bool) {
	defer close(s.done)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		arm(timer, counts, s.clock.Now())
		select {
		case <-timer.C:
		case _, open := <-s.wake:
			if !s.runQueued() && !open {
				return
			}
		}
		counts = s.publish()
	}
}

// arm sets the timer to the next full second, or out of the way when nothing
// counts.
func arm(timer *time.Timer, counts bool, now time.Time) {
	if !counts {
		timer.Stop()
		return
	}
	timer.Reset(now.Truncate(time.Second).Add(time.Second).Sub(now))
}

// runQueued runs the inputs that are there and says whether there were any.
func (s *Screen[S]) runQueued() bool {
	s.mu.Lock()
	queue := s.queue
	s.queue = nil
	s.mu.Unlock()
	for _, f := range queue {
		f()
	}
	return len(queue) > 0
}

func (s *Screen[S]) publish() (counts bool) {
	state, counts := s.render(s.clock.Now())
	s.mu.Lock()
	s.state = state
	subs := make([]func(S), 0, len(s.subs))
	kept := s.order[:0]
	for _, id := range s.order {
		if f, ok := s.subs[id]; ok {
			subs = append(subs, f)
			kept = append(kept, id)
		}
	}
	s.order = kept
	s.mu.Unlock()
	for _, f := range subs {
		f(state)
	}
	return counts
}

// SystemClock is the clock of this machine.
type SystemClock struct{}

// Now is the time of now.
func (SystemClock) Now() time.Time { return time.Now() }
