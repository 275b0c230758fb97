package bus

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"github.com/nats-io/nats.go"

	"parley/server/domain"
)

// Subjects of events are this and the kind of the entity.
const eventSubject = "parley.event."

// Subscription is a function that is called with messages.
type Subscription struct {
	bus  *Bus
	sub  *nats.Subscription
	once sync.Once
	done chan struct{}
}

// Subscribe calls f with every message of a subject, one after another and in
// the order in which each sender sent them. The subject may end in ".>" for all
// below it. A slow f delays only its own subscription. It may not close it.
func (b *Bus) Subscribe(subject string, f func(Message)) (*Subscription, error) {
	return b.subscribe(subject, func(m *nats.Msg) { f(Message{Subject: m.Subject, Data: m.Data}) })
}

func (b *Bus) subscribe(subject string, f nats.MsgHandler) (*Subscription, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, domain.Errorf(domain.Unavailable, "the bus is closed")
	}
	s := &Subscription{bus: b, done: make(chan struct{})}
	sub, err := b.conn.Subscribe(subject, f)
	if err != nil {
		return nil, wrap(err, "subscribe")
	}
	sub.SetClosedHandler(func(string) { close(s.done) })
	if err := sub.SetPendingLimits(pendingMessages, pendingBytes); err != nil {
		return nil, wrap(errors.Join(err, sub.Unsubscribe()), "subscribe")
	}
	s.sub = sub
	b.subs[s] = true
	// After the answer every message that others send from now on arrives.
	if b.conn.IsConnected() {
		if err := b.conn.FlushTimeout(closeWait); err != nil {
			b.log.Warn("a subscription is not confirmed", "subject", subject, "error", err)
		}
	}
	return s, nil
}

// Close ends the subscription and waits until its function has returned.
func (s *Subscription) Close() {
	s.bus.mu.Lock()
	delete(s.bus.subs, s)
	s.bus.mu.Unlock()
	s.end()
}

func (s *Subscription) end() {
	s.once.Do(func() {
		if err := s.sub.Unsubscribe(); err != nil {
			s.bus.log.Debug("cannot unsubscribe", "error", err)
		}
	})
	<-s.done
}

// PublishEvents sends events, each encoded once, in their order. The first one
// that cannot be sent ends it; the rest is then for the store's Sweep.
func (b *Bus) PublishEvents(events []domain.Event) error {
	for i := range events {
		data, err := json.Marshal(&events[i])
		if err != nil {
			return &domain.Error{Kind: domain.Internal, Text: "an event cannot be encoded", Cause: err}
		}
		if err := b.Publish(context.Background(), eventSubject+string(events[i].Kind), data); err != nil {
			return err
		}
	}
	return nil
}

// SubscribeEvents calls f with every event of every node, also of this one, in
// the order in which each node has sent them. Events of several nodes may
// overtake each other, and one may come twice: its version tells.
func (b *Bus) SubscribeEvents(f func(domain.Event)) (*Subscription, error) {
	return b.Subscribe(eventSubject+">", func(m Message) {
		var e domain.Event
		if err := json.Unmarshal(m.Data, &e); err != nil {
			b.log.Warn("an event cannot be read", "subject", m.Subject, "error", err)
			return
		}
		f(e)
	})
}
