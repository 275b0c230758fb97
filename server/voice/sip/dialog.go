package sip

import (
	"context"
	"net/netip"
	"sync"
	"time"

	lib "github.com/emiago/sipgo/sip"
)

// state is where a dialog stands; it only moves forward.
type state int

const (
	early state = iota
	// answered: our 200 is out, the ACK is not here yet.
	answered
	confirmed
	ended
)

// Call is what an INVITE says about a call.
type Call struct {
	ANI        string
	DNIS       string
	CallerName string
	// Offer is the session description, empty when the caller wants ours.
	Offer  []byte
	Source netip.AddrPort
	Peer   string
}

// Dialog is one call on the trunk. Its methods do not wait for the network.
type Dialog struct {
	// Call is fixed when the dialog is made.
	Call Call

	server    *Server
	callID    string
	localTag  string
	remoteTag string
	invite    *lib.Request
	tx        lib.ServerTransaction
	transport string
	source    string
	ackSeen   chan struct{}
	// finalSent is closed when a final response is out, gone when the call is over.
	finalSent chan struct{}
	cancelled chan struct{}
	gone      chan struct{}
	over      sync.Once

	mu        sync.Mutex
	state     state
	final     *lib.Response
	target    lib.Uri
	localSeq  uint32
	remoteSeq uint32
	body      []byte
	// ourOffer: the session we described last waits for an answer in an ACK.
	ourOffer bool
	byeDue   bool
	renewing bool
	// reinviteAck is closed by the ACK numbered reinviteSeq.
	reinviteSeq uint32
	reinviteAck chan struct{}
	expiry      expiry
	timer       *time.Timer
}

func newDialog(s *Server, req *lib.Request, tx lib.ServerTransaction, peer *Peer, e expiry) *Dialog {
	source, _ := parseSource(req.Source())
	d := &Dialog{
		server: s, invite: req, tx: tx, callID: req.CallID().Value(),
		localTag: newTag(), remoteTag: tag(req.From().Params),
		transport: req.Transport(), source: req.Source(), expiry: e,
		ackSeen: make(chan struct{}), finalSent: make(chan struct{}),
		cancelled: make(chan struct{}), gone: make(chan struct{}),
		remoteSeq: req.CSeq().SeqNo, localSeq: 1,
		Call: Call{
			DNIS: uriUser(req.Recipient.String()), Offer: req.Body(), Source: source, Peer: peer.Name,
		},
	}
	d.Call.ANI, d.Call.CallerName = caller(req)
	d.target = target(req)
	// The tag goes into our copy of the To header, so that every response has it.
	req.To().Params.Add("tag", d.localTag)
	return d
}

// caller prefers the identity the trunk vouches for (RFC 3325) to From.
func caller(req *lib.Request) (number, name string) {
	value := req.From().Value()
	if h := req.GetHeader("P-Asserted-Identity"); h != nil {
		value = splitOutside(h.Value(), ',')[0]
	}
	a, err := parseAddress(value)
	if err != nil {
		return "", ""
	}
	name = a.display
	if name == "" {
		if from, err := parseAddress(req.From().Value()); err == nil {
			name = from.display
		}
	}
	return uriUser(a.uri), name
}

func target(req *lib.Request) lib.Uri {
	if c := req.Contact(); c != nil {
		return *c.Address.Clone()
	}
	return *req.From().Address.Clone()
}

// run serves the INVITE from first ring to ACK; the transaction lives as long.
func (d *Dialog) run() {
	if !d.tx.OnCancel(func(*lib.Request) { close(d.cancelled) }) {
		d.farEnd()
		return
	}
	d.server.respond(d.tx, d.invite, 100)
	d.server.handler.Invited(d)
	again := time.NewTicker(time.Minute)
	defer again.Stop()
	for {
		select {
		case <-d.finalSent:
			d.awaitAck()
			return
		case <-d.cancelled:
			d.farEnd()
			return
		case <-d.server.ctx.Done():
			return
		case <-again.C:
			// RFC 3261 13.3.1.1: a proxy gives up when it hears nothing for long.
			d.Ring()
		}
	}
}

// Ring tells the caller that we are alerting.
func (d *Dialog) Ring() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state == early {
		d.server.respond(d.tx, d.invite, 180, d.contact())
	}
}

