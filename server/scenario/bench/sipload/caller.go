package sipload

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// firstRepeat is SIP's T1, after which an unanswered request is sent again.
const firstRepeat = 500 * time.Millisecond

// repeats bounds how often a request is sent again.
const repeats = 6

// Events are told what happens to calls, by the reading goroutine.
type Events struct {
	// Refused: the centre did not take the call.
	Refused func(number string, status int)
	// Ended: the centre has hung up.
	Ended func(number string)
	// Answered, if not nil, is told where the centre wants the caller's media,
	// and sends it; otherwise a little is sent for him.
	Answered func(number string, media netip.AddrPort)
}

// Callers ring one centre.
type Callers struct {
	centre netip.AddrPort
	dialed string
	events Events
	socket *socket
	// media is told to the centre; what comes there is dropped by the kernel.
	media      *net.UDPConn
	mediaLocal netip.AddrPort

	mu    sync.Mutex
	calls map[string]*call
	timer map[string]*time.Timer
}

type call struct{ number, invite string }

// NewCallers makes callers who dial a number of the centre.
func NewCallers(centre netip.AddrPort, dialed string, port uint16, events Events) (*Callers, error) {
	media, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loopback, 0)))
	if err != nil {
		return nil, fmt.Errorf("open the callers' media: %w", err)
	}
	s, err := listen(port)
	if err != nil {
		return nil, errors.Join(err, media.Close())
	}
	c := &Callers{
		centre: centre, dialed: dialed, events: events, socket: s, media: media,
		mediaLocal: netip.AddrPortFrom(loopback, uint16(media.LocalAddr().(*net.UDPAddr).Port)),
		calls:      map[string]*call{}, timer: map[string]*time.Timer{},
	}
	s.serve(c.handle)
	return c, nil
}

// Call rings the centre. The number must not be in use.
func (c *Callers) Call(number string) { c.CallFrom(number, c.mediaLocal) }

// CallFrom is Call with media of the caller's own.
func (c *Callers) CallFrom(number string, media netip.AddrPort) {
	id := "b" + number
	from := fmt.Sprintf("<sip:%s@%s>;tag=%s", number, c.socket.local, id)
	to := fmt.Sprintf("<sip:%s@%s>", c.dialed, c.centre)
	uri := fmt.Sprintf("sip:%s@%s", c.dialed, c.centre)
	var b bytes.Buffer
	c.begin(&b, "INVITE", uri, id)
	fmt.Fprintf(&b, "From: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\n", from, to, id)
	invite := string(finish(&b, c.contact(number), Session(media)))
	c.mu.Lock()
	c.calls[id] = &call{number: number, invite: invite}
	c.repeat(id, firstRepeat, repeats)
	c.mu.Unlock()
	c.socket.send([]byte(invite), c.centre)
}

// begin writes request line and Via; the branch must hold no "@", or some far
// sides do not recognise the ACK.
func (c *Callers) begin(b *bytes.Buffer, method, uri, branch string) {
	fmt.Fprintf(b, "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;rport;branch=z9hG4bK%s\r\n", method, uri, c.socket.local, branch)
}

func (c *Callers) contact(number string) string {
	return fmt.Sprintf("sip:%s@%s", number, c.socket.local)
}

// repeat sends the INVITE again until anything comes back. The lock is held.
func (c *Callers) repeat(id string, after time.Duration, left int) {
	c.timer[id] = time.AfterFunc(after, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		k := c.calls[id]
		if k == nil || c.timer[id] == nil || left == 0 {
			return
		}
		c.socket.send([]byte(k.invite), c.centre)
		c.repeat(id, 2*after, left-1)
	})
}

// known returns a call, whose INVITE need not be repeated any more.
func (c *Callers) known(id string) (call, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.calls[id]
	if k == nil {
		return call{}, false
	}
	if t := c.timer[id]; t != nil {
		t.Stop()
		delete(c.timer, id)
	}
	return *k, true
}

func (c *Callers) handle(m message, from netip.AddrPort) {
	id := m.header("Call-ID")
	k, known := c.known(id)
	switch {
	case !known:
	case m.answers("INVITE") && m.status >= 200:
		c.answered(m, id, k)
	case m.method == "BYE":
		c.socket.send(m.respond("200 OK", "", "", ""), from)
		c.forget(id)
		c.events.Ended(k.number)
	case m.method == "INVITE" || m.method == "UPDATE":
		c.socket.send(m.respond("200 OK", "", c.contact(k.number), Session(c.mediaLocal)), from)
	case m.method == "OPTIONS" || m.method == "INFO" || m.method == "NOTIFY":
		c.socket.send(m.respond("200 OK", "", "", ""), from)
	}
	if !known && m.method == "BYE" { // our 200 was lost
		c.socket.send(m.respond("200 OK", "", "", ""), from)
	}
}

func (c *Callers) answered(m message, id string, k call) {
	uri, branch := address(m.header("Contact")), "a"+id
	if m.status >= 300 { // this ACK belongs to the INVITE's transaction
		uri, branch = fmt.Sprintf("sip:%s@%s", c.dialed, c.centre), id
	}
	var b bytes.Buffer
	c.begin(&b, "ACK", uri, branch)
	routes := m.headers("Record-Route")
	for i := len(routes) - 1; i >= 0; i-- {
		fmt.Fprintf(&b, "Route: %s\r\n", routes[i])
	}
	fmt.Fprintf(&b, "From: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: 1 ACK\r\nMax-Forwards: 70\r\n",
		m.header("From"), m.header("To"), id)
	c.socket.send(finish(&b, "", ""), c.centre)
	if m.status >= 300 {
		c.forget(id)
		c.events.Refused(k.number, m.status)
		return
	}
	media := netip.AddrPortFrom(c.centre.Addr(), uint16(MediaPort(m.raw)))
	if c.events.Answered != nil {
		c.events.Answered(k.number, media)
		return
	}
	c.speak(media)
}

// speak sends three packets of sound, as any telephone does at once: some
// centres wait for them before they go on.
func (c *Callers) speak(to netip.AddrPort) {
	packet := make([]byte, 172)
	packet[0] = 0x80
	copy(packet[12:], strings.Repeat("\xff", 160))
	for i := range byte(3) {
		packet[3], packet[7] = i, 160*i
		_, _ = c.media.WriteToUDPAddrPort(packet, to)
	}
}

func (c *Callers) forget(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.calls, id)
}

// Open counts the calls that are not over.
func (c *Callers) Open() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.calls)
}

// Close forgets all calls and closes the sockets.
func (c *Callers) Close() error {
	c.mu.Lock()
	clear(c.calls)
	for _, t := range c.timer {
		t.Stop()
	}
	clear(c.timer)
	c.mu.Unlock()
	return errors.Join(c.socket.close(), c.media.Close())
}
