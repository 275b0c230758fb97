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
// attempt has to wait twice as long. Names that do not exist count the same.
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

func (b *backoff) check(name string, now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.names[name]
	if f == nil {
		return nil
	}
	if left := f.last.Add(f.wait()).Sub(now); left > 0 {
		return domain.Errorf(domain.TooMany, "too many wrong passwords: try again in %d seconds", int(left.Seconds())+1)
	}
	return nil
}

func (b *backoff) failed(name string, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.names == nil {
		b.names = map[string]*failures{}
	}
	if len(b.names) >= maxTracked {
		for n, f := range b.names {
			if now.Sub(f.last) > forgetAfter {
				delete(b.names, n)
			}
		}
	}
	f := b.names[name]
	if f == nil || now.Sub(f.last) > forgetAfter {
		if len(b.names) >= maxTracked {
			return
		}
		f = &failures{}
		b.names[name] = f
	}
	f.count++
	f.last = now
}

func (b *backoff) succeeded(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.names, name)
}
