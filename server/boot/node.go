package boot

import (
	"context"
	"encoding/json"
	"time"

	"parley/server/bus"
	"parley/server/domain"
	"parley/server/service/session"
)

const (
	beatEvery = time.Second
	// figuresEvery is as often as people can read figures.
	figuresEvery = 500 * time.Millisecond
	sweepEvery   = 2 * time.Second
	pruneEvery   = time.Hour
	taskLimit    = 10 * time.Second
)

const sessionEndedSubject = "parley.session.ended"

type sessionEnd struct {
	Session string        `json:"session"`
	Cause   session.Cause `json:"cause"`
}

// sessionEnded tells all nodes, this one included, that a session is over.
func (s *Server) sessionEnded(hash string, cause session.Cause) {
	data, err := json.Marshal(sessionEnd{hash, cause})
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := s.bus.Publish(ctx, sessionEndedSubject, data); err != nil {
		s.log.Warn("end of a session not told", "err", err)
	}
}

func (s *Server) sessionEndedElsewhere(m bus.Message) {
	var end sessionEnd
	if err := json.Unmarshal(m.Data, &end); err == nil {
		s.watch.End(end.Session, string(end.Cause))
	}
}

// reach stores whether an agent's desktop has its stream here.
func (s *Server) reach(ctx context.Context, user domain.UserID, up bool) error {
	ctx, cancel := context.WithTimeout(ctx, taskLimit)
	defer cancel()
	return s.presence.Reach(ctx, user, up)
}

// beat tells the other servers that this one lives, and takes over from those
// that do not. What they left is ended before they are forgotten, so that a
// crash in between leaves the rest to the next one who looks.
func (s *Server) beat(ctx context.Context, first bool) error {
	census, err := s.cluster.Beat(ctx, s.voice.Calls())
	if err != nil || len(census.Dead) == 0 && !first {
		return err
	}
	interrupted, err := s.calls.Recover(ctx, census.Alive)
	if err != nil {
		return err
	}
	if err := s.presence.Lost(ctx, census.Alive); err != nil {
		return err
	}
	if interrupted > 0 || len(census.Dead) > 0 {
		s.log.Warn("took over from dead servers", "servers", len(census.Dead), "interrupted_calls", interrupted)
	}
	return s.cluster.Forget(ctx, census.Dead...)
}

func (s *Server) keepBeating(ctx context.Context) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		limit, cancel := context.WithTimeout(ctx, taskLimit)
		if err := s.beat(limit, false); err != nil && ctx.Err() == nil {
			s.log.Error("sign of life not stored", "err", err)
		}
		cancel()
	}
}

// sweep publishes events that a crash or a lost bus left, and forgets what is
// too old to be asked for.
func (s *Server) sweep(ctx context.Context) {
	sweep := time.NewTicker(sweepEvery)
	defer sweep.Stop()
	prune := time.NewTicker(pruneEvery)
	defer prune.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-sweep.C:
			err = s.store.Sweep(ctx)
		case <-prune.C:
			err = s.store.Prune(ctx)
		}
		if err != nil && ctx.Err() == nil {
			s.log.Error("store not swept", "err", err)
		}
	}
}

// leave takes this node off the list, so that nobody has to wait for its
// silence. Desktops that have not come back to another node are out of reach.
func (s *Server) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), taskLimit)
	defer cancel()
	err := s.presence.Lost(ctx, func(n domain.NodeID) bool { return n != s.node })
	if err == nil {
		err = s.cluster.Forget(ctx, s.node)
	}
	if err != nil {
		s.log.Warn("this server is still on the list", "err", err)
	}
}
