package gateway

import (
	"context"
	"time"

	"connectrpc.com/connect"

	"parley/client/model"
	parleyv1 "parley/proto/gen/parley/v1"
)

const (
	// tryTime is how long one attempt may take, patience all of them.
	tryTime  = 6 * time.Second
	patience = 10 * time.Second
	// flushTime is how long a sign-out waits for the journal.
	flushTime = 3 * time.Second
)

type unary[Q, R any] func(context.Context, *connect.Request[Q]) (*connect.Response[R], error)

// call makes a call of the current session. While its answer is lost, it is
// repeated unchanged, so with the same command id, for as long as a user waits.
func call[Q, R any](ctx context.Context, g *Gateway, f unary[Q, R], msg *Q) (*R, error) {
	g.mu.Lock()
	s := g.sess
	g.mu.Unlock()
	if s == nil {
		return nil, &model.Error{Kind: model.KindUnauthenticated, Text: "nobody is signed in"}
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for attempt := 0; ; attempt++ {
		res, err := once(ctx, s.token, f, msg)
		if err == nil {
			return res, nil
		}
		if !lost(err) {
			return nil, g.refused(s, err)
		}
		if !pause(ctx, attempt) {
			return nil, failure(err)
		}
	}
}

// refused maps the server's refusal and notices the end of the session.
func (g *Gateway) refused(s *session, err error) error {
	e := failure(err)
	if e.Kind == model.KindUnauthenticated {
		g.end(s, model.EndedExpired)
	}
	return e
}

func once[Q, R any](ctx context.Context, token string, f unary[Q, R], msg *Q) (*R, error) {
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	req := connect.NewRequest(msg)
	if token != "" {
		req.Header().Set("Authorization", "Bearer "+token)
	}
	res, err := f(ctx, req)
	if err != nil {
		return nil, err
	}
	return res.Msg, nil
}

func signIn(ctx context.Context, l *link, msg *parleyv1.SignInRequest) (*parleyv1.SignInResponse, error) {
	res, err := once(ctx, "", l.clients.session.SignIn, msg)
	if err != nil && lost(err) && ctx.Err() == nil {
		// The pool may hold a connection that is long dead.
		l.drop()
		res, err = once(ctx, "", l.clients.session.SignIn, msg)
	}
	if err != nil {
		return nil, failure(err)
	}
	return res, nil
}

// SetReady asks for contacts.
func (g *Gateway) SetReady(ctx context.Context) error {
	_, err := call(ctx, g, g.api().presence.SetReady, &parleyv1.SetReadyRequest{CommandId: newID()})
	return err
}

// SetNotReady stops new offers.
func (g *Gateway) SetNotReady(ctx context.Context, reason string) error {
	_, err := call(ctx, g, g.api().presence.SetNotReady,
		&parleyv1.SetNotReadyRequest{CommandId: newID(), ReasonId: reason})
	return err
}

// ExtendWrapUp moves the end of the wrap-up.
func (g *Gateway) ExtendWrapUp(ctx context.Context) error {
	_, err := call(ctx, g, g.api().presence.ExtendWrapUp, &parleyv1.ExtendWrapUpRequest{CommandId: newID()})
	return err
}

// EndWrapUp ends the wrap-up now.
func (g *Gateway) EndWrapUp(ctx context.Context) error {
	_, err := call(ctx, g, g.api().presence.EndWrapUp, &parleyv1.EndWrapUpRequest{CommandId: newID()})
	return err
}

// Accept takes the offered contact and returns the interaction that starts.
func (g *Gateway) Accept(ctx context.Context, contact string, offer uint64) (string, error) {
	interaction := newID()
	_, err := call(ctx, g, g.api().work.Accept, &parleyv1.AcceptRequest{
		CommandId: newID(), ContactId: contact, OfferNumber: offer, InteractionId: interaction,
	})
	if err != nil {
		return "", err
	}
	return interaction, nil
}

// Reject gives the offered contact back to its queue.
func (g *Gateway) Reject(ctx context.Context, contact string, offer uint64) error {
	_, err := call(ctx, g, g.api().work.Reject,
		&parleyv1.RejectRequest{CommandId: newID(), ContactId: contact, OfferNumber: offer})
	return err
}

// Hold gives the customer music.
func (g *Gateway) Hold(ctx context.Context, contact string) error {
	_, err := call(ctx, g, g.api().call.Hold, &parleyv1.HoldRequest{CommandId: newID(), ContactId: contact})
	return err
}

// Retrieve takes the customer back.
func (g *Gateway) Retrieve(ctx context.Context, contact string) error {
	_, err := call(ctx, g, g.api().call.Retrieve, &parleyv1.RetrieveRequest{CommandId: newID(), ContactId: contact})
	return err
}

// SendDigits sends telephone events to the customer's side.
func (g *Gateway) SendDigits(ctx context.Context, contact, digits string) error {
	_, err := call(ctx, g, g.api().call.SendDigits,
		&parleyv1.SendDigitsRequest{CommandId: newID(), ContactId: contact, Digits: digits})
	return err
}

// HangUp ends the call.
func (g *Gateway) HangUp(ctx context.Context, contact string) error {
	_, err := call(ctx, g, g.api().call.HangUp, &parleyv1.HangUpRequest{CommandId: newID(), ContactId: contact})
	return err
}

// OpenMedia negotiates the media of a call that rings or is served.
func (g *Gateway) OpenMedia(ctx context.Context, contact, sdpOffer string) (sdpAnswer string, err error) {
	res, err := call(ctx, g, g.api().call.OpenMedia,
		&parleyv1.OpenMediaRequest{ContactId: contact, SdpOffer: sdpOffer})
	if err != nil {
		return "", err
	}
	return res.GetSdpAnswer(), nil
}
