package codec

import "fmt"

const (
	g722Rate  = 16000
	g722Frame = g722Rate / framesPerSecond
)

// The tables of ITU-T G.722, named as in its chapter 6.
var (
	qmf = [12]int{3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11}

	// q6 are the decision levels of the lower band's quantiser, with the codes
	// of the intervals for negative (iln) and positive (ilp) differences.
	q6 = [30]int{
		0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650,
		714, 786, 858, 940, 1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919,
	}
	iln = [31]byte{
		0, 63, 62, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19,
		18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4,
	}
	ilp = [31]byte{
		0, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47,
		46, 45, 44, 43, 42, 41, 40, 39, 38, 37, 36, 35, 34, 33, 32,
	}

	// qm6, qm4 and qm2 are the inverse quantisers: lower band with all six bits,
	// lower band with the four bits that steer adaptation, higher band.
	qm6 = [64]int{
		-136, -136, -136, -136, -24808, -21904, -19008, -16704,
		-14984, -13512, -12280, -11192, -10232, -9360, -8576, -7856,
		-7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576,
		-3168, -2776, -2400, -2032, -1688, -1360, -1040, -728,
		24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192,
		10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456,
		4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032,
		1688, 1360, 1040, 728, 432, 136, -432, -136,
	}
	qm4 = [16]int{
		0, -20456, -12896, -8968, -6288, -4240, -2584, -1200,
		20456, 12896, 8968, 6288, 4240, 2584, 1200, 0,
	}
	qm2 = [4]int{-7408, -1616, 7408, 1616}

	// wl and wh drive the logarithmic step size; rl42 and rh2 choose among them.
	wl   = [8]int{-60, -30, 58, 172, 334, 538, 1198, 3042}
	rl42 = [16]int{0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0}
	wh   = [3]int{0, -214, 798}
	rh2  = [4]int{2, 1, 2, 1}

	// ilb is the antilogarithm of the step size's fraction.
	ilb = [32]int{
		2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834,
		2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
	}
)

// band is one of the two ADPCM coders: a predictor with two poles and six
// zeros, and an adaptive step size. Encoder and decoder run the same band on
// the same codes and so stay in step. Index 0 of d, r and p is the current
// sample; index 0 of a and b is unused, as in the recommendation.
type band struct {
	s, sz int
	det   int
	nb    int
	r, p  [3]int
	a     [3]int
	b, d  [7]int
}

func newBands() (low, high band) { return band{det: 32}, band{det: 8} }

// scale adapts the step size by the logarithmic weight w (blocks 3L and 3H).
func (b *band) scale(w, ceiling, shift int) {
	b.nb = min(max(b.nb*127>>7+w, 0), ceiling)
	step := ilb[b.nb>>6&31]
	if n := shift - b.nb>>11; n < 0 {
		step <<= -n
	} else {
		step >>= n
	}
	b.det = step << 2
}

func (b *band) scaleLow(code byte)  { b.scale(wl[rl42[code>>2]], 18432, 8) }
func (b *band) scaleHigh(code byte) { b.scale(wh[rh2[code]], 22528, 10) }

// predict takes the quantised difference of the sample just coded and prepares
// the prediction of the next one (blocks 4L and 4H).
func (b *band) predict(diff int) {
	b.d[0] = diff
	b.r[0] = clamp16(b.s + diff)
	b.p[0] = clamp16(b.sz + diff)
	a1, a2 := b.poles()
	b.zeros()
	copy(b.d[1:], b.d[:6])
	copy(b.r[1:], b.r[:2])
	copy(b.p[1:], b.p[:2])
	b.a[1], b.a[2] = a1, a2

	sp := clamp16(a1*clamp16(2*b.r[1])>>15 + a2*clamp16(2*b.r[2])>>15)
	b.sz = 0
	for i := 1; i < len(b.b); i++ {
		b.sz += b.b[i] * clamp16(2*b.d[i]) >> 15
	}
	b.sz = clamp16(b.sz)
	b.s = clamp16(sp + b.sz)
}

func (b *band) poles() (a1, a2 int) {
	same1 := (b.p[0] < 0) == (b.p[1] < 0)
	same2 := (b.p[0] < 0) == (b.p[2] < 0)
	turn := clamp16(4 * b.a[1])
	if same1 {
		turn = min(-turn, 32767)
	}
	a2 = turn>>7 + b.a[2]*32512>>15
	if same2 {
		a2 += 128
	} else {
		a2 -= 128
	}
	a2 = min(max(a2, -12288), 12288)

	a1 = b.a[1] * 32640 >> 15
	if same1 {
		a1 += 192
	} else {
		a1 -= 192
	}
	limit := clamp16(15360 - a2)
	return min(max(clamp16(a1), -limit), limit), a2
}

