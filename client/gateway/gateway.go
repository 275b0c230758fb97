// Package gateway is the desktop's connection to the server: sign-in, commands,
// and the watch stream, turned into the values of package model.
//
// One Gateway has at most one session. While there is one, a goroutine follows
// the watch stream and another sends what the journal holds. Every change ends
// in a new, immutable model.World, which is handed to Config.OnWorld; a burst of
// changes gives one World.
//
// Commands carry an id made here. A command whose answer was lost is repeated
// with the same id for as long as a user can be expected to wait, so that it
// acts once. Begin, SaveNote and End do not wait for the server at all: they are
// in the journal when they return, and are sent in order when the link is there.
//
// Nothing here knows a screen, a sound device or a disk: the journal is a port,
// and robots use it in memory. The password is never kept.
package gateway

import (
	"context"
	"crypto/x509"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"parley/client/model"
	parleyv1 "parley/proto/gen/parley/v1"
)

// Config is what a Gateway needs to know.
type Config struct {
	// Server is the server's URL when SignIn names none.
	Server string
	// Device names this desktop, so that it may sign in again at any time.
	Device string
	// Journal opens the journal of a user at a server; nil keeps it in memory.
	Journal func(server, user string) (Journal, error)
	// OnWorld gets each new World, one call at a time; nil drops them.
	OnWorld func(model.World)
	// OnRefused is told of journaled commands that the server refuses for good.
	OnRefused func(Refusal)
	// Roots are the certificate authorities to trust; nil means the system's.
	Roots *x509.CertPool
	// Dial replaces the network; nil means TCP.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Refusal is a journaled command that the server will never take. The journal
// keeps it aside with its text.
type Refusal struct {
	Interaction string
	// Text is the note that was not stored; empty when the command had none.
	Text string
	Err  *model.Error
}

// Gateway is the desktop's connection. It implements the ports Session and
// Centre of package vm.
type Gateway struct {
	cfg Config
	log *slog.Logger

	dirty     chan struct{}
	stop      context.CancelFunc
	publisher sync.WaitGroup

	// signing lets one sign-in, sign-out or Close run at a time.
	signing sync.Mutex

	mu     sync.Mutex
	link   *link
	sess   *session
	outbox *outbox
	view   *view
}

// session is what a sign-in gave, and the goroutines that live from it.
type session struct {
	token  string
	user   string
	cancel context.CancelFunc
	done   sync.WaitGroup
	// online is signalled when the watch stream comes up.
	online chan struct{}
}

// New makes a Gateway that is signed out.
func New(cfg Config, log *slog.Logger) *Gateway {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Journal == nil {
		cfg.Journal = func(string, string) (Journal, error) { return NewMemory(), nil }
	}
	if cfg.OnWorld == nil {
		cfg.OnWorld = func(model.World) {}
	}
	if cfg.OnRefused == nil {
		cfg.OnRefused = func(Refusal) {}
	}
	ctx, stop := context.WithCancel(context.Background())
	g := &Gateway{cfg: cfg, log: log, dirty: make(chan struct{}, 1), stop: stop}
	g.link = newLink(cfg.Server, cfg.Dial, cfg.Roots)
	g.view = newView(model.Profile{}, cfg.Now())
	g.view.setLink(model.LinkSignedOut, cfg.Now())
	g.publisher.Go(func() { g.publish(ctx) })
	g.changed()
	return g
}

// Close ends everything that runs and waits for it. It does not sign out: what
// the journal holds is sent after the next sign-in.
func (g *Gateway) Close() error {
	g.signing.Lock()
	defer g.signing.Unlock()
	g.leave()
	g.stop()
	g.publisher.Wait()
	g.mu.Lock()
	out, l := g.outbox, g.link
	g.outbox = nil
	g.mu.Unlock()
	l.close()
	if out == nil {
		return nil
	}
	return out.close()
}

// SignIn starts a session. An empty server means the configured one.
func (g *Gateway) SignIn(ctx context.Context, server, user, password string, takeOver bool) error {
	g.signing.Lock()
	defer g.signing.Unlock()
	if server == "" {
		server = g.cfg.Server
	}
	user = strings.TrimSpace(user)
	l, out, err := g.prepare(server, user)
	if err != nil {
		return err
	}
	res, err := signIn(ctx, l, &parleyv1.SignInRequest{
		User: user, Password: password, TakeOver: takeOver, DeviceId: g.cfg.Device,
	})
	if err != nil {
		g.discard(l, out)
		return err
	}
	g.leave()
	g.adopt(l, out, user, res)
	return nil
}

// prepare finds or makes the link and the journal of a sign-in. What belongs to
// the same server and user is kept, with all it holds.
func (g *Gateway) prepare(server, user string) (*link, *outbox, error) {
	g.mu.Lock()
	l, out := g.link, g.outbox
	g.mu.Unlock()
	if l.server != normal(server) {
		l = newLink(server, g.cfg.Dial, g.cfg.Roots)
	}
	if l.err != nil {
		return nil, nil, l.err
	}
	if out != nil && out.server == l.server && out.user == user {
		return l, out, nil
	}
	j, err := g.cfg.Journal(l.server, user)
	if err != nil {
		return nil, nil, asError(err, model.KindConflict)
	}
	out, err = openOutbox(j, l.server, user)
	if err != nil {
		return nil, nil, asError(err, model.KindInternal)
	}
	return l, out, nil
}

// discard closes what prepare made for a sign-in that failed.
func (g *Gateway) discard(l *link, out *outbox) {
	g.mu.Lock()
	newLink, newOutbox := l != g.link, out != g.outbox
	g.mu.Unlock()
	if newLink {
		l.close()
	}
	if newOutbox {
		if err := out.close(); err != nil {
			g.log.Warn("cannot close the journal", "error", err)
		}
	}
}

// adopt makes the new session the current one and starts its goroutines.
func (g *Gateway) adopt(l *link, out *outbox, user string, res *parleyv1.SignInResponse) {
	ctx, cancel := context.WithCancel(context.Background())
	s := &session{token: res.GetToken(), user: user, cancel: cancel, online: make(chan struct{}, 1)}
	now := g.cfg.Now()
	profile := profileOf(res.GetProfile())

	g.mu.Lock()
	oldLink, oldOutbox := g.link, g.outbox
	if oldOutbox != out || oldLink != l {
		g.view = newView(profile, now)
	}
	g.view.profile = profile
	g.view.stream, g.view.sequence = "", 0
	g.view.ended = model.NotEnded
	g.view.setLink(model.LinkConnecting, now)
	g.link, g.outbox, g.sess = l, out, s
	g.mu.Unlock()

	if oldLink != l {
		oldLink.close()
	}
	if oldOutbox != nil && oldOutbox != out {
		if err := oldOutbox.close(); err != nil {
			g.log.Warn("cannot close the journal", "error", err)
		}
	}
	s.done.Go(func() { g.watch(ctx, s, l) })
	s.done.Go(func() { g.sendJournal(ctx, s, out) })
	g.changed()
}

// SignOut sends what the journal holds, as far as that is quick, and ends the
// session. The server refuses while the agent serves a contact.
func (g *Gateway) SignOut(ctx context.Context) error {
	g.signing.Lock()
	defer g.signing.Unlock()
	g.mu.Lock()
	out := g.outbox
	g.mu.Unlock()
	if out != nil {
		flush, cancel := context.WithTimeout(ctx, flushTime)
		// What does not go out now goes out after the next sign-in.
		_ = out.wait(flush, func(*entry) bool { return true })
		cancel()
	}
	if _, err := call(ctx, g, g.api().session.SignOut, &parleyv1.SignOutRequest{}); err != nil {
		return err
	}
	g.leave()
	g.mu.Lock()
	out, g.outbox = g.outbox, nil
	profile := g.view.profile
	g.view = newView(profile, g.cfg.Now())
	g.view.ended = model.EndedSignedOut
	g.view.setLink(model.LinkSignedOut, g.cfg.Now())
	g.mu.Unlock()
	g.changed()
	if out == nil {
		return nil
	}
	return out.close()
}

// ChangePassword sets a new password for the signed-in user.
func (g *Gateway) ChangePassword(ctx context.Context, old, changed string) error {
	_, err := call(ctx, g, g.api().session.ChangePassword,
		&parleyv1.ChangePasswordRequest{OldPassword: old, NewPassword: changed})
	return err
}

// leave stops the session's goroutines and waits for them.
func (g *Gateway) leave() {
	g.mu.Lock()
	s := g.sess
	g.sess = nil
	g.mu.Unlock()
	if s != nil {
		s.cancel()
		s.done.Wait()
	}
}

// end marks the session as over. The journal stays open: work goes on locally
// until the user signs in again.
func (g *Gateway) end(s *session, cause model.Ended) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.sess != s || g.view.link == model.LinkSignedOut {
		return
	}
	g.log.Info("the session is over", "cause", int(cause))
	g.view.ended = cause
	g.view.setLink(model.LinkSignedOut, g.cfg.Now())
	s.cancel()
	g.changed()
}

// World is everything known at this moment.
func (g *Gateway) World() model.World {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.view.world(g.outbox)
}

// changed asks for a new World.
func (g *Gateway) changed() {
	select {
	case g.dirty <- struct{}{}:
	default:
	}
}

// publish hands out Worlds; changes during a call are in the next one.
func (g *Gateway) publish(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-g.dirty:
			g.cfg.OnWorld(g.World())
		}
	}
}

func (g *Gateway) api() *clients {
	g.mu.Lock()
	defer g.mu.Unlock()
	return &g.link.clients
}

// newID makes the id of a command or an entity; later ones sort after earlier.
func newID() string {
	id, err := uuid.NewV7()
	if err != nil {
		return uuid.NewString()
	}
	return id.String()
}
