package voice

import (
	"errors"
	"time"

	domaincall "parley/server/domain/call"
	"parley/server/voice/media"
	"parley/server/voice/rtc"
	"parley/server/voice/sip"
)

// trunkEvents is what the trunk tells, kept off the methods of Voice.
type trunkEvents struct{ voice *Voice }

// Invited lets the handler decide about a new call.
func (t trunkEvents) Invited(d *sip.Dialog) {
	v := t.voice
	c, err := newCall(v, d)
	if err != nil {
		status := 488
		if errors.Is(err, media.ErrPorts) {
			status = int(domaincall.Stopping)
		}
		v.log.Info("refuse call", "from", d.Call.Source.String(), "status", status, "error", err)
		d.Reject(status)
		return
	}
	if !v.add(c) {
		c.refuse(domaincall.Stopping)
		return
	}
	arrival := domaincall.Arrival{
		ID: c.id, ANI: d.Call.ANI, DNIS: d.Call.DNIS, CallerName: d.Call.CallerName, At: time.Now(),
	}
	c.tell(func(h domaincall.Handler) {
		if refusal := h.Arrived(v.ctx, arrival); refusal != 0 {
			c.refuse(refusal)
			return
		}
		v.total.Inc()
		d.Ring()
	})
}

// refuse rejects the call; nothing more is told of it.
func (c *call) refuse(r domaincall.Refusal) {
	c.reports.close()
	c.dialog.Reject(int(r))
	c.finish()
}

// Offered applies a re-INVITE: hold, retrieve, or a new address.
func (t trunkEvents) Offered(d *sip.Dialog, offer []byte) ([]byte, int) {
	c := t.voice.byDialog(d)
	if c == nil {
		return nil, 481
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(offer) == 0 {
		return media.Offer(c.describeAll()), 200
	}
	session, err := media.Parse(offer)
	if err != nil || !c.apply(session) {
		return nil, 488
	}
	c.offer = session
	return c.describe(), 200
}

// Answered applies the far side's answer to our offer.
func (t trunkEvents) Answered(d *sip.Dialog, answer []byte) {
	c := t.voice.byDialog(d)
	if c == nil {
		return
	}
	session, err := media.Parse(answer)
	c.mu.Lock()
	first := c.chosen == nil
	ok := err == nil && c.apply(session)
	if ok && first {
		c.offer = session
		c.treat()
	}
	c.mu.Unlock()
	if !ok {
		c.voice.log.Info("end call whose answer has no codec of ours", "call", string(c.id))
		c.end()
		c.left()
	}
}

// Ended: the caller has gone.
func (t trunkEvents) Ended(d *sip.Dialog) {
	if c := t.voice.byDialog(d); c != nil && c.finish() {
		c.left()
	}
}

// apply takes over what the far side describes; the codec stays what it was,
// because the agent's side speaks it too. The lock is held.
func (c *call) apply(session media.Session) bool {
	allowed := media.Codecs()
	if c.chosen != nil {
		allowed = allowed[:0:0]
		allowed = append(allowed, c.chosen.Format.Name)
	}
	chosen, err := media.Choose(session, allowed)
	if err != nil {
		return false
	}
	chosen.Signal = c.dialog.Call.Source.Addr()
	c.chosen = &chosen
	c.stream.Set(chosen)
	if held := heldBy(chosen); held != c.farHeld {
		c.farHeld = held
		c.tell(func(h domaincall.Handler) { h.CallerHeld(c.id, held) })
	}
	return true
}

// heldBy: the far side does not want to hear us.
func heldBy(c media.Chosen) bool {
	return c.Direction == media.RecvOnly || c.Direction == media.Inactive
}

// Sound passes the caller's sound on.
func (c *call) Sound(p *media.Packet, event bool) {
	if a := c.talking.Load(); a != nil {
		a.Send(p, event)
	}
}

// Digit reports a key.
func (c *call) Digit(digit string) {
	c.tell(func(h domaincall.Handler) { h.Digit(c.id, digit) })
}

// AgentUp starts sound that waited for the agent's media.
func (c *call) AgentUp(*rtc.Agent) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.route()
}

// AgentSound passes the agent's sound on.
func (c *call) AgentSound(a *rtc.Agent, p *media.Packet, event bool) {
	if c.talking.Load() == a {
		c.stream.Forward(p, event)
	}
}

// AgentDown gives the caller the music again.
func (c *call) AgentDown(a *rtc.Agent) {
	c.mu.Lock()
	current := c.agent == a
	if current {
		c.agent, c.connected = nil, false
		c.route()
	}
	c.mu.Unlock()
	if current {
		c.tell(func(h domaincall.Handler) { h.AgentLost(c.id) })
		c.voice.discard(a)
	}
}
