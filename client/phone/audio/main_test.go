package audio

import (
	"math"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func sine(rate int, hz, level float64, samples int) []int16 {
	out := make([]int16, samples)
	for i := range out {
		out[i] = int16(level * 32767 * math.Sin(2*math.Pi*hz*float64(i)/float64(rate)))
	}
	return out
}

// share is the part of the power that a tone has (Goertzel).
func share(pcm []int16, rate int, hz float64) float64 {
	var re, im, total float64
	for i, s := range pcm {
		a := 2 * math.Pi * hz * float64(i) / float64(rate)
		re += float64(s) * math.Cos(a)
		im += float64(s) * math.Sin(a)
		total += float64(s) * float64(s)
	}
	return 2 * (re*re + im*im) / (float64(len(pcm))*total + 1e-9)
}

// advance lets the synthetic clock of a synctest bubble run on.
func advance(d time.Duration) { <-time.After(d) }
