package scenario

import (
	"context"
	"log/slog"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/client/gateway"
	"parley/client/model"
	"parley/client/phone/rtc"
	"parley/server/voice/media"
)

const (
	frame = 20 * time.Millisecond
	rate  = 48000
)

// An agent is an agent's desktop without a screen: the gateway, and media that
// is opened as soon as a call rings.
type agent struct {
	t      *testing.T
	name   string
	gw     *gateway.Gateway
	worlds chan model.World
	stop   context.CancelFunc
	done   sync.WaitGroup
	// robot makes the agent serve whatever comes, for a moment each.
	robot atomic.Bool
	// asked is the state for whose end the robot has asked.
	asked time.Time

	mu   sync.Mutex
	legs map[string]*leg
}

func (c *centre) agent(name string) *agent {
	c.t.Helper()
	if c.agents[name] == nil {
		c.agents[name] = newAgent(c.t, name, name+"'s desktop")
	}
	return c.agents[name]
}

func newAgent(t *testing.T, name, device string) *agent {
	a := &agent{t: t, name: name, worlds: make(chan model.World, 1), legs: map[string]*leg{}}
	a.gw = gateway.New(gateway.Config{Device: device, OnWorld: a.world}, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(context.Background())
	a.stop = stop
	a.done.Go(func() { a.run(ctx) })
	return a
}

// world keeps the latest one only.
func (a *agent) world(w model.World) {
	select {
	case <-a.worlds:
	default:
	}
	a.worlds <- w
}

func (a *agent) close() {
	a.stop()
	a.done.Wait()
	if err := a.gw.Close(); err != nil {
		a.t.Error(err)
	}
}

func (a *agent) run(ctx context.Context) {
	defer func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		for _, l := range a.legs {
			l.close()
		}
	}()
	again := time.NewTicker(200 * time.Millisecond)
	defer again.Stop()
	var w model.World
	for {
		select {
		case <-ctx.Done():
			return
		case w = <-a.worlds:
		case <-again.C:
		}
		a.follow(ctx, w)
	}
}

func (a *agent) follow(ctx context.Context, w model.World) {
	here := map[string]bool{}
	for _, c := range w.Contacts {
		if c.Agent == a.name && (c.State == model.ContactOffered || c.State == model.ContactConnected) {
			here[c.ID] = true
			a.media(ctx, c)
		}
		if a.robot.Load() {
			a.serve(ctx, c)
		}
	}
	if a.robot.Load() && w.Link == model.LinkOnline && (w.Me.State == model.AgentWrapUp || w.Me.State == model.AgentNotReady) && !w.Me.Since.Equal(a.asked) {
		a.asked = w.Me.Since
		_ = a.gw.SetReady(ctx)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for id, l := range a.legs {
		if !here[id] {
			l.close()
			delete(a.legs, id)
		}
	}
}

// serve does what a robot does with a contact.
func (a *agent) serve(ctx context.Context, c model.Contact) {
	switch c.State {
	case model.ContactOffered:
		_, _ = a.gw.Accept(ctx, c.ID, c.OfferNumber)
	case model.ContactConnected:
		_ = a.gw.HangUp(ctx, c.ID)
	case model.ContactEnded:
		if c.Interaction != "" {
			_ = a.gw.End(ctx, c.Interaction, true)
		}
	case model.ContactArrived, model.ContactQueued:
	}
}

// media opens a call's media if it has none, or if it has moved or failed.
func (a *agent) media(ctx context.Context, c model.Contact) {
	a.mu.Lock()
	l := a.legs[c.ID]
	a.mu.Unlock()
	if l != nil && l.node == c.Node && l.offer == c.OfferNumber && l.session.State() < rtc.Failed {
		return
	}
	if l != nil {
		l.close()
	}
	l, err := openLeg(ctx, a.gw, c)
	if err != nil {
		a.t.Logf("%s: media of %s: %v", a.name, c.ID, err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.legs, c.ID)
	if l != nil {
		a.legs[c.ID] = l
	}
}

// heard is what the agent hears of his one call.
func (a *agent) heard(contact string) media.Sound {
	a.mu.Lock()
	defer a.mu.Unlock()
	if l := a.legs[contact]; l != nil {
		return l.sound()
	}
	return media.Sound{Rate: rate}
}

// A leg is the media of one call.
type leg struct {
	node    string
	offer   uint64
	session *rtc.Session
	stop    context.CancelFunc
	done    sync.WaitGroup

	mu      sync.Mutex
	samples []int16
}

func openLeg(ctx context.Context, gw *gateway.Gateway, c model.Contact) (*leg, error) {
	s, err := rtc.NewSession(rtc.Config{Loopback: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	fail := func(err error) (*leg, error) {
		_ = s.Close()
		return nil, err
	}
	offer, err := s.Offer(ctx)
	if err != nil {
		return fail(err)
	}
	answer, err := gw.OpenMedia(ctx, c.ID, offer)
	if err != nil {
		return fail(err)
	}
	if err := s.Answer(answer); err != nil {
		return fail(err)
	}
	s.Listen(true)
	ctx, stop := context.WithCancel(context.Background())
	l := &leg{node: c.Node, offer: c.OfferNumber, session: s, stop: stop}
	l.done.Go(func() { l.talk(ctx) })
	return l, nil
}

func (l *leg) talk(ctx context.Context) {
	tick := time.NewTicker(frame)
	defer tick.Stop()
	in, out := make([]int16, rate/50), make([]int16, rate/50)
	for n := 0; ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		l.session.Receive(in)
		for i := range out {
			out[i] = int16(8000 * math.Sin(2*math.Pi*agentTone*float64(n)/rate))
			n++
		}
		_ = l.session.Send(out)
		l.mu.Lock()
		l.samples = append(l.samples, in...)
		if len(l.samples) > 2*rate {
			l.samples = l.samples[rate:]
		}
		l.mu.Unlock()
	}
}

func (l *leg) sound() media.Sound {
	l.mu.Lock()
	defer l.mu.Unlock()
	return media.Sound{Rate: rate, Samples: append([]int16(nil), l.samples...)}
}

func (l *leg) close() {
	l.stop()
	l.done.Wait()
	_ = l.session.Close()
}
