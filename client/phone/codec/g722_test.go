package codec

import (
	"hash/crc32"
	"testing"
)

// g722Input is silence, loud and quiet noise and a square wave, made with
// integers only so that it is the same everywhere.
func g722Input() []int16 {
	out := make([]int16, 0, 100*g722Frame)
	seed := uint32(1)
	for i := range 100 * g722Frame {
		seed = seed*1664525 + 1013904223
		random := int(int16(seed >> 16))
		v := 0
		switch frame := i / g722Frame; {
		case frame < 10:
		case frame < 40:
			v = random / 64
		case frame < 70:
			v = random / 3
		default:
			v = 9000 - 18000*(i/23%2)
		}
		out = append(out, int16(v))
	}
	return out
}

// TestG722BitExact pins codes and samples. The sums were taken when both were
// equal to those of an independent implementation of the recommendation.
func TestG722BitExact(t *testing.T) {
	enc, dec := newG722Encoder(), newG722Decoder()
	codes, sound := crc32.NewIEEE(), crc32.NewIEEE()
	for in := g722Input(); len(in) > 0; in = in[g722Frame:] {
		p, err := enc.Encode(in[:g722Frame])
		if err != nil {
			t.Fatal(err)
		}
		codes.Write(p)
		out, err := dec.Decode(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range out {
			sound.Write([]byte{byte(s), byte(uint16(s) >> 8)})
		}
	}
	if got, want := codes.Sum32(), uint32(0x9fd61e92); got != want {
		t.Errorf("sum of the codes %#x, want %#x", got, want)
	}
	if got, want := sound.Sum32(), uint32(0x336e1d4b); got != want {
		t.Errorf("sum of the samples %#x, want %#x", got, want)
	}
}
