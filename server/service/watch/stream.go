package watch

import (
	"context"
	"slices"
	"time"

	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/contact"
)

// maxPending is how many entities an outbox holds before it becomes a snapshot.
const maxPending = 2048

// tellAgain is how long Presence is left alone after it failed.
const tellAgain = time.Second

// Viewer is who watches.
type Viewer struct {
	User domain.UserID
	// Session names the session, so that its end can be told.
	Session string
	// Supervisor sees all agents and contacts, and all queues.
	Supervisor bool
	// Desktop takes contacts; its coming and going is told to Presence.
	Desktop bool
}

// Stream is one desktop's view of the centre.
type Stream struct {
	hub    *Hub
	viewer Viewer
	queues []domain.QueueID

	// Guarded by the hub's lock.
	pending  map[string][]byte
	order    []string
	snapshot bool
	sequence uint64
	wake     chan struct{}
	over     bool
	cause    string
}

// Batch is what goes out in one message.
type Batch struct {
	StreamID string
	Sequence uint64
	// Snapshot says that the changes are the whole state.
	Snapshot bool
	Changes  [][]byte
	// Over says that the stream ends after this batch, and why; an empty cause
	// means that the node stops.
	Over  bool
	Cause string
}

// Open begins a stream. It goes on after (streamID, sequence) if the hub still
// has what came since, otherwise it begins with a snapshot.
func (h *Hub) Open(v Viewer, streamID string, sequence uint64) *Stream {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := &Stream{hub: h, viewer: v, pending: map[string][]byte{}, wake: make(chan struct{}, 1)}
	if a := h.view.agents[v.User]; a != nil {
		s.queues = a.Queues
	}
	s.resume(streamID, sequence)
	h.streams[s] = struct{}{}
	if v.Supervisor {
		h.supervisors[s] = struct{}{}
	}
	if h.byUser[v.User] == nil {
		h.byUser[v.User] = map[*Stream]struct{}{}
	}
	h.byUser[v.User][s] = struct{}{}
	if h.closed {
		s.finish("")
	}
	s.signal()
	h.arrived(v)
	return s
}

func (s *Stream) resume(streamID string, sequence uint64) {
	h := s.hub
	s.sequence = h.sequence
	known := streamID == h.cfg.ID && sequence <= h.sequence && sequence >= h.moved[s.viewer.User] &&
		(sequence == h.sequence || len(h.history) > 0 && h.history[0].sequence <= sequence+1)
	if !known {
		s.snapshot = true
		return
	}
	for _, ch := range h.history {
		if ch.sequence > sequence && s.concerns(ch.audience) {
			s.put(ch)
		}
	}
}

func (s *Stream) concerns(to audience) bool {
	if to.queue != "" {
		return s.viewer.Supervisor || slices.Contains(s.queues, to.queue)
	}
	return to.supervisor && s.viewer.Supervisor || slices.Contains(to.users[:], s.viewer.User)
}

// put adds a change; the newest state of an entity replaces an older one.
func (s *Stream) put(ch change) {
	s.sequence = ch.sequence
	if s.snapshot {
		s.signal()
		return
	}
	if _, there := s.pending[ch.key]; !there {
		s.order = append(s.order, ch.key)
	}
	s.pending[ch.key] = ch.data
	if len(s.order) > maxPending {
		s.restart()
	}
	s.signal()
}

// restart makes the next batch a snapshot.
func (s *Stream) restart() {
	s.snapshot = true
	clear(s.pending)
	s.order = nil
	s.signal()
}

func (s *Stream) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *Stream) finish(cause string) {
	s.over, s.cause = true, cause
	s.signal()
}

// Next waits for changes, or for the beat if it comes first, and takes all that
// is pending. A batch without changes is a sign of life.
func (s *Stream) Next(ctx context.Context, beat <-chan time.Time) (Batch, error) {
	select {
	case <-ctx.Done():
		return Batch{}, ctx.Err()
	case <-s.wake:
	case <-beat:
	}
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	b := Batch{StreamID: s.hub.cfg.ID, Sequence: s.hub.sequence, Over: s.over, Cause: s.cause}
	if s.snapshot {
		s.snapshot = false
		b.Snapshot, b.Changes = true, s.hub.everything(s)
		return b, nil
	}
	b.Changes = make([][]byte, 0, len(s.order))
	for _, key := range s.order {
		b.Changes = append(b.Changes, s.pending[key])
	}
	clear(s.pending)
	s.order = s.order[:0]
	return b, nil
}

