package phone

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	lib "github.com/emiago/sipgo/sip"

	"parley/client/phone/codec"
	"parley/server/voice/media"
)

// patience is how long answers to requests within the call are waited for.
const patience = 5 * time.Second

func (c *Call) buildInvite(to lib.Uri) {
	req := lib.NewRequest(lib.INVITE, to)
	from := lib.FromHeader{
		DisplayName: c.cfg.Name,
		Address:     lib.Uri{Scheme: "sip", User: c.cfg.From, Host: c.local.Addr().String()},
	}
	from.Params.Add("tag", lib.GenerateTagN(12))
	callID := lib.CallIDHeader(lib.GenerateTagN(24))
	c.seq = 1
	req.AppendHeader(c.via())
	req.AppendHeader(&from)
	req.AppendHeader(&lib.ToHeader{Address: lib.Uri{Scheme: to.Scheme, User: to.User, Host: to.Host, Port: to.Port}})
	req.AppendHeader(&callID)
	req.AppendHeader(&lib.CSeqHeader{SeqNo: c.seq, MethodName: lib.INVITE})
	c.complete(req)
	if !c.cfg.Late {
		c.session(req, media.Offer(c.describe(media.SendRecv)))
	} else {
		req.SetBody(nil)
	}
	c.invite, c.target = req, to
}

func (c *Call) via() *lib.ViaHeader {
	via := &lib.ViaHeader{
		ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: c.transport,
		Host: c.local.Addr().String(), Port: int(c.local.Port()),
	}
	via.Params.Add("branch", lib.GenerateBranchN(16))
	via.Params.Add("rport", "")
	return via
}

// complete adds what every request of ours carries.
func (c *Call) complete(req *lib.Request) {
	forwards := lib.MaxForwardsHeader(70)
	req.AppendHeader(&forwards)
	req.AppendHeader(lib.NewHeader("Contact", c.contact()))
	req.AppendHeader(lib.NewHeader("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS"))
	req.AppendHeader(lib.NewHeader("Supported", "timer"))
	req.SetTransport(c.transport)
	if c.transport == "UDP" {
		req.Laddr = lib.Addr{IP: c.local.Addr().AsSlice(), Port: int(c.local.Port())}
	}
}

func (c *Call) contact() string {
	return fmt.Sprintf("<sip:%s@%s;transport=%s>", c.cfg.From, c.local, strings.ToLower(c.transport))
}

func (c *Call) session(msg lib.Message, body []byte) {
	msg.AppendHeader(lib.NewHeader("Content-Type", "application/sdp"))
	msg.SetBody(body)
}

// describe is our session: what is offered, or after the answer what is used.
func (c *Call) describe(d media.Direction) media.Description {
	c.version++
	local := netip.AddrPortFrom(c.local.Addr(), c.stream.Local().Port())
	if c.chosen.Format.Name != "" {
		chosen := c.chosen
		chosen.Direction = d
		return chosen.Describe(local, uint64(local.Port()), c.version)
	}
	names := c.cfg.Codecs
	if len(names) == 0 {
		names = []codec.Name{codec.PCMA, codec.PCMU, codec.G722, codec.Opus}
	}
	desc := media.Description{Addr: local, ID: uint64(local.Port()), Version: c.version, Direction: d}
	for _, name := range names {
		f, _ := codec.Lookup(name)
		desc.Payloads = append(desc.Payloads, media.Payload{Name: name, Type: f.PayloadType})
		if desc.Event == 0 {
			desc.Event, desc.EventClock = 101, f.ClockRate
		}
	}
	return desc
}

// follow takes the INVITE to its end.
func (c *Call) follow(tx *lib.ClientTx) {
	tried := false
	for {
		select {
		case res := <-tx.Responses():
			next := c.response(tx, res, &tried)
			if next == nil {
				return
			}
			tx = next
		case <-tx.Done():
			c.finish(fmt.Errorf("call: %w", tx.Err()))
			return
		case <-c.ctx.Done():
			c.cancelInvite()
			tx.Terminate()
			c.finish(fmt.Errorf("call: %w", c.ctx.Err()))
			return
		}
	}
}

// response returns the transaction to go on with, nil at the end.
func (c *Call) response(tx *lib.ClientTx, res *lib.Response, tried *bool) *lib.ClientTx {
	c.report(res.StatusCode)
	switch {
	case res.IsProvisional():
		c.mu.Lock()
		hungUp := c.hungUp
		c.mu.Unlock()
		if hungUp {
			c.cancelInvite()
		}
		return tx
	case res.IsSuccess():
		tx.OnRetransmission(func(r *lib.Response) { c.stray(r) })
		c.finish2xx(res)
		return nil
	case (res.StatusCode == 401 || res.StatusCode == 407) && !*tried && c.cfg.Username != "":
		*tried = true
		next, err := c.authorize(res)
		if err == nil {
			return next
		}
		c.finish(err)
	case res.StatusCode == 487:
		c.finish(nil)
	default:
		c.finish(fmt.Errorf("%w: %d %s", ErrRefused, res.StatusCode, res.Reason))
	}
	return nil
}

