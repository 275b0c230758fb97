package boot

import (
	"context"
	"encoding/json"
	"time"

	"parley/server/bus"
	"parley/server/domain"
	"parley/server/service/session"
	"parley/server/store"
)

const (
	beatEvery = time.Second
	// silence is after how much of it another node counts as dead.
	silence    = 5 * time.Second
	sweepEvery = 2 * time.Second
	pruneEvery = time.Hour
	taskLimit  = 10 * time.Second
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
func (s *Server) reach(user domain.UserID, up bool) {
	ctx, cancel := context.WithTimeout(context.Background(), taskLimit)
	defer cancel()
	if err := s.presence.Reach(ctx, user, up); err != nil {
		s.log.Error("reach of an agent not stored", "agent", user, "up", up, "err", err)
	}
}

// beat tells the other nodes that this one lives, and takes over from those
// that do not. On the embedded store there can be no other: all are dead.
func (s *Server) beat(ctx context.Context, alone bool) error {
	dead := map[domain.NodeID]bool{}
	alive := map[domain.NodeID]bool{s.node: true}
	now := time.Now()
	err := s.store.Update(ctx, domain.Centre, "", func(tx *store.Tx) error {
		nodes, err := tx.Nodes()
		if err != nil {
			return err
		}
		for _, n := range nodes {
			if n.ID == s.node {
				continue
			}
			if alone || now.Sub(n.SeenAt) > silence {
				dead[n.ID] = true
				continue
			}
			alive[n.ID] = true
		}
		return tx.PutNode(store.Node{ID: s.node, StartedAt: s.started, SeenAt: now, Calls: s.voice.Calls()})
	})
	if err != nil || len(dead) == 0 && !alone {
		return err
	}
	return s.takeOver(ctx, dead, alive)
}

// takeOver ends what dead nodes left. They are forgotten last, so that a crash
// in between leaves the rest to the next one who looks.
func (s *Server) takeOver(ctx context.Context, dead, alive map[domain.NodeID]bool) error {
	isAlive := func(n domain.NodeID) bool { return alive[n] }
	n, err := s.calls.Recover(ctx, isAlive)
	if err != nil {
		return err
	}
	if err := s.presence.Lost(ctx, isAlive); err != nil {
		return err
	}
	if n > 0 || len(dead) > 0 {
		s.log.Warn("took over from dead servers", "servers", len(dead), "interrupted_calls", n)
	}
	return s.store.Update(ctx, domain.Centre, "", func(tx *store.Tx) error {
		for id := range dead {
			if err := tx.DeleteNode(id); err != nil {
				return err
			}
		}
		return nil
	})
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

// leave takes this node off the list, so that nobody has to wait for its silence.
func (s *Server) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), taskLimit)
	defer cancel()
	err := s.store.Update(ctx, domain.Centre, "", func(tx *store.Tx) error { return tx.DeleteNode(s.node) })
	if err != nil {
		s.log.Warn("this server is still on the list", "err", err)
	}
}
