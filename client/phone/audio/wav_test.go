package audio

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/assets"
)

// wavFile makes a WAV file of raw sample bytes.
func wavFile(tag, channels, bits uint16, rate uint32, data []byte) []byte {
	var b bytes.Buffer
	put := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) }
	b.WriteString("RIFF")
	put(uint32(1000))
	b.WriteString("WAVELIST")
	put(uint32(3))
	b.Write([]byte{1, 2, 3, 0})
	b.WriteString("fmt ")
	put(uint32(16))
	put(wavFormat{Tag: tag, Channels: channels, Rate: rate, BlockAlign: channels * bits / 8, Bits: bits})
	b.WriteString("data")
	put(uint32(len(data)))
	b.Write(data)
	return b.Bytes()
}

func TestReadWAV(t *testing.T) {
	tests := []struct {
		name string
		file []byte
		want Sound
	}{
		{"8 bits", wavFile(1, 1, 8, 8000, []byte{0, 128, 255}), Sound{8000, []int16{-32768, 0, 32512}}},
		{"16 bits", wavFile(1, 1, 16, 44100, []byte{0, 128, 255, 127}), Sound{44100, []int16{-32768, 32767}}},
		{"24 bits", wavFile(1, 1, 24, 48000, []byte{9, 1, 0, 9, 255, 255}), Sound{48000, []int16{1, -1}}},
		{"stereo", wavFile(1, 2, 16, 8000, []byte{100, 0, 200, 0}), Sound{8000, []int16{150}}},
		{"cut off", wavFile(1, 2, 16, 8000, []byte{100, 0, 200, 0, 1}), Sound{8000, []int16{150}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ReadWAV(bytes.NewReader(tt.file))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadWAVSaysWhatIsWrong(t *testing.T) {
	good := wavFile(1, 1, 16, 8000, []byte{1, 2})
	tests := []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "too short"},
		{"other file", []byte("OggS and a lot of other bytes"), "RIFF"},
		{"MP3 inside", wavFile(85, 1, 16, 8000, nil), "encoding 85"},
		{"float", wavFile(3, 1, 32, 8000, nil), "encoding 3"},
		{"six channels", wavFile(1, 6, 16, 8000, nil), "6 channels"},
		{"32 bits", wavFile(1, 1, 32, 8000, nil), "32 bits"},
		{"no rate", wavFile(1, 1, 16, 0, nil), "rate 0"},
		{"no data", good[:len(good)-10], "no data"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ReadWAV(bytes.NewReader(tt.file))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func FuzzReadWAV(f *testing.F) {
	f.Add(wavFile(1, 2, 24, 8000, make([]byte, 60)))
	f.Add(wavFile(wavExtensible, 1, 16, 8000, make([]byte, 60)))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := ReadWAV(bytes.NewReader(b))
		if err == nil && (s.Rate < 4000 || len(s.Samples) > len(b)) {
			t.Errorf("%d samples at %d of %d bytes", len(s.Samples), s.Rate, len(b))
		}
	})
}

// TestWAVWriterSurvives reads the file of a writer that is never closed.
func TestWAVWriterSurvives(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.wav")
	w, err := CreateWAV(path, 8000)
	if err != nil {
		t.Fatal(err)
	}
	in := sine(8000, 440, 0.5, 20000)
	for part := in; len(part) > 0; part = part[160:] {
		if err := w.Write(part[:160]); err != nil {
			t.Fatal(err)
		}
	}
	got, err := LoadWAV(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Samples) < 16000 {
		t.Errorf("%d of 20000 samples before Close", len(got.Samples))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got, err = LoadWAV(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Sound{8000, in}, got); diff != "" {
		t.Error(diff)
	}
	if info, err := os.Stat(path); err != nil || info.Size() != wavHeader+40000 {
		t.Errorf("file: %v, %v", info, err)
	}
}

func TestRingTone(t *testing.T) {
	b, err := assets.FS.ReadFile("sounds/ring.wav")
	if err != nil {
		t.Fatal(err)
	}
	s, err := ReadWAV(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	seconds := float64(len(s.Samples)) / float64(s.Rate)
	if seconds < 3 || seconds > 6 {
		t.Errorf("the ring tone has %.1f s", seconds)
	}
	if loudness(s.Samples[:s.Rate]) < 0.6 {
		t.Error("the ring tone begins quietly")
	}
	if loudness(s.Samples[len(s.Samples)-s.Rate:]) > 0 {
		t.Error("the ring tone has no pause at its end")
	}
}
