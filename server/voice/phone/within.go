package phone

import (
	"context"
	"fmt"

	lib "github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"

	"parley/server/voice/media"
)

// Hold puts the far side on hold by a re-INVITE.
func (c *Call) Hold(ctx context.Context) error { return c.reinvite(ctx, media.SendOnly) }

// Retrieve takes the far side back.
func (c *Call) Retrieve(ctx context.Context) error { return c.reinvite(ctx, media.SendRecv) }

func (c *Call) reinvite(ctx context.Context, d media.Direction) error {
	c.mu.Lock()
	if c.answer == nil || c.over {
		c.mu.Unlock()
		return fmt.Errorf("change session: %w", errNoAnswer)
	}
	c.seq++
	req := c.within(lib.INVITE, c.seq)
	c.session(req, media.Offer(c.describe(d)))
	c.mu.Unlock()
	res, err := c.transact(ctx, req)
	if err != nil {
		return fmt.Errorf("change session: %w", err)
	}
	if !res.IsSuccess() {
		return fmt.Errorf("change session: %w: %d %s", ErrRefused, res.StatusCode, res.Reason)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.acknowledge(req, nil)
	return c.agree(res.Body())
}

// authorize sends the INVITE again with an answer to the challenge.
func (c *Call) authorize(res *lib.Response) (*lib.ClientTx, error) {
	name, reply := "WWW-Authenticate", "Authorization"
	if res.StatusCode == 407 {
		name, reply = "Proxy-Authenticate", "Proxy-Authorization"
	}
	h := res.GetHeader(name)
	if h == nil {
		return nil, fmt.Errorf("%w: no challenge", ErrRefused)
	}
	challenge, err := digest.ParseChallenge(h.Value())
	if err != nil {
		return nil, fmt.Errorf("read challenge: %w", err)
	}
	cred, err := digest.Digest(challenge, digest.Options{
		Method: "INVITE", URI: c.invite.Recipient.String(), Count: 1,
		Username: c.cfg.Username, Password: c.cfg.Password,
	})
	if err != nil {
		return nil, fmt.Errorf("answer challenge: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seq++
	again := lib.NewRequest(lib.INVITE, c.invite.Recipient)
	again.AppendHeader(c.via())
	for _, name := range []string{"From", "To", "Call-ID"} {
		lib.CopyHeaders(name, c.invite, again)
	}
	again.AppendHeader(&lib.CSeqHeader{SeqNo: c.seq, MethodName: lib.INVITE})
	again.AppendHeader(lib.NewHeader(reply, cred.String()))
	c.complete(again)
	lib.CopyHeaders("Content-Type", c.invite, again)
	again.SetBody(c.invite.Body())
	c.invite = again
	tx, err := c.ua.TransactionLayer().Request(c.ctx, again)
	if err != nil {
		return nil, fmt.Errorf("send INVITE: %w", err)
	}
	return tx, nil
}

// serve takes requests of the far side.
func (c *Call) serve(req *lib.Request, tx lib.ServerTransaction) {
	switch req.Method {
	case lib.BYE:
		_ = tx.Respond(lib.NewResponseFromRequest(req, 200, "OK", nil))
		c.finish(nil)
	case lib.INVITE:
		c.offered(req, tx)
	case lib.OPTIONS:
		_ = tx.Respond(lib.NewResponseFromRequest(req, 200, "OK", nil))
	case lib.ACK:
	default:
		_ = tx.Respond(lib.NewResponseFromRequest(req, 405, "Method Not Allowed", nil))
	}
}

// offered accepts a re-INVITE, with which the far side renews the session.
func (c *Call) offered(req *lib.Request, tx lib.ServerTransaction) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.answer == nil || c.over || c.agree(req.Body()) != nil {
		_ = tx.Respond(lib.NewResponseFromRequest(req, 488, "Not Acceptable Here", nil))
		return
	}
	res := lib.NewResponseFromRequest(req, 200, "OK", nil)
	res.AppendHeader(lib.NewHeader("Contact", c.contact()))
	if h := req.GetHeader("Session-Expires"); h != nil {
		res.AppendHeader(lib.NewHeader("Session-Expires", h.Value()))
		res.AppendHeader(lib.NewHeader("Require", "timer"))
	}
	c.session(res, media.Answer(c.offer, c.describe(c.chosen.Direction)))
	_ = tx.Respond(res)
}
