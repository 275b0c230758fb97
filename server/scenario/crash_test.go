package scenario

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"parley/client/model"
	"parley/server/domain"
	"parley/server/domain/contact"
	"parley/server/store"
)

// roundsEnv says how often the server is killed; 3 times if it is not set.
const roundsEnv = "PARLEY_CRASH_ROUNDS"

const crashCentre = `
queues:
  - {id: sales, name: Sales, dnis: ["100"], wrap_up: 60s, ring_timeout: 60s, music: music}
`

// The points of a call at which the server is killed, after a random while.
var points = [...]string{"arriving", "waiting", "ringing", "talking", "wrap-up"}

// A crash is one server, one agent who never signs in again, and a killer.
type crash struct {
	*centre
	agent *agent
	round int
}

// TestCrash kills the server again and again in the middle of a call. After each
// restart on the same data nothing that was acknowledged is missing, nothing is
// there twice, what was cut is marked so, and the agent works on without having
// done anything.
func TestCrash(t *testing.T) {
	rounds := 3
	if v := os.Getenv(roundsEnv); v != "" {
		rounds = number(t, v)
	}
	seed := uint64(time.Now().UnixNano())
	if v := os.Getenv("PARLEY_CRASH_SEED"); v != "" {
		n, err := strconv.ParseUint(v, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		seed = n
	}
	t.Logf("PARLEY_CRASH_SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	c := &crash{centre: newCentre(t, alone(t), []byte(crashCentre))}
	c.addUser("emma", 1, []string{"sales"})
	c.closeStore()
	c.startProcess("A")
	c.agent = c.centre.agent("emma")
	if err := c.agent.gw.SignIn(t.Context(), "http://"+c.node("A").http, "emma", password, false); err != nil {
		t.Fatal(err)
	}
	first := random.IntN(len(points))
	for c.round = range rounds {
		point := points[(first+c.round)%len(points)]
		if !t.Run(fmt.Sprintf("%d %s", c.round, point), func(t *testing.T) {
			c.t, c.agent.t = t, t
			c.play(point, time.Duration(random.Int64N(int64(300*time.Millisecond))))
		}) {
			break
		}
	}
	c.t, c.agent.t = t, t
	c.openStore()
}

func (c *centre) openStore() {
	c.t.Helper()
	st, err := store.Open(context.Background(), store.Config{Dir: c.place.dir, URL: c.place.database}, slog.New(slog.DiscardHandler))
	if err != nil {
		c.t.Fatal(err)
	}
	c.store = st
}

// closeStore leaves the data to the server alone, so that it must recover them.
func (c *centre) closeStore() {
	c.t.Helper()
	if err := c.store.Close(); err != nil {
		c.t.Fatal(err)
	}
}

func (c *crash) play(point string, later time.Duration) {
	ctx := context.Background()
	call := fmt.Sprint("cut", c.round)
	notes := &noteWriter{crash: c}
	c.reach(point, call, notes)
	<-time.After(later)
	c.end(c.node("A"), syscall.SIGKILL)
	text, interaction := notes.stop()
	c.calls[call].close()
	c.startProcess("A")
	until(c.t, "the agent's desktop", func() string {
		if w := c.agent.gw.World(); w.Link != model.LinkOnline || w.Unsent > 0 {
			return fmt.Sprintf("link %d, %d commands unsent", w.Link, w.Unsent)
		}
		return ""
	})
	c.openStore()
	c.checkAfter(point, call, interaction, text)
	c.closeStore()
	if interaction != "" {
		if err := c.agent.gw.End(ctx, interaction, true); err != nil {
			c.t.Error(err)
		}
	}
	c.serveNext()
}

// reach brings a call to a point of its life.
func (c *crash) reach(point, call string, notes *noteWriter) {
	gw, ctx := c.agent.gw, context.Background()
	ready := gw.SetReady
	if point == "waiting" {
		ready = func(ctx context.Context) error { return gw.SetNotReady(ctx, "break") }
	}
	if err := ready(ctx); err != nil {
		c.t.Fatal(err)
	}
	c.dial(call, "100", fmt.Sprintf("+33140%06d", c.round), "A")
	if point == "arriving" {
		return
	}
	if point == "waiting" {
		until(c.t, "the wait", func() string {
			w := gw.World()
			if len(w.Queues) == 1 && w.Queues[0].Waiting == 1 {
				return ""
			}
			return "nobody waits"
		})
		return
	}
	x := c.shown(model.ContactOffered)
	if point == "ringing" {
		return
	}
	interaction, err := gw.Accept(ctx, x.ID, x.OfferNumber)
	if err != nil {
		c.t.Fatal(err)
	}
	notes.start(interaction)
	c.shown(model.ContactConnected)
	if point == "wrap-up" {
		if err := gw.HangUp(ctx, x.ID); err != nil {
			c.t.Fatal(err)
		}
		c.shown(model.ContactEnded)
	}
}

// shown waits until the agent's desktop shows a contact in a state, alone.
func (c *crash) shown(state model.ContactState) model.Contact {
	c.t.Helper()
	var x model.Contact
	until(c.t, "a contact on the desktop", func() string {
		w := c.agent.gw.World()
		if len(w.Contacts) == 1 && w.Contacts[0].State == state {
			x = w.Contacts[0]
			return ""
		}
		return fmt.Sprintf("want state %d, me %d, it shows %+v", state, w.Me.State, w.Contacts)
	})
	return x
}

// checkAfter looks at what the store has after a restart.
func (c *crash) checkAfter(point, call, interaction, text string) {
	var mine []*contact.Contact
	for _, x := range c.contacts() {
		if x.State != contact.Ended {
			c.t.Errorf("after the restart the contact %s of %s is still %s", x.ID, x.ANI, x.State)
		}
		if x.ANI == c.calls[call].from {
			mine = append(mine, x)
		}
	}
	if len(mine) > 1 || len(mine) == 0 && point != "arriving" {
		c.t.Fatalf("%d contacts of one call", len(mine))
	}
	want := contact.Interrupted
	if point == "wrap-up" {
		want = contact.ByAgent
	}
	if len(mine) == 1 && mine[0].EndReason != want {
		c.t.Errorf("the contact has ended by %q, want %q", mine[0].EndReason, want)
	}
	if interaction == "" {
		return
	}
	c.view(func(tx *store.Tx) error {
		i, err := tx.Interaction(domain.InteractionID(interaction))
		if err == nil && i.Note != text {
			c.t.Errorf("the note is %q; the last one journaled was %q", i.Note, text)
		}
		return err
	})
}

// serveNext proves that the agent can work: a call from its arrival to the end
// of the wrap-up.
func (c *crash) serveNext() {
	gw, ctx := c.agent.gw, context.Background()
	if err := gw.SetReady(ctx); err != nil {
		c.t.Fatal(err)
	}
	call := fmt.Sprint("next", c.round)
	c.dial(call, "100", fmt.Sprintf("+33240%06d", c.round), "A")
	x := c.shown(model.ContactOffered)
	interaction, err := gw.Accept(ctx, x.ID, x.OfferNumber)
	if err != nil {
		c.t.Fatal(err)
	}
	until(c.t, "sound after a crash", func() string {
		if hears(c.calls[call].call.Heard(), agentTone) && hears(c.agent.heard(x.ID), customerTone) {
			return ""
		}
		return "they do not hear each other"
	})
	c.calls[call].call.HangUp()
	c.shown(model.ContactEnded)
	if err := gw.End(ctx, interaction, false); err != nil {
		c.t.Fatal(err)
	}
	if err := gw.SetReady(ctx); err != nil {
		c.t.Fatal(err)
	}
	until(c.t, "an empty desktop", func() string {
		if w := gw.World(); len(w.Contacts) > 0 || len(w.Interactions) > 0 || w.Unsent > 0 {
			return fmt.Sprintf("contacts %v, interactions %v, %d unsent", w.Contacts, w.Interactions, w.Unsent)
		}
		return ""
	})
}

// A noteWriter is the agent who types, whatever happens to the server.
type noteWriter struct {
	crash       *crash
	interaction string
	quit        atomic.Bool
	done        sync.WaitGroup
	last        string
}

func (n *noteWriter) start(interaction string) {
	n.interaction = interaction
	n.done.Go(func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for i := 0; !n.quit.Load(); i++ {
			text := fmt.Sprintf("round %d, line %d", n.crash.round, i)
			if err := n.crash.agent.gw.SaveNote(context.Background(), interaction, text); err != nil {
				n.crash.t.Error(err)
				return
			}
			n.last = text
			<-tick.C
		}
	})
}

// stop returns the last note that was journaled.
func (n *noteWriter) stop() (text, interaction string) {
	n.quit.Store(true)
	n.done.Wait()
	return n.last, n.interaction
}
