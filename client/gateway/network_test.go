package gateway

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
)

// network carries connections in memory, so that a test in a synctest bubble can
// cut them, freeze them or take the far side away.
type network struct {
	accept chan net.Conn
	closed chan struct{}

	mu    sync.Mutex
	down  bool
	dials int
	wires []*wire
}

func newNetwork() *network {
	return &network{accept: make(chan net.Conn), closed: make(chan struct{})}
}

func (n *network) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	n.mu.Lock()
	n.dials++
	down := n.down
	n.mu.Unlock()
	if down {
		return nil, errors.New("connection refused")
	}
	near, far := net.Pipe()
	w := &wire{Conn: near, gone: make(chan struct{})}
	n.mu.Lock()
	n.wires = append(n.wires, w)
	n.mu.Unlock()
	select {
	case n.accept <- far:
		return w, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-n.closed:
		return nil, errors.New("connection refused")
	}
}

// Accept, Close and Addr make it a net.Listener.
func (n *network) Accept() (net.Conn, error) {
	select {
	case c := <-n.accept:
		return c, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

func (n *network) Close() error   { close(n.closed); return nil }
func (n *network) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8420} }

func (n *network) setDown(down bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.down = down
}

func (n *network) dialled() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.dials
}

// cut breaks every connection; both sides notice.
func (n *network) cut() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, w := range n.wires {
		_ = w.Close()
	}
	n.wires = nil
}

// freeze makes every connection half-open: nothing passes, nobody is told.
func (n *network) freeze() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, w := range n.wires {
		w.freeze()
	}
}

type wire struct {
	net.Conn
	once sync.Once
	gone chan struct{}

	mu     sync.Mutex
	frozen bool
}

func (w *wire) freeze() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.frozen = true
}

func (w *wire) isFrozen() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.frozen
}

func (w *wire) Read(p []byte) (int, error) {
	for {
		n, err := w.Conn.Read(p)
		if !w.isFrozen() {
			return n, err
		}
		if err != nil {
			<-w.gone
			return 0, io.ErrClosedPipe
		}
	}
}

func (w *wire) Write(p []byte) (int, error) {
	if w.isFrozen() {
		return len(p), nil
	}
	return w.Conn.Write(p)
}

func (w *wire) Close() error {
	w.once.Do(func() { close(w.gone) })
	return w.Conn.Close()
}