func (c *Call) finish2xx(res *lib.Response) {
	c.mu.Lock()
	c.answer = res
	if contact := res.Contact(); contact != nil {
		c.target = *contact.Address.Clone()
	}
	err := c.agree(res.Body())
	var body []byte
	if c.cfg.Late && err == nil {
		body = media.Answer(c.offer, c.describe(media.SendRecv))
	}
	c.acknowledge(c.invite, body)
	hungUp := c.hungUp
	c.mu.Unlock()
	if err != nil || hungUp {
		c.bye()
		c.finish(err)
		return
	}
	close(c.connected)
}

// agree takes over the far side's session. The lock is held.
func (c *Call) agree(body []byte) error {
	session, err := media.Parse(body)
	if err != nil {
		return fmt.Errorf("read session: %w", err)
	}
	chosen, err := media.Choose(session, nil)
	if err != nil {
		return fmt.Errorf("read session: %w", err)
	}
	fresh := c.chosen.Format.Name == ""
	c.offer, c.chosen = session, chosen
	if err := c.ear.tune(chosen.Format); err != nil {
		return fmt.Errorf("decode: %w", err)
	}
	c.stream.Set(chosen)
	if !fresh || c.cfg.Mute {
		return nil
	}
	prompt, err := media.Encode(c.sound, chosen.Format.Name)
	if err != nil {
		return fmt.Errorf("encode sound: %w", err)
	}
	c.stream.Play(nil, prompt)
	return nil
}

// acknowledge sends the ACK of a 2xx. The lock is held.
func (c *Call) acknowledge(invite *lib.Request, body []byte) {
	ack := c.within(lib.ACK, invite.CSeq().SeqNo)
	if body != nil {
		c.session(ack, body)
	}
	// A lost ACK is sent again when the 2xx comes again.
	_ = c.ua.TransportLayer().WriteMsg(ack)
}

// within builds a request within the dialog. The lock is held.
func (c *Call) within(method lib.RequestMethod, seq uint32) *lib.Request {
	req := lib.NewRequest(method, c.target)
	req.AppendHeader(c.via())
	lib.CopyHeaders("From", c.invite, req)
	lib.CopyHeaders("To", c.answer, req)
	lib.CopyHeaders("Call-ID", c.invite, req)
	req.AppendHeader(&lib.CSeqHeader{SeqNo: seq, MethodName: method})
	c.complete(req)
	routes := c.answer.GetHeaders("Record-Route")
	for i := len(routes) - 1; i >= 0; i-- {
		req.AppendHeader(lib.NewHeader("Route", routes[i].Value()))
	}
	req.SetBody(nil)
	return req
}

// stray is a response that no transaction takes: a repeated 2xx, whose ACK was
// lost.
func (c *Call) stray(res *lib.Response) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if cseq := res.CSeq(); c.answer != nil && cseq != nil && cseq.MethodName == lib.INVITE && res.IsSuccess() {
		ack := c.within(lib.ACK, cseq.SeqNo)
		_ = c.ua.TransportLayer().WriteMsg(ack)
	}
}

// HangUp ends the call: BYE, or CANCEL when it is not answered yet. It waits
// for the far side's answer for a short while.
func (c *Call) HangUp() {
	c.mu.Lock()
	over, connected, heard := c.over || c.hungUp, c.answer != nil, c.heard
	c.hungUp = true
	c.mu.Unlock()
	switch {
	case over:
	case !heard:
		// RFC 3261, 9.1: without a response there is nothing to cancel.
		c.finish(nil)
	case connected:
		c.bye()
		c.finish(nil)
	default:
		c.cancelInvite()
		select {
		case <-c.ended:
		case <-time.After(patience):
		}
	}
}

func (c *Call) bye() {
	c.mu.Lock()
	c.seq++
	req := c.within(lib.BYE, c.seq)
	c.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.ctx), patience)
	defer cancel()
	_, _ = c.transact(ctx, req)
}

func (c *Call) cancelInvite() {
	req := lib.NewRequest(lib.CANCEL, c.invite.Recipient)
	for _, name := range []string{"Via", "From", "To", "Call-ID"} {
		lib.CopyHeaders(name, c.invite, req)
	}
	req.AppendHeader(&lib.CSeqHeader{SeqNo: c.invite.CSeq().SeqNo, MethodName: lib.CANCEL})
	forwards := lib.MaxForwardsHeader(70)
	req.AppendHeader(&forwards)
	req.SetBody(nil)
	req.SetTransport(c.transport)
	req.Laddr = c.invite.Laddr
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.ctx), patience)
	defer cancel()
	_, _ = c.transact(ctx, req)
}

// errNoAnswer: a transaction ended without a final response.
var errNoAnswer = errors.New("no answer")

func (c *Call) transact(ctx context.Context, req *lib.Request) (*lib.Response, error) {
	tx, err := c.ua.TransactionLayer().Request(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("send %s: %w", req.Method, err)
	}
	for {
		select {
		case res := <-tx.Responses():
			if res.IsProvisional() {
				continue
			}
			if !req.IsInvite() {
				tx.Terminate()
			}
			return res, nil
		case <-tx.Done():
			return nil, fmt.Errorf("%w to %s: %w", errNoAnswer, req.Method, tx.Err())
		case <-ctx.Done():
			tx.Terminate()
			return nil, fmt.Errorf("%w to %s: %w", errNoAnswer, req.Method, ctx.Err())
		}
	}
}

// report gives a status to Progress; nobody needs to read it.
func (c *Call) report(status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return
	}
	c.heard = true
	select {
	case c.progress <- status:
	default:
	}
}
