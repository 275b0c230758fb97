package codec

import (
	"errors"

	"github.com/zaf/g711"
)

const g711Frame = 8000 / framesPerSecond

var errEmpty = errors.New("decode: empty payload")

func encodeUlaw(s int16) byte { return g711.EncodeUlawFrame(s) }
func encodeAlaw(s int16) byte { return g711.EncodeAlawFrame(s) }
func decodeUlaw(b byte) int16 { return g711.DecodeUlawFrame(b) }
func decodeAlaw(b byte) int16 { return g711.DecodeAlawFrame(b) }

type g711Encoder struct {
	law func(int16) byte
}

func (e g711Encoder) Encode(pcm []int16) ([]byte, error) {
	if err := checkFrame("G.711", len(pcm), g711Frame); err != nil {
		return nil, err
	}
	out := make([]byte, len(pcm))
	for i, s := range pcm {
		out[i] = e.law(s)
	}
	return out, nil
}

type g711Decoder struct {
	law func(byte) int16
	concealer
}

func newG711Decoder(law func(byte) int16) *g711Decoder {
	return &g711Decoder{law: law, concealer: newConcealer(8000)}
}

func (d *g711Decoder) Decode(payload []byte) ([]int16, error) {
	if len(payload) == 0 {
		return nil, errEmpty
	}
	out := make([]int16, len(payload))
	for i, b := range payload {
		out[i] = d.law(b)
	}
	d.heard(out)
	return out, nil
}
