package voice

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"parley/server/domain"
	domaincall "parley/server/domain/call"
	"parley/server/voice/media"
	"parley/server/voice/rtc"
	"parley/server/voice/sip"
)

// call is one caller, and at times one agent.
type call struct {
	id      domain.ContactID
	voice   *Voice
	dialog  *sip.Dialog
	stream  *media.Stream
	reports reports
	// talking is the agent who is bridged, read for each packet.
	talking atomic.Pointer[rtc.Agent]

	mu        sync.Mutex
	offer     media.Session
	chosen    *media.Chosen
	version   uint64
	treatment *domaincall.Treatment
	farHeld   bool
	over      bool
	agent     *rtc.Agent
	// connected: the agent shall be heard as soon as his media is up.
	connected bool
}

func newCall(v *Voice, d *sip.Dialog) (*call, error) {
	c := &call{id: domain.ContactID(rand.Text()), voice: v, dialog: d}
	c.reports.wg = &v.wg
	if len(d.Call.Offer) > 0 {
		s, err := media.Parse(d.Call.Offer)
		if err != nil {
			return nil, err
		}
		chosen, err := media.Choose(s, nil)
		if err != nil {
			return nil, err
		}
		chosen.Signal = d.Call.Source.Addr()
		c.offer, c.chosen = s, &chosen
	}
	pair, err := v.ports.Open()
	if err != nil {
		return nil, fmt.Errorf("open media: %w", err)
	}
	c.stream = media.Open(pair, v.clock, c)
	return c, nil
}

// answer sends our session and starts the treatment.
func (c *call) answer(t domaincall.Treatment) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.treatment != nil || c.over {
		return nil
	}
	c.treatment = &t
	if c.chosen == nil {
		// The caller wants our offer, and picks the codec in the ACK.
		return c.dialog.Answer(media.Offer(c.describeAll()), true)
	}
	if err := c.dialog.Answer(c.describe(), false); err != nil {
		return fmt.Errorf("answer call: %w", err)
	}
	c.stream.Set(*c.chosen)
	c.farHeld = heldBy(*c.chosen)
	c.treat()
	return nil
}

// describe is our answer to the last offer. The lock is held.
func (c *call) describe() []byte {
	c.version++
	return media.Answer(c.offer, c.chosen.Describe(c.local(), c.serial(), c.version))
}

// describeAll is an offer of everything we can. The lock is held.
func (c *call) describeAll() media.Description {
	c.version++
	d := media.Description{
		Addr: c.local(), ID: c.serial(), Version: c.version,
		Event: eventType, EventClock: eventClock, Direction: media.SendRecv,
	}
	if c.chosen != nil {
		d.Payloads = []media.Payload{{Name: c.chosen.Format.Name, Type: c.chosen.Type}}
		d.Event, d.EventClock = c.chosen.Event, c.chosen.Format.ClockRate
		return d
	}
	d.Payloads = media.OfferPayloads()
	return d
}

// The telephone events of our own offers.
const (
	eventType  = 101
	eventClock = 8000
)

// treat starts greeting and music. The lock is held.
func (c *call) treat() {
	var prompts []*media.Prompt
	greeting := c.prompt(c.treatment.Greeting)
	music := c.prompt(c.treatment.Music)
	if greeting != nil {
		prompts = append(prompts, greeting.Once())
	}
	if music != nil {
		prompts = append(prompts, music)
	}
	if greeting == nil {
		c.tell(func(h domaincall.Handler) { h.Greeted(c.id) })
	}
	c.stream.Play(func() { c.tell(func(h domaincall.Handler) { h.Greeted(c.id) }) }, prompts...)
}

func (c *call) prompt(name string) *media.Prompt {
	if name == "" {
		return nil
	}
	p, err := c.voice.library.Find(name, c.chosen.Format.Name)
	if err != nil {
		c.voice.log.Warn("prompt is not played", "prompt", name, "error", err)
		return nil
	}
	return p
}

// route bridges caller and agent, or parts them. The lock is held.
func (c *call) route() {
	talking := c.connected && c.agent != nil && c.agent.Up() && !c.over
	if talking {
		c.talking.Store(c.agent)
	} else {
		c.talking.Store(nil)
	}
	c.stream.Bridge(talking)
}

// openAgent replaces the agent's connection.
func (c *call) openAgent(ctx context.Context, offer string) (string, error) {
	c.mu.Lock()
	chosen := c.chosen
	c.mu.Unlock()
	if chosen == nil {
		return "", domain.Errorf(domain.Conflict, "The caller's side has not chosen a codec yet.")
	}
	a, answer, err := c.voice.hub.Open(ctx, offer, chosen.Format.Name, c)
	switch {
	case errors.Is(err, rtc.ErrOffer), errors.Is(err, rtc.ErrCodec):
		return "", &domain.Error{Kind: domain.Invalid, Text: "The media offer cannot be answered.", Subject: "offer", Cause: err}
	case err != nil:
		return "", fmt.Errorf("open agent's media: %w", err)
	}
	c.mu.Lock()
	if c.over {
		c.mu.Unlock()
		c.voice.discard(a)
		return "", domain.Errorf(domain.NotFound, "There is no such call.")
	}
	old := c.agent
	c.agent, c.connected = a, false
	c.route()
	c.mu.Unlock()
	c.voice.discard(old)
	return answer, nil
}

func (c *call) connect() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.agent == nil {
		return domain.Errorf(domain.Conflict, "The call has no agent's media.")
	}
	c.connected = true
	c.route()
	return nil
}

func (c *call) hold() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.connected = false
	c.route()
}

func (c *call) closeAgent() {
	c.mu.Lock()
	old := c.agent
	c.agent, c.connected = nil, false
	c.route()
	c.mu.Unlock()
	c.voice.discard(old)
}

// end ends the call from our side.
func (c *call) end() {
	if c.finish() {
		c.dialog.End()
	}
}

// finish takes the call out of the node; false when that was done before.
func (c *call) finish() bool {
	c.mu.Lock()
	if c.over {
		c.mu.Unlock()
		return false
	}
	c.over = true
	agent := c.agent
	c.agent = nil
	c.route()
	c.mu.Unlock()
	c.voice.remove(c)
	c.voice.wg.Go(func() {
		if err := c.stream.Close(); err != nil {
			c.voice.log.Warn("close caller's media", "error", err)
		}
	})
	c.voice.discard(agent)
	return true
}

// left reports that the caller is gone.
func (c *call) left() { c.tell(func(h domaincall.Handler) { h.CallerLeft(c.id) }) }

func (c *call) tell(report func(domaincall.Handler)) {
	h := c.voice.handler.Load()
	if h != nil {
		c.reports.add(func() { report(*h) })
	}
}

func (c *call) expectsMedia() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.treatment != nil && c.chosen != nil && !c.farHeld && !c.over
}
