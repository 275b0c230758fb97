package voice

import (
	"context"
	"net/netip"

	"parley/server/domain"
	domaincall "parley/server/domain/call"
	"parley/server/voice/media"
	"parley/server/voice/rtc"
	"parley/server/voice/sip"
)

// Answer answers the caller and starts the treatment.
func (v *Voice) Answer(id domain.ContactID, t domaincall.Treatment) error {
	c, err := v.find(id)
	if err != nil {
		return err
	}
	return c.answer(t)
}

// OpenAgent negotiates the agent's media.
func (v *Voice) OpenAgent(ctx context.Context, id domain.ContactID, offer string) (string, error) {
	c, err := v.find(id)
	if err != nil {
		return "", err
	}
	return c.openAgent(ctx, offer)
}

// Connect lets caller and agent hear each other.
func (v *Voice) Connect(id domain.ContactID) error {
	c, err := v.find(id)
	if err != nil {
		return err
	}
	return c.connect()
}

// Hold gives the caller the music again and the agent silence.
func (v *Voice) Hold(id domain.ContactID) error {
	c, err := v.find(id)
	if err != nil {
		return err
	}
	c.hold()
	return nil
}

// CloseAgent drops the agent's media.
func (v *Voice) CloseAgent(id domain.ContactID) error {
	c, err := v.find(id)
	if err != nil {
		return err
	}
	c.closeAgent()
	return nil
}

// SendDigits sends telephone events to the caller's side.
func (v *Voice) SendDigits(id domain.ContactID, digits string) error {
	c, err := v.find(id)
	if err != nil {
		return err
	}
	if !media.ValidDigits(digits) {
		return &domain.Error{Kind: domain.Invalid, Text: "Keys are 0 to 9, A to D, * and #.", Subject: "digits"}
	}
	if !c.stream.SendDigits(digits) {
		return domain.Errorf(domain.Conflict, "The caller's side takes no keys.")
	}
	return nil
}

// HangUp ends the call.
func (v *Voice) HangUp(id domain.ContactID) error {
	c, err := v.find(id)
	if err != nil {
		return err
	}
	c.end()
	return nil
}

// add keeps a call, unless this node takes no more.
func (v *Voice) add(c *call) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.stopping || v.handler.Load() == nil {
		return false
	}
	v.calls[c.id] = c
	v.dialogs[c.dialog] = c
	return true
}

func (v *Voice) remove(c *call) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.calls[c.id] != c {
		return
	}
	delete(v.calls, c.id)
	delete(v.dialogs, c.dialog)
	close(v.changed)
	v.changed = make(chan struct{})
}

func (v *Voice) byDialog(d *sip.Dialog) *call {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.dialogs[d]
}

// discard closes an agent's connection, which waits for its goroutines.
func (v *Voice) discard(a *rtc.Agent) {
	if a == nil {
		return
	}
	v.wg.Go(func() {
		if err := a.Close(); err != nil {
			v.log.Warn("close agent's media", "error", err)
		}
	})
}

// local is where the caller is told to send. Behind a translator the socket's
// own address is not the one.
func (c *call) local() netip.AddrPort {
	return netip.AddrPortFrom(c.voice.host, c.stream.Local().Port())
}

// serial numbers the session in its description.
func (c *call) serial() uint64 { return uint64(c.stream.Local().Port()) }
