// Package calls joins the voice side with the store. What happens to a call
// becomes a change of its contact; what a contact has become, whoever changed
// it, is carried out on the call by the node that has the call's sockets. Both
// directions may be repeated without harm.
package calls

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"parley/server/bus"
	"parley/server/domain"
	"parley/server/domain/account"
	"parley/server/domain/call"
	"parley/server/domain/contact"
	"parley/server/domain/queue"
	"parley/server/store"
)

// Config is what the service works with.
type Config struct {
	Store *store.Store
	Bus   *bus.Bus
	Node  domain.NodeID
	Now   func() time.Time
	Log   *slog.Logger
	// Country (ISO 3166) is where numbers without a country code belong.
	Country string
	// LostLimit is how long a customer waits for an agent whose media is gone;
	// 0 means 30 s.
	LostLimit time.Duration
}

// storeTimeout bounds how long a call waits for the store; its retry is below.
const (
	storeTimeout = 5 * time.Second
	retryEvery   = time.Second
	maxMatches   = 5
	maxDigits    = 256
	lostLimit    = 30 * time.Second
)

// Service is the call.Handler of a node.
type Service struct {
	cfg      Config
	voice    call.Voice
	stopping atomic.Bool

	// mu is held while the voice side is told something, so that it is told in
	// the order of the contact's versions.
	mu sync.Mutex
	// queues by dialled number, and the versions of all queues.
	queues   map[string]queue.Queue
	versions map[domain.QueueID]uint64
	// applied is what the voice side was last told of each contact.
	applied map[domain.ContactID]*applied
	// opening are the calls whose agent's media is being negotiated.
	opening map[domain.ContactID]chan struct{}

	// pending are changes that the store did not take yet.
	pending   map[unsaved]func(context.Context) error
	pendingMu sync.Mutex
	// life ends with Close.
	life     context.Context //nolint:containedctx // the life of the service
	stop     context.CancelFunc
	stopped  sync.WaitGroup
	bindings []binding
}

type binding interface{ Close() }

type applied struct {
	version   uint64
	connected bool
	held      bool
	agent     domain.UserID
	// media is whose media the call has.
	media domain.UserID
	// commands are the latest that sent digits.
	commands []domain.CommandID
	// lost gives the call back to its queue when its agent's media stays away.
	lost *time.Timer
}

// New returns the service; Start makes it work.
func New(cfg Config) *Service {
	if cfg.LostLimit == 0 {
		cfg.LostLimit = lostLimit
	}
	s := &Service{
		cfg: cfg, queues: map[string]queue.Queue{}, versions: map[domain.QueueID]uint64{},
		applied: map[domain.ContactID]*applied{}, opening: map[domain.ContactID]chan struct{}{}, pending: map[unsaved]func(context.Context) error{},
	}
	s.life, s.stop = context.WithCancel(context.Background())
	return s
}

// Start follows the events and answers other nodes' requests for this node's
// calls. Voice reports may come from then on.
func (s *Service) Start(ctx context.Context, voice call.Voice) error {
	s.voice = voice
	if err := s.loadQueues(ctx); err != nil {
		return err
	}
	sub, err := s.cfg.Bus.SubscribeEvents(s.event)
	if err != nil {
		return fmt.Errorf("follow the events: %w", err)
	}
	s.bindings = append(s.bindings, sub)
	responder, err := s.cfg.Bus.Respond(subject(s.cfg.Node), s.respond)
	if err != nil {
		sub.Close()
		return fmt.Errorf("answer for this node's calls: %w", err)
	}
	s.bindings = append(s.bindings, responder)
	s.stopped.Go(s.retry)
	return nil
}

// Stop takes no new calls from now on.
func (s *Service) Stop() { s.stopping.Store(true) }

// Close ends what Start began.
func (s *Service) Close() {
	for _, b := range s.bindings {
		b.Close()
	}
	s.stop()
	s.mu.Lock()
	for _, is := range s.applied {
		is.found()
	}
	s.mu.Unlock()
	s.stopped.Wait()
}

