package sip

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/emiago/sipgo"
	lib "github.com/emiago/sipgo/sip"
	"github.com/prometheus/client_golang/prometheus"
)

// Config says where to listen and whom to trust.
type Config struct {
	// Addr is listened on for UDP and TCP.
	Addr string
	// TLSAddr is listened on for TLS, when set.
	TLSAddr     string
	TLSCertFile string
	TLSKeyFile  string
	// Host is the address in our Contact and Via.
	Host  netip.Addr
	Peers []Peer
	// Domain is the realm of digest challenges.
	Domain string
	// SessionExpires is the session interval we ask for; at least 90 s.
	SessionExpires time.Duration
	Registerer     prometheus.Registerer
	Log            *slog.Logger
}

// Handler is told what happens to dialogs. Calls for one dialog may come at
// the same time.
type Handler interface {
	// Invited: a new call; the dialog has to be answered or rejected.
	Invited(d *Dialog)
	// Offered: the far side changes the session. The offer is empty when it
	// wants ours. The answer is sent with the status, 200 or 488.
	Offered(d *Dialog, offer []byte) (answer []byte, status int)
	// Answered: the far side answered an offer of ours.
	Answered(d *Dialog, answer []byte)
	// Ended: the far side ended the call or is gone. It is not told of a call
	// that we ended or rejected.
	Ended(d *Dialog)
}

// Server is the trunk.
type Server struct {
	cfg     Config
	handler Handler
	log     *slog.Logger
	metrics *metrics
	gate    *gate
	nonces  nonces
	ua      *sipgo.UserAgent
	udp     net.PacketConn
	tlsPort uint16
	closers []func() error
	wg      sync.WaitGroup
	// byes are sent before the sockets close.
	byes sync.WaitGroup
	ctx  context.Context
	stop context.CancelFunc

	mu      sync.Mutex
	dialogs map[string]*Dialog
	// origins are the Call-ID and From tag of each dialog, to recognise a loop.
	origins map[string]bool
}

// minSession is the smallest interval RFC 4028 allows.
const minSession = 90 * time.Second

// unlimitDatagrams lets messages over 1300 bytes go out as fragments: a trunk
// that sent the request by UDP can take the answer by UDP. It also keeps the
// library from writing to the process-wide log.
var unlimitDatagrams = sync.OnceFunc(func() {
	lib.UDPMTUSize = math.MaxUint16
	lib.SetDefaultLogger(slog.New(slog.DiscardHandler))
})

// Listen opens the sockets and serves.
func Listen(cfg Config, handler Handler) (*Server, error) {
	unlimitDatagrams()
	m, err := newMetrics(cfg.Registerer)
	if err != nil {
		return nil, err
	}
	cfg.SessionExpires = max(cfg.SessionExpires, minSession)
	quiet := slog.New(slog.DiscardHandler)
	ua, err := sipgo.NewUA(
		sipgo.WithUserAgent("Parley"),
		sipgo.WithUserAgentTransactionLayerOptions(lib.WithTransactionLayerLogger(quiet),
			lib.WithTransactionLayerUnhandledResponseHandler(func(*lib.Response) {})),
		sipgo.WithUserAgentTransportLayerOptions(lib.WithTransportLayerLogger(quiet)),
	)
	if err != nil {
		return nil, fmt.Errorf("make SIP stack: %w", err)
	}
	s := &Server{
		cfg: cfg, handler: handler, log: cfg.Log, metrics: m, ua: ua,
		gate: newGate(cfg.Peers, m, cfg.Log), nonces: newNonces(), dialogs: make(map[string]*Dialog), origins: make(map[string]bool),
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	if err := s.listen(quiet); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Server) listen(quiet *slog.Logger) error {
	srv, err := sipgo.NewServer(s.ua, sipgo.WithServerLogger(quiet))
	if err != nil {
		return fmt.Errorf("make SIP server: %w", err)
	}
	srv.OnNoRoute(s.serve)
	udp, tcp, err := listenBoth(s.cfg.Addr)
	if err != nil {
		return err
	}
	s.udp = &datagrams{udp, s.gate}
	s.start(func() error { return srv.ServeUDP(s.udp) }, udp.Close)
	s.start(func() error { return srv.ServeTCP(&streams{tcp, s.gate}) }, tcp.Close)
	if s.cfg.TLSAddr == "" {
		return nil
	}
	cert, err := tls.LoadX509KeyPair(s.cfg.TLSCertFile, s.cfg.TLSKeyFile)
	if err != nil {
		return fmt.Errorf("load SIP certificate: %w", err)
	}
	secure, err := tls.Listen("tcp", s.cfg.TLSAddr, &tls.Config{
		Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12,
	})
	if err != nil {
		return fmt.Errorf("listen for SIP over TLS: %w", err)
	}
	s.tlsPort = addrPortOf(secure.Addr()).Port()
	s.start(func() error { return srv.ServeTLS(&streams{secure, s.gate}) }, secure.Close)
	return nil
}

// listenBoth opens UDP and TCP on the same port, trying again when a port
// that was free for UDP is taken for TCP.
func listenBoth(addr string) (net.PacketConn, net.Listener, error) {
	var last error
	for range 10 {
		udp, err := net.ListenPacket("udp", addr)
		if err != nil {
			return nil, nil, fmt.Errorf("listen for SIP: %w", err)
		}
		tcp, err := net.Listen("tcp", udp.LocalAddr().String())
		if err == nil {
			return udp, tcp, nil
		}
		last = errors.Join(err, udp.Close())
	}
	return nil, nil, fmt.Errorf("listen for SIP over TCP: %w", last)
}

func (s *Server) start(serve, closer func() error) {
	s.closers = append(s.closers, closer)
	s.wg.Go(func() {
		if err := serve(); err != nil && !errors.Is(err, net.ErrClosed) {
			s.log.Error("serve SIP", "error", err)
		}
	})
}

// Addr is the address of the UDP and TCP listeners.
func (s *Server) Addr() netip.AddrPort { return addrPortOf(s.udp.LocalAddr()) }

// port is the one we listen on for a transport.
func (s *Server) port(transport string) uint16 {
	if transport == "TLS" {
		return s.tlsPort
	}
	return s.Addr().Port()
}

// Close ends what is left and releases the sockets.
func (s *Server) Close() error {
	s.mu.Lock()
	rest := make([]*Dialog, 0, len(s.dialogs))
	for _, d := range s.dialogs {
		rest = append(rest, d)
	}
	s.mu.Unlock()
	for _, d := range rest {
		d.End()
	}
	s.byes.Wait()
	s.mu.Lock()
	s.stop()
	s.mu.Unlock()
	for _, d := range rest {
		d.forget()
	}
	s.byes.Wait()
	var errs []error
	for _, c := range s.closers {
		errs = append(errs, c())
	}
	errs = append(errs, s.ua.Close())
	s.wg.Wait()
	return errors.Join(errs...)
}

// enter counts a request in, unless the server is closing.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return false
	}
	s.wg.Add(1)
	return true
}

