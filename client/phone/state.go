package phone

import (
	"slices"
	"strings"
	"sync"
	"time"

	"parley/client/phone/audio"
	"parley/client/phone/rtc"
)

// State is what the phone looks like from outside. It is never changed after
// it was handed out.
type State struct {
	// Problems are what is wrong with sound devices, ready to show.
	Problems []string
	Muted    bool
	Ringing  bool
	// Calls are ordered by id.
	Calls []Call
}

// Call is the media of a call.
type Call struct {
	ID      string
	Media   rtc.State
	Talking bool
	Quality rtc.Quality
}

// State is the state of now.
func (p *Phone) State() State { return p.snapshot() }

func (p *Phone) snapshot() State {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := State{Problems: p.board.texts(), Muted: p.engine.muted.Load(), Ringing: p.ringing}
	for id, c := range p.calls {
		s.Calls = append(s.Calls, Call{ID: id, Media: c.State(), Talking: id == p.talking, Quality: c.Quality()})
	}
	slices.SortFunc(s.Calls, func(a, b Call) int { return strings.Compare(a.ID, b.ID) })
	return s
}

// place is where a line is used.
type place int

const (
	microphone place = iota
	speaker
	ringer
	places
)

// board collects what changes and publishes states from one goroutine: the
// latest wins, and nobody who reports a change waits for a reader.
type board struct {
	snapshot func() State
	publish  func(State)
	changed  chan struct{}
	tasks    chan func()

	mu       sync.Mutex
	problems [places]audio.Problem
}

func newBoard(snapshot func() State, publish func(State)) *board {
	if publish == nil {
		publish = func(State) {}
	}
	return &board{snapshot: snapshot, publish: publish, changed: make(chan struct{}, 1), tasks: make(chan func(), 1)}
}

func (b *board) touch() {
	select {
	case b.changed <- struct{}{}:
	default:
	}
}

func (b *board) problem(at place, p audio.Problem) {
	b.mu.Lock()
	same := b.problems[at] == p
	b.problems[at] = p
	b.mu.Unlock()
	if !same {
		b.touch()
	}
}

func (b *board) texts() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []string
	for at, p := range b.problems {
		text := p.Text
		if text == "" {
			continue
		}
		if place(at) == ringer {
			text = "Ring tone: " + text
		}
		out = append(out, text)
	}
	return out
}

// toneOver has the board's goroutine do what a device's thread must not.
func (b *board) toneOver(f func()) {
	select {
	case b.tasks <- f:
	default:
	}
}

// run publishes until done: after every change, and every second while there
// are calls, since their quality moves.
func (b *board) run(done <-chan struct{}) {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	var last State
	b.touch()
	for {
		select {
		case <-done:
			return
		case f := <-b.tasks:
			f()
			continue
		case <-b.changed:
		case <-second.C:
			if len(last.Calls) == 0 {
				continue
			}
		}
		last = b.snapshot()
		b.publish(last)
	}
}
