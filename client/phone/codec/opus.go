package codec

import (
	"fmt"

	"github.com/hraban/opus"
)

const (
	opusRate  = 48000
	opusFrame = opusRate / framesPerSecond
	// opusComplexity 5 costs half of 10 and nobody hears the difference in
	// speech on a headset.
	opusComplexity = 5
	opusBitrate    = 32000
	// opusExpectedLoss makes the encoder add redundancy that a receiver with
	// forward error correction can use.
	opusExpectedLoss = 5
	// opusLargest is the largest packet RFC 6716 allows for one frame.
	opusLargest = 1275
	// opusLongest is the longest packet RFC 6716 allows: 120 ms.
	opusLongest = opusRate * 120 / 1000
)

type opusEncoder struct {
	enc *opus.Encoder
	buf [opusLargest]byte
}

func newOpusEncoder() (*opusEncoder, error) {
	enc, err := opus.NewEncoder(opusRate, 1, opus.AppVoIP)
	if err != nil {
		return nil, fmt.Errorf("make opus encoder: %w", err)
	}
	settings := []error{
		enc.SetComplexity(opusComplexity),
		enc.SetBitrate(opusBitrate),
		enc.SetInBandFEC(true),
		enc.SetPacketLossPerc(opusExpectedLoss),
	}
	for _, err := range settings {
		if err != nil {
			return nil, fmt.Errorf("set up opus encoder: %w", err)
		}
	}
	return &opusEncoder{enc: enc}, nil
}

func (e *opusEncoder) Encode(pcm []int16) ([]byte, error) {
	if err := checkFrame(Opus, len(pcm), opusFrame); err != nil {
		return nil, err
	}
	n, err := e.enc.Encode(pcm, e.buf[:])
	if err != nil {
		return nil, fmt.Errorf("encode opus: %w", err)
	}
	return append([]byte(nil), e.buf[:n]...), nil
}

type opusDecoder struct {
	dec  *opus.Decoder
	buf  [opusLongest]int16
	lost int
}

// opusFadeFrames ends the concealment of libopus, which otherwise hums on
// quietly for as long as it is asked.
const opusFadeFrames = 25

func newOpusDecoder() (*opusDecoder, error) {
	dec, err := opus.NewDecoder(opusRate, 1)
	if err != nil {
		return nil, fmt.Errorf("make opus decoder: %w", err)
	}
	return &opusDecoder{dec: dec}, nil
}

func (d *opusDecoder) Decode(payload []byte) ([]int16, error) {
	if len(payload) == 0 {
		return nil, errEmpty
	}
	n, err := d.dec.Decode(payload, d.buf[:])
	if err != nil {
		return nil, fmt.Errorf("decode opus: %w", err)
	}
	d.lost = 0
	return append([]int16(nil), d.buf[:n]...), nil
}

// Recover implements Recoverer. Where next has no copy, libopus conceals.
func (d *opusDecoder) Recover(next []byte) ([]int16, error) {
	if len(next) == 0 {
		return nil, errEmpty
	}
	out := make([]int16, opusFrame)
	if err := d.dec.DecodeFEC(next, out); err != nil {
		return nil, fmt.Errorf("recover opus: %w", err)
	}
	return out, nil
}

func (d *opusDecoder) Conceal() []int16 {
	out := make([]int16, opusFrame)
	d.lost++
	if d.lost > opusFadeFrames {
		return out
	}
	if err := d.dec.DecodePLC(out); err != nil {
		clear(out)
	}
	return out
}