// Answer sends 200 with the session; offered tells that body is an offer of
// ours, to be answered in the ACK. Answering again does nothing.
func (d *Dialog) Answer(body []byte, offered bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state != early {
		return nil
	}
	res := d.response(d.invite, 200, body)
	for _, h := range d.expiry.headers() {
		res.AppendHeader(h)
	}
	d.state, d.final, d.body, d.ourOffer = answered, res, body, offered
	err := d.tx.Respond(res)
	close(d.finalSent)
	return err
}

// Reject refuses the call with a final status.
func (d *Dialog) Reject(status int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state != early {
		return
	}
	d.state = ended
	d.server.refuse(d.tx, d.invite, status)
	close(d.finalSent)
}

// End ends the call from our side: BYE, or 480 when it was not answered.
func (d *Dialog) End() {
	d.Reject(480)
	d.mu.Lock()
	over := d.state == confirmed
	switch d.state {
	case answered:
		// RFC 3261 15: no BYE before the ACK.
		d.byeDue = true
	case confirmed:
		d.state = ended
		d.sendBye()
	case early, ended:
	}
	d.mu.Unlock()
	if over {
		d.forget()
	}
}

// awaitAck repeats the 200 until the ACK comes, over any transport (RFC 3261
// 13.3.1.4), and gives the call up when none comes.
func (d *Dialog) awaitAck() {
	d.mu.Lock()
	final, over := d.final, d.state == ended
	d.mu.Unlock()
	if over || final == nil {
		d.forget()
		return
	}
	wait := lib.T1
	timer := time.NewTimer(wait)
	defer timer.Stop()
	deadline := time.NewTimer(64 * lib.T1)
	defer deadline.Stop()
	for {
		select {
		case <-d.ackSeen:
			return
		case <-d.cancelled:
			// The CANCEL overtook our answer, which was then never sent.
			d.farEnd()
			return
		case <-d.gone:
			return
		case <-d.server.ctx.Done():
			return
		case <-timer.C:
			_ = d.tx.Respond(final)
			wait = min(2*wait, lib.T2)
			timer.Reset(wait)
		case <-deadline.C:
			d.lost("no ACK")
			return
		}
	}
}

func (d *Dialog) acked(req *lib.Request) {
	d.mu.Lock()
	first := d.state == answered
	if first {
		d.state = confirmed
		close(d.ackSeen)
		d.schedule()
	}
	if d.reinviteAck != nil && req.CSeq().SeqNo == d.reinviteSeq {
		close(d.reinviteAck)
		d.reinviteAck = nil
	}
	answer := d.ourOffer && len(req.Body()) > 0
	d.ourOffer = d.ourOffer && !answer
	bye := first && d.byeDue
	if bye {
		d.state = ended
		d.sendBye()
	}
	d.mu.Unlock()
	switch {
	case bye:
		d.forget()
	case answer:
		d.server.handler.Answered(d, req.Body())
	}
}

// farEnd: the far side ended the call.
func (d *Dialog) farEnd() {
	d.mu.Lock()
	ours := d.state == ended || d.byeDue
	d.state = ended
	d.mu.Unlock()
	d.forget()
	if !ours {
		d.server.handler.Ended(d)
	}
}

// lost: the far side is gone; it is told BYE in case it is not.
func (d *Dialog) lost(why string) {
	d.server.log.Info("SIP dialog lost", "reason", why, "call", d.callID)
	d.mu.Lock()
	if d.state == answered || d.state == confirmed {
		d.sendBye()
	}
	d.mu.Unlock()
	d.farEnd()
}

// forget releases what the dialog holds.
func (d *Dialog) forget() {
	d.over.Do(func() {
		close(d.gone)
		d.server.remove(d)
		d.mu.Lock()
		if d.timer != nil {
			d.timer.Stop()
		}
		d.mu.Unlock()
	})
}

// sendBye sends BYE without waiting for its answer. The lock is held.
func (d *Dialog) sendBye() {
	req := d.request(lib.BYE, nil)
	d.server.byes.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(d.server.ctx), byeWait)
		defer cancel()
		if _, err := d.server.transact(ctx, req); err != nil {
			d.server.log.Debug("send BYE", "error", err)
		}
	})
}

// byeWait is how long an answer to our BYE is waited for.
const byeWait = 5 * time.Second

// expectAck returns a channel that is closed by the ACK with that number.
func (d *Dialog) expectAck(seq uint32) <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reinviteSeq, d.reinviteAck = seq, make(chan struct{})
	return d.reinviteAck
}
