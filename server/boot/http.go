package boot

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"parley/server/api"
	"parley/server/service/interactions"
	"parley/server/store"
)

const (
	headerTimeout   = 10 * time.Second
	idleTimeout     = 2 * time.Minute
	shutdownTimeout = 3 * time.Second
)

func (s *Server) listen(context.Context) error {
	if s.cfg.TLSCert != "" {
		if _, err := tls.LoadX509KeyPair(s.cfg.TLSCert, s.cfg.TLSKey); err != nil {
			return &ConfigError{"tls_cert", s.cfg.TLSCert, err.Error(), "a PEM file that belongs to tls_key"}
		}
	}
	l, err := net.Listen("tcp", s.cfg.HTTP)
	if err != nil {
		return fmt.Errorf("listen for desktops on %s: %w", s.cfg.HTTP, err)
	}
	s.listener = l
	s.metrics.MustRegister(newCollector(s.watch, s.voice))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.Handle("GET /metrics", s.guardMetrics(promhttp.HandlerFor(s.metrics, promhttp.HandlerOpts{})))
	mux.Handle("/", api.Handler(api.Config{
		Sessions: s.sessions, Presence: s.presence, Work: s.work, Calls: s.calls,
		Interactions: interactions.New(s.store, time.Now), Accounts: s.accounts, Watch: s.watch, Cluster: s.cluster,
		Now: time.Now, Log: s.log, CentreName: s.cfg.Centre, Country: s.cfg.Country,
	}))
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(loopback(s.cfg.HTTP))
	s.http = &http.Server{
		Handler: mux, Protocols: &protocols, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout,
		TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12},
	}
	s.tasks.Go(func() { s.serve(l) })
	s.onStop(func() {
		s.watch.Close()
		limit, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
		defer cancel()
		if s.http.Shutdown(limit) != nil {
			_ = s.http.Close()
		}
	})
	return nil
}

func (s *Server) serve(l net.Listener) {
	var err error
	if s.cfg.TLSCert != "" {
		err = s.http.ServeTLS(l, s.cfg.TLSCert, s.cfg.TLSKey)
	} else {
		err = s.http.Serve(l)
	}
	if !errors.Is(err, http.ErrServerClosed) {
		s.log.Error("desktops are no longer served", "err", err)
	}
}

// readyz says whether this server takes work: it has started, is not stopping,
// and its store and bus answer.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	if !s.ready.Load() {
		http.Error(w, "starting or stopping", http.StatusServiceUnavailable)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), time.Second)
	defer cancel()
	err := s.store.View(ctx, func(tx *store.Tx) error {
		_, _, err := tx.Setting("ready")
		return err
	})
	if err != nil {
		http.Error(w, "the store does not answer", http.StatusServiceUnavailable)
		return
	}
	if !s.bus.Connected() {
		http.Error(w, "the bus does not answer", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ready\n"))
}

// guardMetrics answers only addresses that may read the metrics.
func (s *Server) guardMetrics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, err := netip.ParseAddrPort(r.RemoteAddr)
		if err == nil {
			for _, p := range s.cfg.MetricsFrom {
				if p.Contains(from.Addr().Unmap()) {
					next.ServeHTTP(w, r)
					return
				}
			}
		}
		http.Error(w, "not allowed from this address", http.StatusForbidden)
	})
}
