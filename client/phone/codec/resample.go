package codec

import "math"

const (
	// halfWidth is how many zero crossings of the sinc lie on each side: about
	// 70 dB of stop band with the window below.
	halfWidth = 16
	// maxPhases bounds the table for odd rate pairs; in between the nearest
	// phase is taken.
	maxPhases = 640
	// passband keeps the transition band below the folding frequency.
	passband = 0.92
)

// Resampler changes the sample rate of a stream, frame by frame, without seams.
// It delays the sound by Delay input samples and belongs to one goroutine.
type Resampler struct {
	from, to int
	half     int
	phases   [][]float32
	// hist holds the input that later output still needs. pos/to is the place
	// of the next output sample, in input samples after the start of hist plus
	// half-1.
	hist []float32
	pos  int
}

// NewResampler makes a resampler between two rates in samples a second.
func NewResampler(from, to int) *Resampler {
	g := gcd(from, to)
	r := &Resampler{from: from / g, to: to / g}
	if r.from == r.to {
		return r
	}
	cutoff := passband * min(1, float64(to)/float64(from))
	r.half = int(math.Ceil(halfWidth / cutoff * passband))
	count := min(r.to, maxPhases)
	r.phases = make([][]float32, count)
	for p := range r.phases {
		r.phases[p] = sincPhase(float64(p)/float64(count), cutoff, r.half)
	}
	r.hist = make([]float32, 2*r.half-1)
	return r
}

// sincPhase is the windowed sinc around a point that lies frac after an input
// sample, scaled so that a constant passes unchanged.
func sincPhase(frac, cutoff float64, half int) []float32 {
	taps := make([]float64, 2*half)
	var sum float64
	for i := range taps {
		t := float64(i-half+1) - frac
		x := math.Pi * t * cutoff
		v := 1.0
		if x != 0 {
			v = math.Sin(x) / x
		}
		taps[i] = v * blackman(t/float64(half))
		sum += taps[i]
	}
	out := make([]float32, len(taps))
	for i, v := range taps {
		out[i] = float32(v / sum)
	}
	return out
}

// blackman is the window at u in -1..1.
func blackman(u float64) float64 {
	if u <= -1 || u >= 1 {
		return 0
	}
	return 0.42 + 0.5*math.Cos(math.Pi*u) + 0.08*math.Cos(2*math.Pi*u)
}

// Delay is how many input samples the output lies behind the input.
func (r *Resampler) Delay() int { return r.half }

// Process takes the next input and returns the output that it completes. Over
// time it returns to/from as many samples; for frames of 20 ms at the usual
// rates every call returns exactly a frame.
func (r *Resampler) Process(pcm []int16) []int16 {
	if r.from == r.to {
		return append([]int16(nil), pcm...)
	}
	for _, s := range pcm {
		r.hist = append(r.hist, float32(s))
	}
	out := make([]int16, 0, len(pcm)*r.to/r.from+1)
	taps := 2 * r.half
	for r.pos/r.to+taps <= len(r.hist) {
		start := r.pos / r.to
		phase := r.phases[r.pos%r.to*len(r.phases)/r.to]
		var sum float32
		for i, h := range r.hist[start : start+taps] {
			sum += h * phase[i]
		}
		out = append(out, int16(clamp16(int(math.Round(float64(sum))))))
		r.pos += r.from
	}
	drop := min(r.pos/r.to, len(r.hist))
	r.hist = r.hist[:copy(r.hist, r.hist[drop:])]
	r.pos -= drop * r.to
	return out
}

// Resample changes the sample rate of a complete recording. The output is not
// delayed and has as many samples as its duration asks for, rounded down.
func Resample(pcm []int16, from, to int) []int16 {
	if from == to {
		return append([]int16(nil), pcm...)
	}
	r := NewResampler(from, to)
	want := len(pcm) * to / from
	// The stream starts half-1 zeros early and the sample at time 0 completes
	// only with half more samples; padding both ends takes the delay out.
	r.hist = r.hist[:r.half-1]
	out := r.Process(pcm)
	out = append(out, r.Process(make([]int16, r.half+1))...)
	return out[:min(want, len(out))]
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
