package codec

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

var names = []Name{PCMU, PCMA, G722, Opus}

func tone(rate int, hz, level float64, samples int) []int16 {
	out := make([]int16, samples)
	for i := range out {
		out[i] = int16(level * 32767 * math.Sin(2*math.Pi*hz*float64(i)/float64(rate)))
	}
	return out
}

func noise(level float64, samples int) []int16 {
	r := rand.New(rand.NewPCG(1, 2))
	out := make([]int16, samples)
	for i := range out {
		out[i] = int16(level * 32767 * (2*r.Float64() - 1))
	}
	return out
}

func roundTrip(t *testing.T, n Name, pcm []int16) []int16 {
	t.Helper()
	f, ok := Lookup(n)
	if !ok {
		t.Fatalf("Lookup(%s) found nothing", n)
	}
	enc, err := NewEncoder(n)
	if err != nil {
		t.Fatal(err)
	}
	dec, err := NewDecoder(n)
	if err != nil {
		t.Fatal(err)
	}
	var out []int16
	for ; len(pcm) >= f.FrameSize(); pcm = pcm[f.FrameSize():] {
		p, err := enc.Encode(pcm[:f.FrameSize()])
		if err != nil {
			t.Fatal(err)
		}
		got, err := dec.Decode(p)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != f.FrameSize() {
			t.Fatalf("%s decodes a frame to %d samples, want %d", n, len(got), f.FrameSize())
		}
		out = append(out, got...)
	}
	return out
}

// snr compares out with in at the delay that fits best, after a settling time.
func snr(in, out []int16, maxDelay int) float64 {
	best := math.Inf(-1)
	settle := len(in) / 4
	for delay := range maxDelay + 1 {
		var signal, fault float64
		for i := settle; i+delay < min(len(in), len(out)); i++ {
			s := float64(in[i])
			d := s - float64(out[i+delay])
			signal += s * s
			fault += d * d
		}
		best = max(best, 10*math.Log10(signal/(fault+1e-9)))
	}
	return best
}

