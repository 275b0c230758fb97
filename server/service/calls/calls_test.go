package calls

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"parley/server/bus"
	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/call"
	"parley/server/domain/contact"
	"parley/server/domain/queue"
	"parley/server/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// phones is a voice side that notes what it is told.
type phones struct {
	mu      sync.Mutex
	told    []string
	missing bool
	opening func()
}

func (p *phones) note(format string, args ...any) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.missing {
		return domain.Errorf(domain.NotFound, "no such call")
	}
	p.told = append(p.told, fmt.Sprintf(format, args...))
	return nil
}

func (p *phones) Answer(id domain.ContactID, t call.Treatment) error {
	return p.note("answer %s %s", id, t.Greeting)
}

func (p *phones) OpenAgent(_ context.Context, id domain.ContactID, offer string) (string, error) {
	err := p.note("open %s", id)
	if p.opening != nil {
		p.opening()
	}
	return "answer to " + offer, err
}
func (p *phones) Connect(id domain.ContactID) error    { return p.note("connect %s", id) }
func (p *phones) Hold(id domain.ContactID) error       { return p.note("hold %s", id) }
func (p *phones) CloseAgent(id domain.ContactID) error { return p.note("close %s", id) }
func (p *phones) HangUp(id domain.ContactID) error     { return p.note("hang up %s", id) }
func (p *phones) SendDigits(id domain.ContactID, digits string) error {
	return p.note("digits %s %s", id, digits)
}
func (p *phones) Calls() int                  { return 0 }
func (p *phones) Close(context.Context) error { return nil }

// take returns what was told since.
func (p *phones) take() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	told := strings.Join(p.told, ", ")
	p.told = nil
	return told
}

type rig struct {
	*Service
	store  *store.Store
	phones *phones
}

// newRig publishes nothing by itself: tests bring the events.
func newRig(t *testing.T) *rig {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	st, err := store.Open(t.Context(), store.Config{Dir: t.TempDir()}, log)
	if err != nil {
		t.Fatal(err)
	}
	b, err := bus.Open(t.Context(), bus.Config{Name: "test"}, log)
	if err != nil {
		t.Fatal(err)
	}
	p := &phones{}
	s := New(Config{Store: st, Bus: b, Node: "here", Now: time.Now, Log: log, Country: "FR"})
	r := &rig{Service: s, store: st, phones: p}
	r.update(t, func(tx *store.Tx) error {
		return errors.Join(
			tx.PutQueue(&queue.Queue{ID: "sales", Name: "Sales", DNIS: []string{"100"}, WrapUp: time.Minute}, "e"),
			tx.PutQueue(&queue.Queue{ID: "greeted", Name: "Greeted", DNIS: []string{"200"}, Greeting: "hello", Language: "nl"}, "e"),
			tx.PutAgent(&agent.Agent{
				User: "emma", Presence: agent.Ready, Reachable: true, Queues: []domain.QueueID{"sales"},
				Capacity: map[domain.Channel]int{domain.Voice: 2},
			}, "e"))
	})
	if err := s.Start(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Close()
		if err := errors.Join(b.Close(), st.Close()); err != nil {
			t.Error(err)
		}
	})
	return r
}

func (r *rig) update(t *testing.T, f func(*store.Tx) error) {
	t.Helper()
	if err := r.store.Update(t.Context(), domain.Centre, "", f); err != nil {
		t.Fatal(err)
	}
}

