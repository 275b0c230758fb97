// Package watch keeps signed-in desktops up to date: a snapshot, then numbered
// deltas. One hub a node follows the events of the bus, keeps a view of the
// centre and hands each change to the streams it concerns.
//
// A change is encoded once, however many desktops get it. Each stream has an
// outbox with at most one pending change per entity; everything pending goes
// out in one message, because a message costs ten times as much as a change.
// An outbox that fills up becomes a new snapshot. A slow desktop therefore
// costs bounded memory and never slows another one.
package watch

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"parley/server/bus"
	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/contact"
	"parley/server/domain/interaction"
	"parley/server/domain/queue"
	"parley/server/store"
)

// historySize is how many changes a hub remembers for streams that resume.
const historySize = 8192

// Encoder turns entities into what goes over the wire; the hub does not look
// into it.
type Encoder interface {
	Agent(a *agent.Agent) []byte
	Queue(f Figures) []byte
	Contact(c *contact.Contact) []byte
	Interaction(i *interaction.Interaction) []byte
	ContactRemoved(id domain.ContactID) []byte
	InteractionRemoved(id domain.InteractionID) []byte
}

// Config is what a hub works with.
type Config struct {
	Store   *store.Store
	Bus     *bus.Bus
	Log     *slog.Logger
	Encoder Encoder
	// ID names the numbering; a restarted hub has a new one.
	ID string
	// Presence is told when an agent's first stream comes and when the last has
	// been gone for Grace: one call at a time for each user, again and again
	// until it returns nil. Its context ends with Close.
	Presence func(ctx context.Context, user domain.UserID, up bool) error
	Grace    time.Duration
	// FiguresEvery is how often the figures of a queue are sent at most; 0 sends
	// each change.
	FiguresEvery time.Duration
}

// change is one numbered delta.
type change struct {
	sequence uint64
	key      string
	data     []byte
	audience audience
}

// audience is whom a change concerns, besides all supervisors.
type audience struct {
	users      [2]domain.UserID
	queue      domain.QueueID
	supervisor bool
}

// Hub serves the streams of one node.
type Hub struct {
	cfg Config

	mu   sync.Mutex
	view *view
	// known is the last event of the store that the view had when it was read.
	known    uint64
	sequence uint64
	history  []change
	streams  map[*Stream]struct{}
	// supervisors are the streams that see all agents and contacts.
	supervisors map[*Stream]struct{}
	byUser      map[domain.UserID]map[*Stream]struct{}
	leaving     map[domain.UserID]*time.Timer
	// telling are users whose presence is being told; true if it has to be
	// told again.
	telling map[domain.UserID]bool
	// moved is when a user's queues last changed: whoever resumes from before
	// that begins anew, for there is no delta that takes a queue away.
	moved map[domain.UserID]uint64
	// dirty are queues whose figures have changed since they were last sent.
	dirty map[domain.QueueID]bool
	// figuresAt is when figures were last sent; figuresDue sends the next ones.
	figuresAt  time.Time
	figuresDue *time.Timer

	sub     *bus.Subscription
	closed  bool
	life    context.Context //nolint:containedctx // the life of the hub
	stop    context.CancelFunc
	pending sync.WaitGroup
}

// New returns a hub; Start makes it follow the centre.
func New(cfg Config) *Hub {
	if cfg.Grace == 0 {
		cfg.Grace = 5 * time.Second
	}
	h := &Hub{
		cfg: cfg, view: newView(), streams: map[*Stream]struct{}{}, supervisors: map[*Stream]struct{}{},
		byUser: map[domain.UserID]map[*Stream]struct{}{}, leaving: map[domain.UserID]*time.Timer{},
		telling: map[domain.UserID]bool{}, moved: map[domain.UserID]uint64{}, dirty: map[domain.QueueID]bool{},
	}
	h.life, h.stop = context.WithCancel(context.Background())
	return h
}

// Start subscribes first and reads the store second, so that nothing falls
// between the two.
func (h *Hub) Start(ctx context.Context) error {
	sub, err := h.cfg.Bus.SubscribeEvents(h.event)
	if err != nil {
		return fmt.Errorf("follow the events: %w", err)
	}
	h.sub = sub
	return h.Refresh(ctx)
}

func (h *Hub) event(e domain.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if e.Sequence <= h.known {
		// It is repeated after a crash; what it is about may be over by now.
		return
	}
	if err := h.apply(e); err != nil {
		h.cfg.Log.Error("unreadable event", "name", e.Name, "id", e.ID, "err", err)
	}
	h.flush()
}

func (h *Hub) apply(e domain.Event) error {
	switch e.Kind {
	case domain.KindContact:
		return decode(e.State, h.setContact)
	case domain.KindAgent:
		return decode(e.State, h.setAgent)
	case domain.KindInteraction:
		return decode(e.State, h.setInteraction)
	case domain.KindQueue:
		return decode(e.State, h.setQueue)
	case domain.KindUser, domain.KindSession:
	}
	return nil
}

func decode[T any](state []byte, set func(*T)) error {
	v := new(T)
	if err := json.Unmarshal(state, v); err != nil {
		return err
	}
	set(v)
	return nil
}

func (h *Hub) setQueue(q *queue.Queue) {
	if old := h.view.queues[q.ID]; old != nil && old.Version >= q.Version {
		return
	}
	h.view.queues[q.ID] = q
	h.dirty[q.ID] = true
}

