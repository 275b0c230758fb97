package media

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"parley/client/phone/codec"
)

// Direction is the flow of media as the side that wrote it sees it.
type Direction string

// The directions of RFC 4566.
const (
	SendRecv Direction = "sendrecv"
	SendOnly Direction = "sendonly"
	RecvOnly Direction = "recvonly"
	Inactive Direction = "inactive"
)

// Reverse is the same flow seen from the other side.
func (d Direction) Reverse() Direction {
	switch d {
	case SendOnly:
		return RecvOnly
	case RecvOnly:
		return SendOnly
	case SendRecv, Inactive:
	}
	return d
}

// Payload is a codec with the payload type that one call uses for it.
type Payload struct {
	Name codec.Name
	Type uint8
}

// Session is one audio stream of a session description.
type Session struct {
	// Addr is where the describing side wants to receive.
	Addr      netip.AddrPort
	Payloads  []Payload
	Direction Direction
	// Events is the payload type of telephone events for each clock rate.
	Events map[int]uint8
	// Lines are the media lines of the description, to be answered in order;
	// Audio is the index of the one that is ours.
	Lines []string
	Audio int
}

// Errors of a session description.
var (
	ErrSession = errors.New("session description is not readable")
	ErrNoAudio = errors.New("session description has no audio we can take")
	ErrCodec   = errors.New("no common codec")
)

const maxSDP = 32 << 10

// Parse reads a session description and picks its first usable audio stream.
func Parse(raw []byte) (Session, error) {
	s := Session{Direction: SendRecv, Events: make(map[int]uint8), Audio: -1}
	if len(raw) > maxSDP {
		return s, ErrSession
	}
	p := parser{session: &s, names: make(map[uint8]string), common: SendRecv}
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimRight(line, "\r\n")
		if len(line) < 2 || line[1] != '=' {
			if strings.TrimSpace(line) == "" {
				continue
			}
			return s, ErrSession
		}
		if err := p.line(line[0], line[2:]); err != nil {
			return s, err
		}
	}
	return s, p.finish()
}

type parser struct {
	session *Session
	// inAudio: lines belong to our audio stream; inOther: to another one.
	inAudio, inOther bool
	formats          []uint8
	names            map[uint8]string
	common           Direction
	host             netip.Addr
	port             uint16
}

func (p *parser) line(kind byte, value string) error {
	switch kind {
	case 'm':
		return p.media(value)
	case 'c':
		if !p.inOther {
			return p.connection(value)
		}
	case 'a':
		if !p.inOther {
			return p.attribute(value)
		}
	}
	return nil
}

func (p *parser) media(value string) error {
	f := strings.Fields(value)
	if len(f) < 4 {
		return ErrSession
	}
	p.session.Lines = append(p.session.Lines, value)
	port, err := strconv.ParseUint(strings.Split(f[1], "/")[0], 10, 16)
	if err != nil {
		return ErrSession
	}
	usable := f[0] == "audio" && port != 0 && f[2] == "RTP/AVP"
	p.inAudio = usable && p.session.Audio < 0
	p.inOther = !p.inAudio
	if !p.inAudio {
		return nil
	}
	p.session.Audio, p.port = len(p.session.Lines)-1, uint16(port)
	p.session.Direction = p.common
	for _, text := range f[3:] {
		if n, err := strconv.ParseUint(text, 10, 7); err == nil {
			p.formats = append(p.formats, uint8(n))
		}
	}
	return nil
}

func (p *parser) connection(value string) error {
	f := strings.Fields(value)
	if len(f) != 3 || f[0] != "IN" {
		return ErrSession
	}
	host, err := netip.ParseAddr(f[2])
	if err != nil {
		return fmt.Errorf("%w: connection address", ErrSession)
	}
	p.host = host.Unmap()
	return nil
}

func (p *parser) attribute(value string) error {
	name, arg, _ := strings.Cut(value, ":")
	switch d := Direction(name); d {
	case SendRecv, SendOnly, RecvOnly, Inactive:
		if p.inAudio {
			p.session.Direction = d
		} else {
			p.common = d
		}
		return nil
	}
	if name == "rtpmap" && p.inAudio {
		number, encoding, found := strings.Cut(arg, " ")
		n, err := strconv.ParseUint(number, 10, 7)
		if !found || err != nil {
			return ErrSession
		}
		p.names[uint8(n)] = strings.TrimSpace(encoding)
	}
	return nil
}

func (p *parser) finish() error {
	s := p.session
	if s.Audio < 0 || !p.host.IsValid() || p.host.IsMulticast() {
		return ErrNoAudio
	}
	s.Addr = netip.AddrPortFrom(p.host, p.port)
	for _, n := range p.formats {
		name, clock := p.encoding(n)
		if name == "telephone-event" {
			s.Events[clock] = n
			continue
		}
		for _, c := range Codecs() {
			if strings.EqualFold(string(c), name) {
				s.Payloads = append(s.Payloads, Payload{c, n})
			}
		}
	}
	if p.host.IsUnspecified() {
		// RFC 2543 hold: nothing may be sent to us, so nothing is.
		s.Direction = Inactive
	}
	return nil
}

func (p *parser) encoding(n uint8) (string, int) {
	if text, found := p.names[n]; found {
		name, rest, _ := strings.Cut(text, "/")
		rate, _, _ := strings.Cut(rest, "/")
		clock, err := strconv.Atoi(rate)
		if err != nil {
			clock = 0
		}
		return strings.ToLower(name), clock
	}
	for _, c := range Codecs() {
		if f, _ := codec.Lookup(c); c != codec.Opus && f.PayloadType == n {
			return strings.ToLower(string(c)), f.ClockRate
		}
	}
	return "", 0
}

// Codecs are those of the trunk, the best first.
func Codecs() []codec.Name {
	return []codec.Name{codec.Opus, codec.G722, codec.PCMA, codec.PCMU}
}
