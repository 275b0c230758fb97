package bus

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"

	"parley/server/domain"
)

// requestWait bounds a request whose context has no deadline.
const requestWait = 5 * time.Second

// Headers: how many milliseconds the requester waits, and that an answer is a
// failure.
const (
	headerWait  = "Parley-Wait"
	headerError = "Parley-Error"
)

// A failure is a domain.Error on its way to the requester.
type failure struct {
	Kind    domain.Kind `json:"kind"`
	Text    string      `json:"text"`
	Subject string      `json:"subject,omitempty"`
}

// Request sends data to the responder of a subject and returns its answer. The
// responder's domain.Error comes back with kind, text and subject, any other
// error of it as Internal. Without a responder it is Unavailable at once. The
// responder may have acted even when ctx ended first or the bus was lost.
func (b *Bus) Request(ctx context.Context, subject string, data []byte) ([]byte, error) {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, requestWait)
		defer cancel()
	}
	m := nats.NewMsg(subject)
	m.Data = data
	if end, ok := ctx.Deadline(); ok {
		m.Header.Set(headerWait, strconv.FormatInt(time.Until(end).Milliseconds(), 10))
	}
	answer, err := b.conn.RequestMsgWithContext(ctx, m)
	if err != nil {
		return nil, wrap(err, "request")
	}
	if answer.Header.Get(headerError) == "" {
		return answer.Data, nil
	}
	var f failure
	if err := json.Unmarshal(answer.Data, &f); err != nil {
		return nil, &domain.Error{Kind: domain.Internal, Text: "the answer cannot be read", Cause: err}
	}
	return nil, &domain.Error{Kind: f.Kind, Text: f.Text, Subject: f.Subject}
}

// Respond answers the requests of a subject by f. Requests run at the same time;
// f's context ends with the requester's deadline and with Close. The cause of an
// error stays here, in the log.
func (b *Bus) Respond(subject string, f func(ctx context.Context, data []byte) ([]byte, error)) (*Subscription, error) {
	return b.subscribe(subject, func(m *nats.Msg) {
		if m.Reply == "" {
			return
		}
		b.work.Go(func() { b.respond(m, f) })
	})
}

func (b *Bus) respond(m *nats.Msg, f func(context.Context, []byte) ([]byte, error)) {
	wait := requestWait
	if ms, err := strconv.ParseInt(m.Header.Get(headerWait), 10, 64); err == nil && ms > 0 {
		wait = time.Duration(ms) * time.Millisecond
	}
	ctx, cancel := context.WithTimeout(b.ctx, wait)
	defer cancel()
	data, err := f(ctx, m.Data)
	answer := nats.NewMsg(m.Reply)
	answer.Data = data
	if err != nil {
		answer.Header.Set(headerError, "1")
		answer.Data = b.failure(m.Subject, err)
	}
	if err := b.conn.PublishMsg(answer); err != nil {
		b.log.Warn("an answer cannot be sent", "subject", m.Subject, "error", err)
	}
}

func (b *Bus) failure(subject string, err error) []byte {
	known, ok := errors.AsType[*domain.Error](err)
	if !ok {
		known = domain.Errorf(domain.Internal, "the request failed")
	}
	if known.Kind == domain.Internal {
		b.log.Error("a request on the bus failed", "subject", subject, "error", err)
	}
	data, err := json.Marshal(failure{Kind: known.Kind, Text: known.Text, Subject: known.Subject})
	if err != nil {
		b.log.Error("a failure cannot be encoded", "subject", subject, "error", err)
	}
	return data
}