func (h *Hub) setAgent(a *agent.Agent) {
	old := h.view.agents[a.User]
	if old != nil && old.Version >= a.Version {
		return
	}
	h.view.putAgent(a)
	h.record("agent:"+string(a.User), h.cfg.Encoder.Agent(a), audience{users: [2]domain.UserID{a.User}, supervisor: true})
	if old == nil {
		old = &agent.Agent{User: a.User}
	}
	moved := !slices.Equal(old.Queues, a.Queues)
	if moved || old.State() != a.State() {
		for _, q := range slices.Concat(old.Queues, a.Queues) {
			h.dirty[q] = true
		}
	}
	if moved {
		h.moved[a.User] = h.sequence
		for s := range h.byUser[a.User] {
			s.queues = a.Queues
			s.restart()
		}
	}
	if !a.Reachable && !h.closed && h.desktops(a.User) > 0 {
		// Another node took this one for dead, or the desktop has moved here.
		h.tell(a.User)
	}
	if slices.ContainsFunc(old.Work, func(w agent.Work) bool { return !has(a, w.Contact) }) {
		h.sweepContacts(a.User)
	}
}

func has(a *agent.Agent, id domain.ContactID) bool {
	return slices.ContainsFunc(a.Work, func(w agent.Work) bool { return w.Contact == id })
}

func (h *Hub) setInteraction(i *interaction.Interaction) {
	key := "interaction:" + string(i.ID)
	if old := h.view.interactions[i.ID]; old != nil && old.Version >= i.Version || h.view.ended[key] >= i.Version {
		return
	}
	who := audience{users: [2]domain.UserID{i.Agent}}
	if i.Open() {
		h.view.interactions[i.ID] = i
		h.record(key, h.cfg.Encoder.Interaction(i), who)
		return
	}
	delete(h.view.interactions, i.ID)
	h.view.ended[key] = i.Version
	h.record(key, h.cfg.Encoder.InteractionRemoved(i.ID), who)
	h.sweepContacts(i.Agent)
}

func (h *Hub) setContact(c *contact.Contact) {
	key := "contact:" + string(c.ID)
	old := h.view.contacts[c.ID]
	if old != nil && old.Version >= c.Version || h.view.ended[key] >= c.Version {
		return
	}
	if old == nil || old.Waiting() != c.Waiting() {
		h.dirty[c.Queue] = true
	}
	h.view.setWaiting(c)
	if old != nil && old.Agent != "" && old.Agent != c.Agent {
		h.recordFor(key, h.cfg.Encoder.ContactRemoved(c.ID), old.Agent)
	}
	h.view.putContact(c)
	if !h.view.keeps(c) {
		h.removeContact(c)
		return
	}
	h.record(key, h.cfg.Encoder.Contact(c), audience{users: [2]domain.UserID{c.Agent}, supervisor: true})
}

// sweepContacts removes ended contacts that are no longer at the agent's hand.
func (h *Hub) sweepContacts(user domain.UserID) {
	for _, c := range h.view.ofAgent[user] {
		if !h.view.keeps(c) {
			h.removeContact(c)
		}
	}
}

func (h *Hub) removeContact(c *contact.Contact) {
	key := "contact:" + string(c.ID)
	h.view.dropContact(c)
	h.view.ended[key] = c.Version
	h.record(key, h.cfg.Encoder.ContactRemoved(c.ID), audience{users: [2]domain.UserID{c.Agent}, supervisor: true})
	if len(h.view.ended) > 4*historySize {
		// Whatever is still on its way is far younger than this.
		h.view.ended = map[string]uint64{key: c.Version}
	}
}

// recordFor records a change that only one user sees, supervisors excepted.
func (h *Hub) recordFor(key string, data []byte, user domain.UserID) {
	h.record(key, data, audience{users: [2]domain.UserID{user}})
}

func (h *Hub) record(key string, data []byte, to audience) {
	h.sequence++
	ch := change{sequence: h.sequence, key: key, data: data, audience: to}
	if len(h.history) == historySize {
		h.history = append(h.history[:0], h.history[historySize/2:]...)
	}
	h.history = append(h.history, ch)
	h.deliver(ch)
}

func (h *Hub) deliver(ch change) {
	if ch.audience.queue != "" {
		for s := range h.streams {
			if s.concerns(ch.audience) {
				s.put(ch)
			}
		}
		return
	}
	for i, u := range ch.audience.users {
		if u == "" || i > 0 && u == ch.audience.users[0] {
			continue
		}
		for s := range h.byUser[u] {
			s.put(ch)
		}
	}
	if ch.audience.supervisor {
		for s := range h.supervisors {
			if s.viewer.User != ch.audience.users[0] {
				s.put(ch)
			}
		}
	}
}

// flush sends the figures of queues that have changed, at most every
// FiguresEvery: they go to all agents of a queue, and each change of one agent
// changes them.
func (h *Hub) flush() {
	if len(h.dirty) == 0 || h.figuresDue != nil || h.closed {
		return
	}
	if wait := h.cfg.FiguresEvery - time.Since(h.figuresAt); wait > 0 {
		h.figuresDue = time.AfterFunc(wait, func() {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.figuresDue = nil
			h.flush()
		})
		return
	}
	h.figuresAt = time.Now()
	for id := range h.dirty {
		if h.view.queues[id] == nil {
			continue
		}
		h.record("queue:"+string(id), h.cfg.Encoder.Queue(h.view.figures(id)), audience{queue: id})
		delete(h.dirty, id)
	}
}

// Close ends all streams and waits for what is under way.
func (h *Hub) Close() {
	if h.sub != nil {
		h.sub.Close()
	}
	h.mu.Lock()
	h.closed = true
	for s := range h.streams {
		s.finish("")
	}
	for _, t := range h.leaving {
		t.Stop()
	}
	if h.figuresDue != nil {
		h.figuresDue.Stop()
	}
	h.mu.Unlock()
	h.stop()
	h.pending.Wait()
}
