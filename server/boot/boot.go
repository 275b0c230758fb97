// Package boot is the composition root: it reads the settings, puts the parts
// of a server together by hand, starts them in order and stops them in the
// opposite one. It is the only package that sees every adapter.
package boot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"parley/assets"
	"parley/server/api"
	"parley/server/boot/demo"
	"parley/server/bus"
	"parley/server/domain"
	"parley/server/service/accounts"
	"parley/server/service/calls"
	"parley/server/service/cluster"
	"parley/server/service/presence"
	"parley/server/service/session"
	"parley/server/service/watch"
	"parley/server/service/work"
	"parley/server/store"
	"parley/server/voice"
)

// Server is a running server.
type Server struct {
	cfg  Config
	log  *slog.Logger
	node domain.NodeID

	lock     *flock.Flock
	store    *store.Store
	bus      *bus.Bus
	sessions *session.Service
	presence *presence.Service
	work     *work.Service
	calls    *calls.Service
	accounts *accounts.Service
	cluster  *cluster.Service
	watch    *watch.Hub
	voice    *voice.Voice
	metrics  *prometheus.Registry

	http     *http.Server
	listener net.Listener
	ready    atomic.Bool
	received received
	// stops end what was started, the last one first.
	stops  []func()
	tasks  sync.WaitGroup
	once   sync.Once
	silent sync.Once
}

// newID makes ids of contacts and accounts; they sort by time.
func newID() string {
	id, err := uuid.NewV7()
	if err != nil {
		return uuid.NewString()
	}
	return id.String()
}

// Start starts a server. What was started is stopped again when a later part
// fails.
func Start(ctx context.Context, cfg Config, log *slog.Logger) (*Server, error) {
	s := &Server{
		cfg: cfg, log: log, node: domain.NodeID(newID()),
		metrics: prometheus.NewRegistry(),
	}
	for _, part := range []func(context.Context) error{
		s.openStore, s.openBus, s.makeServices, s.fill, s.startWatch, s.startVoice, s.startTasks, s.listen, s.takeCalls,
	} {
		if err := part(ctx); err != nil {
			s.halt()
			return nil, err
		}
	}
	s.ready.Store(true)
	return s, nil
}

func (s *Server) onStop(f func()) { s.stops = append(s.stops, f) }

func (s *Server) openStore(ctx context.Context) error {
	if s.cfg.Database == "" {
		if err := s.lockData(); err != nil {
			return err
		}
	}
	st, err := store.Open(ctx, store.Config{Dir: s.cfg.Data, URL: s.cfg.Database}, s.log)
	if err != nil {
		return err
	}
	s.store = st
	s.onStop(func() {
		if err := st.Close(); err != nil {
			s.log.Error("store not closed", "err", err)
		}
	})
	return nil
}

