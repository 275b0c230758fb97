package sip

import (
	"context"
	"strconv"
	"strings"
	"time"

	lib "github.com/emiago/sipgo/sip"
)

// expiry is a negotiated session timer (RFC 4028); zero interval means none.
type expiry struct {
	interval time.Duration
	// ours: we refresh, otherwise the far side does.
	ours bool
	// known: the far side knows session timers, so they may be required.
	known bool
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }

// headers are those of a 2xx response.
func (e expiry) headers() []lib.Header {
	if e.interval == 0 {
		return nil
	}
	hs := []lib.Header{lib.NewHeader("Session-Expires", seconds(e.interval)+";refresher="+e.refresher())}
	if e.known {
		hs = append(hs, lib.NewHeader("Require", "timer"))
	}
	return hs
}

// refresher is named from the side of a request that we receive.
func (e expiry) refresher() string {
	if e.ours {
		return "uas"
	}
	return "uac"
}

// negotiate applies table 2 of RFC 4028 to an INVITE; false means that the
// proposed interval is too small.
func (s *Server) negotiate(req *lib.Request) (expiry, bool) {
	e := expiry{interval: s.cfg.SessionExpires, known: supportsTimer(req), ours: true}
	value, refresher, found := sessionExpires(req.GetHeader("Session-Expires"))
	if !found {
		if x := req.GetHeader("x"); x != nil {
			value, refresher, found = sessionExpires(x)
		}
	}
	if found {
		if value < minSession && e.known {
			return e, false
		}
		e.interval = max(minSession, min(e.interval, value))
	}
	e.ours = !e.known || refresher != "uac"
	return e, true
}

func supportsTimer(msg lib.Message) bool {
	for _, name := range []string{"Supported", "k", "Require"} {
		for _, h := range msg.GetHeaders(name) {
			for option := range strings.SplitSeq(h.Value(), ",") {
				if strings.EqualFold(strings.TrimSpace(option), "timer") {
					return true
				}
			}
		}
	}
	return false
}

func sessionExpires(h lib.Header) (value time.Duration, refresher string, found bool) {
	if h == nil {
		return 0, "", false
	}
	number, params, _ := strings.Cut(h.Value(), ";")
	n, err := strconv.ParseUint(strings.TrimSpace(number), 10, 31)
	if err != nil {
		return 0, "", false
	}
	for p := range strings.SplitSeq(params, ";") {
		name, val, _ := strings.Cut(strings.TrimSpace(p), "=")
		if strings.EqualFold(name, "refresher") {
			refresher = strings.ToLower(val)
		}
	}
	return time.Duration(n) * time.Second, refresher, true
}

// schedule sets the timer anew: to renew at half the interval, or to give up a
// little before its end (RFC 4028 section 10). The lock is held.
func (d *Dialog) schedule() {
	if d.expiry.interval == 0 || d.state != confirmed {
		return
	}
	after, act := d.expiry.interval/2, d.renew
	if !d.expiry.ours {
		after = d.expiry.interval - min(32*time.Second, d.expiry.interval/3)
		act = func() { d.lost("session expired") }
	}
	if d.timer != nil {
		d.timer.Stop()
	}
	d.timer = time.AfterFunc(after, act)
}

// renew refreshes the session by a re-INVITE with the same description.
func (d *Dialog) renew() {
	d.mu.Lock()
	if d.state != confirmed || d.renewing || d.server.ctx.Err() != nil {
		d.mu.Unlock()
		return
	}
	d.renewing = true
	req := d.request(lib.INVITE, d.body)
	req.AppendHeader(lib.NewHeader("Session-Expires", seconds(d.expiry.interval)+";refresher=uac"))
	req.AppendHeader(lib.NewHeader("Min-SE", seconds(minSession)))
	d.server.wg.Add(1)
	d.mu.Unlock()
	defer d.server.wg.Done()

	res, err := d.server.transact(d.server.ctx, req)
	d.mu.Lock()
	d.renewing = false
	gone := err != nil || res.StatusCode == 408 || res.StatusCode == 481
	if !gone {
		d.renewed(res)
	}
	d.mu.Unlock()
	switch {
	case gone && d.server.ctx.Err() == nil:
		d.lost("session not renewed")
	case !gone && res.IsSuccess() && len(res.Body()) > 0:
		d.server.handler.Answered(d, res.Body())
	}
}

// retryAfter is how soon a refused renewal is tried again.
const retryAfter = 3 * time.Second

func (d *Dialog) renewed(res *lib.Response) {
	if !res.IsSuccess() {
		if h := res.GetHeader("Min-SE"); res.StatusCode == 422 && h != nil {
			if least, _, found := sessionExpires(h); found {
				d.expiry.interval = max(d.expiry.interval, least)
			}
		}
		d.timer = time.AfterFunc(retryAfter, d.renew)
		return
	}
	value, refresher, found := sessionExpires(res.GetHeader("Session-Expires"))
	if found && value >= minSession {
		d.expiry.interval = value
		d.expiry.ours = refresher != "uas"
	}
	d.schedule()
}

// reinvite lets the handler change the session, which also renews it.
func (d *Dialog) reinvite(req *lib.Request, tx lib.ServerTransaction) {
	d.mu.Lock()
	status := d.admit(req)
	d.mu.Unlock()
	if status != 0 {
		d.server.respond(tx, req, status)
		return
	}
	e, ok := d.server.negotiate(req)
	if !ok {
		d.server.respond(tx, req, 422, lib.NewHeader("Min-SE", seconds(minSession)))
		return
	}
	body, status := d.server.handler.Offered(d, req.Body())
	if status != 200 {
		d.server.respond(tx, req, status)
		return
	}
	res := d.response(req, 200, body)
	d.mu.Lock()
	d.body, d.expiry, d.target = body, e, target(req)
	d.ourOffer = len(req.Body()) == 0
	for _, h := range e.headers() {
		res.AppendHeader(h)
	}
	d.schedule()
	d.mu.Unlock()
	d.repeat(tx, res)
}

// admit checks order and state. The lock is held.
func (d *Dialog) admit(req *lib.Request) int {
	switch {
	case d.state == ended:
		return 481
	case req.CSeq().SeqNo <= d.remoteSeq, d.state != confirmed:
		return 500
	case d.renewing:
		return 491
	}
	d.remoteSeq = req.CSeq().SeqNo
	return 0
}

// repeat sends a 2xx to a re-INVITE until it is acknowledged.
func (d *Dialog) repeat(tx lib.ServerTransaction, res *lib.Response) {
	ctx, cancel := context.WithTimeout(d.server.ctx, 64*lib.T1)
	defer cancel()
	acked := d.expectAck(res.CSeq().SeqNo)
	for wait := lib.T1; ; wait = min(2*wait, lib.T2) {
		if err := tx.Respond(res); err != nil {
			d.server.log.Debug("send SIP response", "error", err)
		}
		select {
		case <-acked:
			return
		case <-d.gone:
			return
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}
