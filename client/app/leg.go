package app

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

const (
	firstReopen = 500 * time.Millisecond
	lastReopen  = 5 * time.Second
)

// leg makes and keeps the media of one contact.
type leg struct {
	c       *calls
	contact string
	// node belongs to the goroutine of calls.
	node   string
	cancel context.CancelFunc
	done   chan struct{}
	again  chan struct{}
	// ready says that the media was negotiated; a failure told before then is
	// that of the media before.
	ready atomic.Bool
}

// startLeg begins when the media that the contact had before is gone.
func startLeg(c *calls, contact, node string, before *leg) *leg {
	ctx, cancel := context.WithCancel(c.ctx)
	l := &leg{
		c: c, contact: contact, node: node, cancel: cancel,
		done: make(chan struct{}), again: make(chan struct{}, 1),
	}
	go l.run(ctx, before)
	return l
}

func (l *leg) over() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

// renew makes the media anew.
func (l *leg) renew() {
	select {
	case l.again <- struct{}{}:
	default:
	}
}

// failed makes media anew that had been negotiated.
func (l *leg) failed() {
	if l.ready.CompareAndSwap(true, false) {
		l.renew()
	}
}

func (l *leg) run(ctx context.Context, before *leg) {
	defer close(l.done)
	if before != nil {
		<-before.done
	}
	defer l.c.phone.Close(l.contact)
	wait := firstReopen
	for ctx.Err() == nil {
		l.ready.Store(false)
		err := l.open(ctx)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			wait = firstReopen
			l.ready.Store(true)
			select {
			case <-ctx.Done():
				return
			case <-l.again:
			}
			l.c.log.Warn("the media of a call is made anew", "contact", l.contact)
			continue
		}
		l.c.log.Warn("cannot open the media of a call", "contact", l.contact, "error", err)
		if !l.pause(ctx, wait) {
			return
		}
		wait = min(2*wait, lastReopen)
	}
}

func (l *leg) pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-l.again:
	case <-t.C:
	}
	return true
}

// open negotiates: our offer, the server's answer.
func (l *leg) open(ctx context.Context) error {
	offer, err := l.c.phone.Offer(ctx, l.contact)
	if err != nil {
		return fmt.Errorf("offer media: %w", err)
	}
	answer, err := l.c.server.OpenMedia(ctx, l.contact, offer)
	if err != nil {
		return fmt.Errorf("open media at the server: %w", err)
	}
	if err := l.c.phone.Answer(l.contact, answer); err != nil {
		return fmt.Errorf("take the server's media: %w", err)
	}
	return nil
}
