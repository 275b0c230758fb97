package scenario

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"parley/server/boot"
	"parley/server/domain"
	"parley/server/domain/user"
	"parley/server/service/session"
	"parley/server/store"
)

const password = "a long password"

// A place is where the servers of a centre keep their data and meet.
type place struct {
	dir, database string
	// nats is nil when the bus is in the program.
	nats *cluster
	// nodes are the names of the servers; desktops connect to the last one.
	nodes []string
}

func alone(t *testing.T) place { return place{dir: t.TempDir(), nodes: []string{"A"}} }

func together(t *testing.T) place {
	return place{dir: t.TempDir(), database: postgres(t), nats: natsCluster(t), nodes: []string{"A", "B"}}
}

// A cluster is three NATS servers, whose addresses outlive them.
type cluster struct {
	t       *testing.T
	options []*server.Options
	servers []*server.Server
}

func natsCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{t: t}
	var routes []string
	for i := range 3 {
		o := &server.Options{ServerName: fmt.Sprint("n", i), Host: "127.0.0.1", NoSigs: true, NoLog: true}
		o.Port = portOf(t, freePort(t, false))
		o.Cluster = server.ClusterOpts{Name: "parley", Host: "127.0.0.1", Port: portOf(t, freePort(t, false))}
		routes = append(routes, fmt.Sprint("nats://127.0.0.1:", o.Cluster.Port))
		c.options = append(c.options, o)
	}
	for _, o := range c.options {
		o.Routes = server.RoutesFromStr(strings.Join(routes, ","))
	}
	t.Cleanup(c.stop)
	c.start()
	return c
}

func portOf(t *testing.T, addr string) int {
	t.Helper()
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	return number(t, port)
}

func (c *cluster) urls() string {
	var urls []string
	for _, o := range c.options {
		urls = append(urls, fmt.Sprint("nats://127.0.0.1:", o.Port))
	}
	return strings.Join(urls, ",")
}

func (c *cluster) start() {
	c.t.Helper()
	for _, o := range c.options {
		s, err := server.NewServer(o.Clone())
		if err != nil {
			c.t.Fatal(err)
		}
		s.Start()
		c.servers = append(c.servers, s)
		if !s.ReadyForConnections(patience) {
			c.t.Fatal("NATS has not started")
		}
	}
	until(c.t, "NATS cluster", func() string {
		for _, s := range c.servers {
			if s.NumRoutes() < len(c.servers)-1 {
				return "a server does not know the others"
			}
		}
		return ""
	})
}

func (c *cluster) stop() {
	for _, s := range c.servers {
		s.Shutdown()
		s.WaitForShutdown()
	}
	c.servers = nil
}

// A node is one server of the centre. Its addresses outlive it.
type node struct {
	http, sip string
	server    *boot.Server
	process   *exec.Cmd
	stopped   chan struct{}
	log       *lines
}

func newNode(t *testing.T) *node {
	t.Helper()
	return &node{http: freePort(t, false), sip: freePort(t, true), log: &lines{}}
}

