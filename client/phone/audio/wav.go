package audio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// Sound is a recording with one channel.
type Sound struct {
	Rate    int
	Samples []int16
}

const (
	wavPCM        = 1
	wavExtensible = 0xfffe
	wavLargest    = 512 << 20
)

type wavFormat struct {
	Tag        uint16
	Channels   uint16
	Rate       uint32
	ByteRate   uint32
	BlockAlign uint16
	Bits       uint16
}

// LoadWAV reads a WAV file; see ReadWAV.
func LoadWAV(path string) (Sound, error) {
	f, err := os.Open(path)
	if err != nil {
		return Sound{}, fmt.Errorf("open sound: %w", err)
	}
	defer func() { _ = f.Close() }()
	s, err := ReadWAV(f)
	if err != nil {
		return Sound{}, fmt.Errorf("read sound %s: %w", path, err)
	}
	return s, nil
}

// ReadWAV reads PCM of 8, 16 or 24 bits with one or two channels at any rate
// from 4 to 192 kHz. Two channels are mixed to one. A file that ends early,
// or whose header was never completed, gives the samples it has.
func ReadWAV(r io.Reader) (Sound, error) {
	var riff [12]byte
	if _, err := io.ReadFull(r, riff[:]); err != nil {
		return Sound{}, errors.New("not a WAV file: too short")
	}
	if string(riff[:4]) != "RIFF" || string(riff[8:]) != "WAVE" {
		return Sound{}, errors.New("not a WAV file: no RIFF/WAVE header")
	}
	var format wavFormat
	for {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return Sound{}, errors.New("WAV file has no data chunk")
		}
		size := int64(binary.LittleEndian.Uint32(head[4:]))
		switch string(head[:4]) {
		case "fmt ":
			f, err := readFormat(r, size)
			if err != nil {
				return Sound{}, err
			}
			format = f
		case "data":
			if format.Channels == 0 {
				return Sound{}, errors.New("WAV file has its data before its format")
			}
			return readSamples(r, size, format)
		default:
			if _, err := io.CopyN(io.Discard, r, size+size%2); err != nil {
				return Sound{}, fmt.Errorf("WAV file ends inside its %q chunk", head[:4])
			}
		}
	}
}

func readFormat(r io.Reader, size int64) (wavFormat, error) {
	if size < 16 || size > 1024 {
		return wavFormat{}, fmt.Errorf("WAV format chunk has %d bytes", size)
	}
	chunk := make([]byte, size+size%2)
	if _, err := io.ReadFull(r, chunk); err != nil {
		return wavFormat{}, errors.New("WAV file ends inside its format chunk")
	}
	f := wavFormat{
		Tag:      binary.LittleEndian.Uint16(chunk),
		Channels: binary.LittleEndian.Uint16(chunk[2:]),
		Rate:     binary.LittleEndian.Uint32(chunk[4:]),
		Bits:     binary.LittleEndian.Uint16(chunk[14:]),
	}
	if f.Tag == wavExtensible && size >= 26 {
		f.Tag = binary.LittleEndian.Uint16(chunk[24:])
	}
	switch {
	case f.Tag != wavPCM:
		return wavFormat{}, fmt.Errorf("WAV encoding %d is not supported; save it as PCM", f.Tag)
	case f.Channels != 1 && f.Channels != 2:
		return wavFormat{}, fmt.Errorf("WAV file has %d channels; save it with one or two", f.Channels)
	case f.Bits != 8 && f.Bits != 16 && f.Bits != 24:
		return wavFormat{}, fmt.Errorf("WAV samples have %d bits; save it with 8, 16 or 24", f.Bits)
	case f.Rate < 4000 || f.Rate > 192000:
		return wavFormat{}, fmt.Errorf("WAV sample rate %d is not between 4000 and 192000", f.Rate)
	}
	return f, nil
}

func readSamples(r io.Reader, size int64, f wavFormat) (Sound, error) {
	if size == 0 {
		size = wavLargest
	}
	data, err := io.ReadAll(io.LimitReader(r, min(size, wavLargest)))
	if err != nil {
		return Sound{}, fmt.Errorf("read samples: %w", err)
	}
	width, channels := int(f.Bits)/8, int(f.Channels)
	out := make([]int16, len(data)/(width*channels))
	for i := range out {
		sum := 0
		for c := range channels {
			sum += sampleAt(data[(i*channels+c)*width:], width)
		}
		out[i] = int16(sum / channels)
	}
	return Sound{Rate: int(f.Rate), Samples: out}, nil
}

func sampleAt(b []byte, width int) int {
	switch width {
	case 1:
		return (int(b[0]) - 128) << 8
	case 2:
		return int(int16(binary.LittleEndian.Uint16(b)))
	default:
		return int(int16(binary.LittleEndian.Uint16(b[1:])))
	}
}

const wavHeader = 44

// WAVWriter writes 16-bit samples of one channel to a file. Its header is
// brought up to date every second of sound, so that the file is valid even when
// the program dies.
type WAVWriter struct {
	f       *os.File
	rate    int
	written int64
	stale   int
	buf     []byte
}

// CreateWAV creates or replaces a WAV file.
func CreateWAV(path string, rate int) (*WAVWriter, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("create sound: %w", err)
	}
	w := &WAVWriter{f: f, rate: rate}
	if err := w.writeHeader(); err != nil {
		_ = f.Close()
		return nil, err
	}
	return w, nil
}

// Write appends samples.
func (w *WAVWriter) Write(pcm []int16) error {
	w.buf = w.buf[:0]
	for _, s := range pcm {
		w.buf = binary.LittleEndian.AppendUint16(w.buf, uint16(s))
	}
	n, err := w.f.WriteAt(w.buf, wavHeader+w.written)
	w.written += int64(n)
	if err != nil {
		return fmt.Errorf("write sound: %w", err)
	}
	if w.stale += len(pcm); w.stale >= w.rate {
		w.stale = 0
		return w.writeHeader()
	}
	return nil
}

// Close completes the header and closes the file.
func (w *WAVWriter) Close() error {
	return errors.Join(w.writeHeader(), w.f.Close())
}

func (w *WAVWriter) writeHeader() error {
	h := make([]byte, 0, wavHeader)
	h = append(h, "RIFF"...)
	h = binary.LittleEndian.AppendUint32(h, uint32(wavHeader-8+w.written))
	h = append(h, "WAVEfmt "...)
	h = binary.LittleEndian.AppendUint32(h, 16)
	h = binary.LittleEndian.AppendUint16(h, wavPCM)
	h = binary.LittleEndian.AppendUint16(h, 1)
	h = binary.LittleEndian.AppendUint32(h, uint32(w.rate))
	h = binary.LittleEndian.AppendUint32(h, uint32(2*w.rate))
	h = binary.LittleEndian.AppendUint16(h, 2)
	h = binary.LittleEndian.AppendUint16(h, 16)
	h = append(h, "data"...)
	h = binary.LittleEndian.AppendUint32(h, uint32(w.written))
	if _, err := w.f.WriteAt(h, 0); err != nil {
		return fmt.Errorf("write sound header: %w", err)
	}
	return nil
}
