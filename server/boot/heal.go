package boot

import (
	"context"
	"sync"
	"time"

	"parley/server/domain"
	"parley/server/store"
)

// healEvery is how long an event may take from its commit to this server.
const healEvery = 2 * time.Second

// received knows which events have come. The store numbers them without gaps,
// so what the bus has lost shows as a missing number.
type received struct {
	mu sync.Mutex
	// upTo is the last number before the first that is missing; beyond are
	// those that came after it.
	upTo   uint64
	beyond map[uint64]bool
}

func (r *received) note(e domain.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.Sequence <= r.upTo {
		return
	}
	if r.beyond == nil {
		r.beyond = map[uint64]bool{}
	}
	r.beyond[e.Sequence] = true
	r.advance()
}

func (r *received) advance() {
	for r.beyond[r.upTo+1] {
		r.upTo++
		delete(r.beyond, r.upTo)
	}
}

// skip says whether an event up to a number is missing, and misses it no more.
func (r *received) skip(to uint64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.upTo >= to {
		return false
	}
	for n := range r.beyond {
		if n <= to {
			delete(r.beyond, n)
		}
	}
	r.upTo = to
	r.advance()
	return true
}

// heal reads the store anew when events were lost on the way: the bus was
// disconnected, or too slow.
func (s *Server) heal(ctx context.Context) {
	tick := time.NewTicker(healEvery)
	defer tick.Stop()
	due, err := s.sequence(ctx)
	if err == nil {
		s.received.skip(due)
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if s.received.skip(due) {
			s.log.Warn("events were lost on the bus: reading the store anew", "up_to", due)
			s.refresh(ctx)
		}
		if next, err := s.sequence(ctx); err == nil {
			due = next
		}
	}
}

func (s *Server) sequence(ctx context.Context) (n uint64, err error) {
	ctx, cancel := context.WithTimeout(ctx, taskLimit)
	defer cancel()
	err = s.store.View(ctx, func(tx *store.Tx) error {
		n, err = tx.Sequence()
		return err
	})
	return n, err
}

func (s *Server) refresh(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, taskLimit)
	defer cancel()
	s.work.Refresh()
	for _, read := range []func(context.Context) error{s.watch.Refresh, s.calls.Refresh} {
		if err := read(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("the store was not read anew", "err", err)
		}
	}
}