func (r *rig) load(t *testing.T, id domain.ContactID) (*contact.Contact, *agent.Agent) {
	t.Helper()
	var c *contact.Contact
	var a *agent.Agent
	err := r.store.View(t.Context(), func(tx *store.Tx) error {
		var err, err2 error
		c, err = tx.Contact(id)
		a, err2 = tx.Agent("emma")
		return errors.Join(err, err2)
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, a
}

// do changes contact and agent together and brings the contact's event.
func (r *rig) do(t *testing.T, id domain.ContactID, f func(*contact.Contact, *agent.Agent)) *contact.Contact {
	t.Helper()
	c, a := r.load(t, id)
	f(c, a)
	r.update(t, func(tx *store.Tx) error { return errors.Join(tx.PutContact(c, "e"), tx.PutAgent(a, "e")) })
	r.carryOut(c)
	return c
}

func (r *rig) arrive(t *testing.T, id domain.ContactID, node domain.NodeID) {
	t.Helper()
	c := &contact.Contact{ID: id, Channel: domain.Voice, State: contact.Arrived, Queue: "sales", Node: node, ArrivedAt: time.Now()}
	_ = c.Enqueue(time.Now())
	r.update(t, func(tx *store.Tx) error { return tx.PutContact(c, "e") })
	r.carryOut(c)
}

func (r *rig) offer(t *testing.T, id domain.ContactID) *contact.Contact {
	t.Helper()
	return r.do(t, id, func(c *contact.Contact, a *agent.Agent) {
		now := time.Now()
		if err := errors.Join(c.Offer("emma", nil, now, now.Add(time.Minute)), a.Offer(id, domain.Voice, "sales", now)); err != nil {
			t.Fatal(err)
		}
	})
}

func (r *rig) accept(t *testing.T, id domain.ContactID) *contact.Contact {
	t.Helper()
	return r.do(t, id, func(c *contact.Contact, a *agent.Agent) {
		_, err := a.Accept(id, time.Now())
		if err := errors.Join(err, c.Accept("emma", c.OfferNumber, "i", time.Now())); err != nil {
			t.Fatal(err)
		}
	})
}

func (r *rig) expect(t *testing.T, want string) {
	t.Helper()
	if got := r.phones.take(); got != want {
		t.Errorf("the voice side was told %q, want %q", got, want)
	}
}

func TestArrived(t *testing.T) {
	r := newRig(t)
	at := time.Now()
	if got := r.Arrived(t.Context(), call.Arrival{ID: "c1", DNIS: "100", ANI: "0140000001", At: at}); got != 0 {
		t.Fatal(got)
	}
	r.expect(t, "answer c1 ")
	if c, _ := r.load(t, "c1"); c.State != contact.Queued || c.ANIE164 != "+33140000001" || c.Node != "here" {
		t.Errorf("%+v", c)
	}
	if got := r.Arrived(t.Context(), call.Arrival{ID: "c2", DNIS: "200", At: at}); got != 0 {
		t.Fatal(got)
	}
	r.expect(t, "answer c2 hello.nl")
	if c, _ := r.load(t, "c2"); c.State != contact.Arrived {
		t.Errorf("before the greeting is over: %s", c.State)
	}
	r.Greeted("c2")
	r.Greeted("c2")
	if c, _ := r.load(t, "c2"); c.State != contact.Queued {
		t.Errorf("after the greeting: %s", c.State)
	}
	if got := r.Arrived(t.Context(), call.Arrival{ID: "c3", DNIS: "300", At: at}); got != call.UnknownNumber {
		t.Errorf("an unknown number: %d", got)
	}
	r.Stop()
	if got := r.Arrived(t.Context(), call.Arrival{ID: "c4", DNIS: "100", At: at}); got != call.Stopping {
		t.Errorf("while stopping: %d", got)
	}
}

func TestACallThatCannotBeStoredIsRefused(t *testing.T) {
	r := newRig(t)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if got := r.Arrived(ended, call.Arrival{ID: "c1", DNIS: "100", At: time.Now()}); got != call.TemporarilyUnavailable {
		t.Errorf("%d", got)
	}
	// The commit may have happened: the contact must not wait for ever.
	if f := r.take(unsaved{"c1", "end"}); f == nil {
		t.Error("nobody looks after the contact")
	} else if err := f(t.Context()); domain.KindOf(err) != domain.NotFound {
		t.Error(err)
	}
}

func TestACallFollowsItsContact(t *testing.T) {
	r := newRig(t)
	r.arrive(t, "c", "here")
	r.offer(t, "c")
	r.expect(t, "")
	if answer, err := r.OpenMedia(t.Context(), "emma", "c", "sdp"); err != nil || answer != "answer to sdp" {
		t.Fatal(answer, err)
	}
	r.expect(t, "open c")
	accepted := r.accept(t, "c")
	r.expect(t, "connect c")
	r.do(t, "c", func(c *contact.Contact, a *agent.Agent) { _, _ = c.Hold(time.Now()), a.Hold("c") })
	r.expect(t, "hold c")
	r.carryOut(accepted) // late
	r.expect(t, "")
	r.do(t, "c", func(c *contact.Contact, a *agent.Agent) { _ = c.Retrieve() })
	r.expect(t, "connect c")
	if err := r.HangUp(t.Context(), "emma", "cmd", "c"); err != nil {
		t.Fatal(err)
	}
	c, a := r.load(t, "c")
	if c.EndReason != contact.ByAgent || a.State() != agent.StateWrapUp {
		t.Errorf("%s, %s", c.EndReason, a.State())
	}
	r.carryOut(c)
	r.expect(t, "hang up c")
	if len(r.applied) != 0 {
		t.Errorf("%d calls are remembered", len(r.applied))
	}
	if err := r.HangUp(t.Context(), "emma", "cmd", "c"); err != nil {
		t.Error("the same command again:", err)
	}
	if err := r.HangUp(t.Context(), "emma", "cmd2", "c"); domain.KindOf(err) != domain.Conflict {
		t.Error("another command:", err)
	}
}

// The desktop may be late, and may have to negotiate again in the call.
func TestMediaThatComesLateIsConnected(t *testing.T) {
	r := newRig(t)
	r.arrive(t, "c", "here")
	r.offer(t, "c")
	r.accept(t, "c")
	r.expect(t, "")
	for range 2 {
		if _, err := r.OpenMedia(t.Context(), "emma", "c", "sdp"); err != nil {
			t.Fatal(err)
		}
		r.expect(t, "open c, connect c")
	}
	r.do(t, "c", func(c *contact.Contact, a *agent.Agent) { _, _ = c.Hold(time.Now()), a.Hold("c") })
	r.expect(t, "hold c")
	if _, err := r.OpenMedia(t.Context(), "emma", "c", "sdp"); err != nil {
		t.Fatal(err)
	}
	r.expect(t, "open c")
}

// A request may overtake the events that lead to it.
func TestARequestMayComeBeforeItsEvent(t *testing.T) {
	r := newRig(t)
	r.arrive(t, "c", "here")
	c, a := r.load(t, "c")
	now := time.Now()
	_, _ = c.Offer("emma", nil, now, now), a.Offer("c", domain.Voice, "sales", now)
	r.update(t, func(tx *store.Tx) error { return errors.Join(tx.PutContact(c, "e"), tx.PutAgent(a, "e")) })
	if _, err := r.OpenMedia(t.Context(), "emma", "c", "sdp"); err != nil {
		t.Fatal(err)
	}
	r.carryOut(c)
	r.expect(t, "open c")
}

func TestMediaOfAnOfferThatIsOverIsClosed(t *testing.T) {
	r := newRig(t)
	r.arrive(t, "c", "here")
	r.offer(t, "c")
	r.phones.opening = func() {
		r.do(t, "c", func(c *contact.Contact, a *agent.Agent) {
			_ = c.Return()
			a.Withdraw("c", time.Now())
		})
	}
	if _, err := r.OpenMedia(t.Context(), "emma", "c", "sdp"); domain.KindOf(err) != domain.Conflict {
		t.Error(err)
	}
	r.expect(t, "open c, close c")
	if _, err := r.OpenMedia(t.Context(), "emma", "c", "sdp"); domain.KindOf(err) != domain.Conflict {
		t.Error("without an offer:", err)
	}
	r.expect(t, "")
	r.phones.opening = nil
	r.offer(t, "c")
	if _, err := r.OpenMedia(t.Context(), "emma", "c", "sdp"); err != nil {
		t.Fatal(err)
	}
	r.do(t, "c", func(c *contact.Contact, a *agent.Agent) {
		_ = c.Return()
		a.Withdraw("c", time.Now())
	})
	r.expect(t, "open c, close c")
}

func TestDigitsAreSentOnceForACommand(t *testing.T) {
	r := newRig(t)
	r.arrive(t, "c", "here")
	r.offer(t, "c")
	if err := r.SendDigits(t.Context(), "emma", "1", "c", "5"); domain.KindOf(err) != domain.Conflict {
		t.Error("before the call is served:", err)
	}
	r.accept(t, "c")
	for range 2 {
		if err := r.SendDigits(t.Context(), "emma", "1", "c", "5#"); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.SendDigits(t.Context(), "emma", "2", "c", "5#"); err != nil {
		t.Fatal(err)
	}
	r.expect(t, "digits c 5#, digits c 5#")
	for _, bad := range []string{"", "x", "1 2", strings.Repeat("1", MaxSendDigits+1)} {
		if err := r.SendDigits(t.Context(), "emma", "3", "c", bad); domain.KindOf(err) != domain.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if err := r.SendDigits(t.Context(), "omar", "3", "c", "1"); domain.KindOf(err) != domain.Conflict {
		t.Error("another agent:", err)
	}
}

func TestACallOfADeadNodeCannotBeAsked(t *testing.T) {
	r := newRig(t)
	r.arrive(t, "c", "gone")
	c, a := r.load(t, "c")
	now := time.Now()
	_, _ = c.Offer("emma", nil, now, now), a.Offer("c", domain.Voice, "sales", now)
	r.update(t, func(tx *store.Tx) error { return errors.Join(tx.PutContact(c, "e"), tx.PutAgent(a, "e")) })
	if _, err := r.OpenMedia(t.Context(), "emma", "c", "sdp"); domain.KindOf(err) != domain.Unavailable {
		t.Error(err)
	}
}

func TestRecoverEndsWhatDeadNodesLeft(t *testing.T) {
	r := newRig(t)
	r.arrive(t, "served", "dead")
	r.offer(t, "served")
	r.accept(t, "served")
	r.arrive(t, "ringing", "dead")
	r.offer(t, "ringing")
	r.arrive(t, "waiting", "dead")
	r.arrive(t, "mine", "here")
	for want := 3; want >= 0; want -= 3 {
		n, err := r.Recover(t.Context(), func(n domain.NodeID) bool { return n == "here" })
		if err != nil || n != want {
			t.Fatal(n, err)
		}
	}
	for _, id := range []domain.ContactID{"served", "ringing", "waiting"} {
		if c, _ := r.load(t, id); c.State != contact.Ended || c.EndReason != contact.Interrupted {
			t.Errorf("%s is %s %s", id, c.State, c.EndReason)
		}
	}
	c, a := r.load(t, "mine")
	if c.State != contact.Queued || a.State() != agent.StateWrapUp || len(a.Work) != 1 {
		t.Errorf("mine is %s, the agent is %s with %v", c.State, a.State(), a.Work)
	}
	r.Release(t.Context())
	if c, _ := r.load(t, "mine"); c.EndReason != contact.Released {
		t.Errorf("after the release: %s", c.EndReason)
	}
}

func TestRefreshHealsWhatTheBusHasLost(t *testing.T) {
	r := newRig(t)
	r.arrive(t, "c", "here")
	r.offer(t, "c")
	c, a := r.load(t, "c")
	_ = c.End(contact.Interrupted, time.Now())
	a.Withdraw("c", time.Now())
	r.update(t, func(tx *store.Tx) error {
		q, err := tx.Queue("sales")
		if err != nil {
			return err
		}
		q.DNIS = []string{"101"}
		return errors.Join(tx.PutContact(c, "e"), tx.PutAgent(a, "e"), tx.PutQueue(q, "e"))
	})
	if err := r.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.expect(t, "hang up c")
	if _, old := r.queueOf("100"); old {
		t.Error("the old number still leads to the queue")
	}
	r.mu.Lock()
	r.setQueue(queue.Queue{ID: "sales", Version: 1, DNIS: []string{"100"}})
	r.mu.Unlock()
	if _, late := r.queueOf("100"); late {
		t.Error("a late event counts")
	}
}

func TestKeysAndHoldOfTheCustomer(t *testing.T) {
	r := newRig(t)
	r.arrive(t, "c", "here")
	for range maxDigits + 3 {
		r.Digit("c", "1")
	}
	r.CallerHeld("c", true)
	if c, _ := r.load(t, "c"); len(c.Digits) != maxDigits || !c.HeldByCustomer {
		t.Errorf("%d keys, held %v", len(c.Digits), c.HeldByCustomer)
	}
	r.CallerHeld("c", false)
	r.CallerLeft("c")
	r.CallerLeft("c")
	if c, _ := r.load(t, "c"); c.HeldByCustomer || c.EndReason != contact.Abandoned {
		t.Errorf("held %v, %s", c.HeldByCustomer, c.EndReason)
	}
}

// What has happened to a call is stored as soon as the store works again.
func TestAChangeIsTriedUntilItIsStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Config{Log: slog.New(slog.DiscardHandler)})
		s.stopped.Go(s.retry)
		defer s.Close()
		var broken atomic.Bool
		var tries atomic.Int64
		broken.Store(true)
		s.save(unsaved{"c", "end"}, func(context.Context) error {
			tries.Add(1)
			if broken.Load() {
				return domain.Errorf(domain.Unavailable, "down")
			}
			return nil
		})
		<-time.After(10500 * time.Millisecond)
		synctest.Wait()
		if tries.Load() != 11 {
			t.Errorf("%d tries in ten seconds", tries.Load())
		}
		broken.Store(false)
		<-time.After(time.Minute)
		synctest.Wait()
		if tries.Load() != 12 || len(s.pending) != 0 {
			t.Errorf("%d tries, %d pending", tries.Load(), len(s.pending))
		}
		// Newer news replace older ones that wait.
		var last string
		s.save(unsaved{"c", "held"}, func(context.Context) error { return domain.Errorf(domain.Unavailable, "down") })
		s.save(unsaved{"c", "held"}, func(context.Context) error { last = "new"; return nil })
		<-time.After(time.Minute)
		synctest.Wait()
		if last != "new" || len(s.pending) != 0 {
			t.Errorf("last %q, %d pending", last, len(s.pending))
		}
	})
}
