package audio

import (
	"errors"
	"fmt"
	"sync"

	"parley/client/phone/codec"
)

// FileConfig names the WAV files of a FileDevice.
type FileConfig struct {
	// In is spoken into the microphone; empty means silence.
	In string
	// Out gets what is heard; empty means nowhere.
	Out string
	// Once speaks In once a Start instead of over and over.
	Once bool
}

// FileDevice plays a WAV file as its microphone, in real time, and writes what
// would be heard to another, for tests and demonstrations. What is heard in
// several runs from Start to Stop is written one after another.
type FileDevice struct {
	cfg FileConfig
	in  []int16

	mu   sync.Mutex
	out  *WAVWriter
	err  error
	done chan struct{}
	wg   sync.WaitGroup
}

// NewFileDevice reads In and creates Out.
func NewFileDevice(cfg FileConfig) (*FileDevice, error) {
	d := &FileDevice{cfg: cfg}
	if cfg.In != "" {
		s, err := LoadWAV(cfg.In)
		if err != nil {
			return nil, err
		}
		d.in = codec.Resample(s.Samples, s.Rate, Rate)
		if len(d.in) == 0 {
			return nil, fmt.Errorf("read sound %s: WAV file has no samples", cfg.In)
		}
	}
	if cfg.Out != "" {
		w, err := CreateWAV(cfg.Out, Rate)
		if err != nil {
			return nil, err
		}
		d.out = w
	}
	return d, nil
}

// Start implements Device.
func (d *FileDevice) Start(e Endpoint) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.done != nil {
		return nil
	}
	done := make(chan struct{})
	d.done = done
	player := &loop{samples: d.in, once: d.cfg.Once}
	mic, heard := make([]int16, FrameSize), make([]int16, FrameSize)
	d.wg.Go(func() {
		runClock(done, func() bool {
			player.fill(mic)
			e.Captured(mic)
			clear(heard)
			e.Playback(heard)
			d.write(heard)
			return true
		})
	})
	return nil
}

// write runs on the clock's goroutine only; Close waits for it.
func (d *FileDevice) write(heard []int16) {
	if d.out == nil || d.err != nil {
		return
	}
	d.err = d.out.Write(heard)
}

// Stop implements Device.
func (d *FileDevice) Stop() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.halt()
	return d.err
}

func (d *FileDevice) halt() {
	if d.done != nil {
		close(d.done)
		d.done = nil
		d.wg.Wait()
	}
}

// Close implements Device.
func (d *FileDevice) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.halt()
	if d.out == nil {
		return d.err
	}
	err := errors.Join(d.err, d.out.Close())
	d.out = nil
	return err
}

// loop plays samples over and over, or once.
type loop struct {
	samples []int16
	once    bool
	pos     int
}

func (l *loop) fill(frame []int16) {
	clear(frame)
	for n := 0; n < len(frame) && l.pos < len(l.samples); {
		k := copy(frame[n:], l.samples[l.pos:])
		n += k
		l.pos += k
		if l.pos == len(l.samples) && !l.once {
			l.pos = 0
		}
	}
}
