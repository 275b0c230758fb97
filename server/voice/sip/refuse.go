package sip

import (
	"crypto/rand"
	"fmt"
	"net/netip"
	"strings"
)

// reasons are the phrases of the statuses we send.
var reasons = map[int]string{
	100: "Trying", 180: "Ringing", 200: "OK",
	400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 405: "Method Not Allowed",
	406: "Not Acceptable", 415: "Unsupported Media Type", 416: "Unsupported URI Scheme",
	420: "Bad Extension", 422: "Session Interval Too Small", 480: "Temporarily Unavailable", 403: "Forbidden", 482: "Loop Detected",
	481: "Call/Transaction Does Not Exist", 483: "Too Many Hops", 486: "Busy Here",
	487: "Request Terminated", 488: "Not Acceptable Here", 491: "Request Pending",
	500: "Server Internal Error", 503: "Service Unavailable", 505: "Version Not Supported",
	603: "Decline",
}

func phrase(status int) string {
	if p := reasons[status]; p != "" {
		return p
	}
	return "Refused"
}

// refuse builds the response to a request that no transaction shall see. It is
// empty where RFC 3261 forbids one: to an ACK, to a response, or without a Via.
func refuse(m *message, v verdict) []byte {
	return refuseFrom(m, v, netip.AddrPort{})
}

func refuseFrom(m *message, v verdict, from netip.AddrPort) []byte {
	if m.isResponse() || strings.HasPrefix(m.start, "ACK ") || m.count("via") == 0 {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "SIP/2.0 %d %s\r\n", v.status, phrase(v.status))
	seen := make(map[string]bool)
	for _, h := range m.headers {
		name := copied(h.name)
		if name == "" || name != "Via" && seen[name] {
			continue
		}
		value := h.value
		if name == "Via" && !seen[name] {
			value = received(value, from)
		}
		if name == "To" && !strings.Contains(strings.ToLower(value), ";tag=") {
			value += ";tag=" + newTag()
		}
		seen[name] = true
		fmt.Fprintf(&b, "%s: %s\r\n", name, value)
	}
	if v.extra != "" {
		b.WriteString(v.extra + "\r\n")
	}
	b.WriteString("Content-Length: 0\r\n\r\n")
	return []byte(b.String())
}

func copied(name string) string {
	switch name {
	case "via":
		return "Via"
	case "from":
		return "From"
	case "to":
		return "To"
	case "call-id":
		return "Call-ID"
	case "cseq":
		return "CSeq"
	}
	return ""
}

// received fills in an empty rport (RFC 3581).
func received(via string, from netip.AddrPort) string {
	fields := splitOutside(via, ';')
	if !from.IsValid() {
		return via
	}
	for i, f := range fields {
		if strings.EqualFold(f, "rport") {
			fields[i] = fmt.Sprintf("rport=%d;received=%s", from.Port(), from.Addr())
			return strings.Join(fields, ";")
		}
	}
	return via
}

func newTag() string { return strings.ToLower(rand.Text()[:16]) }
