// Package api serves the Connect RPC services: one file a service, each a thin
// mapping between the wire and a use case. Session, role, deadline and errors
// are handled in one interceptor.
package api

import (
	"log/slog"
	"net/http"
	"time"

	"connectrpc.com/connect"

	"parley/proto/gen/parley/v1/parleyv1connect"
	"parley/server/service/accounts"
	"parley/server/service/calls"
	"parley/server/service/cluster"
	"parley/server/service/interactions"
	"parley/server/service/presence"
	"parley/server/service/session"
	"parley/server/service/watch"
	"parley/server/service/work"
)

// maxRequest bounds the size of one request message; imports are streams.
const maxRequest = 1 << 20

// compressFrom is the size of a message from which compressing it is worth its
// time; deltas of a watch stream are far smaller.
const compressFrom = 8 << 10

// Config is what the handlers work with.
type Config struct {
	Sessions     *session.Service
	Presence     *presence.Service
	Work         *work.Service
	Calls        *calls.Service
	Interactions *interactions.Service
	Accounts     *accounts.Service
	Watch        *watch.Hub
	Cluster      *cluster.Service
	Now          func() time.Time
	Log          *slog.Logger
	CentreName   string
	Country      string
}

type server struct{ cfg Config }

// Handler returns the handler of all services.
func Handler(cfg Config) http.Handler {
	s := &server{cfg}
	opts := []connect.HandlerOption{
		connect.WithInterceptors(&gate{sessions: cfg.Sessions, log: cfg.Log}),
		connect.WithReadMaxBytes(maxRequest),
		connect.WithCompressMinBytes(compressFrom),
	}
	mux := http.NewServeMux()
	mux.Handle(parleyv1connect.NewSessionServiceHandler(sessionHandler{s}, opts...))
	mux.Handle(parleyv1connect.NewWatchServiceHandler(watchHandler{s}, opts...))
	mux.Handle(parleyv1connect.NewPresenceServiceHandler(presenceHandler{s}, opts...))
	mux.Handle(parleyv1connect.NewWorkServiceHandler(workHandler{s}, opts...))
	mux.Handle(parleyv1connect.NewCallServiceHandler(callHandler{s}, opts...))
	mux.Handle(parleyv1connect.NewInteractionServiceHandler(interactionHandler{s}, opts...))
	mux.Handle(parleyv1connect.NewAccountServiceHandler(accountHandler{s}, opts...))
	mux.Handle(parleyv1connect.NewAdminServiceHandler(adminHandler{s}, opts...))
	return mux
}
