package sip

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"

	lib "github.com/emiago/sipgo/sip"
)

// contact is where the far side reaches us within the dialog.
func (d *Dialog) contact() lib.Header {
	addr := netip.AddrPortFrom(d.server.cfg.Host, d.server.port(d.transport))
	value := fmt.Sprintf("<sip:parley@%s>", addr)
	if t := strings.ToLower(d.transport); t != "udp" {
		value = fmt.Sprintf("<sip:parley@%s;transport=%s>", addr, t)
	}
	return lib.NewHeader("Contact", value)
}

func (d *Dialog) response(req *lib.Request, status int, body []byte) *lib.Response {
	res := lib.NewResponseFromRequest(req, status, phrase(status), nil)
	res.AppendHeader(d.contact())
	res.AppendHeader(lib.NewHeader("Allow", allow))
	res.AppendHeader(lib.NewHeader("Supported", "timer"))
	if len(body) > 0 {
		res.AppendHeader(lib.NewHeader("Content-Type", "application/sdp"))
	}
	res.SetBody(body)
	return res
}

// request builds a request within the dialog. The lock is held.
func (d *Dialog) request(method lib.RequestMethod, body []byte) *lib.Request {
	req := lib.NewRequest(method, d.target)
	req.SetTransport(d.transport)
	d.localSeq++
	via := &lib.ViaHeader{
		ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: d.transport,
		Host: hostText(d.server.cfg.Host), Port: int(d.server.port(d.transport)),
	}
	via.Params.Add("branch", lib.GenerateBranchN(16))
	via.Params.Add("rport", "")
	req.AppendHeader(via)
	// In our requests the caller's From is To, and the To he dialled is From.
	from := d.invite.To().AsFrom()
	to := d.invite.From().AsTo()
	callID := lib.CallIDHeader(d.callID)
	forwards := lib.MaxForwardsHeader(70)
	req.AppendHeader(&from)
	req.AppendHeader(&to)
	req.AppendHeader(&callID)
	req.AppendHeader(&lib.CSeqHeader{SeqNo: d.localSeq, MethodName: method})
	req.AppendHeader(&forwards)
	for _, h := range d.invite.GetHeaders("Record-Route") {
		req.AppendHeader(lib.NewHeader("Route", h.Value()))
	}
	if method == lib.INVITE {
		req.AppendHeader(d.contact())
		req.AppendHeader(lib.NewHeader("Allow", allow))
		req.AppendHeader(lib.NewHeader("Supported", "timer"))
		req.AppendHeader(lib.NewHeader("Content-Type", "application/sdp"))
	}
	req.SetBody(body)
	d.address(req)
	return req
}

// address sends the request back where the INVITE came from: the peer is known
// to be there, while its Contact may name a host behind a translator.
func (d *Dialog) address(req *lib.Request) {
	req.SetDestination(d.source)
	if d.transport == "UDP" {
		local := d.server.udp.LocalAddr().(*net.UDPAddr)
		req.Laddr = lib.Addr{IP: local.IP, Port: local.Port, Zone: local.Zone}
	}
}

func hostText(a netip.Addr) string {
	if a.Is6() {
		return "[" + a.String() + "]"
	}
	return a.String()
}

func parseSource(s string) (netip.AddrPort, error) {
	ap, err := netip.ParseAddrPort(s)
	return unmapped(ap), err
}

// transact sends a request and returns its final response. An INVITE's 2xx is
// acknowledged, again for each time it comes.
func (s *Server) transact(ctx context.Context, req *lib.Request) (*lib.Response, error) {
	tx, err := s.ua.TransactionLayer().Request(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("send %s: %w", req.Method, err)
	}
	for {
		select {
		case res := <-tx.Responses():
			if res.IsProvisional() {
				continue
			}
			if !req.IsInvite() || !res.IsSuccess() {
				tx.Terminate()
				return res, nil
			}
			tx.OnRetransmission(func(*lib.Response) { s.acknowledge(req) })
			s.acknowledge(req)
			return res, nil
		case <-tx.Done():
			return nil, fmt.Errorf("await answer to %s: %w", req.Method, tx.Err())
		case <-ctx.Done():
			tx.Terminate()
			return nil, fmt.Errorf("await answer to %s: %w", req.Method, ctx.Err())
		}
	}
}

func (s *Server) acknowledge(invite *lib.Request) {
	ack := lib.NewRequest(lib.ACK, invite.Recipient)
	ack.SetTransport(invite.Transport())
	via := invite.Via().Clone()
	via.Params.Add("branch", lib.GenerateBranchN(16))
	ack.AppendHeader(via)
	for _, name := range []string{"From", "To", "Call-ID", "Max-Forwards", "Route"} {
		lib.CopyHeaders(name, invite, ack)
	}
	ack.AppendHeader(&lib.CSeqHeader{SeqNo: invite.CSeq().SeqNo, MethodName: lib.ACK})
	ack.SetBody(nil)
	ack.SetDestination(invite.Destination())
	ack.Laddr = invite.Laddr
	if err := s.ua.TransportLayer().WriteMsg(ack); err != nil {
		s.log.Debug("send ACK", "error", err)
	}
}
