package media

import (
	"encoding/binary"
	"strings"
)

// digits in the order of their event numbers (RFC 4733 section 3.2).
const digits = "0123456789*#ABCD"

// eventDetector reports each key once, although its event is sent many times.
type eventDetector struct {
	ssrc  uint32
	stamp uint32
	seen  bool
}

// take returns the key of a new event. An event is known by its timestamp: the
// packets that prolong and end it repeat the one of its beginning.
func (d *eventDetector) take(p *Packet) (digit string, fresh bool) {
	if len(p.Payload) < 4 || int(p.Payload[0]) >= len(digits) {
		return "", false
	}
	if d.seen && d.ssrc == p.SSRC && int32(p.Stamp-d.stamp) <= 0 {
		return "", false
	}
	d.ssrc, d.stamp, d.seen = p.SSRC, p.Stamp, true
	return digits[p.Payload[0] : p.Payload[0]+1], true
}

// The shape of an event that we send, in frames of 20 ms.
const (
	eventFrames = 6
	eventEnds   = 3
	eventPause  = 4
	eventVolume = 10
)

// eventSender sends keys one after another, one packet a frame.
type eventSender struct {
	queue string
	frame int
	stamp uint32
}

func (s *eventSender) active() bool { return s.queue != "" }

// speaking: sound gives way to the event, but not to the pause after it.
func (s *eventSender) speaking() bool { return s.active() && s.frame < eventFrames+eventEnds }

// next fills in the packet of this frame; false means a pause.
func (s *eventSender) next(p *Packet, stamp func() uint32, ticks uint32) bool {
	n := s.frame
	s.frame++
	if n >= eventFrames+eventEnds {
		if s.frame == eventFrames+eventEnds+eventPause {
			s.queue, s.frame = s.queue[1:], 0
		}
		return false
	}
	if n == 0 {
		s.stamp = stamp()
		p.Marker = true
	}
	p.Stamp = s.stamp
	end := byte(0)
	if n >= eventFrames {
		end = 128
	}
	p.Payload = p.Payload[:4]
	p.Payload[0] = byte(strings.IndexByte(digits, s.queue[0]))
	p.Payload[1] = end | eventVolume
	binary.BigEndian.PutUint16(p.Payload[2:], uint16(min(uint32(n+1), eventFrames)*ticks))
	return true
}

// ValidDigits tells whether every character is a key.
func ValidDigits(s string) bool {
	for i := range len(s) {
		if !strings.Contains(digits, strings.ToUpper(s[i:i+1])) {
			return false
		}
	}
	return s != ""
}
