package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"parley/client/gateway"
	"parley/client/model"
	"parley/client/phone"
)

// robot is an agent who answers by himself. Its main loop only looks at what
// the server says; everything that waits runs beside it.
type robot struct {
	cmd      *agentCmd
	env      *env
	name     string
	gw       *gateway.Gateway
	phone    *phone.Phone
	signedIn bool
	asked    time.Time
	calls    map[string]*robotCall
	beside   sync.WaitGroup
}

// robotCall is how far the robot is with one contact.
type robotCall struct {
	offer    uint64
	answered bool
	ending   bool
}

// again is after which time a command that had no effect is repeated.
const again = 2 * time.Second

func (r *robot) say(format string, args ...any) {
	fmt.Fprintf(r.env.out, "%s %s: %s\n", time.Now().Format("15:04:05.000"), r.name, fmt.Sprintf(format, args...))
}

func (r *robot) work(ctx context.Context, worlds <-chan model.World) error {
	r.signedIn = true
	tick := time.NewTicker(again)
	defer tick.Stop()
	defer r.beside.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var w model.World
	for {
		select {
		case <-ctx.Done():
			return nil
		case w = <-worlds:
		case <-tick.C:
		}
		if w.Link == model.LinkSignedOut && w.Ended != model.NotEnded {
			return fmt.Errorf("%s: the session was ended by the server", r.name)
		}
		if w.Link == model.LinkOnline {
			r.look(ctx, w)
		}
	}
}

func (r *robot) look(ctx context.Context, w model.World) {
	if w.Me.State == model.AgentNotReady && time.Since(r.asked) > again {
		r.asked = time.Now()
		r.say("ready")
		r.do(ctx, "become ready", r.gw.SetReady)
	}
	seen := map[string]bool{}
	for _, c := range w.Contacts {
		seen[c.ID] = true
		r.contact(ctx, c)
	}
	for id := range r.calls {
		if !seen[id] {
			r.phone.Close(id)
			delete(r.calls, id)
		}
	}
}

func (r *robot) contact(ctx context.Context, c model.Contact) {
	k := r.calls[c.ID]
	if k == nil {
		k = &robotCall{}
		r.calls[c.ID] = k
	}
	switch c.State {
	case model.ContactOffered:
		if k.offer != c.OfferNumber {
			k.offer = c.OfferNumber
			r.say("offered %s from %s, queue %s", c.ID, c.ANI, c.QueueName)
			r.beside.Go(func() { r.answer(ctx, c) })
		}
	case model.ContactConnected:
		r.serve(ctx, c, k)
	case model.ContactEnded:
		r.finish(ctx, c, k)
	case model.ContactArrived, model.ContactQueued:
	}
}

// answer makes the media while it rings, then accepts.
func (r *robot) answer(ctx context.Context, c model.Contact) {
	ring := time.NewTimer(r.cmd.AnswerAfter)
	defer ring.Stop()
	r.openMedia(ctx, c)
	select {
	case <-ctx.Done():
		return
	case <-ring.C:
	}
	interaction, err := r.gw.Accept(ctx, c.ID, c.OfferNumber)
	if err != nil {
		r.say("could not accept %s: %v", c.ID, err)
		return
	}
	if r.cmd.Note != "" {
		r.do(ctx, "write a note", func(ctx context.Context) error { return r.gw.SaveNote(ctx, interaction, r.cmd.Note) })
	}
}

func (r *robot) openMedia(ctx context.Context, c model.Contact) {
	offer, err := r.phone.Offer(ctx, c.ID)
	if err != nil {
		r.say("no media for %s: %v", c.ID, err)
		return
	}
	answer, err := r.gw.OpenMedia(ctx, c.ID, offer)
	if err == nil {
		err = r.phone.Answer(c.ID, answer)
	}
	if err != nil {
		r.say("no media for %s: %v", c.ID, err)
	}
}

func (r *robot) serve(ctx context.Context, c model.Contact, k *robotCall) {
	if !k.answered {
		k.answered = true
		r.say("serves %s", c.ID)
		if k.offer == 0 { // served before this robot came: the media is gone
			r.beside.Go(func() { r.openMedia(ctx, c) })
		}
		if r.cmd.TalkFor > 0 {
			r.beside.Go(func() { r.hangUpAfter(ctx, c.ID) })
		}
	}
	if c.Held {
		r.phone.Silence(c.ID)
	} else {
		r.phone.Talk(c.ID)
	}
}

func (r *robot) hangUpAfter(ctx context.Context, id string) {
	t := time.NewTimer(r.cmd.TalkFor)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
		r.do(ctx, "hang up", func(ctx context.Context) error { return r.gw.HangUp(ctx, id) })
	}
}

func (r *robot) finish(ctx context.Context, c model.Contact, k *robotCall) {
	if k.ending {
		return
	}
	k.ending = true
	r.phone.Close(c.ID)
	r.say("contact %s is over", c.ID)
	r.beside.Go(func() {
		t := time.NewTimer(r.cmd.WrapUpFor)
		defer t.Stop()
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if c.Interaction != "" {
			r.do(ctx, "end the interaction", func(ctx context.Context) error { return r.gw.End(ctx, c.Interaction, true) })
		}
		r.do(ctx, "end the wrap-up", r.gw.SetReady)
	})
}

func (r *robot) do(ctx context.Context, what string, f func(context.Context) error) {
	if err := f(ctx); err != nil && ctx.Err() == nil {
		r.say("could not %s: %v", what, err)
	}
}

// leave hangs up what is at hand and signs out.
func (r *robot) leave(ctx context.Context) {
	for id, k := range r.calls {
		if k.answered && !k.ending {
			r.do(ctx, "hang up", func(ctx context.Context) error { return r.gw.HangUp(ctx, id) })
		}
	}
	r.do(ctx, "sign out", r.gw.SignOut)
}
