package sip

import (
	"errors"
	"strings"
)

var errAddress = errors.New("not an address")

// address is a name-addr or addr-spec of RFC 3261 section 25.1.
type address struct {
	display string
	uri     string
	params  string
}

// parseAddress reads one address strictly.
func parseAddress(s string) (address, error) {
	s = strings.TrimSpace(s)
	var a address
	if strings.HasPrefix(s, "\"") {
		end := quoteEnd(s)
		if end < 0 {
			return a, errAddress
		}
		a.display = unquote(s[1:end])
		s = strings.TrimSpace(s[end+1:])
		if !strings.HasPrefix(s, "<") {
			return a, errAddress
		}
	}
	open := strings.IndexByte(s, '<')
	if open < 0 {
		return parseSpec(s)
	}
	if name := strings.TrimSpace(s[:open]); name != "" {
		for word := range strings.FieldsSeq(name) {
			if !isToken(word) {
				return a, errAddress
			}
		}
		a.display = name
	}
	uri, rest, found := strings.Cut(s[open+1:], ">")
	rest = strings.TrimSpace(rest)
	if !found || !validURI(uri) || rest != "" && rest[0] != ';' {
		return a, errAddress
	}
	a.uri, a.params = uri, rest
	return a, validParams(rest)
}

// parseSpec reads an address without angle brackets, whose parameters belong
// to the header and which may have no URI headers.
func parseSpec(s string) (address, error) {
	uri, params, found := strings.Cut(s, ";")
	if found {
		params = ";" + params
	}
	uri = strings.TrimSpace(uri)
	if !validURI(uri) || strings.ContainsAny(uri, ",?\"") {
		return address{}, errAddress
	}
	return address{uri: uri, params: params}, validParams(params)
}

func validParams(s string) error {
	if s == "" {
		return nil
	}
	for _, p := range splitOutside(s[1:], ';') {
		name, _, _ := strings.Cut(p, "=")
		if !isToken(strings.TrimSpace(name)) {
			return errAddress
		}
	}
	return nil
}

// validURI checks what every URI must have: a scheme, something after it, no
// white space and no angle brackets.
func validURI(uri string) bool {
	scheme, rest, found := strings.Cut(uri, ":")
	return found && isToken(scheme) && rest != "" && !strings.ContainsAny(uri, " \t<>\r\n")
}

// uriUser returns the user part without parameters and with %-escapes undone;
// a tel URI has its number there.
func uriUser(uri string) string {
	scheme, rest, _ := strings.Cut(uri, ":")
	user, _, found := strings.Cut(rest, "@")
	if !found && !strings.EqualFold(scheme, "tel") {
		return ""
	}
	user, _, _ = strings.Cut(user, ";")
	user, _, _ = strings.Cut(user, ":")
	return unescape(user)
}

func unescape(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			b.WriteByte(unhex(s[i+1])<<4 | unhex(s[i+2]))
			i += 2
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// quoteEnd returns the index of the quote that closes the one at the start.
func quoteEnd(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

func unquote(s string) string {
	if !strings.Contains(s, "\\") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// splitOutside cuts at a separator that is in no quotes, brackets or comment.
func splitOutside(s string, sep byte) []string {
	var parts []string
	start, depth, quoted := 0, 0, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '<' || c == '(':
			depth++
		case (c == '>' || c == ')') && depth > 0:
			depth--
		case c == sep && depth == 0:
			parts = append(parts, strings.TrimSpace(s[start:i]))
			start = i + 1
		}
	}
	return append(parts, strings.TrimSpace(s[start:]))
}
