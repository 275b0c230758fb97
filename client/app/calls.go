package app

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"parley/client/model"
	"parley/client/phone"
	"parley/client/phone/rtc"
)

// softphone is what calls need of the phone.
type softphone interface {
	Offer(ctx context.Context, callID string) (sdp string, err error)
	Answer(callID, sdp string) error
	Talk(callID string)
	Silence(callID string)
	Ring(on bool)
	Close(callID string)
}

// mediaOpener is what calls need of the server.
type mediaOpener interface {
	OpenMedia(ctx context.Context, contact, sdpOffer string) (sdpAnswer string, err error)
}

// testRingTime is how long the ring tone is tried.
const testRingTime = 2 * time.Second

// calls makes the audio follow the contacts: media is made while a contact
// rings, talks while it is connected and not held, and goes with the contact.
// While the server is away nothing is closed: audio may well go on.
//
// One goroutine owns everything here; each contact's media is made by a leg with
// its own goroutine, because that waits for the network.
type calls struct {
	phone  softphone
	server mediaOpener
	log    *slog.Logger

	tasks  chan func()
	ctx    context.Context
	stop   context.CancelFunc
	done   sync.WaitGroup
	legs   map[string]*leg
	ending map[string]*leg

	talking string
	offered bool
	testing *time.Timer
	ringing bool
}

func newCalls(p softphone, server mediaOpener, log *slog.Logger) *calls {
	c := &calls{
		phone: p, server: server, log: log, tasks: make(chan func(), 16),
		legs: map[string]*leg{}, ending: map[string]*leg{},
	}
	c.ctx, c.stop = context.WithCancel(context.Background())
	c.done.Go(c.run)
	return c
}

// close ends all media.
func (c *calls) close() {
	c.stop()
	c.done.Wait()
}

func (c *calls) run() {
	defer c.end()
	for {
		select {
		case <-c.ctx.Done():
			return
		case f := <-c.tasks:
			f()
		}
	}
}

func (c *calls) end() {
	if c.testing != nil {
		c.testing.Stop()
	}
	for id := range c.legs {
		c.drop(id)
	}
	for _, l := range c.ending {
		<-l.done
	}
	c.offered, c.testing = false, nil
	c.ring()
}

func (c *calls) post(f func()) {
	select {
	case c.tasks <- f:
	case <-c.ctx.Done():
	}
}

func (c *calls) onWorld(w model.World) { c.post(func() { c.follow(w) }) }
func (c *calls) onPhone(s phone.State) { c.post(func() { c.repair(s) }) }
func (c *calls) testRing()             { c.post(c.tryRing) }

// contactsWithMedia are my calls that ring or are served.
func contactsWithMedia(w model.World) []model.Contact {
	return slices.DeleteFunc(slices.Clone(w.Contacts), func(x model.Contact) bool {
		return x.Agent != w.Profile.User || x.Channel != model.ChannelVoice ||
			x.State != model.ContactOffered && x.State != model.ContactConnected
	})
}

// follow compares the contacts with the media that there is.
func (c *calls) follow(w model.World) {
	var contacts []model.Contact
	switch {
	case w.Link == model.LinkOnline:
		contacts = contactsWithMedia(w)
	case w.Link == model.LinkSignedOut && w.Ended != model.EndedExpired:
		// Another desktop has the calls now, or nobody may.
	default:
		c.offered = c.offered && w.Link == model.LinkConnecting
		c.ring()
		return
	}
	c.offered = false
	talking := ""
	wanted := map[string]bool{}
	for _, x := range contacts {
		wanted[x.ID] = true
		c.want(x)
		c.offered = c.offered || x.State == model.ContactOffered
		if x.State == model.ContactConnected && !x.Held {
			talking = x.ID
		}
	}
	c.talk(talking)
	for id := range c.legs {
		if !wanted[id] {
			c.drop(id)
		}
	}
	c.ring()
}

// want makes the contact's media, or makes it anew when another server has it.
func (c *calls) want(x model.Contact) {
	if l, ok := c.legs[x.ID]; ok {
		if l.node != x.Node {
			l.node = x.Node
			l.renew()
		}
		return
	}
	// The same contact may be offered again while its old media goes.
	before := c.ending[x.ID]
	delete(c.ending, x.ID)
	c.legs[x.ID] = startLeg(c, x.ID, x.Node, before)
}

func (c *calls) drop(id string) {
	l := c.legs[id]
	delete(c.legs, id)
	l.cancel()
	for old, e := range c.ending {
		if e.over() {
			delete(c.ending, old)
		}
	}
	c.ending[id] = l
}

func (c *calls) talk(id string) {
	if id == c.talking {
		return
	}
	if c.talking != "" {
		c.phone.Silence(c.talking)
	}
	if id != "" {
		c.phone.Talk(id)
	}
	c.talking = id
}

func (c *calls) ring() {
	if on := c.offered || c.testing != nil; on != c.ringing {
		c.ringing = on
		c.phone.Ring(on)
	}
}

func (c *calls) tryRing() {
	if c.testing != nil {
		return
	}
	c.testing = time.AfterFunc(testRingTime, func() {
		c.post(func() {
			c.testing = nil
			c.ring()
		})
	})
	c.ring()
}

// repair makes media anew that has failed, as long as its contact is there.
func (c *calls) repair(s phone.State) {
	for _, call := range s.Calls {
		if l, ok := c.legs[call.ID]; ok && call.Media == rtc.Failed {
			l.failed()
		}
	}
}
