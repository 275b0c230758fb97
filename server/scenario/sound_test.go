package scenario

import (
	"math"
	"testing"

	"parley/server/voice/media"
)

// share is how much of the sound's energy a tone has, by Goertzel's algorithm.
func share(samples []int16, hertz, rate int) float64 {
	step := 2 * math.Pi * float64(hertz) / float64(rate)
	twoCos := 2 * math.Cos(step)
	var a, b, energy float64
	for _, s := range samples {
		x := float64(s)
		energy += x * x
		a, b = x+twoCos*a-b, a
	}
	if energy == 0 {
		return 0
	}
	return (a*a + b*b - twoCos*a*b) / (energy * float64(len(samples)) / 2)
}

// hears says whether the last half second is this tone.
func hears(s media.Sound, hertz int) bool {
	n := s.Rate / 2
	return len(s.Samples) >= n && share(s.Samples[len(s.Samples)-n:], hertz, s.Rate) > 0.5
}

// silent says whether the last half second is silence.
func silent(s media.Sound) bool {
	n := s.Rate / 2
	return len(s.Samples) >= n && level(s) < 10
}

// level is the loudness of the last half second.
func level(s media.Sound) float64 {
	n := min(s.Rate/2, len(s.Samples))
	energy := 0.0
	for _, x := range s.Samples[len(s.Samples)-n:] {
		energy += float64(x) * float64(x)
	}
	return math.Sqrt(energy / float64(max(n, 1)))
}

func TestHears(t *testing.T) {
	s := media.Tone(1000, 8000)
	for len(s.Samples) < s.Rate {
		s.Samples = append(s.Samples, s.Samples...)
	}
	if !hears(s, 1000) || hears(s, 440) || silent(s) || level(s) < 100 {
		t.Errorf("1,000 Hz: share %f, of 440 Hz %f, level %f", share(s.Samples, 1000, 8000), share(s.Samples, 440, 8000), level(s))
	}
	none := media.Sound{Rate: 8000, Samples: make([]int16, 8000)}
	if hears(none, 1000) || !silent(none) {
		t.Error("a tone is heard in silence")
	}
}
