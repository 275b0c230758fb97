package audio

import (
	"math"
	"sync/atomic"
)

// Meter measures how loud a stream is, for a level display. One goroutine adds
// frames, any may read.
type Meter struct {
	bits atomic.Uint64
}

const (
	// quietest is what a display shows as nothing.
	quietest = -60.0
	// release is how fast the level falls per frame: to nothing in 0.4 s.
	release = 0.05
)

// Add measures a frame.
func (m *Meter) Add(frame []int16) {
	level := loudness(frame)
	if old := m.Level(); level < old {
		level = max(level, old-release, 0)
	}
	m.bits.Store(math.Float64bits(level))
}

// Level is the loudness from 0 (silence) to 1 (full scale), linear in decibels.
func (m *Meter) Level() float64 { return math.Float64frombits(m.bits.Load()) }

// Reset shows silence.
func (m *Meter) Reset() { m.bits.Store(0) }

func loudness(frame []int16) float64 {
	p := meanSquare(frame)
	if p == 0 {
		return 0
	}
	db := 10 * math.Log10(p/(32768*32768/2))
	return min(max(1-db/quietest, 0), 1)
}

func meanSquare(frame []int16) float64 {
	if len(frame) == 0 {
		return 0
	}
	var sum int64
	for _, s := range frame {
		sum += int64(s) * int64(s)
	}
	return float64(sum) / float64(len(frame))
}
