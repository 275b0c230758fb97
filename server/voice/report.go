package voice

import "sync"

// reports tells one thing after another. Its goroutine lives only while there
// is something to tell, so that a waiting call costs none.
type reports struct {
	wg *sync.WaitGroup

	mu      sync.Mutex
	queue   []func()
	running bool
	closed  bool
}

func (r *reports) add(report func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	r.queue = append(r.queue, report)
	if !r.running {
		r.running = true
		r.wg.Go(r.run)
	}
}

// close drops what is not told yet and takes nothing more.
func (r *reports) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed, r.queue = true, nil
}

func (r *reports) run() {
	for {
		r.mu.Lock()
		if len(r.queue) == 0 {
			r.running = false
			r.mu.Unlock()
			return
		}
		next := r.queue[0]
		r.queue = r.queue[1:]
		r.mu.Unlock()
		next()
	}
}
