// Package voice joins the telephone trunk, prompts and agents' connections to
// calls, and is the call.Voice of the services.
//
// Each call owns one RTP stream towards the caller and at most one connection
// towards an agent. The two are either bridged, payload by payload, or the
// caller hears a prompt and the agent nothing; one place (call.route) decides
// which. What happens to a call goes into a queue of its own, from which the
// Handler is told one thing after another, so that a slow Handler delays no
// packet and no other call.
package voice

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/server/domain"
	domaincall "parley/server/domain/call"
	"parley/server/voice/media"
	"parley/server/voice/rtc"
	"parley/server/voice/sip"
)

// Peer is a far end that may send calls.
type Peer = sip.Peer

// Config says where to listen, whom to trust and what to play.
type Config struct {
	// SIPAddr is listened on for UDP and TCP; port 0 takes any.
	SIPAddr string
	// TLSAddr is listened on for TLS, with the certificate, when set.
	TLSAddr     string
	TLSCertFile string
	TLSKeyFile  string
	// RTPPortMin and RTPPortMax bound the media ports, the agents' shared one
	// among them; both 0 leave the choice to the system.
	RTPPortMin int
	RTPPortMax int
	// MediaIP is the address told to far ends: by default that of the SIP
	// listener, or of the outgoing interface when it listens on all.
	MediaIP string
	Peers   []Peer
	// Prompts holds NAME.wav files.
	Prompts fs.FS
	// Domain is the realm of digest challenges.
	Domain string
	// MediaTimeout ends calls from which nothing comes, 60 s by default.
	MediaTimeout time.Duration
	// SessionExpires is the interval of session timers, 30 min by default.
	SessionExpires time.Duration
	// Registerer takes the counters; nil keeps them to ourselves.
	Registerer prometheus.Registerer
}

// The defaults of Config.
const (
	defaultMediaTimeout   = time.Minute
	defaultSessionExpires = 30 * time.Minute
)

// Voice is the voice side of one node.
type Voice struct {
	cfg     Config
	log     *slog.Logger
	handler atomic.Pointer[domaincall.Handler]
	host    netip.Addr
	trunk   *sip.Server
	ports   *media.Ports
	clock   *media.Clock
	library *media.Library
	hub     *rtc.Hub
	total   prometheus.Counter
	wg      sync.WaitGroup
	ctx     context.Context
	cancel  context.CancelFunc
	closing sync.Once
	closed  error

	mu       sync.Mutex
	calls    map[domain.ContactID]*call
	dialogs  map[*sip.Dialog]*call
	stopping bool
	// changed is closed and replaced when a call is removed.
	changed chan struct{}
}

var _ domaincall.Voice = (*Voice)(nil)

// New opens the sockets and serves. The handler may be nil and given later by
// Handle; until then calls are refused with Stopping.
func New(cfg Config, handler domaincall.Handler, log *slog.Logger) (*Voice, error) {
	if cfg.MediaTimeout == 0 {
		cfg.MediaTimeout = defaultMediaTimeout
	}
	if cfg.SessionExpires == 0 {
		cfg.SessionExpires = defaultSessionExpires
	}
	v := &Voice{
		cfg: cfg, log: log, library: media.NewLibrary(cfg.Prompts),
		calls: make(map[domain.ContactID]*call), dialogs: make(map[*sip.Dialog]*call),
		changed: make(chan struct{}),
	}
	v.ctx, v.cancel = context.WithCancel(context.Background())
	if handler != nil {
		v.Handle(handler)
	}
	host, err := mediaHost(cfg)
	if err != nil {
		return nil, err
	}
	v.host = host
	if err := v.count(); err != nil {
		return nil, err
	}
	v.clock = media.NewClock()
	if err := v.open(); err != nil {
		return nil, errors.Join(err, v.release())
	}
	v.wg.Go(v.watchMedia)
	return v, nil
}