func (s *Service) loadQueues(ctx context.Context) error {
	return s.cfg.Store.View(ctx, func(tx *store.Tx) error {
		queues, err := tx.Queues()
		if err != nil {
			return err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, q := range queues {
			s.setQueue(*q)
		}
		return nil
	})
}

func (s *Service) setQueue(q queue.Queue) {
	if q.Version < s.versions[q.ID] {
		return
	}
	s.versions[q.ID] = q.Version
	for number, old := range s.queues {
		if old.ID == q.ID {
			delete(s.queues, number)
		}
	}
	for _, number := range q.DNIS {
		s.queues[number] = q.WithDefaults()
	}
}

func (s *Service) queueOf(dnis string) (queue.Queue, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, ok := s.queues[dnis]
	return q, ok
}

// Arrived stores the call before it is let in, so that no crash can lose it.
func (s *Service) Arrived(ctx context.Context, a call.Arrival) call.Refusal {
	if s.stopping.Load() {
		return call.Stopping
	}
	q, ok := s.queueOf(a.DNIS)
	if !ok {
		s.cfg.Log.Warn("no queue has the dialled number", "number", a.DNIS, "caller", a.ANI)
		return call.UnknownNumber
	}
	c := newContact(a, q, s.cfg.Node, s.cfg.Country)
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	err := s.cfg.Store.Update(ctx, domain.Centre, "", func(tx *store.Tx) error {
		stored := *c
		if err := match(tx, &stored); err != nil {
			return err
		}
		if q.Greeting == "" {
			if err := stored.Enqueue(s.cfg.Now()); err != nil {
				return err
			}
		}
		return tx.PutContact(&stored, "contact."+string(stored.State))
	})
	if err != nil {
		s.cfg.Log.Error("call refused: it could not be stored", "caller", a.ANI, "err", err)
		// The commit may have happened all the same.
		s.later(unsaved{c.ID, "end"}, func(ctx context.Context) error { return s.ended(ctx, c.ID, contact.Released) })
		return call.TemporarilyUnavailable
	}
	s.admit(c.ID, q)
	return 0
}

func newContact(a call.Arrival, q queue.Queue, node domain.NodeID, country string) *contact.Contact {
	c := &contact.Contact{
		ID: a.ID, Channel: domain.Voice, State: contact.Arrived, Queue: q.ID, QueueName: q.Name,
		ANI: a.ANI, DNIS: a.DNIS, CallerName: a.CallerName, Language: q.Language, Node: node, ArrivedAt: a.At,
	}
	if e164, err := account.E164(a.ANI, country); err == nil {
		c.ANIE164 = e164
	}
	return c
}

func match(tx *store.Tx, c *contact.Contact) error {
	if c.ANIE164 == "" {
		return nil
	}
	hits, total, err := tx.AccountsByNumber(c.ANIE164, maxMatches)
	if err != nil {
		return err
	}
	c.MatchCount = total
	for _, h := range hits {
		c.Matches = append(c.Matches, contact.Match{Account: h.ID, Name: h.Name, Detail: h.Detail()})
	}
	return nil
}

// admit answers the caller; what he hears depends on his queue.
func (s *Service) admit(id domain.ContactID, q queue.Queue) {
	err := s.voice.Answer(id, call.Treatment{Greeting: prompt(q.Greeting, q.Language), Music: q.Music})
	if err != nil {
		s.cfg.Log.Warn("call not answered", "contact", id, "err", err)
		s.end(id, contact.ByCustomer)
	}
}

func prompt(name, language string) string {
	if name == "" {
		return ""
	}
	return name + "." + language
}

// Greeted starts the wait.
func (s *Service) Greeted(id domain.ContactID) {
	s.save(unsaved{id, "queued"}, func(ctx context.Context) error {
		return s.change(ctx, id, "contact.queued", func(c *contact.Contact) error {
			if c.State != contact.Arrived {
				return errUnchanged
			}
			return c.Enqueue(s.cfg.Now())
		})
	})
}

// CallerLeft ends the contact.
func (s *Service) CallerLeft(id domain.ContactID) { s.end(id, contact.ByCustomer) }

// CallerHeld notes that the customer has put us on hold.
func (s *Service) CallerHeld(id domain.ContactID, held bool) {
	s.save(unsaved{id, "held"}, func(ctx context.Context) error {
		return s.change(ctx, id, "contact.held_by_customer", func(c *contact.Contact) error {
			if c.HeldByCustomer == held || c.State == contact.Ended {
				return errUnchanged
			}
			c.HeldByCustomer = held
			return nil
		})
	})
}

// Digit notes a key the caller pressed.
func (s *Service) Digit(id domain.ContactID, digit string) {
	ctx, cancel := context.WithTimeout(s.life, storeTimeout)
	defer cancel()
	err := s.change(ctx, id, "contact.digit", func(c *contact.Contact) error {
		if c.State == contact.Ended || len(c.Digits) >= maxDigits {
			return errUnchanged
		}
		c.Digits += digit
		return nil
	})
	if err != nil {
		s.cfg.Log.Error("key of a caller not stored", "contact", id, "err", err)
	}
}

// AgentLost waits for the desktop to negotiate its media anew.
func (s *Service) AgentLost(id domain.ContactID) {
	s.cfg.Log.Warn("the agent's media was lost", "contact", id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if is := s.applied[id]; is != nil {
		is.media = ""
		s.guard(id, is)
	}
}

var errUnchanged = errors.New("nothing to change")

func (s *Service) change(ctx context.Context, id domain.ContactID, event string, f func(*contact.Contact) error) error {
	err := s.cfg.Store.Update(ctx, domain.Centre, "", func(tx *store.Tx) error {
		c, err := tx.Contact(id)
		if err != nil {
			return err
		}
		if err := f(c); err != nil {
			return err
		}
		return tx.PutContact(c, event)
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return err
}

// event carries out on a call of this node what its contact has become.
func (s *Service) event(e domain.Event) {
	switch e.Kind {
	case domain.KindContact:
		var c contact.Contact
		if err := json.Unmarshal(e.State, &c); err != nil {
			s.cfg.Log.Error("unreadable event", "name", e.Name, "id", e.ID, "err", err)
			return
		}
		if c.Node == s.cfg.Node {
			s.carryOut(&c)
		}
	case domain.KindQueue:
		var q queue.Queue
		if err := json.Unmarshal(e.State, &q); err != nil {
			s.cfg.Log.Error("unreadable event", "name", e.Name, "id", e.ID, "err", err)
			return
		}
		s.mu.Lock()
		s.setQueue(q)
		s.mu.Unlock()
	case domain.KindAgent, domain.KindInteraction, domain.KindUser, domain.KindSession:
	}
}
