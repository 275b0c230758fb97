package gateway

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/types/known/timestamppb"

	"parley/client/model"
	parleyv1 "parley/proto/gen/parley/v1"
	"parley/proto/gen/parley/v1/parleyv1connect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// centre is a server that the tests play: its handlers are real, its watch
// stream is written by the test.
type centre struct {
	parleyv1connect.UnimplementedWorkServiceHandler
	parleyv1connect.UnimplementedSessionServiceHandler

	opened chan *watching
	asked  chan *parleyv1.HistoryRequest

	mu sync.Mutex
	// before runs ahead of an interaction command; an error is its answer.
	before func(command string) error
	// after runs when a command has acted, before its answer goes out.
	after    func(command string)
	expired  bool
	acted    []string
	answers  map[string]any
	notes    map[string]string
	revision map[string]uint64
}

// watching is one open watch stream.
type watching struct {
	req  *parleyv1.WatchRequest
	send chan *parleyv1.WatchResponse
	done <-chan struct{}
}

func newCentre() *centre {
	return &centre{
		opened: make(chan *watching, 100), asked: make(chan *parleyv1.HistoryRequest, 1), answers: map[string]any{},
		notes: map[string]string{}, revision: map[string]uint64{},
		before: func(string) error { return nil }, after: func(string) {},
	}
}

// serve runs the centre on a listener until the test ends.
func serve(t *testing.T, c *centre, l net.Listener) {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle(parleyv1connect.NewSessionServiceHandler(c))
	mux.Handle(parleyv1connect.NewWorkServiceHandler(c))
	mux.Handle(parleyv1connect.NewWatchServiceHandler(watchPart{c}))
	mux.Handle(parleyv1connect.NewInteractionServiceHandler(interactionPart{centre: c}))
	mux.Handle(parleyv1connect.NewAccountServiceHandler(accounts{}))
	var p http.Protocols
	p.SetUnencryptedHTTP2(true)
	p.SetHTTP2(true)
	srv := &http.Server{Handler: mux, Protocols: &p}
	var wg sync.WaitGroup
	wg.Go(func() { _ = srv.Serve(l) })
	t.Cleanup(func() {
		_ = srv.Close()
		wg.Wait()
	})
}

func kindError(kind parleyv1.ErrorKind, code connect.Code, text string) error {
	err := connect.NewError(code, nil)
	d, _ := connect.NewErrorDetail(&parleyv1.ErrorInfo{Kind: kind, Text: text, Subject: "subject"})
	err.AddDetail(d)
	return err
}

func (c *centre) allowed(header http.Header) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.expired || header.Get("Authorization") != "Bearer token" {
		return kindError(parleyv1.ErrorKind_ERROR_KIND_UNAUTHENTICATED, connect.CodeUnauthenticated, "sign in again")
	}
	return nil
}

func (c *centre) setExpired(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.expired = on
}

func (c *centre) SignIn(_ context.Context, r *connect.Request[parleyv1.SignInRequest]) (*connect.Response[parleyv1.SignInResponse], error) {
	if r.Msg.GetPassword() != "demo" {
		return nil, kindError(parleyv1.ErrorKind_ERROR_KIND_DENIED, connect.CodePermissionDenied, "wrong name or password")
	}
	c.setExpired(false)
	return connect.NewResponse(&parleyv1.SignInResponse{Token: "token", Profile: &parleyv1.Profile{
		User: r.Msg.GetUser(), Language: "nl", Roles: []parleyv1.Role{parleyv1.Role_ROLE_AGENT},
		NotReadyReasons: []*parleyv1.NotReadyReason{
			{ReasonId: "break", Texts: map[string]string{"en": "Break", "nl": "Pauze"}},
			{ReasonId: "team", Texts: map[string]string{"en": "Team meeting"}},
		},
	}}), nil
}

func (c *centre) SignOut(context.Context, *connect.Request[parleyv1.SignOutRequest]) (*connect.Response[parleyv1.SignOutResponse], error) {
	return connect.NewResponse(&parleyv1.SignOutResponse{}), nil
}

func (c *centre) Accept(_ context.Context, r *connect.Request[parleyv1.AcceptRequest]) (*connect.Response[parleyv1.AcceptResponse], error) {
	if err := c.allowed(r.Header()); err != nil {
		return nil, err
	}
	if r.Msg.GetContactId() == "gone" {
		return nil, kindError(parleyv1.ErrorKind_ERROR_KIND_CONFLICT, connect.CodeFailedPrecondition, "the offer is over")
	}
	return act(c, r.Msg.GetCommandId(), "accept", func() *parleyv1.AcceptResponse { return &parleyv1.AcceptResponse{} })
}

// act lets a command act once and gives later ones the same answer.
func act[R any](c *centre, id, what string, f func() *R) (*connect.Response[R], error) {
	c.mu.Lock()
	before, after := c.before, c.after
	c.mu.Unlock()
	if err := before(what); err != nil {
		return nil, err
	}
	c.mu.Lock()
	known, ok := c.answers[id].(*R)
	if !ok {
		known = f()
		c.answers[id] = known
		c.acted = append(c.acted, what)
	}
	c.mu.Unlock()
	after(what)
	return connect.NewResponse(known), nil
}

func (c *centre) log() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.acted...)
}

func (c *centre) note(interaction string) (string, uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.notes[interaction], c.revision[interaction]
}

type interactionPart struct {
	*centre
	parleyv1connect.UnimplementedInteractionServiceHandler
}

