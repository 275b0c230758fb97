package sip

import (
	"slices"
	"strconv"
	"strings"
	"time"

	lib "github.com/emiago/sipgo/sip"
)

// verdict is what the gate thinks of a message: pass when status is 0, drop
// when it is negative, otherwise refuse with the status.
type verdict struct {
	status int
	reason string
	// extra is a header line that the refusal carries.
	extra string
}

const drop = -1

func bad(reason string) verdict { return verdict{status: 400, reason: reason} }

// singles may stand once in a message; a second one makes it ambiguous.
var singles = []string{
	"call-id", "cseq", "from", "to", "max-forwards", "content-length", "content-type",
	"expires", "session-expires", "min-se", "date",
}

// check judges a message that came whole: a datagram, or one message of a
// stream. It is the layer above the library's parser, which accepts more than
// RFC 3261 allows.
func check(raw []byte) (message, verdict) {
	m, err := cut(raw)
	if err != nil {
		return m, verdict{status: drop, reason: err.Error()}
	}
	var v verdict
	if m.isResponse() {
		if v = checkResponse(&m); v.status > 0 {
			v.status = drop
		}
	} else {
		v = checkRequest(&m)
	}
	if v.status != 0 {
		return m, v
	}
	if _, err := lib.ParseMessage(raw); err != nil {
		if m.isResponse() {
			return m, verdict{status: drop, reason: "unreadable response"}
		}
		return m, bad("unreadable message")
	}
	return m, verdict{}
}

func checkResponse(m *message) verdict {
	version, rest, _ := strings.Cut(m.start, " ")
	code, _, _ := strings.Cut(rest, " ")
	n, err := strconv.Atoi(code)
	if version != "SIP/2.0" || err != nil || len(code) != 3 || n < 100 || n > 699 {
		return bad("status line")
	}
	// RFC 3261 18.1.2: we are no proxy, so a response has our Via only.
	if m.count("via") != 1 {
		return bad("not one Via")
	}
	if v := checkHeaders(m); v.status != 0 {
		return v
	}
	return checkLength(m)
}

func checkRequest(m *message) verdict {
	parts := strings.Split(m.start, " ")
	if len(parts) != 3 || !isToken(parts[0]) {
		return bad("request line")
	}
	if parts[2] != "SIP/2.0" {
		if strings.HasPrefix(parts[2], "SIP/") {
			return verdict{status: 505, reason: "version"}
		}
		return bad("request line")
	}
	if v := checkRequestURI(parts[1]); v.status != 0 {
		return v
	}
	if v := checkHeaders(m); v.status != 0 {
		return v
	}
	if v := checkCSeq(m, parts[0]); v.status != 0 {
		return v
	}
	if v := checkLength(m); v.status != 0 {
		return v
	}
	if v := checkForwards(m); v.status != 0 {
		return v
	}
	if parts[0] != "ACK" && parts[0] != "CANCEL" {
		if v := checkExtensions(m); v.status != 0 {
			return v
		}
	}
	if parts[0] == "INVITE" {
		return checkInvite(m)
	}
	return verdict{}
}

func checkRequestURI(uri string) verdict {
	scheme, rest, found := strings.Cut(uri, ":")
	if !found || strings.ContainsAny(uri, "<>\"") {
		return bad("request URI")
	}
	switch strings.ToLower(scheme) {
	case "sip", "sips":
	default:
		return verdict{status: 416, reason: "scheme"}
	}
	// A question mark may stand in the user part, but URI headers may not stand here.
	hostPart := rest[strings.LastIndexByte(rest, '@')+1:]
	if hostPart == "" || strings.Contains(hostPart, "?") || !validURI(uri) {
		return bad("request URI")
	}
	return verdict{}
}

func checkHeaders(m *message) verdict {
	for _, name := range singles {
		if m.count(name) > 1 {
			return bad("two headers " + name)
		}
	}
	for _, name := range []string{"via", "from", "to", "call-id", "cseq"} {
		if v, found := m.first(name); !found || v == "" {
			return bad("no header " + name)
		}
	}
	for _, h := range m.headers {
		if !validHeader(h) {
			return bad("header " + h.name)
		}
	}
	return verdict{}
}