func power(pcm []int16) float64 {
	var sum float64
	for _, s := range pcm {
		sum += float64(s) * float64(s)
	}
	return math.Sqrt(sum / float64(max(len(pcm), 1)))
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

func TestRoundTripQuality(t *testing.T) {
	tests := []struct {
		name     Name
		what     string
		pcm      []int16
		atLeast  float64
		maxDelay int
	}{
		{PCMU, "1 kHz", tone(8000, 1004, 0.5, 8000), 36, 0},
		{PCMA, "1 kHz", tone(8000, 1004, 0.5, 8000), 36, 0},
		{PCMU, "quiet", tone(8000, 1004, 0.01, 8000), 28, 0},
		{PCMU, "noise", noise(0.3, 8000), 34, 0},
		{PCMA, "noise", noise(0.3, 8000), 34, 0},
		{G722, "1 kHz", tone(16000, 1004, 0.5, 16000), 36, 30},
		{G722, "300 Hz", tone(16000, 300, 0.1, 16000), 36, 30},
		{G722, "6 kHz", tone(16000, 6000, 0.3, 16000), 15, 30},
		{G722, "noise", noise(0.3, 16000), 11, 30},
	}
	for _, tt := range tests {
		t.Run(string(tt.name)+" "+tt.what, func(t *testing.T) {
			got := snr(tt.pcm, roundTrip(t, tt.name, tt.pcm), tt.maxDelay)
			t.Logf("signal to noise %.1f dB", got)
			if got < tt.atLeast {
				t.Errorf("signal to noise %.1f dB, want at least %.1f", got, tt.atLeast)
			}
		})
	}
}

func TestOpusKeepsTone(t *testing.T) {
	in := tone(48000, 1000, 0.3, 48000)
	out := roundTrip(t, Opus, in)[24000:]
	if got := share(out, 48000, 1000); got < 0.95 {
		t.Errorf("tone has %.2f of the power, want 0.95", got)
	}
	if ratio := power(out) / power(in); ratio < 0.8 || ratio > 1.25 {
		t.Errorf("level changes by %.2f", ratio)
	}
}

func TestConcealContinuesThenFades(t *testing.T) {
	for _, n := range names {
		t.Run(string(n), func(t *testing.T) {
			f, _ := Lookup(n)
			enc, _ := NewEncoder(n)
			dec, _ := NewDecoder(n)
			in := tone(f.SampleRate, 200, 0.4, f.SampleRate)
			for i := range 25 {
				p, err := enc.Encode(in[i*f.FrameSize() : (i+1)*f.FrameSize()])
				if err != nil {
					t.Fatal(err)
				}
				if _, err := dec.Decode(p); err != nil {
					t.Fatal(err)
				}
			}
			first := dec.Conceal()
			if len(first) != f.FrameSize() {
				t.Fatalf("concealed frame has %d samples, want %d", len(first), f.FrameSize())
			}
			if got := share(first, f.SampleRate, 200); got < 0.8 {
				t.Errorf("the tone has only %.2f of the power of the first concealed frame", got)
			}
			if got := power(first) / power(in); got < 0.5 || got > 1.2 {
				t.Errorf("first concealed frame has %.2f of the level", got)
			}
			for range 49 {
				dec.Conceal()
			}
			if got := power(dec.Conceal()); got != 0 {
				t.Errorf("after a second of loss the level is %.1f, want silence", got)
			}
		})
	}
}

func TestConcealBeforeAnythingIsSilence(t *testing.T) {
	for _, n := range names {
		dec, err := NewDecoder(n)
		if err != nil {
			t.Fatal(err)
		}
		if got := power(dec.Conceal()); got > 1 {
			t.Errorf("%s: level %.1f before the first packet", n, got)
		}
	}
}

func TestOpusRecovers(t *testing.T) {
	enc, _ := NewEncoder(Opus)
	dec, _ := NewDecoder(Opus)
	r, ok := dec.(Recoverer)
	if !ok {
		t.Fatal("the opus decoder recovers nothing")
	}
	in := tone(opusRate, 300, 0.4, 50*opusFrame)
	var got []int16
	for i := range 50 {
		p, err := enc.Encode(in[i*opusFrame : (i+1)*opusFrame])
		if err != nil {
			t.Fatal(err)
		}
		if i == 39 {
			continue
		}
		if i == 40 {
			if got, err = r.Recover(p); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := dec.Decode(p); err != nil {
			t.Fatal(err)
		}
	}
	if len(got) != opusFrame || share(got, opusRate, 300) < 0.8 {
		t.Errorf("%d samples, tone %.2f", len(got), share(got, opusRate, 300))
	}
	if _, err := r.Recover(nil); err == nil {
		t.Error("nothing is recovered from an empty payload")
	}
}

func TestErrors(t *testing.T) {
	if _, ok := Lookup("speex"); ok {
		t.Error("Lookup knows speex")
	}
	if _, err := NewEncoder("speex"); err == nil {
		t.Error("NewEncoder makes speex")
	}
	if _, err := NewDecoder("speex"); err == nil {
		t.Error("NewDecoder makes speex")
	}
	for _, n := range names {
		enc, _ := NewEncoder(n)
		dec, _ := NewDecoder(n)
		if _, err := enc.Encode(make([]int16, 17)); err == nil {
			t.Errorf("%s encodes a frame of 17 samples", n)
		}
		if _, err := dec.Decode(nil); err == nil {
			t.Errorf("%s decodes an empty payload", n)
		}
	}
}

// TestDecodersTakeAnything: payloads come from the network.
func TestDecodersTakeAnything(t *testing.T) {
	for _, n := range names {
		t.Run(string(n), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				dec, err := NewDecoder(n)
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 300), 1, 10).Draw(t, "payloads") {
					if _, err := dec.Decode(p); err != nil {
						dec.Conceal()
					}
				}
			})
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, n := range names {
		b.Run(string(n), func(b *testing.B) {
			f, _ := Lookup(n)
			enc, _ := NewEncoder(n)
			pcm := noise(0.2, f.FrameSize())
			b.ReportAllocs()
			for b.Loop() {
				if _, err := enc.Encode(pcm); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, n := range names {
		b.Run(string(n), func(b *testing.B) {
			f, _ := Lookup(n)
			enc, _ := NewEncoder(n)
			dec, _ := NewDecoder(n)
			p, err := enc.Encode(noise(0.2, f.FrameSize()))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := dec.Decode(p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
