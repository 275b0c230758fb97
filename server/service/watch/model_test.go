package watch

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/contact"
	"parley/server/domain/interaction"
	"parley/server/domain/queue"
)

// words encodes changes as "KEY VALUE", and removals as "KEY".
type words struct{}

func (words) Agent(a *agent.Agent) []byte {
	return fmt.Appendf(nil, "agent:%s %d %s", a.User, a.Version, a.State())
}

func (words) Queue(f Figures) []byte {
	return fmt.Appendf(nil, "queue:%s %d waiting %d since %d signed in %d ready %d",
		f.Queue.ID, f.Queue.Version, f.Waiting, f.Longest.Unix(), f.SignedIn, f.Ready)
}

func (words) Contact(c *contact.Contact) []byte {
	return fmt.Appendf(nil, "contact:%s %d %s", c.ID, c.Version, c.State)
}

func (words) Interaction(i *interaction.Interaction) []byte {
	return fmt.Appendf(nil, "interaction:%s %d", i.ID, i.Version)
}

func (words) ContactRemoved(id domain.ContactID) []byte { return []byte("contact:" + string(id)) }

func (words) InteractionRemoved(id domain.InteractionID) []byte {
	return []byte("interaction:" + string(id))
}

// A client is a desktop that comes and goes.
type client struct {
	viewer   Viewer
	stream   *Stream
	id       string
	sequence uint64
	has      map[string]string
}

func (c *client) apply(b Batch) {
	if b.Snapshot {
		c.has = map[string]string{}
	}
	for _, ch := range b.Changes {
		key, value, there := strings.Cut(string(ch), " ")
		if there {
			c.has[key] = value
		} else {
			delete(c.has, key)
		}
	}
	c.id, c.sequence = b.StreamID, b.Sequence
}

