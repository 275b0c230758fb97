package fanout

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"parley/server/domain/contact"
)

// raw is bytes over TCP, with the length and the time before them.
type raw struct {
	boxes
	listener net.Listener
	work     sync.WaitGroup
	done     chan struct{}
	conns    []net.Conn
}

// Raw starts the way of bare TCP.
func Raw(t *Tally) (Way, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	r := &raw{listener: l, done: make(chan struct{})}
	for i := range t.seats {
		near, err := net.Dial("tcp4", l.Addr().String())
		if err != nil {
			return nil, errors.Join(fmt.Errorf("connect: %w", err), r.Close())
		}
		far, err := l.Accept()
		r.conns = append(r.conns, near)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("accept: %w", err), r.Close())
		}
		r.conns = append(r.conns, far)
		box := r.open()
		r.work.Go(func() { r.serve(far, box) })
		r.work.Go(func() { subscribe(near, i, t) })
	}
	return r, nil
}

func (r *raw) serve(conn net.Conn, box <-chan []byte) {
	for {
		select {
		case <-r.done:
			return
		case data := <-box:
			if _, err := conn.Write(data); err != nil {
				return
			}
		}
	}
}

// head is the length of the event and the time it was made at.
const head = 4 + 8

func subscribe(conn net.Conn, i int, t *Tally) {
	in := bufio.NewReaderSize(conn, 16<<10)
	buffer := make([]byte, 64<<10)
	for {
		if _, err := io.ReadFull(in, buffer[:head]); err != nil {
			return
		}
		made := time.Unix(0, int64(binary.BigEndian.Uint64(buffer[4:])))
		if _, err := io.ReadFull(in, buffer[:binary.BigEndian.Uint32(buffer)]); err != nil {
			return
		}
		t.Got(i, made)
	}
}

// Publish implements Way.
func (r *raw) Publish(c *contact.Contact) error {
	body := encoded(c)
	data := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	data = binary.BigEndian.AppendUint64(data, uint64(c.ArrivedAt.UnixNano()))
	r.put(append(data, body...))
	return nil
}

// Close implements Way.
func (r *raw) Close() error {
	close(r.done)
	errs := []error{r.listener.Close()}
	for _, c := range r.conns {
		errs = append(errs, c.Close())
	}
	r.work.Wait()
	return errors.Join(errs...)
}
