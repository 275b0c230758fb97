package sip

import (
	"bufio"
	"bytes"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

const (
	maxHead = 16 << 10
	maxBody = 64 << 10
	// idleStream ends a connection on which nothing comes for so long.
	idleStream = time.Hour
)

var errStream = errors.New("stream holds no SIP message")

// gate lets only valid messages of configured peers through.
type gate struct {
	peers   peers
	metrics *metrics
	log     *slog.Logger
	dropped rate.Sometimes
}

func newGate(ps []Peer, m *metrics, log *slog.Logger) *gate {
	return &gate{peers: ps, metrics: m, log: log, dropped: rate.Sometimes{First: 3, Interval: 10 * time.Second}}
}

// admits tells whether addr may talk to us; who may not gets no answer.
func (g *gate) admits(addr netip.AddrPort) bool {
	if g.peers.admits(addr.Addr()) {
		return true
	}
	g.metrics.strangers.Inc()
	g.dropped.Do(func() { g.log.Warn("drop SIP from unknown address", "address", addr.String()) })
	return false
}

// judge returns whether raw may pass, and the reply to send when it may not.
func (g *gate) judge(raw []byte, from netip.AddrPort) (pass bool, reply []byte) {
	m, v := check(raw)
	if v.status == 0 {
		v = checkMethod(&m)
		if v.status == 0 {
			return true, nil
		}
	} else {
		g.metrics.malformed.Inc()
	}
	g.dropped.Do(func() {
		g.log.Warn("refuse SIP message", "address", from.String(), "status", v.status, "reason", v.reason)
	})
	if v.status < 0 {
		return false, nil
	}
	return false, refuseFrom(&m, v, from)
}

// methods are those we answer; others are refused with 405.
var methods = []string{"INVITE", "ACK", "CANCEL", "BYE", "OPTIONS"}

const allow = "INVITE, ACK, CANCEL, BYE, OPTIONS"

func checkMethod(m *message) verdict {
	method, _, _ := strings.Cut(m.start, " ")
	if m.isResponse() || slices.Contains(methods, method) {
		return verdict{}
	}
	return verdict{status: 405, reason: "method", extra: "Allow: " + allow}
}

// datagrams is a UDP socket behind the gate.
type datagrams struct {
	net.PacketConn
	gate *gate
}

// ReadFrom returns the next datagram that passes.
func (d *datagrams) ReadFrom(p []byte) (int, net.Addr, error) {
	for {
		n, addr, err := d.PacketConn.ReadFrom(p)
		if err != nil {
			return n, addr, err
		}
		from := addrPortOf(addr)
		if !d.gate.admits(from) || len(bytes.Trim(p[:n], "\r\n\x00")) == 0 {
			continue
		}
		pass, reply := d.gate.judge(p[:n], from)
		if pass {
			return n, addr, nil
		}
		if len(reply) > 0 {
			if _, err := d.WriteTo(reply, addr); err != nil {
				d.gate.log.Debug("send SIP refusal", "error", err)
			}
		}
	}
}

// streams is a TCP or TLS listener behind the gate.
type streams struct {
	net.Listener
	gate *gate
}

// Accept returns the next connection of a configured peer.
func (s *streams) Accept() (net.Conn, error) {
	for {
		conn, err := s.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from := addrPortOf(conn.RemoteAddr())
		if !s.gate.admits(from) {
			_ = conn.Close()
			continue
		}
		return &stream{Conn: conn, gate: s.gate, from: from, r: bufio.NewReaderSize(conn, maxHead)}, nil
	}
}

// stream hands out whole valid messages only.
type stream struct {
	net.Conn
	gate *gate
	from netip.AddrPort
	r    *bufio.Reader
	rest []byte
}

func (s *stream) Read(p []byte) (int, error) {
	for len(s.rest) == 0 {
		raw, err := s.next()
		if err != nil {
			return 0, err
		}
		pass, reply := s.gate.judge(raw, s.from)
		if pass {
			s.rest = raw
			break
		}
		if len(reply) > 0 {
			if _, err := s.Write(reply); err != nil {
				return 0, err
			}
		}
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// next reads one message. A stream whose messages cannot be told apart is
// given up, because nothing that follows can be trusted.
func (s *stream) next() ([]byte, error) {
	if err := s.SetReadDeadline(time.Now().Add(idleStream)); err != nil {
		return nil, err
	}
	var raw []byte
	for {
		line, err := s.r.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		if len(raw) == 0 && len(bytes.TrimRight(line, "\r\n")) == 0 {
			continue
		}
		raw = append(raw, line...)
		if len(raw) > maxHead {
			return nil, errStream
		}
		if bytes.HasSuffix(raw, []byte("\r\n\r\n")) {
			break
		}
	}
	size, err := bodySize(raw)
	if err != nil {
		s.gate.metrics.malformed.Inc()
		return nil, err
	}
	return s.body(raw, size)
}

func (s *stream) body(raw []byte, size int) ([]byte, error) {
	head := len(raw)
	raw = append(raw, make([]byte, size)...)
	for at := head; at < len(raw); {
		n, err := s.r.Read(raw[at:])
		if err != nil {
			return nil, err
		}
		at += n
	}
	return raw, nil
}

// bodySize needs exactly one Content-Length (RFC 3261 18.3).
func bodySize(head []byte) (int, error) {
	m, err := cut(head)
	if err != nil || m.count("content-length") != 1 {
		return 0, errStream
	}
	value, _ := m.first("content-length")
	n, err := strconv.ParseUint(value, 10, 31)
	if err != nil || n > maxBody {
		return 0, errStream
	}
	return int(n), nil
}
