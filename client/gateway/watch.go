package gateway

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"connectrpc.com/connect"

	"parley/client/model"
	parleyv1 "parley/proto/gen/parley/v1"
)

const (
	// silence is how long a stream may say nothing: more than two heartbeats.
	// A connection whose other end vanished says nothing for ever.
	silence = 12 * time.Second
	// A stream that lived this long earns an immediate retry.
	healthy = time.Second

	firstPause = 200 * time.Millisecond
	lastPause  = 5 * time.Second
)

var (
	errSilent = errors.New("the server has been silent for too long")
	errGap    = errors.New("events of the watch stream are missing")
	errEnded  = errors.New("the session is over")
)

// pause waits before the next attempt, with jitter so that many desktops do not
// come back at the same moment. The first retry is immediate. It returns false
// when ctx ended.
func pause(ctx context.Context, attempt int) bool {
	if attempt == 0 {
		return ctx.Err() == nil
	}
	d := lastPause
	if attempt < 6 {
		d = min(firstPause<<(attempt-1), lastPause)
	}
	t := time.NewTimer(d/2 + rand.N(d/2))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// watch follows the stream until the session ends.
func (g *Gateway) watch(ctx context.Context, s *session, l *link) {
	for attempt := 0; ; attempt++ {
		began := time.Now()
		err := g.follow(ctx, s, l)
		if ctx.Err() != nil || errors.Is(err, errEnded) {
			return
		}
		if !lost(err) && failure(err).Kind == model.KindUnauthenticated {
			g.end(s, model.EndedExpired)
			return
		}
		if time.Since(began) > healthy {
			attempt = 0
		}
		g.offline(err, attempt)
		if !pause(ctx, attempt) {
			return
		}
	}
}

// offline notes that the stream is gone. The immediate retry counts as still
// connecting, so that a short break does not alarm anybody.
func (g *Gateway) offline(err error, attempt int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	to := model.LinkOffline
	if attempt == 0 && g.view.link == model.LinkOnline && !errors.Is(err, errSilent) {
		to = model.LinkConnecting
	}
	if g.view.link == model.LinkOffline || g.view.link == model.LinkSignedOut {
		return
	}
	if g.view.link == model.LinkOnline {
		g.log.Warn("the watch stream broke", "error", err)
	}
	g.view.setLink(to, g.cfg.Now())
	g.changed()
}

// follow opens the stream and applies what arrives until it breaks.
func (g *Gateway) follow(ctx context.Context, s *session, l *link) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watchdog := time.AfterFunc(silence, func() {
		cancel(errSilent)
		l.drop()
	})
	defer watchdog.Stop()

	g.mu.Lock()
	req := connect.NewRequest(&parleyv1.WatchRequest{StreamId: g.view.stream, Sequence: g.view.sequence})
	g.mu.Unlock()
	req.Header().Set("Authorization", "Bearer "+s.token)
	stream, err := l.clients.watchService.Watch(ctx, req)
	if err != nil {
		return because(ctx, err)
	}
	defer func() { _ = stream.Close() }()
	for stream.Receive() {
		watchdog.Reset(silence)
		if err := g.receive(s, stream.Msg()); err != nil {
			cancel(err)
			return err
		}
	}
	if err := stream.Err(); err != nil {
		return because(ctx, err)
	}
	return errors.New("the server closed the watch stream")
}

// because prefers our own reason for a cancelled stream.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}

// receive applies one message.
func (g *Gateway) receive(s *session, m *parleyv1.WatchResponse) error {
	g.mu.Lock()
	if g.sess != s {
		g.mu.Unlock()
		return errEnded
	}
	changed, err := g.view.apply(m, g.cfg.Now())
	if err != nil {
		g.mu.Unlock()
		return err
	}
	if g.view.link != model.LinkOnline && g.view.stream != "" {
		g.view.setLink(model.LinkOnline, g.cfg.Now())
		changed = true
		select {
		case s.online <- struct{}{}:
		default:
		}
	}
	g.mu.Unlock()
	if changed {
		g.changed()
	}
	for _, e := range m.GetEvents() {
		if over := e.GetSessionEnded(); over != nil {
			g.end(s, endedOf(over.GetCause()))
			return errEnded
		}
	}
	return nil
}

func endedOf(c parleyv1.SessionEnded_Cause) model.Ended {
	switch c {
	case parleyv1.SessionEnded_CAUSE_TAKEN_OVER:
		return model.EndedTakenOver
	case parleyv1.SessionEnded_CAUSE_SIGNED_OUT:
		return model.EndedSignedOut
	case parleyv1.SessionEnded_CAUSE_DISABLED:
		return model.EndedDisabled
	case parleyv1.SessionEnded_CAUSE_UNSPECIFIED, parleyv1.SessionEnded_CAUSE_EXPIRED:
		return model.EndedExpired
	}
	return model.EndedExpired
}