func (v *Voice) open() (err error) {
	bind := bindable(v.host)
	if v.ports, err = media.NewPorts(bind, v.cfg.RTPPortMin, v.cfg.RTPPortMax); err != nil {
		return err
	}
	shared, err := v.ports.Single()
	if err != nil {
		return fmt.Errorf("open agents' socket: %w", err)
	}
	if v.hub, err = rtc.NewHub(shared, v.host, v.log); err != nil {
		return err
	}
	v.trunk, err = sip.Listen(sip.Config{
		Addr: v.cfg.SIPAddr, TLSAddr: v.cfg.TLSAddr, TLSCertFile: v.cfg.TLSCertFile, TLSKeyFile: v.cfg.TLSKeyFile,
		Host: v.host, Peers: v.cfg.Peers, Domain: v.cfg.Domain, SessionExpires: v.cfg.SessionExpires,
		Registerer: v.cfg.Registerer, Log: v.log,
	}, trunkEvents{v})
	return err
}

// count registers the counters of calls.
func (v *Voice) count() error {
	v.total = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "parley_voice_calls_total", Help: "Calls let in.",
	})
	if v.cfg.Registerer == nil {
		return nil
	}
	running := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "parley_voice_calls", Help: "Calls this node has.",
	}, func() float64 { return float64(v.Calls()) })
	for _, c := range []prometheus.Collector{v.total, running} {
		if err := v.cfg.Registerer.Register(c); err != nil {
			return fmt.Errorf("register voice counters: %w", err)
		}
	}
	return nil
}

// Handle says who is told about calls from now on.
func (v *Voice) Handle(h domaincall.Handler) { v.handler.Store(&h) }

// SIPAddr is the address of the UDP and TCP listeners.
func (v *Voice) SIPAddr() net.Addr { return net.UDPAddrFromAddrPort(v.trunk.Addr()) }

// Calls counts the calls this node has.
func (v *Voice) Calls() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.calls)
}

// Close refuses new calls, waits for the running ones until ctx ends, hangs up
// the rest and returns when all is released.
func (v *Voice) Close(ctx context.Context) error {
	v.closing.Do(func() { v.closed = v.shut(ctx) })
	return v.closed
}

func (v *Voice) shut(ctx context.Context) error {
	v.mu.Lock()
	v.stopping = true
	v.mu.Unlock()
	v.await(ctx)
	v.mu.Lock()
	rest := make([]*call, 0, len(v.calls))
	for _, c := range v.calls {
		rest = append(rest, c)
	}
	v.mu.Unlock()
	for _, c := range rest {
		c.end()
	}
	return v.release()
}

func (v *Voice) await(ctx context.Context) {
	for {
		v.mu.Lock()
		none, changed := len(v.calls) == 0, v.changed
		v.mu.Unlock()
		if none {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

func (v *Voice) release() error {
	var errs []error
	if v.trunk != nil {
		errs = append(errs, v.trunk.Close())
	}
	v.cancel()
	v.wg.Wait()
	if v.hub != nil {
		errs = append(errs, v.hub.Close())
	}
	v.clock.Close()
	return errors.Join(errs...)
}

// watchMedia ends calls whose callers are not heard any more.
func (v *Voice) watchMedia() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-v.ctx.Done():
			return
		case now := <-tick.C:
			for _, c := range v.silent(now) {
				v.log.Info("caller's media timed out", "call", string(c.id))
				c.end()
				c.left()
			}
		}
	}
}

func (v *Voice) silent(now time.Time) []*call {
	v.mu.Lock()
	defer v.mu.Unlock()
	var all []*call
	for _, c := range v.calls {
		if c.expectsMedia() && now.Sub(c.stream.Heard()) > v.cfg.MediaTimeout {
			all = append(all, c)
		}
	}
	return all
}

func (v *Voice) find(id domain.ContactID) (*call, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if c := v.calls[id]; c != nil {
		return c, nil
	}
	return nil, domain.Errorf(domain.NotFound, "There is no such call.")
}
