// Package fanout delivers events to many streams in three ways: by our hub over
// Connect as desktops get them, by grpc-go, and by bare TCP, which is the floor.
//
// All ways have the same layout: server and subscribers in one process, each
// subscriber with a connection of its own, the event encoded once. Ours includes
// what the others lack: the bus, the hub's view of the centre, and sessions.
package fanout

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"parley/server/api"
	"parley/server/domain"
	"parley/server/domain/contact"
	"parley/server/scenario/bench/measure"
)

// Way is one way to deliver events; it lives from its start to Close.
type Way interface {
	// Publish gives an event to all subscribers; it may return before they
	// have it.
	Publish(c *contact.Contact) error
	Close() error
}

// Starter starts a way with subscribers who tell the tally what they get.
type Starter func(t *Tally) (Way, error)

// Tally notes what each subscriber gets. A subscriber writes to his own place
// only.
type Tally struct {
	seats []seat
}

type seat struct {
	mu   sync.Mutex
	late measure.Times
}

// NewTally makes a tally for so many subscribers.
func NewTally(subscribers int) *Tally { return &Tally{seats: make([]seat, subscribers)} }

// Got notes an event that was made at a time.
func (t *Tally) Got(subscriber int, made time.Time) {
	s := &t.seats[subscriber]
	s.mu.Lock()
	s.late = append(s.late, time.Since(made))
	s.mu.Unlock()
}

func (t *Tally) count() int {
	n := 0
	for i := range t.seats {
		s := &t.seats[i]
		s.mu.Lock()
		n += len(s.late)
		s.mu.Unlock()
	}
	return n
}

func (t *Tally) all() measure.Times {
	var all measure.Times
	for i := range t.seats {
		all = append(all, t.seats[i].late...)
	}
	return all
}

// Result is what a run came to.
type Result struct {
	// CPU of the whole process for one delivery.
	CPU time.Duration
	// Late is the time from the making of an event to each delivery.
	Late measure.Times
	// Rate is deliveries a second.
	Rate float64
}

// patience bounds the wait for the last deliveries.
const patience = 30 * time.Second

// Run publishes events to so many subscribers, with a pause between them or, if
// that is 0, as fast as it goes.
func Run(start Starter, subscribers, events int, pause time.Duration) (Result, error) {
	t := NewTally(subscribers)
	w, err := start(t)
	if err != nil {
		return Result{}, err
	}
	r, err := drive(w, t, events, pause)
	return r, errors.Join(err, w.Close())
}

func drive(w Way, t *Tally, events int, pause time.Duration) (Result, error) {
	cpu, begin := measure.Self(), time.Now()
	for i := range events {
		if err := w.Publish(event(i)); err != nil {
			return Result{}, fmt.Errorf("publish: %w", err)
		}
		if pause > 0 {
			time.Sleep(time.Until(begin.Add(pause * time.Duration(i+1))))
		}
	}
	want := events * len(t.seats)
	for deadline := time.Now().Add(patience); t.count() < want; {
		if time.Now().After(deadline) {
			return Result{}, fmt.Errorf("%d of %d deliveries came", t.count(), want)
		}
		time.Sleep(time.Millisecond)
	}
	took := time.Since(begin)
	return Result{
		CPU: (measure.Self() - cpu) / time.Duration(want), Late: t.all(), Rate: float64(want) / took.Seconds(),
	}, nil
}

// event is a call that has come; each event is another one, so that none
// replaces the one before.
func event(i int) *contact.Contact {
	now := time.Now()
	return &contact.Contact{
		ID: domain.ContactID(fmt.Sprintf("0199a3f2-7c1e-7b9a-8e00-%012d", i)), Version: 1, Channel: domain.Voice, State: contact.Queued,
		Queue: "service", QueueName: "Service", ANI: "0140000001", ANIE164: "+33140000001", DNIS: "200",
		CallerName: "Pierre Moreau", Language: "fr", Node: "0199a3f2-7c1e-7b9a-8e00-2f6b5a4c3d2e",
		ArrivedAt: now, QueuedAt: now, MatchCount: 1,
		Matches: []contact.Match{{Account: "0199a3f2-0000-7b9a-8e00-2f6b5a4c3d2e", Name: "Pierre Moreau", Detail: "Paris, FR"}},
	}
}

// encoded is the event as it goes over the wire.
func encoded(c *contact.Contact) []byte { return api.Encoder{}.Contact(c) }