// read takes one batch if there is one.
func (c *client) read(t *rapid.T) {
	if len(c.stream.wake) == 0 {
		return
	}
	b, err := c.stream.Next(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	c.apply(b)
}

// machine is a hub, the centre it is told of, and clients.
type machine struct {
	hub      *Hub
	now      time.Time
	sequence uint64
	agents   map[domain.UserID]*agent.Agent
	contacts []*contact.Contact
	open     []*interaction.Interaction
	queues   []*queue.Queue
	clients  []*client
	// late are events that have not come yet.
	late []domain.Event
}

func newMachine() *machine {
	m := &machine{
		hub: New(Config{
			Log: slog.New(slog.DiscardHandler), Encoder: words{}, ID: "hub",
			Presence: func(context.Context, domain.UserID, bool) error { return nil },
		}),
		now: time.Unix(1_700_000_000, 0), agents: map[domain.UserID]*agent.Agent{},
	}
	for _, q := range []domain.QueueID{"q1", "q2"} {
		m.queues = append(m.queues, &queue.Queue{ID: q})
	}
	for i, q := range [][]domain.QueueID{{"q1"}, {"q1", "q2"}, {"q2"}} {
		u := domain.UserID(fmt.Sprint("u", i))
		m.agents[u] = &agent.Agent{
			User: u, Presence: agent.Ready, Reachable: true, Queues: q, Capacity: map[domain.Channel]int{domain.Voice: 2},
		}
		m.clients = append(m.clients, &client{viewer: Viewer{User: u}})
	}
	m.clients = append(m.clients, &client{viewer: Viewer{User: "boss", Supervisor: true}},
		&client{viewer: Viewer{User: "u0", Supervisor: true}})
	return m
}

func (m *machine) start() {
	for _, q := range m.queues {
		m.put(domain.KindQueue, string(q.ID), &q.Version, q)
	}
	for _, u := range slices.Sorted(maps.Keys(m.agents)) {
		m.putAgent(m.agents[u])
	}
	for _, c := range m.clients {
		c.stream = m.hub.Open(c.viewer, "", 0)
	}
}

func (m *machine) put(kind domain.EntityKind, id string, version *uint64, entity any) {
	*version++
	m.sequence++
	state, err := json.Marshal(entity)
	if err != nil {
		panic(err)
	}
	m.late = append(m.late, domain.Event{Sequence: m.sequence, Kind: kind, ID: id, Version: *version, State: state})
}

func (m *machine) putAgent(a *agent.Agent) {
	m.put(domain.KindAgent, string(a.User), &a.Version, a)
}

func (m *machine) putContact(c *contact.Contact) {
	m.put(domain.KindContact, string(c.ID), &c.Version, c)
}

func (m *machine) putInteraction(i *interaction.Interaction) {
	m.put(domain.KindInteraction, string(i.ID), &i.Version, i)
}

func (m *machine) live() []*contact.Contact {
	return slices.DeleteFunc(slices.Clone(m.contacts), func(c *contact.Contact) bool { return c.State == contact.Ended })
}

// step moves a contact on, as the services do.
func (m *machine) step(t *rapid.T, c *contact.Contact) {
	a := m.agents[c.Agent]
	switch c.State {
	case contact.Arrived:
		_ = c.Enqueue(m.now)
	case contact.Queued:
		a = m.agents[domain.UserID(fmt.Sprint("u", rapid.IntRange(0, 2).Draw(t, "agent")))]
		if a.Offer(c.ID, domain.Voice, c.Queue, m.now) != nil {
			return
		}
		_ = c.Offer(a.User, nil, m.now, m.now)
	case contact.Offered:
		if rapid.Bool().Draw(t, "returned") {
			_ = c.Return()
			a.Withdraw(c.ID, m.now)
			break
		}
		i := &interaction.Interaction{ID: domain.InteractionID("i" + string(c.ID)), Agent: a.User, StartedAt: m.now}
		i.Link(c.ID)
		_ = c.Accept(a.User, c.OfferNumber, i.ID, m.now)
		_, _ = a.Accept(c.ID, m.now)
		m.open = append(m.open, i)
		m.putInteraction(i)
	case contact.Connected:
		m.end(t, c)
		return
	case contact.Ended:
		return
	}
	if a != nil {
		m.putAgent(a)
	}
	m.putContact(c)
}

func (m *machine) end(t *rapid.T, c *contact.Contact) {
	a := m.agents[c.Agent]
	_ = c.End(contact.ByCustomer, m.now)
	if a != nil {
		limit := time.Duration(rapid.IntRange(0, 1).Draw(t, "wrap-up")) * time.Minute
		a.Finish(c.ID, limit, time.Hour, m.now)
		m.putAgent(a)
	}
	m.putContact(c)
}

func (m *machine) actions() map[string]func(*rapid.T) {
	pick := func(t *rapid.T) *client { return m.clients[rapid.IntRange(0, len(m.clients)-1).Draw(t, "client")] }
	return map[string]func(*rapid.T){
		"arrive": func(t *rapid.T) {
			q := domain.QueueID(fmt.Sprint("q", rapid.IntRange(1, 2).Draw(t, "queue")))
			c := &contact.Contact{ID: domain.ContactID(fmt.Sprint("c", len(m.contacts))), State: contact.Arrived, Queue: q}
			m.contacts = append(m.contacts, c)
			m.putContact(c)
		},
		"step": func(t *rapid.T) {
			if live := m.live(); len(live) > 0 {
				m.step(t, live[rapid.IntRange(0, len(live)-1).Draw(t, "contact")])
			}
		},
		"leave": func(t *rapid.T) {
			if live := m.live(); len(live) > 0 {
				m.end(t, live[rapid.IntRange(0, len(live)-1).Draw(t, "contact")])
			}
		},
		"present": func(t *rapid.T) {
			a := m.agents[domain.UserID(fmt.Sprint("u", rapid.IntRange(0, 2).Draw(t, "agent")))]
			switch rapid.IntRange(0, 3).Draw(t, "to") {
			case 0:
				_ = a.SetReady(m.now)
			case 1:
				_ = a.SetNotReady("break", m.now)
			case 2:
				if a.SignOut(m.now) == nil {
					a.SignIn(m.now)
				}
			case 3:
				a.Reach(!a.Reachable, m.now)
			}
			m.putAgent(a)
		},
		"move": func(t *rapid.T) {
			a := m.agents["u1"]
			a.Queues = rapid.SampledFrom([][]domain.QueueID{{"q1"}, {"q2"}, {"q1", "q2"}, nil}).Draw(t, "queues")
			m.putAgent(a)
		},
		"end interaction": func(t *rapid.T) {
			if len(m.open) > 0 {
				i := m.open[0]
				m.open = m.open[1:]
				_ = i.End(true, m.now)
				m.putInteraction(i)
			}
		},
		"deliver": func(t *rapid.T) { m.deliver(t, rapid.IntRange(1, 5).Draw(t, "events")) },
		"churn": func(t *rapid.T) {
			if rapid.IntRange(0, 30).Draw(t, "calm") > 0 {
				return
			}
			a := m.agents["u2"]
			for range rapid.IntRange(historySize/2, historySize).Draw(t, "times") {
				m.putAgent(a)
			}
			m.deliver(t, len(m.late))
		},
		"read": func(t *rapid.T) { pick(t).read(t) },
		"reconnect": func(t *rapid.T) {
			c := pick(t)
			c.stream.Close()
			id := c.id
			if rapid.IntRange(0, 9).Draw(t, "other server") == 0 {
				id = "another"
			}
			c.stream = m.hub.Open(c.viewer, id, c.sequence)
		},
	}
}

// deliver brings events, now and then one twice or late.
func (m *machine) deliver(t *rapid.T, n int) {
	for range min(n, len(m.late)) {
		i := 0
		if n < 10 && len(m.late) > 1 && rapid.IntRange(0, 4).Draw(t, "overtakes") == 0 {
			i = 1
		}
		e := m.late[i]
		m.late = slices.Delete(m.late, i, i+1)
		m.hub.event(e)
		if n < 10 && rapid.IntRange(0, 9).Draw(t, "twice") == 0 {
			m.hub.event(e)
		}
	}
}

// check compares what each client has with a new snapshot.
func (m *machine) check(t *rapid.T) {
	m.deliver(t, len(m.late)+10)
	for i, c := range m.clients {
		c.read(t)
		fresh := &client{viewer: c.viewer, stream: m.hub.Open(c.viewer, "", 0)}
		fresh.read(t)
		fresh.stream.Close()
		if d := cmp.Diff(fresh.has, c.has); d != "" {
			t.Fatalf("client %d (%+v) differs from the hub (-hub +client):\n%s", i, c.viewer, d)
		}
	}
	boss := m.clients[3].has
	for _, c := range m.contacts {
		_, there := boss["contact:"+string(c.ID)]
		a := m.agents[c.Agent]
		kept := c.State != contact.Ended || a != nil && has(a, c.ID) ||
			slices.ContainsFunc(m.open, func(i *interaction.Interaction) bool { return i.ID == c.Interaction })
		if there != kept {
			t.Fatalf("the supervisor sees contact %s: %v, which is %s", c.ID, there, c.State)
		}
	}
	for u, a := range m.agents {
		if want := fmt.Sprintf("%d %s", a.Version, a.State()); boss["agent:"+string(u)] != want {
			t.Fatalf("the supervisor sees agent %s as %q, want %q", u, boss["agent:"+string(u)], want)
		}
	}
}

// Whatever happens, and however often a desktop is cut off, what it has at the
// end is what the hub has.
func TestClientsFollowTheHub(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMachine()
		defer m.hub.Close()
		m.start()
		t.Repeat(m.actions())
		m.check(t)
	})
}
