package sip

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/server/voice/media"
	"parley/server/voice/phone"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const wait = 10 * time.Second

// echo answers every call with a session that leads nowhere.
type echo struct {
	dialogs  chan *Dialog
	answered chan []byte
	ended    chan *Dialog
}

func (e *echo) Invited(d *Dialog) {
	body, status := e.Offered(d, d.Call.Offer)
	if status != 200 {
		d.Reject(status)
		return
	}
	if err := d.Answer(body, false); err == nil {
		e.dialogs <- d
	}
}

func (e *echo) Offered(_ *Dialog, offer []byte) ([]byte, int) {
	s, err := media.Parse(offer)
	if err != nil {
		return nil, 488
	}
	c, err := media.Choose(s, nil)
	if err != nil {
		return nil, 488
	}
	return media.Answer(s, c.Describe(netip.MustParseAddrPort("127.0.0.1:9"), 1, 1)), 200
}

func (e *echo) Answered(_ *Dialog, answer []byte) { e.answered <- answer }
func (e *echo) Ended(d *Dialog)                   { e.ended <- d }

func listen(t *testing.T) (*Server, *echo) {
	t.Helper()
	e := &echo{make(chan *Dialog, 10), make(chan []byte, 10), make(chan *Dialog, 10)}
	s, err := Listen(Config{
		Addr: "127.0.0.1:0", Host: netip.MustParseAddr("127.0.0.1"), Domain: "parley.test",
		Peers: []Peer{{Name: "lab", Prefixes: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}},
		Log:   slog.New(slog.DiscardHandler),
	}, e)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s, e
}

// next takes what a channel gives in time.
func next[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	var v T
	select {
	case v = <-c:
	case <-time.After(wait):
		t.Fatal("nothing came in time")
	}
	return v
}

func message1(method, extra string) string {
	return fmt.Sprintf("%s sip:100@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK%d;rport\r\n"+
		"From: <sip:a@127.0.0.1>;tag=1\r\nTo: <sip:100@127.0.0.1>%s\r\nCall-ID: %d\r\nCSeq: 1 %s\r\nMax-Forwards: 70\r\n"+
		"Contact: <sip:a@127.0.0.1>\r\nContent-Length: 0\r\n\r\n", method, time.Now().UnixNano(), extra, time.Now().UnixNano(), method)
}

func TestAnswersToSingleRequests(t *testing.T) {
	s, _ := listen(t)
	for name, test := range map[string]struct{ send, want string }{
		"options":              {message1("OPTIONS", ""), "200"},
		"bye of no call":       {message1("BYE", ";tag=x"), "481"},
		"cancel of no call":    {message1("CANCEL", ""), "481"},
		"re-invite of no call": {message1("INVITE", ";tag=x"), "481"},
		"unknown method":       {message1("DANCE", ""), "405"},
		"no hops left":         {strings.Replace(message1("OPTIONS", ""), "Forwards: 70", "Forwards: 0", 1), "483"},
		"bad version":          {strings.Replace(message1("OPTIONS", ""), "127.0.0.1 SIP/2.0", "127.0.0.1 SIP/3.0", 1), "505"},
		"bad length":           {strings.Replace(message1("OPTIONS", ""), "Length: 0", "Length: 7", 1), "400"},
		"interval too small": {
			strings.Replace(message1("INVITE", ""), "Contact", "Supported: timer\r\nSession-Expires: 30\r\nContact", 1), "422",
		},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("udp", s.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if err := conn.SetDeadline(time.Now().Add(wait)); err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(conn, test.send); err != nil {
				t.Fatal(err)
			}
			buf := make([]byte, 2000)
			n, err := conn.Read(buf)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(string(buf[:n]), "SIP/2.0 "+test.want) {
				t.Errorf("answer %q, want %s", buf[:n], test.want)
			}
		})
	}
}

func TestStreamGoesOnAfterBadMessage(t *testing.T) {
	s, _ := listen(t)
	conn, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(wait)); err != nil {
		t.Fatal(err)
	}
	bad := strings.Replace(message1("OPTIONS", ""), "CSeq: 1 OPTIONS", "CSeq: 1 BYE", 1)
	if _, err := io.WriteString(conn, "\r\n\r\n"+bad+message1("OPTIONS", "")); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewScanner(conn)
	var statuses []string
	for len(statuses) < 2 && r.Scan() {
		if strings.HasPrefix(r.Text(), "SIP/2.0 ") {
			statuses = append(statuses, r.Text()[8:11])
		}
	}
	if len(statuses) != 2 || statuses[0] != "400" || statuses[1] != "200" {
		t.Errorf("statuses %v, want 400 and 200", statuses)
	}
}

func TestStreamWithoutLengthIsClosed(t *testing.T) {
	s, _ := listen(t)
	conn, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(wait)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, strings.Replace(message1("OPTIONS", ""), "Content-Length: 0\r\n", "", 1)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("the connection stayed open")
	}
}

func TestSessionIsRenewed(t *testing.T) {
	for _, transport := range []string{"udp", "tcp"} {
		s, e := listen(t)
		c, err := phone.Dial(context.Background(), phone.Config{
			To: "sip:100@" + s.Addr().String(), From: "1", Transport: transport,
		})
		if err != nil {
			t.Fatal(err)
		}
		d := next(t, e.dialogs)
		next(t, d.ackSeen)
		d.renew()
		if answer := next(t, e.answered); !strings.Contains(string(answer), "m=audio") {
			t.Errorf("%s: answer %q", transport, answer)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if next(t, e.ended) != d {
			t.Error("another call ended")
		}
		d.renew()
	}
}

func TestLostCallerIsToldBye(t *testing.T) {
	s, e := listen(t)
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	c, err := phone.Dial(ctx, phone.Config{To: "sip:100@" + s.Addr().String(), From: "1"})
	if err != nil {
		t.Fatal(err)
	}
	d := next(t, e.dialogs)
	next(t, d.ackSeen)
	d.lost("test")
	next(t, e.ended)
	if err := c.Wait(ctx); err != nil {
		t.Errorf("phone was not told: %v", err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

func TestCaller(t *testing.T) {
	for name, test := range map[string]struct{ headers, number, display string }{
		"from":           {"", "a", ""},
		"asserted":       {"P-Asserted-Identity: \"Ada\" <sip:+441@x>\r\n", "+441", "Ada"},
		"asserted tel":   {"P-Asserted-Identity: <tel:+442;phone-context=x>\r\n", "+442", ""},
		"asserted twice": {"P-Asserted-Identity: <sip:+443@x>, <tel:+444>\r\n", "+443", ""},
		"escaped":        {"P-Asserted-Identity: <sip:%2B445@x>\r\n", "+445", ""},
		"no user part":   {"P-Asserted-Identity: <sip:x>\r\n", "", ""},
	} {
		raw := strings.Replace(message1("OPTIONS", ""), "Contact", test.headers+"Contact", 1)
		m, v := check([]byte(raw))
		if v.status != 0 {
			t.Fatalf("%s: %d %s %v", name, v.status, v.reason, m.headers)
		}
		number, display := caller(parsed(t, raw))
		if number != test.number || display != test.display {
			t.Errorf("%s: %q %q, want %q %q", name, number, display, test.number, test.display)
		}
	}
}