func validHeader(h header) bool {
	switch h.name {
	case "via":
		return validVia(h.value)
	case "from", "to":
		_, err := parseAddress(h.value)
		return err == nil
	case "contact":
		return h.value == "*" || validAddresses(h.value)
	case "record-route", "route", "p-asserted-identity":
		return validAddresses(h.value)
	case "date":
		_, err := time.Parse("Mon, 02 Jan 2006 15:04:05 GMT", h.value)
		return err == nil
	case "call-id":
		return !strings.ContainsAny(h.value, " \t")
	}
	return true
}

func validAddresses(list string) bool {
	for _, one := range splitOutside(list, ',') {
		if _, err := parseAddress(one); err != nil {
			return false
		}
	}
	return true
}

// validVia checks each hop: protocol, sent-by and parameters, with the branch
// having something after the magic cookie.
func validVia(value string) bool {
	for _, hop := range splitOutside(value, ',') {
		fields := splitOutside(hop, ';')
		protocol := strings.Split(fields[0], "/")
		if len(protocol) != 3 || len(strings.Fields(protocol[2])) < 2 {
			return false
		}
		for _, p := range fields[1:] {
			name, val, _ := strings.Cut(p, "=")
			if !isToken(strings.TrimSpace(name)) {
				return false
			}
			if strings.EqualFold(strings.TrimSpace(name), "branch") && strings.TrimSpace(val) == "z9hG4bK" {
				return false
			}
		}
	}
	return true
}

func checkCSeq(m *message, method string) verdict {
	value, _ := m.first("cseq")
	words := strings.Fields(value)
	if len(words) != 2 {
		return bad("CSeq")
	}
	if n, err := strconv.ParseUint(words[0], 10, 32); err != nil || n >= 1<<31 {
		return bad("CSeq number")
	}
	if words[1] != method {
		return bad("CSeq method")
	}
	return verdict{}
}

// checkLength compares Content-Length with what came, and cuts the body to it
// (RFC 3261 18.3: bytes after the body are discarded).
func checkLength(m *message) verdict {
	value, found := m.first("content-length")
	if !found {
		return verdict{}
	}
	n, err := strconv.ParseUint(value, 10, 31)
	if err != nil || int(n) > len(m.body) {
		return bad("Content-Length")
	}
	m.body = m.body[:n]
	return verdict{}
}

func checkForwards(m *message) verdict {
	value, found := m.first("max-forwards")
	if !found {
		return bad("no header max-forwards")
	}
	n, err := strconv.ParseUint(value, 10, 8)
	if err != nil {
		return bad("Max-Forwards")
	}
	if n == 0 {
		return verdict{status: 483, reason: "too many hops"}
	}
	return verdict{}
}

// supported are the option tags we know; anything else in Require is refused.
var supported = []string{"timer"}

func checkExtensions(m *message) verdict {
	var unknown []string
	for _, h := range m.headers {
		if h.name != "require" && h.name != "proxy-require" {
			continue
		}
		for tag := range strings.SplitSeq(h.value, ",") {
			if tag = strings.TrimSpace(tag); !slices.Contains(supported, strings.ToLower(tag)) && isToken(tag) {
				unknown = append(unknown, tag)
			}
		}
	}
	if unknown == nil {
		return verdict{}
	}
	return verdict{status: 420, reason: "extension", extra: "Unsupported: " + strings.Join(unknown, ", ")}
}

func checkInvite(m *message) verdict {
	if m.count("contact") != 1 {
		return bad("not one Contact")
	}
	if kind, found := m.first("content-type"); len(m.body) > 0 {
		kind, _, _ = strings.Cut(kind, ";")
		if !found || !strings.EqualFold(strings.TrimSpace(kind), "application/sdp") {
			return verdict{status: 415, reason: "body type", extra: "Accept: application/sdp"}
		}
	}
	if accept, found := m.first("accept"); found && !acceptsSDP(accept) {
		return verdict{status: 406, reason: "accept"}
	}
	return verdict{}
}

func acceptsSDP(accept string) bool {
	for kind := range strings.SplitSeq(accept, ",") {
		kind, _, _ = strings.Cut(kind, ";")
		switch strings.ToLower(strings.TrimSpace(kind)) {
		case "application/sdp", "application/*", "*/*":
			return true
		}
	}
	return false
}
