package codec

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestResampleKeepsTone(t *testing.T) {
	for _, tt := range []struct{ from, to int }{
		{8000, 48000},
		{48000, 8000},
		{16000, 48000},
		{48000, 16000},
		{44100, 48000},
		{11025, 48000},
		{48000, 44100},
		{47999, 48000},
	} {
		in := tone(tt.from, 1000, 0.5, tt.from)
		out := Resample(in, tt.from, tt.to)
		if len(out) != tt.to {
			t.Errorf("%d to %d: %d samples, want %d", tt.from, tt.to, len(out), tt.to)
			continue
		}
		middle := len(out) / 4
		want := tone(tt.to, 1000, 0.5, tt.to)
		if got := snr(want[middle:3*middle], out[middle:3*middle], 0); got < 50 {
			t.Errorf("%d to %d: signal to noise %.1f dB, want 50", tt.from, tt.to, got)
		}
	}
}

func TestResampleStopsFolding(t *testing.T) {
	in := tone(48000, 5200, 0.5, 48000)
	out := Resample(in, 48000, 8000)[1000:7000]
	if db := 20 * math.Log10(power(out)/power(in)); db > -55 {
		t.Errorf("5.2 kHz comes through at %.1f dB, want under -55", db)
	}
}

func TestResamplerFramesAndSeams(t *testing.T) {
	for _, rate := range []int{8000, 16000, 48000} {
		r := NewResampler(rate, 48000)
		for i := range 20 {
			if got := len(r.Process(make([]int16, rate/50))); got != 960 {
				t.Fatalf("%d to 48000, frame %d: %d samples, want 960", rate, i, got)
			}
		}
		r = NewResampler(48000, rate)
		for i := range 20 {
			if got := len(r.Process(make([]int16, 960))); got != rate/50 {
				t.Fatalf("48000 to %d, frame %d: %d samples, want %d", rate, i, got, rate/50)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		rates := rapid.SampledFrom([]int{8000, 11025, 16000, 44100, 48000})
		from, to := rates.Draw(t, "from"), rates.Draw(t, "to")
		in := noise(0.5, 2000)
		want := NewResampler(from, to).Process(in)
		r := NewResampler(from, to)
		var got []int16
		for len(in) > 0 {
			n := rapid.IntRange(1, len(in)).Draw(t, "n")
			got = append(got, r.Process(in[:n])...)
			in = in[n:]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("cutting the stream changes the sound:\n%s", diff)
		}
	})
}

func BenchmarkResampler(b *testing.B) {
	for _, tt := range []struct {
		name     string
		from, to int
	}{{"8to48", 8000, 48000}, {"48to8", 48000, 8000}} {
		b.Run(tt.name, func(b *testing.B) {
			r := NewResampler(tt.from, tt.to)
			in := noise(0.2, tt.from/50)
			b.ReportAllocs()
			for b.Loop() {
				r.Process(in)
			}
		})
	}
}
