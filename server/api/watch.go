package api

import (
	"bytes"
	"context"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"parley/proto/gen/parley/v1"
	"parley/server/domain"
	"parley/server/service/session"
	"parley/server/service/watch"
)

// beatEvery is the longest silence of a stream. Desktops take a longer one for
// a dead connection.
const beatEvery = 4 * time.Second

// checkEvery is how often a stream asks the store whether its session stands.
const checkEvery = 15 * time.Second

var causes = map[string]parleyv1.SessionEnded_Cause{
	string(session.TakenOver): parleyv1.SessionEnded_CAUSE_TAKEN_OVER,
	string(session.SignedOut): parleyv1.SessionEnded_CAUSE_SIGNED_OUT,
	string(session.Disabled):  parleyv1.SessionEnded_CAUSE_DISABLED,
	string(session.Expired):   parleyv1.SessionEnded_CAUSE_EXPIRED,
}

type watchHandler struct{ *server }

func (h watchHandler) Watch(ctx context.Context, req *connect.Request[parleyv1.WatchRequest], out *connect.ServerStream[parleyv1.WatchResponse]) error {
	c := who(ctx)
	stream := h.cfg.Watch.Open(watch.Viewer{
		User: c.user.Name, Session: c.session.TokenHash, Supervisor: c.user.May(domain.RoleSupervisor),
		Desktop: session.Desktop(c.session.Device),
	}, req.Msg.GetStreamId(), req.Msg.GetSequence())
	defer stream.Close()
	checked := h.now()
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	for {
		b, err := stream.Next(ctx, beat.C)
		if err != nil {
			return err
		}
		if now := h.now(); !b.Over && now.Sub(checked) >= checkEvery {
			// Normally the end of a session is told; the bus may have lost that.
			checked = now
			b.Cause, b.Over = h.over(ctx, c)
		}
		if err := out.Send(h.response(b)); err != nil {
			return err
		}
		if b.Over {
			return nil
		}
	}
}

func (h watchHandler) now() time.Time { return h.cfg.Now() }

// over says whether the session has been ended; a store that cannot be asked
// ends nothing.
func (h watchHandler) over(ctx context.Context, c caller) (string, bool) {
	if !h.now().Before(c.session.ExpiresAt) {
		return string(session.Expired), true
	}
	_, _, err := h.cfg.Sessions.Lookup(ctx, c.session.TokenHash)
	if domain.KindOf(err) != domain.Unauthenticated {
		return "", false
	}
	return string(session.SignedOut), true
}

// response joins the encoded changes. They are set as fields that this message
// value does not know; on the wire they are its events.
func (h watchHandler) response(b watch.Batch) *parleyv1.WatchResponse {
	r := &parleyv1.WatchResponse{
		StreamId: b.StreamID, Sequence: b.Sequence, Snapshot: b.Snapshot, ServerTime: timestamppb.New(h.now()),
	}
	raw := bytes.Join(b.Changes, nil)
	if cause, told := causes[b.Cause]; b.Over && told {
		ended := &parleyv1.SessionEnded{Cause: cause}
		raw = append(raw, encode(&parleyv1.Event{Kind: &parleyv1.Event_SessionEnded{SessionEnded: ended}})...)
	}
	if len(raw) > 0 {
		r.ProtoReflect().SetUnknown(raw)
	} else if !b.Snapshot {
		r.Events = []*parleyv1.Event{{Kind: &parleyv1.Event_Heartbeat{Heartbeat: &parleyv1.Heartbeat{}}}}
	}
	return r
}
