package gateway

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"connectrpc.com/connect"

	"parley/client/model"
	"parley/proto/gen/parley/v1/parleyv1connect"
)

const (
	dialTime = 5 * time.Second
	// maxMessage bounds what the server can make us hold at once.
	maxMessage = 16 << 20
)

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// link is the transport to one server. It knows its connections, because only
// closing them ends a half-open one: cancelling a request leaves the dead
// connection in the pool for the next request.
type link struct {
	server string
	// err says why the server's URL cannot be used; nil if it can.
	err     error
	clients clients
	http    *http.Client
	dialRaw dialFunc

	mu    sync.Mutex
	conns map[*trackedConn]struct{}
}

// clients are the generated clients of one server.
type clients struct {
	session      parleyv1connect.SessionServiceClient
	presence     parleyv1connect.PresenceServiceClient
	work         parleyv1connect.WorkServiceClient
	call         parleyv1connect.CallServiceClient
	interaction  parleyv1connect.InteractionServiceClient
	account      parleyv1connect.AccountServiceClient
	watchService parleyv1connect.WatchServiceClient
}

// normal is the form of a URL under which servers are compared.
func normal(server string) string {
	return strings.TrimRight(strings.TrimSpace(server), "/")
}

func newLink(server string, dial dialFunc, roots *x509.CertPool) *link {
	if dial == nil {
		dial = (&net.Dialer{Timeout: dialTime, KeepAlive: dialTime}).DialContext
	}
	l := &link{server: normal(server), dialRaw: dial, conns: map[*trackedConn]struct{}{}}
	l.err = checkURL(l.server)
	var p http.Protocols
	t := &http.Transport{
		DialContext: l.dial, Protocols: &p,
		TLSHandshakeTimeout: dialTime,
	}
	if strings.HasPrefix(l.server, "http://") {
		p.SetUnencryptedHTTP2(true)
	} else {
		p.SetHTTP2(true)
		p.SetHTTP1(true)
		t.Proxy = http.ProxyFromEnvironment
		t.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	l.http = &http.Client{Transport: t}
	limit := connect.WithReadMaxBytes(maxMessage)
	l.clients = clients{
		session:      parleyv1connect.NewSessionServiceClient(l.http, l.server, limit),
		presence:     parleyv1connect.NewPresenceServiceClient(l.http, l.server, limit),
		work:         parleyv1connect.NewWorkServiceClient(l.http, l.server, limit),
		call:         parleyv1connect.NewCallServiceClient(l.http, l.server, limit),
		interaction:  parleyv1connect.NewInteractionServiceClient(l.http, l.server, limit),
		account:      parleyv1connect.NewAccountServiceClient(l.http, l.server, limit),
		watchService: parleyv1connect.NewWatchServiceClient(l.http, l.server, limit),
	}
	return l
}

// checkURL accepts https anywhere and http on this machine only.
func checkURL(server string) error {
	invalid := func(format string, args ...any) error {
		return &model.Error{Kind: model.KindInvalid, Subject: "server", Text: fmt.Sprintf(format, args...)}
	}
	if server == "" {
		return invalid("the server's address is missing; it looks like https://parley.example.org")
	}
	u, err := url.Parse(server)
	if err != nil || u.Host == "" {
		return invalid("%q is not a server's address; it looks like https://parley.example.org", server)
	}
	switch u.Scheme {
	case "https":
		return nil
	case "http":
		if loopback(u.Hostname()) {
			return nil
		}
		return invalid("http is allowed to this machine only, because it is not encrypted; use https://%s", u.Host)
	default:
		return invalid("%q begins with %s, not with https", server, u.Scheme)
	}
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func (l *link) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := l.dialRaw(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c := &trackedConn{Conn: conn, link: l}
	l.mu.Lock()
	l.conns[c] = struct{}{}
	l.mu.Unlock()
	return c, nil
}

// drop closes every connection, so that the next request makes a new one and
// those that wait fail now.
func (l *link) drop() {
	l.mu.Lock()
	conns := l.conns
	l.conns = map[*trackedConn]struct{}{}
	l.mu.Unlock()
	for c := range conns {
		_ = c.Conn.Close()
	}
}

func (l *link) close() {
	l.http.CloseIdleConnections()
	l.drop()
}

type trackedConn struct {
	net.Conn
	link *link
}

func (c *trackedConn) Close() error {
	c.link.mu.Lock()
	delete(c.link.conns, c)
	c.link.mu.Unlock()
	return c.Conn.Close()
}