func (b *band) zeros() {
	gain := 128
	if b.d[0] == 0 {
		gain = 0
	}
	for i := 1; i < len(b.b); i++ {
		step := -gain
		if (b.d[i] < 0) == (b.d[0] < 0) {
			step = gain
		}
		b.b[i] = clamp16(step + b.b[i]*32640>>15)
	}
}

// magnitude is the size of a difference as the quantisers measure it.
func magnitude(v int) int {
	if v < 0 {
		return -(v + 1)
	}
	return v
}

func quantiseLow(diff, det int) byte {
	size := magnitude(diff)
	i := 1
	for i < len(q6) && size >= q6[i]*det>>12 {
		i++
	}
	if diff < 0 {
		return iln[i]
	}
	return ilp[i]
}

func quantiseHigh(diff, det int) byte {
	far := magnitude(diff) >= 564*det>>12
	switch {
	case diff < 0 && far:
		return 0
	case diff < 0:
		return 1
	case far:
		return 2
	default:
		return 3
	}
}

type g722Encoder struct {
	low, high band
	x         [24]int
}

func newG722Encoder() *g722Encoder {
	e := &g722Encoder{}
	e.low, e.high = newBands()
	return e
}

func (e *g722Encoder) Encode(pcm []int16) ([]byte, error) {
	if err := checkFrame(G722, len(pcm), g722Frame); err != nil {
		return nil, err
	}
	out := make([]byte, len(pcm)/2)
	for i := range out {
		out[i] = e.pair(int(pcm[2*i]), int(pcm[2*i+1]))
	}
	return out, nil
}

// pair encodes two samples: the quadrature mirror filter splits them into one
// sample a band.
func (e *g722Encoder) pair(first, second int) byte {
	copy(e.x[:], e.x[2:])
	e.x[22], e.x[23] = first, second
	var even, odd int
	for i, c := range qmf {
		even += e.x[2*i] * c
		odd += e.x[2*i+1] * qmf[11-i]
	}
	// 12 bits of filter gain, one of the sum, one down to the 15-bit input.
	low, high := (odd+even)>>14, (odd-even)>>14

	lowCode := quantiseLow(clamp16(low-e.low.s), e.low.det)
	diff := e.low.det * qm4[lowCode>>2] >> 15
	e.low.scaleLow(lowCode)
	e.low.predict(diff)

	highCode := quantiseHigh(clamp16(high-e.high.s), e.high.det)
	diff = e.high.det * qm2[highCode] >> 15
	e.high.scaleHigh(highCode)
	e.high.predict(diff)
	return highCode<<6 | lowCode
}

type g722Decoder struct {
	low, high band
	x         [24]int
	concealer
}

func newG722Decoder() *g722Decoder {
	d := &g722Decoder{concealer: newConcealer(g722Rate)}
	d.low, d.high = newBands()
	return d
}

func (d *g722Decoder) Decode(payload []byte) ([]int16, error) {
	if len(payload) == 0 {
		return nil, fmt.Errorf("g722: %w", errEmpty)
	}
	out := make([]int16, 2*len(payload))
	for i, code := range payload {
		out[2*i], out[2*i+1] = d.pair(code)
	}
	d.heard(out)
	return out, nil
}

func (d *g722Decoder) pair(code byte) (first, second int16) {
	lowCode, highCode := code&63, code>>6
	low := clamp15(d.low.s + d.low.det*qm6[lowCode]>>15)
	diff := d.low.det * qm4[lowCode>>2] >> 15
	d.low.scaleLow(lowCode)
	d.low.predict(diff)

	diff = d.high.det * qm2[highCode] >> 15
	high := clamp15(d.high.s + diff)
	d.high.scaleHigh(highCode)
	d.high.predict(diff)

	copy(d.x[:], d.x[2:])
	d.x[22], d.x[23] = low+high, low-high
	var even, odd int
	for i, c := range qmf {
		even += d.x[2*i] * c
		odd += d.x[2*i+1] * qmf[11-i]
	}
	return int16(clamp16(odd >> 11)), int16(clamp16(even >> 11))
}

func clamp15(v int) int { return min(max(v, -16384), 16383) }