// everything is the whole state as a stream sees it.
func (h *Hub) everything(s *Stream) [][]byte {
	var all [][]byte
	for id := range h.view.queues {
		if s.concerns(audience{queue: id}) {
			all = append(all, h.cfg.Encoder.Queue(h.view.figures(id)))
		}
	}
	for u, a := range h.view.agents {
		if s.viewer.Supervisor || u == s.viewer.User {
			all = append(all, h.cfg.Encoder.Agent(a))
		}
	}
	for _, i := range h.view.interactions {
		if i.Agent == s.viewer.User {
			all = append(all, h.cfg.Encoder.Interaction(i))
		}
	}
	for _, c := range h.view.contacts {
		if s.viewer.Supervisor || c.Agent == s.viewer.User {
			all = append(all, h.cfg.Encoder.Contact(c))
		}
	}
	return all
}

// Close ends the stream.
func (s *Stream) Close() {
	h := s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.streams, s)
	delete(h.supervisors, s)
	delete(h.byUser[s.viewer.User], s)
	if len(h.byUser[s.viewer.User]) == 0 {
		delete(h.byUser, s.viewer.User)
	}
	h.left(s.viewer)
}

// End ends the streams of a session and tells them why.
func (h *Hub) End(session, cause string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.streams {
		if s.viewer.Session == session {
			s.finish(cause)
		}
	}
}

// Status is the centre as this node knows it.
func (h *Hub) Status() ([]Figures, []*agent.Agent, []*contact.Contact) {
	h.mu.Lock()
	defer h.mu.Unlock()
	figures := make([]Figures, 0, len(h.view.queues))
	for id := range h.view.queues {
		figures = append(figures, h.view.figures(id))
	}
	agents := make([]*agent.Agent, 0, len(h.view.agents))
	for _, a := range h.view.agents {
		agents = append(agents, a)
	}
	var contacts []*contact.Contact
	for _, c := range h.view.contacts {
		if c.State != contact.Ended {
			contacts = append(contacts, c)
		}
	}
	return figures, agents, contacts
}

func (h *Hub) desktops(user domain.UserID) int {
	n := 0
	for s := range h.byUser[user] {
		if s.viewer.Desktop {
			n++
		}
	}
	return n
}

func (h *Hub) arrived(v Viewer) {
	if !v.Desktop || h.closed {
		return
	}
	if t := h.leaving[v.User]; t != nil {
		t.Stop()
		delete(h.leaving, v.User)
	}
	h.tell(v.User)
}

// left tells that an agent is out of reach once he has been so for the grace
// time: a short cut must not be seen by anybody.
func (h *Hub) left(v Viewer) {
	if !v.Desktop || h.closed || h.desktops(v.User) > 0 {
		return
	}
	if t := h.leaving[v.User]; t != nil {
		t.Stop()
	}
	var t *time.Timer
	t = time.AfterFunc(h.cfg.Grace, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.closed || h.leaving[v.User] != t {
			return
		}
		delete(h.leaving, v.User)
		h.tell(v.User)
	})
	h.leaving[v.User] = t
}

// tell makes Presence know whether a user has a desktop. What it tells is read
// when it is told, so that a slow store cannot put coming after going.
func (h *Hub) tell(user domain.UserID) {
	if _, running := h.telling[user]; running {
		h.telling[user] = true
		return
	}
	h.telling[user] = false
	h.pending.Go(func() { h.keepTelling(user) })
}

func (h *Hub) keepTelling(user domain.UserID) {
	for {
		h.mu.Lock()
		up := h.desktops(user) > 0 || h.leaving[user] != nil
		h.telling[user] = false
		h.mu.Unlock()
		err := h.cfg.Presence(h.life, user, up)
		if err != nil {
			h.cfg.Log.Error("reach of an agent not stored: trying again", "agent", user, "up", up, "err", err)
			select {
			case <-h.life.Done():
			case <-time.After(tellAgain):
			}
		}
		h.mu.Lock()
		done := h.life.Err() != nil || err == nil && !h.telling[user]
		if done {
			delete(h.telling, user)
		}
		h.mu.Unlock()
		if done {
			return
		}
	}
}
