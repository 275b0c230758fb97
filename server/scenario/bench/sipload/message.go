// Package sipload is many telephones on two sockets: callers who ring a centre,
// and agents who are telephones themselves, as some peers want them. It does
// the least that keeps a call alive, so that a load costs the machine little
// beside the centre that is measured.
//
// All callers share one UDP socket and one media port that nobody reads. A
// caller is known by his number, which the far side passes on to the agent.
package sipload

import (
	"bytes"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// message is one SIP message as it came, with what is needed of it.
type message struct {
	raw    string
	method string // empty for a response
	uri    string
	status int
}

func parse(packet []byte) (message, bool) {
	m := message{raw: string(packet)}
	first, _, found := strings.Cut(m.raw, "\r\n")
	if !found {
		return m, false
	}
	parts := strings.SplitN(first, " ", 3)
	if len(parts) < 2 {
		return m, false
	}
	if parts[0] != "SIP/2.0" {
		m.method, m.uri = parts[0], parts[1]
		return m, true
	}
	status, err := strconv.Atoi(parts[1])
	m.status = status
	return m, err == nil
}

// short forms of the headers that are read here.
var compact = map[string]string{"Via": "v", "From": "f", "To": "t", "Call-ID": "i", "Contact": "m"}

// headers returns all values of a header, in their order.
func (m message) headers(name string) []string {
	head, _, _ := strings.Cut(m.raw, "\r\n\r\n")
	var all []string
	for line := range strings.SplitSeq(head, "\r\n") {
		key, value, found := strings.Cut(line, ":")
		key = strings.TrimSpace(key)
		if found && (strings.EqualFold(key, name) || strings.EqualFold(key, compact[name])) {
			all = append(all, strings.TrimSpace(value))
		}
	}
	return all
}

func (m message) header(name string) string {
	if all := m.headers(name); len(all) > 0 {
		return all[0]
	}
	return ""
}

// answers says whether the message answers a request of the method.
func (m message) answers(method string) bool {
	return m.method == "" && strings.HasSuffix(m.header("CSeq"), method)
}

// within says whether a request belongs to a call that stands already.
func (m message) within() bool { return strings.Contains(m.header("To"), "tag=") }

// MediaPort is the port of the sound in a session description, 0 if there is
// none.
func MediaPort(session string) int {
	_, rest, found := strings.Cut(session, "m=audio ")
	if !found {
		return 0
	}
	word, _, _ := strings.Cut(rest, " ")
	port, err := strconv.Atoi(word)
	if err != nil {
		return 0
	}
	return port
}

// respond builds a response. The tag is added when there is none yet.
func (m message) respond(status, tag, contact, body string) []byte {
	to := m.header("To")
	if tag != "" && !strings.Contains(to, "tag=") {
		to += ";tag=" + tag
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "SIP/2.0 %s\r\n", status)
	for _, via := range m.headers("Via") {
		fmt.Fprintf(&b, "Via: %s\r\n", via)
	}
	for _, route := range m.headers("Record-Route") {
		fmt.Fprintf(&b, "Record-Route: %s\r\n", route)
	}
	fmt.Fprintf(&b, "From: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %s\r\n",
		m.header("From"), to, m.header("Call-ID"), m.header("CSeq"))
	return finish(&b, contact, body)
}

// finish adds what ends every message.
func finish(b *bytes.Buffer, contact, body string) []byte {
	if contact != "" {
		fmt.Fprintf(b, "Contact: <%s>\r\n", contact)
	}
	if body != "" {
		b.WriteString("Content-Type: application/sdp\r\n")
	}
	fmt.Fprintf(b, "Content-Length: %d\r\n\r\n%s", len(body), body)
	return b.Bytes()
}

// Session describes G.711 at a media address.
func Session(media netip.AddrPort) string {
	return fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 %[1]s\r\ns=-\r\nc=IN IP4 %[1]s\r\nt=0 0\r\n"+
		"m=audio %[2]d RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n", media.Addr(), media.Port())
}

// address takes the URI out of a header value with angle brackets or without.
func address(value string) string {
	if _, rest, found := strings.Cut(value, "<"); found {
		value, _, _ = strings.Cut(rest, ">")
		return value
	}
	value, _, _ = strings.Cut(value, ";")
	return value
}

// userOf is the part of a URI before the host.
func userOf(uri string) string {
	_, rest, found := strings.Cut(uri, ":")
	if !found {
		return ""
	}
	user, _, _ := strings.Cut(rest, "@")
	return user
}
