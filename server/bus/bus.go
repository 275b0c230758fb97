// Package bus carries messages between the servers of a centre, over NATS: a
// server within the program for a single node, or a cluster by its addresses.
// The code is the same for both; only the connection differs, so that what runs
// on one node has been tested for many.
//
// The bus forgets: a message that nobody can take at that moment is gone, and
// during an outage so is all beyond a buffer. What must not be lost is in the
// store, and the store's Sweep publishes events again. Nothing of NATS that
// remembers or opens further doors (JetStream, MQTT, leaf nodes, websocket) is
// switched on; the server within the program opens no port at all.
package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"parley/server/domain"
)

// Times of a connection: how long to wait before the next try, how often to ask
// whether the other side is alive, and how long to flush at the end.
const (
	reconnectWait = 250 * time.Millisecond
	pingInterval  = 2 * time.Second
	startWait     = 10 * time.Second
	closeWait     = 2 * time.Second
)

// Bounds of what waits for a slow subscriber; beyond them messages are dropped
// and the drop is logged.
const (
	pendingMessages = 1 << 20
	pendingBytes    = 256 << 20
)

// Config says where the bus is.
type Config struct {
	// URL lists the servers of a cluster, with commas; empty for one in the program.
	URL string
	// Name is shown in the log of the NATS server, usually the id of the node.
	Name string
}

// Bus is a connection. Its methods may be called at the same time.
type Bus struct {
	log    *slog.Logger
	server *server.Server // nil with a cluster
	conn   *nats.Conn

	// ctx ends at Close; requests in work see it.
	ctx    context.Context //nolint:containedctx // the life of the bus
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu     sync.Mutex
	subs   map[*Subscription]bool
	closed bool
}

// Message is what a subscriber gets. Data must not be changed.
type Message struct {
	Subject string
	Data    []byte
}

// Open connects. A cluster that cannot be reached is no error: the connection
// is tried again for ever, Connected tells, and subscriptions begin when it is
// there. A malformed URL is Invalid.
func Open(ctx context.Context, cfg Config, log *slog.Logger) (*Bus, error) {
	b := &Bus{log: log, subs: make(map[*Subscription]bool)}
	b.ctx, b.cancel = context.WithCancel(context.WithoutCancel(ctx))
	opts := []nats.Option{
		nats.Name(cfg.Name),
		nats.MaxReconnects(-1), nats.ReconnectWait(reconnectWait), nats.RetryOnFailedConnect(true),
		nats.IgnoreAuthErrorAbort(),
		nats.PingInterval(pingInterval), nats.MaxPingsOutstanding(2),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if b.ctx.Err() == nil {
				log.Warn("the bus is disconnected", "error", err)
			}
		}),
		nats.ReconnectHandler(func(c *nats.Conn) { log.Info("the bus is connected again", "server", c.ConnectedAddr()) }),
		nats.ErrorHandler(func(_ *nats.Conn, s *nats.Subscription, err error) {
			subject := ""
			if s != nil {
				subject = s.Subject
			}
			log.Warn("the bus reports a fault", "subject", subject, "error", err)
		}),
	}
	if cfg.URL == "" {
		if err := b.startServer(cfg.Name); err != nil {
			b.cancel()
			return nil, err
		}
		opts = append(opts, nats.InProcessServer(b.server))
	}
	conn, err := nats.Connect(cfg.URL, opts...)
	if err != nil {
		b.cancel()
		b.stopServer()
		return nil, &domain.Error{Kind: domain.Invalid, Text: "the bus cannot be opened", Cause: err}
	}
	b.conn = conn
	if cfg.URL != "" && !conn.IsConnected() {
		log.Warn("the bus cannot be reached yet", "name", cfg.Name)
	}
	return b, nil
}

func (b *Bus) startServer(name string) error {
	s, err := server.NewServer(&server.Options{ServerName: name, DontListen: true, NoSigs: true, NoLog: true})
	if err != nil {
		return &domain.Error{Kind: domain.Internal, Text: "the bus cannot be started", Cause: err}
	}
	b.server = s
	s.Start()
	if !s.ReadyForConnections(startWait) {
		b.stopServer()
		return domain.Errorf(domain.Internal, "the bus did not start")
	}
	return nil
}

func (b *Bus) stopServer() {
	if b.server != nil {
		b.server.Shutdown()
		b.server.WaitForShutdown()
	}
}

// Connected says whether messages can be sent now.
func (b *Bus) Connected() bool { return b.conn.IsConnected() }

// Publish sends data to every subscriber of a subject, without waiting for
// them. While a cluster is not connected messages are kept up to a limit, then
// refused with Unavailable.
func (b *Bus) Publish(ctx context.Context, subject string, data []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return wrap(b.conn.Publish(subject, data), "publish")
}

// wrap gives an error of NATS its kind.
func wrap(err error, doing string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s: %w", doing, err)
	case errors.Is(err, nats.ErrBadSubject), errors.Is(err, nats.ErrMaxPayload):
		return &domain.Error{Kind: domain.Invalid, Text: "this cannot be sent on the bus", Cause: fmt.Errorf("%s: %w", doing, err)}
	case errors.Is(err, nats.ErrNoResponders):
		return &domain.Error{Kind: domain.Unavailable, Text: "nobody is there to answer", Cause: fmt.Errorf("%s: %w", doing, err)}
	default:
		return &domain.Error{Kind: domain.Unavailable, Text: "the bus cannot be reached", Cause: fmt.Errorf("%s: %w", doing, err)}
	}
}

// Close ends the subscriptions, waits for the functions they are in, sends what
// is still to be sent and disconnects. Requests in work see their context end.
func (b *Bus) Close() error {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return nil
	}
	b.closed = true
	subs := b.subs
	b.subs = nil
	b.mu.Unlock()
	b.cancel()
	for s := range subs {
		s.end()
	}
	b.work.Wait()
	if b.conn.IsConnected() {
		// Who stops while the cluster stops loses what was under way, as ever.
		if err := b.conn.FlushTimeout(closeWait); err != nil {
			b.log.Debug("cannot flush the bus", "error", err)
		}
	}
	b.conn.Close()
	b.stopServer()
	return nil
}
