package store

import (
	"context"
	"slices"
	"sync"
	"time"

	"parley/server/domain"
)

// Events are marked as published when so many wait for it or so much time has
// passed, because a mark costs an fsync and a doubled event costs nothing.
const (
	markAfter = time.Second
	markCount = 1024
)

// sweepAge is how old an event is that the committing node has certainly
// published by now if it still runs.
const sweepAge = 10 * time.Second

// sweepLimit is how many events are swept at a time.
const sweepLimit = 500

// A publisher hands events to the function of Publish, on one goroutine.
type publisher struct {
	store *Store
	wake  chan struct{}
	quit  chan struct{}
	ended chan struct{}

	mu      sync.Mutex
	f       func([]domain.Event) error
	commits [][]domain.Event
}

func newPublisher(s *Store) *publisher {
	p := &publisher{
		store: s, wake: make(chan struct{}, 1), quit: make(chan struct{}), ended: make(chan struct{}),
	}
	go p.loop()
	return p
}

func (p *publisher) set(f func([]domain.Event) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.f = f
}

func (p *publisher) function() func([]domain.Event) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.f
}

// add takes the events of one commit. Without a function they stay unpublished.
func (p *publisher) add(events []domain.Event) {
	if len(events) == 0 {
		return
	}
	p.mu.Lock()
	if p.f != nil {
		p.commits = append(p.commits, events)
	}
	p.mu.Unlock()
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *publisher) close() {
	close(p.quit)
	<-p.ended
}

func (p *publisher) loop() {
	defer close(p.ended)
	timer := time.NewTimer(markAfter)
	timer.Stop()
	defer timer.Stop()
	var unmarked []uint64
	for {
		select {
		case <-p.wake:
			idle := len(unmarked) == 0
			unmarked = append(unmarked, p.publish()...)
			if idle && len(unmarked) > 0 {
				timer.Reset(markAfter)
			}
			if len(unmarked) < markCount {
				continue
			}
		case <-timer.C:
		case <-p.quit:
			p.mark(append(unmarked, p.publish()...))
			return
		}
		if p.mark(unmarked) {
			unmarked = unmarked[:0]
		} else {
			timer.Reset(markAfter)
		}
	}
}

// publish hands over what waits and returns the sequences of what was taken.
func (p *publisher) publish() []uint64 {
	p.mu.Lock()
	commits, f := p.commits, p.f
	p.commits = nil
	p.mu.Unlock()
	// Two transactions of PostgreSQL may have come here in the other order.
	slices.SortFunc(commits, func(a, b []domain.Event) int {
		return int(number(a[0].Sequence) - number(b[0].Sequence))
	})
	var sequences []uint64
	for _, events := range commits {
		if err := f(events); err != nil {
			p.store.log.Debug("events are left to be swept", "count", len(events), "error", err)
			continue
		}
		for _, e := range events {
			sequences = append(sequences, e.Sequence)
		}
	}
	return sequences
}

// mark says whether these events are done with.
func (p *publisher) mark(sequences []uint64) bool {
	if len(sequences) == 0 {
		return true
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err := p.store.update(ctx, domain.Centre, "", func(t *Tx) error { return t.MarkPublished(sequences...) })
	if err != nil {
		p.store.log.Warn("cannot mark events as published; they may be published again", "error", err)
		// After a long failure Sweep will do it.
		return len(sequences) > 64*markCount
	}
	return true
}

// Sweep publishes the events that are still unpublished ten seconds after their
// commit, oldest first: those of a crash, and those that could not be sent. Call
// it at the start and every few seconds; every node may do so. An event can be
// published twice; its version tells. The error of a function set by
// PublishOrKeep ends it.
func (s *Store) Sweep(ctx context.Context) error {
	f := s.publisher.function()
	if f == nil {
		return nil
	}
	for {
		var events []domain.Event
		err := s.View(ctx, func(t *Tx) (err error) {
			events, err = t.Unpublished(t.Now().Add(-sweepAge), sweepLimit)
			return err
		})
		if err != nil || len(events) == 0 {
			return err
		}
		if err := f(events); err != nil {
			return err
		}
		sequences := make([]uint64, len(events))
		for i, e := range events {
			sequences[i] = e.Sequence
		}
		err = s.Update(ctx, domain.Centre, "", func(t *Tx) error { return t.MarkPublished(sequences...) })
		if err != nil || len(events) < sweepLimit {
			return err
		}
	}
}
