package sipload

import (
	"bytes"
	"fmt"
	"net/netip"
	"sync"
	"time"
)

// Script says what agents do with an offer.
type Script interface {
	// Offered: the agent is offered the caller with this number. It returns how
	// long they talk.
	Offered(agent, number string) time.Duration
	// HangingUp: the agent ends the call in this moment.
	HangingUp(agent string)
}

// Agents are telephones that answer at once and hang up after the talk.
type Agents struct {
	script Script
	socket *socket
	media  netip.AddrPort

	mu     sync.Mutex
	closed bool
	calls  map[string]*time.Timer
	serial int
}

// NewAgents makes agents at a port; any user name there is one of them.
func NewAgents(port uint16, script Script) (*Agents, error) {
	s, err := listen(port)
	if err != nil {
		return nil, err
	}
	a := &Agents{script: script, socket: s, media: netip.AddrPortFrom(loopback, 9), calls: map[string]*time.Timer{}}
	s.serve(a.handle)
	return a, nil
}

func (a *Agents) handle(m message, from netip.AddrPort) {
	switch m.method {
	case "INVITE":
		a.invited(m, from)
	case "BYE", "CANCEL", "OPTIONS", "UPDATE", "INFO", "NOTIFY":
		a.socket.send(m.respond("200 OK", "agent", "", ""), from)
	}
}

func (a *Agents) invited(m message, from netip.AddrPort) {
	agent, id := userOf(m.uri), m.header("Call-ID")
	contact := fmt.Sprintf("sip:%s@%s", agent, a.socket.local)
	answer := m.respond("200 OK", "agent", contact, Session(a.media))
	a.mu.Lock()
	_, again := a.calls[id]
	if !again && !m.within() {
		a.calls[id] = nil
	}
	a.mu.Unlock()
	if again || m.within() {
		a.socket.send(answer, from)
		return
	}
	talk := a.script.Offered(agent, userOf(address(m.header("From"))))
	a.socket.send(m.respond("180 Ringing", "agent", contact, ""), from)
	a.socket.send(answer, from)
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.closed {
		a.calls[id] = time.AfterFunc(talk, func() { a.hangUp(agent, m, from) })
	}
}

func (a *Agents) hangUp(agent string, invite message, to netip.AddrPort) {
	a.mu.Lock()
	a.serial++
	serial := a.serial
	a.mu.Unlock()
	var b bytes.Buffer
	fmt.Fprintf(&b, "BYE %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;rport;branch=z9hG4bKbye%d\r\n",
		address(invite.header("Contact")), a.socket.local, serial)
	for _, route := range invite.headers("Record-Route") {
		fmt.Fprintf(&b, "Route: %s\r\n", route)
	}
	fmt.Fprintf(&b, "From: %s;tag=agent\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: 1 BYE\r\nMax-Forwards: 70\r\n",
		invite.header("To"), invite.header("From"), invite.header("Call-ID"))
	bye := finish(&b, "", "")
	a.script.HangingUp(agent)
	a.socket.send(bye, to)
}

// Close ends the agents, whatever they are doing.
func (a *Agents) Close() error {
	a.mu.Lock()
	a.closed = true
	for _, t := range a.calls {
		if t != nil {
			t.Stop()
		}
	}
	a.mu.Unlock()
	return a.socket.close()
}