func (c interactionPart) Begin(_ context.Context, r *connect.Request[parleyv1.BeginRequest]) (*connect.Response[parleyv1.BeginResponse], error) {
	if err := c.allowed(r.Header()); err != nil {
		return nil, err
	}
	return act(c.centre, r.Msg.GetCommandId(), "begin", func() *parleyv1.BeginResponse { return &parleyv1.BeginResponse{} })
}

func (c interactionPart) ConfirmAccount(_ context.Context, r *connect.Request[parleyv1.ConfirmAccountRequest]) (*connect.Response[parleyv1.ConfirmAccountResponse], error) {
	return act(c.centre, r.Msg.GetCommandId(), "confirm", func() *parleyv1.ConfirmAccountResponse { return &parleyv1.ConfirmAccountResponse{} })
}

func (c interactionPart) SaveNote(_ context.Context, r *connect.Request[parleyv1.SaveNoteRequest]) (*connect.Response[parleyv1.SaveNoteResponse], error) {
	if err := c.allowed(r.Header()); err != nil {
		return nil, err
	}
	return act(c.centre, r.Msg.GetCommandId(), "note "+r.Msg.GetText(), func() *parleyv1.SaveNoteResponse {
		id, text := r.Msg.GetInteractionId(), r.Msg.GetText()
		if r.Msg.GetBaseRevision() != c.revision[id] && c.notes[id] != "" {
			text = c.notes[id] + "\n----\n" + text
		}
		c.notes[id] = text
		c.revision[id]++
		return &parleyv1.SaveNoteResponse{Text: text, Revision: c.revision[id]}
	})
}

func (c interactionPart) End(_ context.Context, r *connect.Request[parleyv1.EndRequest]) (*connect.Response[parleyv1.EndResponse], error) {
	if err := c.allowed(r.Header()); err != nil {
		return nil, err
	}
	return act(c.centre, r.Msg.GetCommandId(), "end", func() *parleyv1.EndResponse { return &parleyv1.EndResponse{} })
}

type watchPart struct{ *centre }

func (c watchPart) Watch(ctx context.Context, r *connect.Request[parleyv1.WatchRequest], out *connect.ServerStream[parleyv1.WatchResponse]) error {
	if err := c.allowed(r.Header()); err != nil {
		return err
	}
	w := &watching{req: r.Msg, send: make(chan *parleyv1.WatchResponse, 100), done: ctx.Done()}
	c.opened <- w
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case m, ok := <-w.send:
			if !ok {
				return nil
			}
			if err := out.Send(m); err != nil {
				return err
			}
		}
	}
}

// The following make messages of the stream.

func message(sequence uint64, events ...*parleyv1.Event) *parleyv1.WatchResponse {
	return &parleyv1.WatchResponse{
		StreamId: "s1", Sequence: sequence, Events: events, ServerTime: timestamppb.New(time.Now().Add(time.Minute)),
	}
}

func snapshot(sequence uint64, events ...*parleyv1.Event) *parleyv1.WatchResponse {
	m := message(sequence, events...)
	m.Snapshot = true
	return m
}

func heartbeat(sequence uint64) *parleyv1.WatchResponse {
	return message(sequence, &parleyv1.Event{Kind: &parleyv1.Event_Heartbeat{Heartbeat: &parleyv1.Heartbeat{}}})
}

func contactEvent(id string, version uint64, state parleyv1.ContactState) *parleyv1.Event {
	return &parleyv1.Event{Kind: &parleyv1.Event_Contact{Contact: &parleyv1.Contact{
		ContactId: id, Version: version, State: state, Agent: "agent-nl",
	}}}
}

func interactionEvent(id string, version uint64, note string, revision uint64) *parleyv1.Event {
	return &parleyv1.Event{Kind: &parleyv1.Event_Interaction{Interaction: &parleyv1.Interaction{
		InteractionId: id, Version: version, State: parleyv1.InteractionState_INTERACTION_STATE_OPEN,
		Agent: "agent-nl", Note: note, NoteRevision: revision,
	}}}
}

// desk is a Gateway under test.
type desk struct {
	*Gateway
	t   *testing.T
	net *network
	c   *centre

	mu      sync.Mutex
	worlds  []model.World
	slow    chan struct{}
	refused []Refusal
}

// newDesk makes a centre and a Gateway on a network in memory. It is for use in
// a synctest bubble.
func newDesk(t *testing.T, journal Journal) *desk {
	t.Helper()
	d := &desk{t: t, net: newNetwork(), c: newCentre()}
	serve(t, d.c, d.net)
	cfg := Config{
		Server: "http://127.0.0.1:8420", Device: "test", Dial: d.net.dial,
		OnWorld: func(w model.World) {
			d.mu.Lock()
			d.worlds = append(d.worlds, w)
			slow := d.slow
			d.mu.Unlock()
			if slow != nil {
				<-slow
			}
		},
		OnRefused: func(r Refusal) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.refused = append(d.refused, r)
		},
	}
	if journal != nil {
		cfg.Journal = func(string, string) (Journal, error) { return journal, nil }
	}
	d.Gateway = New(cfg, slog.New(slog.DiscardHandler))
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close the gateway: %v", err)
		}
	})
	return d
}

func (d *desk) signIn() {
	d.t.Helper()
	if err := d.SignIn(d.t.Context(), "", "agent-nl", "demo", false); err != nil {
		d.t.Fatalf("sign in: %v", err)
	}
}

// online signs in and sends the first snapshot.
func (d *desk) online(events ...*parleyv1.Event) *watching {
	d.t.Helper()
	d.signIn()
	w := <-d.c.opened
	w.send <- snapshot(1, events...)
	return w
}
