package main

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"

	"connectrpc.com/connect"

	"parley/proto/gen/parley/v1"
	"parley/proto/gen/parley/v1/parleyv1connect"
)

// device names this program to the server; it takes no contacts.
const device = "tool:parleyctl"

// signIn returns the options of a client that is signed in, and ends the
// session when done is called.
func (e *env) signIn() (opt connect.ClientOption, done func(), err error) {
	if err := checkServer(e.cli.Server); err != nil {
		return nil, nil, err
	}
	if err := e.needUser(); err != nil {
		return nil, nil, err
	}
	sessions := parleyv1connect.NewSessionServiceClient(http.DefaultClient, e.cli.Server)
	res, err := sessions.SignIn(e.ctx, connect.NewRequest(&parleyv1.SignInRequest{
		User: e.cli.User, Password: e.cli.Password, DeviceId: device,
	}))
	if err != nil {
		return nil, nil, err
	}
	opt = connect.WithInterceptors(bearer(res.Msg.GetToken()))
	done = func() {
		out := parleyv1connect.NewSessionServiceClient(http.DefaultClient, e.cli.Server, opt)
		// The session would end by itself; that it could not be ended now is no
		// failure of the command.
		_, _ = out.SignOut(context.WithoutCancel(e.ctx), connect.NewRequest(&parleyv1.SignOutRequest{}))
	}
	return opt, done, nil
}

func (e *env) needUser() error {
	if e.cli.User == "" || e.cli.Password == "" {
		return &usageError{"--user and --password, or PARLEY_USER and PARLEY_PASSWORD, are needed"}
	}
	return nil
}

func checkServer(server string) error {
	u, err := url.Parse(server)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return &usageError{"--server: " + server + " is no URL; it must be as https://parley.example.com"}
	}
	if u.Scheme == "https" || u.Hostname() == "localhost" {
		return nil
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && ip.IsLoopback() {
		return nil
	}
	return &usageError{"--server: " + net.JoinHostPort(u.Hostname(), u.Port()) + " is not this machine: use https, a password must not be sent in clear"}
}

type bearer string

func (b bearer) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, req connect.AnyRequest) (connect.AnyResponse, error) {
		req.Header().Set("Authorization", "Bearer "+string(b))
		return next(ctx, req)
	}
}

func (b bearer) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return func(ctx context.Context, spec connect.Spec) connect.StreamingClientConn {
		conn := next(ctx, spec)
		conn.RequestHeader().Set("Authorization", "Bearer "+string(b))
		return conn
	}
}

func (b bearer) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return next
}
