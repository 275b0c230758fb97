package fyneui

import "sync"

// source is a screen of the view models.
type source[S any] interface {
	Subscribe(f func(S)) (cancel func())
}

// feed brings the states of one screen to the window's thread: each time the
// thread is free it gets the latest state, and those between are left out.
type feed[S any] struct {
	dispatch func(func())
	show     func(S)

	mu      sync.Mutex
	latest  S
	waiting bool
	closed  bool
}

// watch subscribes show to a screen; the result ends it.
func watch[S any](src source[S], dispatch func(func()), show func(S)) (cancel func()) {
	f := &feed[S]{dispatch: dispatch, show: show}
	stop := src.Subscribe(f.offer)
	return func() {
		stop()
		f.mu.Lock()
		f.closed = true
		f.mu.Unlock()
	}
}

func (f *feed[S]) offer(state S) {
	f.mu.Lock()
	f.latest = state
	first := !f.waiting && !f.closed
	f.waiting = true
	f.mu.Unlock()
	if first {
		f.dispatch(f.take)
	}
}

func (f *feed[S]) take() {
	f.mu.Lock()
	state, closed := f.latest, f.closed
	f.waiting = false
	f.mu.Unlock()
	if !closed {
		f.show(state)
	}
}