// freePort finds a port that was free a moment ago. It is one that the system
// gives to nobody by itself (ip_local_port_range), so that no connection of
// another test takes it before it is used.
func freePort(t *testing.T, udp bool) string {
	t.Helper()
	for range 100 {
		addr := fmt.Sprint("127.0.0.1:", 10240+rand.N(9760))
		l, err := net.Listen("tcp", addr)
		if err != nil {
			continue
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if !udp {
			return addr
		}
		p, err := net.ListenPacket("udp", addr)
		if err != nil {
			continue
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
		return addr
	}
	t.Fatal("no free port")
	return ""
}

// lines keeps what a server logs, for a test that fails.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// A centre is the whole system of one test.
type centre struct {
	t      *testing.T
	place  place
	config string
	nodes  map[string]*node
	store  *store.Store
	agents map[string]*agent
	calls  map[string]*caller
	beside sync.WaitGroup
}

func newCentre(t *testing.T, p place, yaml []byte) *centre {
	t.Helper()
	c := &centre{
		t: t, place: p, config: filepath.Join(p.dir, "centre.yaml"),
		nodes: map[string]*node{}, agents: map[string]*agent{}, calls: map[string]*caller{},
	}
	if err := os.WriteFile(c.config, yaml, 0o600); err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(t.Context(), store.Config{Dir: p.dir, URL: p.database}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	c.store = st
	for _, name := range p.nodes {
		c.nodes[name] = newNode(t)
	}
	t.Cleanup(c.close)
	c.addQueues()
	return c
}

// addQueues stores the queues, so that users of them can be added before the
// first server starts.
func (c *centre) addQueues() {
	c.t.Helper()
	cfg, err := boot.ParseConfig(c.args(c.node("")), func(string) string { return "" }, io.Discard)
	if err != nil {
		c.t.Fatal(err)
	}
	err = c.store.Update(context.Background(), domain.Centre, "", func(tx *store.Tx) error {
		for _, q := range cfg.Queues {
			if err := tx.PutQueue(&q, "queue.added"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *centre) close() {
	for _, a := range c.agents {
		a.close()
	}
	for _, call := range c.calls {
		call.close()
	}
	for name := range c.nodes {
		c.stop(name)
	}
	c.beside.Wait()
	if err := c.store.Close(); err != nil {
		c.t.Error(err)
	}
	if c.t.Failed() {
		for name, n := range c.nodes {
			c.t.Logf("server %s:\n%s", name, n.log)
		}
	}
}

func (c *centre) args(n *node) []string {
	urls := ""
	if c.place.nats != nil {
		urls = c.place.nats.urls()
	}
	return []string{
		"--config", c.config, "--data", c.place.dir, "--http", n.http, "--sip", n.sip,
		"--database", c.place.database, "--nats", urls,
	}
}

func (c *centre) node(name string) *node {
	c.t.Helper()
	if name == "" {
		name = c.place.nodes[0]
	}
	n := c.nodes[name]
	if n == nil {
		n = c.nodes[c.place.nodes[0]]
	}
	return n
}

// start starts a server within this program.
func (c *centre) start(name string) {
	c.t.Helper()
	n := c.node(name)
	cfg, err := boot.ParseConfig(c.args(n), func(string) string { return "" }, n.log)
	if err != nil {
		c.t.Fatal(err)
	}
	n.server, err = boot.Start(c.t.Context(), cfg, slog.New(slog.NewTextHandler(n.log, nil)))
	if err != nil {
		c.t.Fatal(err)
	}
}

// startProcess starts a server as a process of its own.
func (c *centre) startProcess(name string) {
	c.t.Helper()
	n := c.node(name)
	before := strings.Count(n.log.String(), "msg=ready")
	n.process = exec.Command(os.Args[0], c.args(n)...)
	n.process.Env = append(os.Environ(), serverEnv+"=1")
	n.process.Stderr, n.process.Stdout = n.log, n.log
	if err := n.process.Start(); err != nil {
		c.t.Fatal(err)
	}
	until(c.t, "start of server "+name, func() string {
		if strings.Count(n.log.String(), "msg=ready") == before {
			return "it is not ready: " + n.log.String()
		}
		return ""
	})
}

// stop stops a server as SIGTERM does.
func (c *centre) stop(name string) {
	n := c.node(name)
	if n.server != nil {
		n.server.Close()
		n.server = nil
	}
	c.end(n, syscall.SIGTERM)
}

func (c *centre) end(n *node, how os.Signal) {
	if n.process == nil {
		return
	}
	if err := n.process.Process.Signal(how); err != nil {
		c.t.Error(err)
	}
	if err := n.process.Wait(); err != nil && how != syscall.SIGKILL {
		c.t.Errorf("the server ended with %v", err)
	}
	n.process = nil
}

// addUser adds a user as an administrator would, straight into the store.
func (c *centre) addUser(name string, capacity int, queues []string) {
	c.t.Helper()
	sessions, err := session.New(c.store, time.Now, func(string, session.Cause) {})
	if err != nil {
		c.t.Fatal(err)
	}
	n := session.NewUser{
		User:     user.User{Name: domain.UserID(name), DisplayName: name, Language: "en", Roles: []domain.Role{domain.RoleAgent}},
		Password: password, Capacity: map[domain.Channel]int{domain.Voice: capacity},
	}
	for _, q := range queues {
		n.Queues = append(n.Queues, domain.QueueID(q))
	}
	slices.Sort(n.Queues)
	if err := sessions.AddUser(context.Background(), domain.Centre, n); err != nil {
		c.t.Fatal(err)
	}
}

func (c *centre) view(f func(*store.Tx) error) {
	c.t.Helper()
	if err := c.store.View(context.Background(), f); err != nil {
		c.t.Fatal(err)
	}
}
