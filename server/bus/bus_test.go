package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"parley/server/domain"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for something that must happen.
const patience = 20 * time.Second

var quiet = slog.New(slog.DiscardHandler)

func open(t *testing.T, url string) *Bus {
	t.Helper()
	b, err := Open(t.Context(), Config{URL: url, Name: t.Name()}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func receive[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatal("nothing has arrived")
		panic("not reached")
	}
}

// cluster starts servers that know each other and returns their addresses.
func cluster(t *testing.T, n int) []string {
	t.Helper()
	var urls []string
	var servers []*server.Server
	route := ""
	for i := range n {
		o := &server.Options{ServerName: fmt.Sprint("n", i), Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true}
		o.Cluster = server.ClusterOpts{Name: "parley", Host: "127.0.0.1", Port: -1}
		if route != "" {
			o.Routes = server.RoutesFromStr(route)
		}
		s := start(t, o)
		if route == "" {
			route = "nats://" + s.ClusterAddr().String()
		}
		servers = append(servers, s)
		urls = append(urls, s.ClientURL())
	}
	for _, s := range servers {
		for deadline := time.Now().Add(patience); s.NumRoutes() < n-1; {
			if time.Now().After(deadline) {
				t.Fatal("the cluster has not come together")
			}
			<-time.After(10 * time.Millisecond)
		}
	}
	return urls
}

func start(t *testing.T, o *server.Options) *server.Server {
	t.Helper()
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(patience) {
		t.Fatal("the server has not started")
	}
	return s
}

// buses runs a test with two buses: of one program, and of two nodes.
func buses(t *testing.T, f func(t *testing.T, a, b *Bus)) {
	t.Helper()
	t.Run("in process", func(t *testing.T) {
		b := open(t, "")
		f(t, b, b)
	})
	t.Run("cluster", func(t *testing.T) {
		urls := cluster(t, 3)
		f(t, open(t, urls[0]), open(t, urls[2]))
	})
}

func TestInProcessServerOpensNoPort(t *testing.T) {
	b := open(t, "")
	if a := b.server.Addr(); a != nil {
		t.Errorf("the server listens on %v", a)
	}
	if !b.Connected() {
		t.Error("not connected")
	}
	if b.server.JetStreamEnabled() {
		t.Error("JetStream is on")
	}
}

func TestEventsArriveInOrder(t *testing.T) {
	buses(t, func(t *testing.T, a, b *Bus) {
		const n = 2000
		got := make(chan domain.Event, n)
		sub, err := b.SubscribeEvents(func(e domain.Event) { got <- e })
		if err != nil {
			t.Fatal(err)
		}
		settle(t, a, b)
		kinds := []domain.EntityKind{domain.KindContact, domain.KindAgent, domain.KindQueue}
		var sent []domain.Event
		for i := range n {
			sent = append(sent, domain.Event{
				Sequence: uint64(i + 1), Kind: kinds[i%3], ID: "x", Version: 7, Name: "x.changed",
				At: time.Unix(1, 0).UTC(), Actor: "ayşe", State: []byte(`{"name":"Işık"}`),
			})
		}
		if err := a.PublishEvents(sent); err != nil {
			t.Fatal(err)
		}
		for i := range n {
			if diff := cmp.Diff(sent[i], receive(t, got)); diff != "" {
				t.Fatalf("event %d (-sent +got):\n%s", i, diff)
			}
		}
		sub.Close()
		if err := a.PublishEvents(sent[:1]); err != nil {
			t.Fatal(err)
		}
		settle(t, a, b)
		if len(got) > 0 {
			t.Error("an event has arrived after Close")
		}
	})
}

// settle returns when what b has subscribed to is known to a, and what a has
// sent before has reached b: a message takes the same ways. It asks again
// because the knowledge of subscriptions spreads through a cluster by and by.
func settle(t *testing.T, a, b *Bus) {
	t.Helper()
	sub, err := b.Respond("test.settle", func(context.Context, []byte) ([]byte, error) { return nil, nil })
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Close()
	for deadline := time.Now().Add(patience); ; {
		_, err := a.Request(t.Context(), "test.settle", nil)
		if err == nil {
			return
		}
		if domain.KindOf(err) != domain.Unavailable || time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

func TestRequest(t *testing.T) {
	buses(t, func(t *testing.T, a, b *Bus) {
		_, err := b.Respond("test.echo", func(ctx context.Context, data []byte) ([]byte, error) {
			if _, ok := ctx.Deadline(); !ok {
				return nil, errors.New("no deadline")
			}
			switch string(data) {
			case "full":
				return nil, fmt.Errorf("save: %w", &domain.Error{
					Kind: domain.StorageFull, Text: "disk full\nİzmir", Subject: "disk", Cause: errors.New("secret"),
				})
			case "plain":
				return nil, errors.New("secret")
			}
			return append([]byte("re: "), data...), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		settle(t, a, b)
		got, err := a.Request(t.Context(), "test.echo", []byte("hello"))
		if err != nil || string(got) != "re: hello" {
			t.Errorf("got %q, %v", got, err)
		}
		_, err = a.Request(t.Context(), "test.echo", []byte("full"))
		want := &domain.Error{Kind: domain.StorageFull, Text: "disk full\nİzmir", Subject: "disk"}
		if diff := cmp.Diff(error(want), err); diff != "" {
			t.Errorf("error (-want +got):\n%s", diff)
		}
		_, err = a.Request(t.Context(), "test.echo", []byte("plain"))
		if domain.KindOf(err) != domain.Internal || strings.Contains(err.Error(), "secret") {
			t.Errorf("got %v", err)
		}
		_, err = a.Request(t.Context(), "test.nobody", nil)
		if domain.KindOf(err) != domain.Unavailable {
			t.Errorf("without a responder got %v", err)
		}
	})
}

func TestRequestsRunAtTheSameTimeAndEndWithTheirContext(t *testing.T) {
	b := open(t, "")
	both := make(chan struct{}, 2)
	_, err := b.Respond("test.meet", func(ctx context.Context, _ []byte) ([]byte, error) {
		both <- struct{}{}
		<-ctx.Done()
		return nil, ctx.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := b.Request(ctx, "test.meet", nil)
			failed <- err
		}()
	}
	receive(t, both)
	receive(t, both)
	cancel()
	for range 2 {
		if err := receive(t, failed); !errors.Is(err, context.Canceled) && domain.KindOf(err) != domain.Internal {
			t.Errorf("got %v, want the end of the context", err)
		}
	}
}

func TestReconnect(t *testing.T) {
	o := &server.Options{Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true}
	s := start(t, o)
	url := s.ClientURL()
	b := open(t, url)
	status := b.conn.StatusChanged(nats.RECONNECTING, nats.CONNECTED)
	got := make(chan Message, 1)
	if _, err := b.Subscribe("test.x", func(m Message) { got <- m }); err != nil {
		t.Fatal(err)
	}
	port := s.Addr().(*net.TCPAddr).Port
	s.Shutdown()
	s.WaitForShutdown()
	if st := receive(t, status); st != nats.RECONNECTING || b.Connected() {
		t.Fatalf("state %v, connected %v after the server has stopped", st, b.Connected())
	}
	start(t, &server.Options{Host: "127.0.0.1", Port: port, NoSigs: true, NoLog: true})
	for st := receive(t, status); st != nats.CONNECTED; st = receive(t, status) {
	}
	if err := b.Publish(t.Context(), "test.x", []byte("again")); err != nil {
		t.Fatal(err)
	}
	if m := receive(t, got); string(m.Data) != "again" {
		t.Errorf("got %q", m.Data)
	}
}

func TestOpenBeforeTheClusterIsThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	b := open(t, fmt.Sprintf("nats://127.0.0.1:%d", port))
	if b.Connected() {
		t.Fatal("connected to nothing")
	}
	status := b.conn.StatusChanged(nats.CONNECTED)
	got := make(chan Message, 1)
	if _, err := b.Subscribe("test.x", func(m Message) { got <- m }); err != nil {
		t.Fatal(err)
	}
	start(t, &server.Options{Host: "127.0.0.1", Port: port, NoSigs: true, NoLog: true})
	receive(t, status)
	if err := b.Publish(t.Context(), "test.x", []byte("at last")); err != nil {
		t.Fatal(err)
	}
	receive(t, got)
}

func TestWrongUse(t *testing.T) {
	if _, err := Open(t.Context(), Config{URL: "nats://[::bad"}, quiet); domain.KindOf(err) != domain.Invalid {
		t.Errorf("a malformed address gives %v", err)
	}
	b := open(t, "")
	if err := b.Publish(t.Context(), "", nil); domain.KindOf(err) != domain.Invalid {
		t.Errorf("an empty subject gives %v", err)
	}
	if err := b.Publish(t.Context(), "x", make([]byte, 2<<20)); domain.KindOf(err) != domain.Invalid {
		t.Errorf("too much data gives %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Publish(ctx, "x", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context gives %v", err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if err := b.Publish(t.Context(), "x", nil); domain.KindOf(err) != domain.Unavailable {
		t.Errorf("publish after Close gives %v", err)
	}
	if _, err := b.Subscribe("x", func(Message) {}); domain.KindOf(err) != domain.Unavailable {
		t.Errorf("subscribe after Close gives %v", err)
	}
}
