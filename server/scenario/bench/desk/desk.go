// Package desk is many agents' desktops in one process: each follows its watch
// stream over a connection of its own, accepts what it is offered, talks and
// hangs up, as a person would. It does without windows, and with sound only if
// it is asked to.
package desk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"

	"parley/proto/gen/parley/v1"
	"parley/proto/gen/parley/v1/parleyv1connect"
	"parley/server/scenario/bench/centre"
)

// commandTime bounds one command.
const commandTime = 10 * time.Second

// Script says what agents do with an offer, as for agents who are telephones.
type Script interface {
	// Offered: the agent is offered the caller with this number. It returns how
	// long they talk.
	Offered(agent, number string) time.Duration
	// HangingUp: the agent ends the call in this moment.
	HangingUp(agent string)
}

// Sound makes the media of a call while it rings; it gets a way to negotiate.
type Sound func(number string, negotiate func(offer string) (answer string, err error)) error

// Config says whose desktops to open.
type Config struct {
	URL    string
	Seats  []centre.Seat
	Script Script
	// Sound is nil for desktops without media.
	Sound Sound
}

// Desks are open desktops.
type Desks struct {
	cfg    Config
	ctx    context.Context //nolint:containedctx // the life of the desktops
	cancel context.CancelFunc
	work   sync.WaitGroup
	online atomic.Int64
	// failures counts commands that were refused; the last one is kept.
	failures atomic.Int64
	failure  atomic.Pointer[error]
}

// Open opens the desktops and waits until all are connected and ready.
func Open(ctx context.Context, cfg Config) (*Desks, error) {
	d := &Desks{cfg: cfg}
	d.ctx, d.cancel = context.WithCancel(ctx)
	for i := range cfg.Seats {
		k := newDesktop(d, cfg.Seats[i])
		d.work.Go(k.follow)
		if i%50 == 49 { // a centre does not open all at the same moment
			time.Sleep(20 * time.Millisecond)
		}
	}
	deadline := time.Now().Add(time.Minute)
	for int(d.online.Load()) < len(cfg.Seats) {
		if time.Now().After(deadline) || ctx.Err() != nil {
			err := fmt.Errorf("%d of %d desktops are ready; %w", d.online.Load(), len(cfg.Seats), d.Failure())
			d.Close()
			return nil, err
		}
		time.Sleep(20 * time.Millisecond)
	}
	return d, nil
}

// Failures counts what went wrong.
func (d *Desks) Failures() int { return int(d.failures.Load()) }

var errNone = errors.New("nothing went wrong")

// Failure is the last thing that went wrong.
func (d *Desks) Failure() error {
	if e := d.failure.Load(); e != nil {
		return *e
	}
	return errNone
}

func (d *Desks) failed(err error) {
	if d.ctx.Err() == nil {
		d.failure.Store(&err)
		d.failures.Add(1)
	}
}

// Close closes the desktops and waits for them.
func (d *Desks) Close() {
	d.cancel()
	d.work.Wait()
}

// desktop is one of them; only follow's goroutine touches offer.
type desktop struct {
	desks        *Desks
	seat         centre.Seat
	http         *http.Client
	watch        parleyv1connect.WatchServiceClient
	work         parleyv1connect.WorkServiceClient
	call         parleyv1connect.CallServiceClient
	interactions parleyv1connect.InteractionServiceClient
	ready        bool
	offer        string
}

func newDesktop(d *Desks, seat centre.Seat) *desktop {
	var p http.Protocols
	p.SetUnencryptedHTTP2(true)
	k := &desktop{desks: d, seat: seat, http: &http.Client{Transport: &http.Transport{Protocols: &p}}}
	token := connect.WithInterceptors(bearer("Bearer " + seat.Token))
	k.watch = parleyv1connect.NewWatchServiceClient(k.http, d.cfg.URL, token)
	k.work = parleyv1connect.NewWorkServiceClient(k.http, d.cfg.URL, token)
	k.call = parleyv1connect.NewCallServiceClient(k.http, d.cfg.URL, token)
	k.interactions = parleyv1connect.NewInteractionServiceClient(k.http, d.cfg.URL, token)
	return k
}