// lockData keeps two servers from one folder.
func (s *Server) lockData() error {
	if err := os.MkdirAll(s.cfg.Data, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	s.lock = flock.New(filepath.Join(s.cfg.Data, "parleyd.lock"))
	ok, err := s.lock.TryLock()
	if err != nil {
		return fmt.Errorf("lock the data folder: %w", err)
	}
	if !ok {
		return &ConfigError{"data", s.cfg.Data, "another parleyd uses this folder", "a folder of this server alone"}
	}
	s.onStop(func() { _ = s.lock.Unlock() })
	return nil
}

func (s *Server) openBus(ctx context.Context) error {
	b, err := bus.Open(ctx, bus.Config{URL: s.cfg.NATS, Name: string(s.node)}, s.log)
	if err != nil {
		return err
	}
	s.bus = b
	s.onStop(func() {
		if err := b.Close(); err != nil {
			s.log.Error("bus not closed", "err", err)
		}
	})
	s.store.PublishOrKeep(b.PublishEvents)
	return nil
}

func (s *Server) makeServices(context.Context) error {
	now := time.Now
	sessions, err := session.New(s.store, now, s.sessionEnded)
	if err != nil {
		return err
	}
	s.sessions = sessions
	s.presence = presence.New(s.store, now, s.node, s.reasons())
	s.work = work.New(work.Config{Store: s.store, Bus: s.bus, Node: s.node, Now: now, Log: s.log})
	s.calls = calls.New(calls.Config{
		Store: s.store, Bus: s.bus, Node: s.node, Now: now, Log: s.log, Country: s.cfg.Country,
	})
	s.cluster = cluster.New(cluster.Config{Store: s.store, Node: s.node, Now: now, Alone: s.cfg.Database == ""})
	s.accounts = accounts.New(s.store, s.cfg.Country, newID)
	s.watch = watch.New(watch.Config{
		Store: s.store, Bus: s.bus, Log: s.log, Encoder: api.Encoder{}, ID: string(s.node), Presence: s.reach, FiguresEvery: figuresEvery,
	})
	return nil
}

func (s *Server) reasons() []presence.Reason {
	if len(s.cfg.Reasons) > 0 {
		return s.cfg.Reasons
	}
	return presence.DefaultReasons()
}

// fill brings queues of the configuration, and the demo centre, into the store.
func (s *Server) fill(ctx context.Context) error {
	centre := demo.Config{
		Store: s.store, Sessions: s.sessions, Now: time.Now, Log: s.log,
		Loopback: loopback(s.cfg.HTTP) && loopback(s.cfg.SIP) && (s.cfg.SIPTLS == "" || loopback(s.cfg.SIPTLS)),
	}
	if s.cfg.Demo {
		return demo.Fill(ctx, centre)
	}
	if err := demo.Guard(ctx, centre); err != nil {
		return err
	}
	if err := s.firstAdministrator(ctx); err != nil {
		return err
	}
	return s.store.Update(ctx, domain.Centre, "", func(tx *store.Tx) error {
		for _, q := range s.cfg.Queues {
			old, err := tx.Queue(q.ID)
			if err != nil && domain.KindOf(err) != domain.NotFound {
				return err
			}
			if old != nil {
				q.Version = old.Version
			}
			if err := tx.PutQueue(&q, "queue.configured"); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Server) startWatch(ctx context.Context) error {
	if err := s.watch.Start(ctx); err != nil {
		return err
	}
	s.onStop(s.watch.Close)
	sub, err := s.bus.Subscribe(sessionEndedSubject, s.sessionEndedElsewhere)
	if err != nil {
		return fmt.Errorf("follow the ends of sessions: %w", err)
	}
	s.onStop(sub.Close)
	return nil
}

func (s *Server) startVoice(ctx context.Context) error {
	peers := make([]voice.Peer, 0, len(s.cfg.Peers))
	for _, p := range s.configuredPeers() {
		peers = append(peers, voice.Peer{Name: p.Name, Prefixes: p.Prefixes, Username: p.Username, Password: p.Password})
	}
	v, err := voice.New(voice.Config{
		SIPAddr: s.cfg.SIP, TLSAddr: s.cfg.SIPTLS, TLSCertFile: s.cfg.TLSCert, TLSKeyFile: s.cfg.TLSKey,
		RTPPortMin: s.cfg.RTPMin, RTPPortMax: s.cfg.RTPMax, MediaIP: s.cfg.MediaIP, Peers: peers,
		Prompts: prompts(s.cfg.Data), Registerer: s.metrics,
	}, nil, s.log)
	if err != nil {
		return err
	}
	s.voice = v
	s.onStop(func() {
		s.endCalls()
		s.calls.Close()
	})
	return s.calls.Start(ctx, v)
}

// takeCalls opens the door once everything behind it works. When the server
// stops it is closed first: while running calls go on, their agents need all
// the rest.
func (s *Server) takeCalls(context.Context) error {
	s.voice.Handle(s.calls)
	s.onStop(s.endCalls)
	return nil
}

// endCalls takes no more calls, lets the running ones go on up to the limit and
// cuts the rest.
func (s *Server) endCalls() {
	s.silent.Do(func() {
		s.calls.Stop()
		limit, cancel := context.WithTimeout(context.Background(), s.cfg.StopLimit)
		defer cancel()
		if err := s.voice.Close(limit); err != nil {
			s.log.Warn("calls were not ended cleanly", "err", err)
		}
		store, cancel := context.WithTimeout(context.Background(), taskLimit)
		defer cancel()
		s.calls.Release(store)
	})
}

func (s *Server) startTasks(ctx context.Context) error {
	if err := s.beat(ctx, true); err != nil {
		return err
	}
	sub, err := s.bus.SubscribeEvents(s.received.note)
	if err != nil {
		return fmt.Errorf("follow the events: %w", err)
	}
	s.onStop(sub.Close)
	run, cancel := context.WithCancel(context.Background())
	for _, task := range []func(context.Context){s.route, s.keepBeating, s.sweep, s.heal} {
		s.tasks.Go(func() { task(run) })
	}
	s.onStop(func() {
		cancel()
		s.tasks.Wait()
		s.leave()
	})
	return nil
}

func (s *Server) route(ctx context.Context) {
	if err := s.work.Run(ctx); err != nil {
		s.log.Error("routing ended", "err", err)
	}
}

// configuredPeers are the peers of the file, or this machine when there is none.
func (s *Server) configuredPeers() []Peer {
	if len(s.cfg.Peers) > 0 {
		return s.cfg.Peers
	}
	return []Peer{{Name: "this machine", Prefixes: loopbackPrefixes()}}
}

// Close stops the server: no new calls, running calls go on up to the limit,
// then all is released. It may be called more than once.
func (s *Server) Close() { s.once.Do(s.halt) }

func (s *Server) halt() {
	s.ready.Store(false)
	for _, stop := range slices.Backward(s.stops) {
		stop()
	}
}

// HTTPAddr is where desktops connect.
func (s *Server) HTTPAddr() net.Addr { return s.listener.Addr() }

// SIPAddr is where calls arrive.
func (s *Server) SIPAddr() net.Addr { return s.voice.SIPAddr() }

// Run runs a server until ctx ends.
func Run(ctx context.Context, cfg Config, log *slog.Logger) error {
	s, err := Start(ctx, cfg, log)
	if err != nil {
		return err
	}
	log.Info("ready", "http", s.HTTPAddr().String(), "sip", s.SIPAddr().String(), "node", string(s.node))
	<-ctx.Done()
	log.Info("stopping", "calls", s.voice.Calls())
	s.Close()
	return nil
}

// IsConfigError says whether a server could not start because of its settings.
func IsConfigError(err error) bool {
	_, config := errors.AsType[*ConfigError](err)
	_, refused := errors.AsType[*demo.RefusedError](err)
	return config || refused
}

func prompts(data string) *promptFS {
	return &promptFS{own: os.DirFS(filepath.Join(data, "prompts")), built: assets.FS}
}
