package fanout

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"connectrpc.com/connect"

	"parley/proto/gen/parley/v1"
	"parley/proto/gen/parley/v1/parleyv1connect"
	"parley/server/api"
	"parley/server/bus"
	"parley/server/domain"
	"parley/server/domain/contact"
	"parley/server/domain/user"
	"parley/server/service/session"
	"parley/server/service/watch"
	"parley/server/store"
)

// hub is our way: bus, hub, API and desktops' streams.
type hub struct {
	dir    string
	store  *store.Store
	bus    *bus.Bus
	hub    *watch.Hub
	server *http.Server
	url    string
	token  string
	cancel context.CancelFunc
	work   sync.WaitGroup
	// sequence numbers the events, as the store would.
	sequence uint64
}

// stored is more than the number of events of the centre's making.
const stored = 1000

// Hub starts our way.
func Hub(t *Tally) (Way, error) {
	ctx, cancel := context.WithCancel(context.Background())
	h := &hub{token: rand.Text(), cancel: cancel}
	if err := h.start(ctx); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	ready := make(chan error, len(t.seats))
	for i := range t.seats {
		h.work.Go(func() { h.subscribe(ctx, i, t, ready) })
	}
	for range t.seats {
		if err := <-ready; err != nil {
			return nil, errors.Join(err, h.Close())
		}
	}
	return h, nil
}

func (h *hub) start(ctx context.Context) error {
	var err error
	quiet := slog.New(slog.DiscardHandler)
	if h.dir, err = os.MkdirTemp("", "parley-bench-"); err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	if h.store, err = store.Open(ctx, store.Config{Dir: h.dir}, quiet); err != nil {
		return err
	}
	if err := h.store.Update(ctx, domain.Centre, "", h.fill); err != nil {
		return err
	}
	if h.bus, err = bus.Open(ctx, bus.Config{Name: "bench"}, quiet); err != nil {
		return err
	}
	sessions, err := session.New(h.store, time.Now, func(string, session.Cause) {})
	if err != nil {
		return err
	}
	h.hub = watch.New(watch.Config{
		Store: h.store, Bus: h.bus, Log: quiet, Encoder: api.Encoder{}, ID: "bench", Presence: present,
	})
	if err := h.hub.Start(ctx); err != nil {
		return err
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	h.url = "http://" + l.Addr().String()
	var p http.Protocols
	p.SetUnencryptedHTTP2(true)
	h.server = &http.Server{
		Handler: api.Handler(api.Config{
			Sessions: sessions, Watch: h.hub, Now: time.Now, Log: quiet,
		}),
		Protocols: &p, ReadHeaderTimeout: time.Minute,
	}
	h.work.Go(func() {
		// It ends by Close.
		_ = h.server.Serve(l)
	})
	return nil
}

// fill stores one supervisor, who sees all contacts and has all the streams.
func (h *hub) fill(tx *store.Tx) error {
	err := tx.PutUser(&user.User{
		Name: "supervisor", DisplayName: "Supervisor", Language: "en", Roles: []domain.Role{domain.RoleSupervisor},
	}, "user.added")
	if err != nil {
		return err
	}
	now := time.Now()
	return tx.PutSession(&user.Session{
		TokenHash: session.Hash(h.token), User: "supervisor", Device: "tool:bench", CreatedAt: now, ExpiresAt: now.Add(session.Lifetime),
	})
}

func (h *hub) subscribe(ctx context.Context, i int, t *Tally, ready chan<- error) {
	var p http.Protocols
	p.SetUnencryptedHTTP2(true)
	client := &http.Client{Transport: &http.Transport{Protocols: &p}}
	defer client.CloseIdleConnections()
	req := connect.NewRequest(&parleyv1.WatchRequest{})
	req.Header().Set("Authorization", "Bearer "+h.token)
	stream, err := parleyv1connect.NewWatchServiceClient(client, h.url).Watch(ctx, req)
	if err != nil {
		ready <- err
		return
	}
	// The end of the stream is the end of the run.
	defer func() { _ = stream.Close() }()
	if !stream.Receive() { // the snapshot
		ready <- stream.Err()
		return
	}
	ready <- nil
	for stream.Receive() {
		for _, e := range stream.Msg().GetEvents() {
			if c := e.GetContact(); c != nil {
				t.Got(i, c.GetArrivedAt().AsTime())
			}
		}
	}
}

// Publish implements Way.
func (h *hub) Publish(c *contact.Contact) error {
	state, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("encode an event: %w", err)
	}
	h.sequence++
	return h.bus.PublishEvents([]domain.Event{{
		Sequence: stored + h.sequence,
		Kind:     domain.KindContact, ID: string(c.ID), Version: c.Version, Name: "contact.queued", At: c.ArrivedAt, State: state,
	}})
}

// Close implements Way.
func (h *hub) Close() error {
	var errs []error
	h.cancel()
	if h.server != nil {
		errs = append(errs, h.server.Close())
	}
	h.work.Wait()
	if h.hub != nil {
		h.hub.Close()
	}
	if h.bus != nil {
		errs = append(errs, h.bus.Close())
	}
	if h.store != nil {
		errs = append(errs, h.store.Close())
	}
	return errors.Join(append(errs, os.RemoveAll(h.dir))...)
}

// present: nobody asks whether these desktops are there.
func present(context.Context, domain.UserID, bool) error { return nil }