func (k *desktop) follow() {
	defer k.http.CloseIdleConnections()
	stream, err := k.watch.Watch(k.desks.ctx, connect.NewRequest(&parleyv1.WatchRequest{}))
	if err != nil {
		k.desks.failed(fmt.Errorf("%s: watch: %w", k.seat.User, err))
		return
	}
	for stream.Receive() {
		for _, e := range stream.Msg().GetEvents() {
			k.see(e)
		}
	}
	if err := errors.Join(stream.Err(), stream.Close()); err != nil {
		k.desks.failed(fmt.Errorf("%s: watch: %w", k.seat.User, err))
	}
}

func (k *desktop) see(e *parleyv1.Event) {
	if a := e.GetAgent(); a.GetUser() == k.seat.User && !k.ready && a.GetState() == parleyv1.AgentState_AGENT_STATE_READY {
		k.ready = true
		k.desks.online.Add(1)
	}
	c := e.GetContact()
	if c.GetState() != parleyv1.ContactState_CONTACT_STATE_OFFERED || c.GetAgent() != k.seat.User {
		return
	}
	offer := fmt.Sprint(c.GetContactId(), c.GetOfferNumber())
	if offer == k.offer {
		return
	}
	k.offer = offer
	talk := k.desks.cfg.Script.Offered(k.seat.User, c.GetAni())
	k.desks.work.Go(func() {
		if err := k.serve(c, talk); err != nil {
			k.desks.failed(fmt.Errorf("%s: %w", k.seat.User, err))
		}
	})
}

// serve is one call from the offer to the end.
func (k *desktop) serve(c *parleyv1.Contact, talk time.Duration) error {
	if sound := k.desks.cfg.Sound; sound != nil {
		if err := sound(c.GetAni(), func(offer string) (string, error) { return k.openMedia(c.GetContactId(), offer) }); err != nil {
			return err
		}
	}
	interaction := newID()
	err := do(k, k.work.Accept, &parleyv1.AcceptRequest{
		CommandId: newID(), ContactId: c.GetContactId(), OfferNumber: c.GetOfferNumber(), InteractionId: interaction,
	})
	if err != nil {
		return fmt.Errorf("accept: %w", err)
	}
	t := time.NewTimer(talk)
	defer t.Stop()
	select {
	case <-k.desks.ctx.Done():
		return nil
	case <-t.C:
	}
	k.desks.cfg.Script.HangingUp(k.seat.User)
	if err := do(k, k.call.HangUp, &parleyv1.HangUpRequest{CommandId: newID(), ContactId: c.GetContactId()}); err != nil {
		return fmt.Errorf("hang up: %w", err)
	}
	if err := do(k, k.interactions.End, &parleyv1.EndRequest{CommandId: newID(), InteractionId: interaction}); err != nil {
		return fmt.Errorf("end: %w", err)
	}
	return nil
}

func (k *desktop) openMedia(contact, offer string) (string, error) {
	ctx, cancel := context.WithTimeout(k.desks.ctx, commandTime)
	defer cancel()
	res, err := k.call.OpenMedia(ctx, connect.NewRequest(&parleyv1.OpenMediaRequest{ContactId: contact, SdpOffer: offer}))
	if err != nil {
		return "", fmt.Errorf("open media: %w", err)
	}
	return res.Msg.GetSdpAnswer(), nil
}

func do[Q, R any](k *desktop, f func(context.Context, *connect.Request[Q]) (*connect.Response[R], error), q *Q) error {
	ctx, cancel := context.WithTimeout(k.desks.ctx, commandTime)
	defer cancel()
	_, err := f(ctx, connect.NewRequest(q))
	return err
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// bearer adds the session to each request.
type bearer string

// WrapUnary implements connect.Interceptor.
func (b bearer) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, req connect.AnyRequest) (connect.AnyResponse, error) {
		req.Header().Set("Authorization", string(b))
		return next(ctx, req)
	}
}

// WrapStreamingClient implements connect.Interceptor.
func (b bearer) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return func(ctx context.Context, spec connect.Spec) connect.StreamingClientConn {
		conn := next(ctx, spec)
		conn.RequestHeader().Set("Authorization", string(b))
		return conn
	}
}

// WrapStreamingHandler implements connect.Interceptor.
func (b bearer) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return next
}
