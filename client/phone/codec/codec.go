// Package codec turns 20 ms frames of speech into RTP payloads and back:
// G.711 (PCMU, PCMA), G.722 and Opus.
//
// Samples are 16-bit, one channel, at Format.SampleRate. Opus runs at 48 kHz,
// the rate of the sound devices, so that the usual desktop call is resampled
// nowhere; although its SDP line always says two channels (RFC 7587), we send
// and take one.
//
// An Encoder or Decoder carries the state of one direction of one call and
// belongs to one goroutine. What they return is the caller's to keep.
package codec

import "fmt"

// FrameMillis is the length of a frame in milliseconds.
const FrameMillis = 20

// framesPerSecond is how many frames a second of speech has.
const framesPerSecond = 1000 / FrameMillis

// Name is the encoding name of a codec in SDP.
type Name string

// The codecs.
const (
	PCMU Name = "PCMU"
	PCMA Name = "PCMA"
	G722 Name = "G722"
	Opus Name = "opus"
)

// Format is what SDP and the audio path need to know about a codec.
type Format struct {
	Name Name
	// PayloadType is the static RTP payload type, or the one we propose.
	PayloadType uint8
	// ClockRate is the RTP clock; for G.722 it is 8000 by RFC 3551, although
	// the sound has 16000 samples a second.
	ClockRate int
	// SampleRate is the rate of the samples that Encode takes and Decode gives.
	SampleRate int
	// SDPChannels is the channel count in SDP; the samples have one channel.
	SDPChannels int
}

// FrameSize is the number of samples in a frame.
func (f Format) FrameSize() int { return f.SampleRate / framesPerSecond }

// FrameTicks is how far the RTP timestamp advances with a frame.
func (f Format) FrameTicks() uint32 { return uint32(f.ClockRate / framesPerSecond) }

// Lookup gives the format of a codec, and false when the name is unknown.
func Lookup(n Name) (Format, bool) {
	switch n {
	case PCMU:
		return Format{Name: n, PayloadType: 0, ClockRate: 8000, SampleRate: 8000, SDPChannels: 1}, true
	case PCMA:
		return Format{Name: n, PayloadType: 8, ClockRate: 8000, SampleRate: 8000, SDPChannels: 1}, true
	case G722:
		return Format{Name: n, PayloadType: 9, ClockRate: 8000, SampleRate: 16000, SDPChannels: 1}, true
	case Opus:
		return Format{Name: n, PayloadType: 111, ClockRate: 48000, SampleRate: 48000, SDPChannels: 2}, true
	}
	return Format{}, false
}

// Encoder makes payloads of speech.
type Encoder interface {
	// Encode encodes exactly one frame (20 ms) of samples.
	Encode(pcm []int16) ([]byte, error)
}

// Decoder makes speech of payloads.
type Decoder interface {
	// Decode decodes a payload. The far side chooses its length, so the result
	// may be shorter or longer than a frame.
	Decode(payload []byte) ([]int16, error)
	// Conceal gives one frame in place of a payload that was lost. It fades to
	// silence when called again and again.
	Conceal() []int16
}

// Recoverer is a Decoder whose payloads carry a coarse copy of the sound before
// them (Opus).
type Recoverer interface {
	// Recover gives the frame that was lost just before next, which must be
	// decoded after it.
	Recover(next []byte) ([]int16, error)
}

// NewEncoder makes an encoder with fresh state.
func NewEncoder(n Name) (Encoder, error) {
	switch n {
	case PCMU:
		return g711Encoder{law: encodeUlaw}, nil
	case PCMA:
		return g711Encoder{law: encodeAlaw}, nil
	case G722:
		return newG722Encoder(), nil
	case Opus:
		return newOpusEncoder()
	}
	return nil, fmt.Errorf("make encoder: unknown codec %q", n)
}

// NewDecoder makes a decoder with fresh state.
func NewDecoder(n Name) (Decoder, error) {
	switch n {
	case PCMU:
		return newG711Decoder(decodeUlaw), nil
	case PCMA:
		return newG711Decoder(decodeAlaw), nil
	case G722:
		return newG722Decoder(), nil
	case Opus:
		return newOpusDecoder()
	}
	return nil, fmt.Errorf("make decoder: unknown codec %q", n)
}

func checkFrame(n Name, got, want int) error {
	if got != want {
		return fmt.Errorf("encode %s: frame has %d samples, want %d", n, got, want)
	}
	return nil
}

func clamp16(v int) int { return min(max(v, -32768), 32767) }
