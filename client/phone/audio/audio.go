// Package audio is the sound of the softphone: devices, WAV files, ring tone,
// level meter and the jitter buffer of what comes from the network.
//
// Everything a device gives or takes is a frame: 20 ms of 48 kHz, one channel,
// 16-bit samples. A Device calls its Endpoint once every 20 ms a direction from
// Start to Stop, whatever becomes of the hardware: a line whose sound device is
// missing or stuck runs on a clock of its own, gives silence, and says so in
// its Status. So a call goes on without a sound device, and its caller need not
// know.
//
// Calls into an Endpoint come from the device's real-time thread: they copy and
// return, and neither wait nor write to the network.
package audio

import "time"

const (
	// Rate is the sample rate of all frames.
	Rate = 48000
	// FrameSize is the number of samples in a frame.
	FrameSize = Rate / 50
	// FrameTime is the duration of a frame.
	FrameTime = 20 * time.Millisecond
)

// Endpoint is the phone's side of a device. Captured and Playback may be called
// at the same time by two threads.
type Endpoint interface {
	// Captured takes a frame from the microphone, valid during the call only.
	Captured(frame []int16)
	// Playback fills the frame that is heard next.
	Playback(frame []int16)
}

// Device is a microphone with a speaker.
type Device interface {
	// Start begins the calls to e. It does nothing when already started.
	Start(e Endpoint) error
	// Stop ends the calls; when it returns no call runs any more.
	Stop() error
	// Close stops and releases the device for good.
	Close() error
}

// Kind is the direction of a sound device.
type Kind int

// The kinds of sound devices.
const (
	Capture Kind = iota
	Playback
)

// Info describes a sound device of the machine.
type Info struct {
	// ID is stable while the device is plugged in; empty means the default.
	ID      string
	Name    string
	Kind    Kind
	Default bool
}

// Status is how a line does.
type Status int

// The states of a line.
const (
	// Idle: stopped.
	Idle Status = iota
	// Running: the chosen device works.
	Running
	// Substituted: the chosen device is missing and the default works.
	Substituted
	// Missing: no device could be opened; the line is silent and tries again.
	Missing
)

// Problem tells what is wrong with a line; an empty Text means nothing is.
type Problem struct {
	Kind   Kind
	Status Status
	Text   string
}
