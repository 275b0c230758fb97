package sip

import (
	"bytes"
	"errors"
	"strings"
)

var (
	errFraming = errors.New("headers do not end")
	errHeader  = errors.New("line is no header")
)

// message is a SIP message as it came, cut into lines but not interpreted, so
// that what a tolerant parser hides, such as a second Content-Length, is seen.
type message struct {
	start   string
	headers []header
	body    []byte
}

// header has the full lower-case name and the value with folds removed.
type header struct {
	name  string
	value string
}

// cut separates a message into start line, headers and what follows them.
func cut(raw []byte) (message, error) {
	var m message
	raw = bytes.TrimLeft(raw, "\r\n")
	end := bytes.Index(raw, []byte("\r\n\r\n"))
	if end < 0 {
		return m, errFraming
	}
	m.body = raw[end+4:]
	lines := strings.Split(string(raw[:end]), "\r\n")
	m.start = lines[0]
	for _, line := range lines[1:] {
		if line != "" && (line[0] == ' ' || line[0] == '\t') {
			if len(m.headers) == 0 {
				return m, errHeader
			}
			last := &m.headers[len(m.headers)-1]
			last.value = strings.TrimSpace(last.value + " " + strings.TrimSpace(line))
			continue
		}
		name, value, found := strings.Cut(line, ":")
		name = strings.TrimRight(name, " \t")
		if !found || !isToken(name) {
			return m, errHeader
		}
		m.headers = append(m.headers, header{fullName(name), strings.TrimSpace(value)})
	}
	return m, nil
}

// first returns the value of the first header of that name.
func (m *message) first(name string) (string, bool) {
	for _, h := range m.headers {
		if h.name == name {
			return h.value, true
		}
	}
	return "", false
}

// count tells how many headers have that name.
func (m *message) count(name string) int {
	n := 0
	for _, h := range m.headers {
		if h.name == name {
			n++
		}
	}
	return n
}

// isResponse tells a response from a request.
func (m *message) isResponse() bool { return strings.HasPrefix(m.start, "SIP/") }

// fullName expands the compact forms and folds the case.
func fullName(name string) string {
	if len(name) > 1 {
		return strings.ToLower(name)
	}
	switch name[0] | 0x20 {
	case 'c':
		return "content-type"
	case 'e':
		return "content-encoding"
	case 'f':
		return "from"
	case 'i':
		return "call-id"
	case 'k':
		return "supported"
	case 'l':
		return "content-length"
	case 'm':
		return "contact"
	case 's':
		return "subject"
	case 't':
		return "to"
	case 'v':
		return "via"
	case 'x':
		return "session-expires"
	}
	return strings.ToLower(name)
}

// isToken tells whether s is a token of RFC 3261 section 25.1.
func isToken(s string) bool {
	if s == "" {
		return false
	}
	for i := range len(s) {
		if !isTokenByte(s[i]) {
			return false
		}
	}
	return true
}

func isTokenByte(c byte) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		return true
	}
	return strings.IndexByte("-.!%*_+`'~", c) >= 0
}
