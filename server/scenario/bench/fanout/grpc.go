package fanout

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"parley/proto/gen/parley/v1"
	"parley/server/domain/contact"
)

// outbox is how many events may wait for a subscriber of a peer.
const outbox = 4096

// boxes are the outboxes of a peer's subscribers.
type boxes struct {
	mu  sync.Mutex
	all []chan []byte
}

func (b *boxes) open() <-chan []byte {
	c := make(chan []byte, outbox)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all = append(b.all, c)
	return c
}

func (b *boxes) put(data []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.all {
		c <- data
	}
}

// remote is grpc-go with the same messages, one event a message.
type remote struct {
	boxes
	server *grpc.Server
	cancel context.CancelFunc
	work   sync.WaitGroup
	conns  []*grpc.ClientConn
}

const method = "/parley.v1.WatchService/Watch"

// GRPC starts the way of grpc-go.
func GRPC(t *Tally) (Way, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &remote{server: grpc.NewServer(), cancel: cancel}
	r.server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "parley.v1.WatchService", HandlerType: (*any)(nil),
		Streams: []grpc.StreamDesc{{StreamName: "Watch", ServerStreams: true, Handler: r.serve}},
	}, nil)
	r.work.Go(func() {
		// It ends by Close.
		_ = r.server.Serve(l)
	})
	ready := make(chan error, len(t.seats))
	for i := range t.seats {
		c, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("connect: %w", err), r.Close())
		}
		r.conns = append(r.conns, c)
		r.work.Go(func() { r.subscribe(ctx, c, i, t, ready) })
	}
	for range t.seats {
		if err := <-ready; err != nil {
			return nil, errors.Join(err, r.Close())
		}
	}
	return r, nil
}

func (r *remote) serve(_ any, s grpc.ServerStream) error {
	var q parleyv1.WatchRequest
	if err := s.RecvMsg(&q); err != nil {
		return err
	}
	box := r.open()
	if err := s.SendMsg(&parleyv1.WatchResponse{Snapshot: true}); err != nil {
		return err
	}
	for {
		select {
		case <-s.Context().Done():
			return nil
		case data := <-box:
			m := &parleyv1.WatchResponse{StreamId: "bench"}
			m.ProtoReflect().SetUnknown(data)
			if err := s.SendMsg(m); err != nil {
				return err
			}
		}
	}
}

func (r *remote) subscribe(ctx context.Context, c *grpc.ClientConn, i int, t *Tally, ready chan<- error) {
	stream, err := c.NewStream(ctx, &grpc.StreamDesc{StreamName: "Watch", ServerStreams: true}, method)
	if err == nil {
		err = errors.Join(stream.SendMsg(&parleyv1.WatchRequest{}), stream.CloseSend())
	}
	var m parleyv1.WatchResponse
	if err == nil {
		err = stream.RecvMsg(&m)
	}
	ready <- err
	if err != nil {
		return
	}
	for stream.RecvMsg(&m) == nil {
		for _, e := range m.GetEvents() {
			t.Got(i, e.GetContact().GetArrivedAt().AsTime())
		}
	}
}

// Publish implements Way.
func (r *remote) Publish(c *contact.Contact) error {
	r.put(encoded(c))
	return nil
}

// Close implements Way.
func (r *remote) Close() error {
	r.cancel()
	var errs []error
	for _, c := range r.conns {
		errs = append(errs, c.Close())
	}
	r.server.Stop()
	r.work.Wait()
	return errors.Join(errs...)
}
