package rtc

import (
	"strings"
	"sync"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"parley/client/phone/codec"
	"parley/server/voice/media"
)

// track writes the caller's payloads to the agent without allocating: the
// library's own track copies each packet.
type track struct {
	format codec.Format

	mu     sync.Mutex
	out    webrtc.TrackLocalWriter
	sound  uint8
	event  uint8
	seq    media.Sequence
	header rtp.Header
}

func newTrack(f codec.Format) *track {
	return &track{format: f, seq: media.NewSequence(f.ClockRate), header: rtp.Header{Version: 2}}
}

// Bind is called when the codec is agreed.
func (t *track) Bind(ctx webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var agreed *webrtc.RTPCodecParameters
	for _, c := range ctx.CodecParameters() {
		switch {
		case strings.EqualFold(c.MimeType, "audio/"+string(t.format.Name)):
			agreed = &c
		case strings.EqualFold(c.MimeType, eventType) && int(c.ClockRate) == t.format.ClockRate:
			t.event = uint8(c.PayloadType)
		}
	}
	if agreed == nil {
		return webrtc.RTPCodecParameters{}, ErrCodec
	}
	t.out, t.sound = ctx.WriteStream(), uint8(agreed.PayloadType)
	t.header.SSRC = uint32(ctx.SSRC())
	return *agreed, nil
}

// Unbind is called when the connection ends.
func (t *track) Unbind(webrtc.TrackLocalContext) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.out = nil
	return nil
}

// ID names the track in the answer.
func (t *track) ID() string { return "caller" }

// RID is empty: there is one encoding.
func (t *track) RID() string { return "" }

// StreamID groups the track in the answer.
func (t *track) StreamID() string { return "call" }

// Kind is audio.
func (t *track) Kind() webrtc.RTPCodecType { return webrtc.RTPCodecTypeAudio }

func (t *track) bound() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.out != nil
}

func (t *track) eventPayload() uint8 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.event
}

func (t *track) send(p *media.Packet, event bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	kind := t.sound
	if event {
		kind = t.event
	}
	if t.out == nil || event && kind == 0 {
		t.seq.Skip(p)
		return
	}
	marker := p.Marker
	t.seq.Map(p, time.Now())
	t.header.Marker = p.Marker || marker
	t.header.PayloadType = kind
	t.header.SequenceNumber = p.Seq
	t.header.Timestamp = p.Stamp
	// An agent who is gone is noticed by the connection, not by one packet.
	_, _ = t.out.WriteRTP(&t.header, p.Payload)
}
