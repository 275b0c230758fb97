package audio

import (
	"math"

	"parley/client/phone/codec"
)

// Ringer plays a sound over and over on a device of its own, so that an offer
// is heard by an agent whose headset lies on the desk.
type Ringer struct {
	device Device
	sound  []int16
}

// NewRinger makes a ringer; it owns the device.
func NewRinger(d Device, s Sound) *Ringer {
	return &Ringer{device: d, sound: codec.Resample(s.Samples, s.Rate, Rate)}
}

// Ring starts or stops the sound. It starts from the beginning.
func (r *Ringer) Ring(on bool) error {
	if !on {
		return r.device.Stop()
	}
	return r.device.Start(&ringEndpoint{loop: loop{samples: r.sound}})
}

// Close stops the sound and releases the device.
func (r *Ringer) Close() error { return r.device.Close() }

type ringEndpoint struct {
	loop loop
}

func (*ringEndpoint) Captured([]int16) {}

func (e *ringEndpoint) Playback(frame []int16) { e.loop.fill(frame) }

// Tone is a steady test tone with soft ends.
func Tone(hz float64, samples int) []int16 {
	const level, edge = 6000, Rate / 50
	out := make([]int16, samples)
	for i := range out {
		gain := min(1, float64(i)/edge, float64(samples-1-i)/edge)
		out[i] = int16(level * gain * math.Sin(2*math.Pi*hz*float64(i)/Rate))
	}
	return out
}