// serve takes each request that no transaction has seen.
func (s *Server) serve(req *lib.Request, tx lib.ServerTransaction) {
	if !s.enter() {
		return
	}
	defer s.wg.Done()
	switch req.Method {
	case lib.INVITE:
		s.invite(req, tx)
	case lib.ACK:
		s.ack(req)
	case lib.BYE:
		s.bye(req, tx)
	case lib.OPTIONS:
		s.options(req, tx)
	default:
		// A CANCEL that came here matched no INVITE.
		s.respond(tx, req, 481)
	}
}

func (s *Server) respond(tx lib.ServerTransaction, req *lib.Request, status int, headers ...lib.Header) {
	res := lib.NewResponseFromRequest(req, status, phrase(status), nil)
	for _, h := range headers {
		res.AppendHeader(h)
	}
	if err := tx.Respond(res); err != nil {
		s.log.Debug("send SIP response", "status", status, "error", err)
	}
}

func (s *Server) invite(req *lib.Request, tx lib.ServerTransaction) {
	if tag(req.To().Params) != "" {
		if d := s.find(req); d != nil {
			d.reinvite(req, tx)
			return
		}
		s.respond(tx, req, 481)
		return
	}
	peer, ok := s.authenticate(req, tx)
	if !ok {
		return
	}
	expiry, ok := s.negotiate(req)
	if !ok {
		s.refuse(tx, req, 422, lib.NewHeader("Min-SE", seconds(minSession)))
		return
	}
	d := newDialog(s, req, tx, peer, expiry)
	if !s.add(d) {
		s.refuse(tx, req, 482)
		return
	}
	d.run()
}

func (s *Server) refuse(tx lib.ServerTransaction, req *lib.Request, status int, headers ...lib.Header) {
	s.metrics.refuse(status)
	s.respond(tx, req, status, headers...)
}

// add keeps the dialog, unless the same INVITE came on another way: a loop.
func (s *Server) add(d *Dialog) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.origins[d.origin()] {
		return false
	}
	s.origins[d.origin()] = true
	s.dialogs[d.localTag] = d
	return true
}

func (d *Dialog) origin() string { return d.callID + "\x00" + d.remoteTag }

func (s *Server) remove(d *Dialog) {
	s.mu.Lock()
	delete(s.dialogs, d.localTag)
	delete(s.origins, d.origin())
	s.mu.Unlock()
}

func (s *Server) find(req *lib.Request) *Dialog {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.dialogs[tag(req.To().Params)]
	if d == nil || d.callID != req.CallID().Value() || d.remoteTag != tag(req.From().Params) {
		return nil
	}
	return d
}

func (s *Server) ack(req *lib.Request) {
	if d := s.find(req); d != nil {
		d.acked(req)
	}
}

func (s *Server) bye(req *lib.Request, tx lib.ServerTransaction) {
	d := s.find(req)
	if d == nil {
		s.respond(tx, req, 481)
		return
	}
	s.respond(tx, req, 200)
	d.farEnd()
}

func (s *Server) options(req *lib.Request, tx lib.ServerTransaction) {
	if tag(req.To().Params) != "" && s.find(req) == nil {
		s.respond(tx, req, 481)
		return
	}
	s.respond(tx, req, 200, lib.NewHeader("Allow", allow), lib.NewHeader("Accept", "application/sdp"),
		lib.NewHeader("Supported", "timer"))
}

func tag(params lib.HeaderParams) string {
	t, _ := params.Get("tag")
	return t
}
