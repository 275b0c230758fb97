package media

import (
	"encoding/binary"
	"errors"
	"math"
)

// Sound is samples of one channel.
type Sound struct {
	Rate    int
	Samples []int16
}

var (
	errWAV   = errors.New("not a WAV file of 16-bit samples")
	errEmpty = errors.New("sound is empty")
)

// ReadWAV reads a RIFF WAV file with 16-bit samples; of several channels the
// first is taken.
func ReadWAV(b []byte) (Sound, error) {
	if len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WAVE" {
		return Sound{}, errWAV
	}
	var s Sound
	channels := 0
	for b = b[12:]; len(b) >= 8; {
		id, size := string(b[:4]), int(binary.LittleEndian.Uint32(b[4:]))
		b = b[8:]
		body := b[:min(size, len(b))]
		switch {
		case id == "fmt " && len(body) >= 16:
			channels = int(binary.LittleEndian.Uint16(body[2:]))
			s.Rate = int(binary.LittleEndian.Uint32(body[4:]))
			if bits := binary.LittleEndian.Uint16(body[14:]); bits != 16 {
				return Sound{}, errWAV
			}
		case id == "data" && channels > 0:
			for i := 0; i+1 < len(body); i += 2 * channels {
				s.Samples = append(s.Samples, int16(binary.LittleEndian.Uint16(body[i:])))
			}
		}
		b = b[min(size+size%2, len(b)):]
	}
	if channels == 0 || s.Rate < 1000 || s.Rate > 192000 || len(s.Samples) == 0 {
		return Sound{}, errWAV
	}
	return s, nil
}

// WriteWAV is the sound as a WAV file.
func (s Sound) WriteWAV() []byte {
	size := 2 * len(s.Samples)
	b := make([]byte, 0, 44+size)
	b = append(b, "RIFF"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(36+size))
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, 1)
	b = binary.LittleEndian.AppendUint16(b, 1)
	b = binary.LittleEndian.AppendUint32(b, uint32(s.Rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(2*s.Rate))
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(size))
	for _, v := range s.Samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(v))
	}
	return b
}

// Tone is a sine of one second, whole periods, to be repeated without a click.
func Tone(hertz, rate int) Sound {
	s := Sound{Rate: rate, Samples: make([]int16, rate)}
	for i := range s.Samples {
		s.Samples[i] = int16(8000 * math.Sin(2*math.Pi*float64(hertz)*float64(i)/float64(rate)))
	}
	return s
}
