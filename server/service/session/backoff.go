package session

import (
	"sync"
	"time"

	"parley/server/domain"
)

const (
	freeAttempts = 5
	firstWait    = 2 * time.Second
	longestWait  = 5 * time.Minute
	forgetAfter  = 15 * time.Minute
	maxTracked   = 10_000
)

// backoff slows down guessing: after some failures of one name each further
// attempt has to wait, each time twice as long. Names that do not exist count the same.
type backoff struct {
	mu    sync.Mutex
	names map[string]*failures
}

type failures struct {
	count int
	last  time.Time
}

func (f *failures) wait() time.Duration {
	over := f.count - freeAttempts
	if over < 0 {
		return 0
	}
	if over > 10 {
		return longestWait
	}
	return min(firstWait<<over, longestWait)
}

// attempt counts an attempt as failed until it is known to have succeeded, so
// that many at the same time are not let through together.
func (b *backoff) attempt(name string, now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.names == nil {
		b.names = map[string]*failures{}
	}
	f := b.names[name]
	if f != nil && now.Sub(f.last) > forgetAfter {
		f.count = 0
	}
	if f == nil {
		b.makeRoom()
		f = &failures{}
		b.names[name] = f
	}
	if left := f.last.Add(f.wait()).Sub(now); f.count > 0 && left > 0 {
		return domain.Errorf(domain.TooMany, "too many wrong passwords: try again in %d seconds", int(left.Seconds())+1)
	}
	f.count++
	f.last = now
	return nil
}

// makeRoom forgets the name whose failure is the oldest when there are too many.
func (b *backoff) makeRoom() {
	if len(b.names) < maxTracked {
		return
	}
	oldest := ""
	for n, f := range b.names {
		if oldest == "" || f.last.Before(b.names[oldest].last) {
			oldest = n
		}
	}
	delete(b.names, oldest)
}

func (b *backoff) succeeded(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.names, name)
}
