package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"time"

	"parley/server/voice/media"
)

type toneCmd struct {
	File  string        `arg:"" help:"WAV file."`
	Make  int           `help:"Write a tone of this many hertz." xor:"what"`
	Find  int           `help:"Look for a tone of this many hertz." xor:"what"`
	For   time.Duration `help:"Length of the tone to write." default:"10s"`
	Rate  int           `help:"Samples a second of the tone to write." default:"16000"`
	Least time.Duration `help:"How long the tone must be heard without a gap to be found." default:"1s"`
	JSON  bool          `help:"Print JSON for scripts." name:"json"`
}

const (
	// window is what is looked at at once; a tone is heard in it when it has
	// half of the window's energy.
	window = 50 * time.Millisecond
	share  = 0.5
	// quiet is the power below which a window counts as silent.
	quiet = 100 * 100
)

type toneJSON struct {
	Heard   float64 `json:"heard_s"`
	Longest float64 `json:"longest_run_s"`
	Length  float64 `json:"length_s"`
}

func (c *toneCmd) Run(e *env) error {
	switch {
	case c.Make > 0:
		one := media.Tone(c.Make, c.Rate)
		whole := media.Sound{Rate: c.Rate}
		for n := int(c.For.Seconds() * float64(c.Rate)); len(whole.Samples) < n; {
			whole.Samples = append(whole.Samples, one.Samples...)
		}
		return os.WriteFile(c.File, whole.WriteWAV(), 0o644)
	case c.Find > 0:
		return c.find(e)
	}
	return &usageError{"--make or --find is needed"}
}

func (c *toneCmd) find(e *env) error {
	raw, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("read the file: %w", err)
	}
	sound, err := media.ReadWAV(raw)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	size := int(window.Seconds() * float64(sound.Rate))
	heard, run, longest := 0, 0, 0
	for rest := sound.Samples; len(rest) >= size && size > 0; rest = rest[size:] {
		if hears(rest[:size], c.Find, sound.Rate) {
			heard++
			run++
			longest = max(longest, run)
			continue
		}
		run = 0
	}
	r := toneJSON{
		Heard: float64(heard) * window.Seconds(), Longest: float64(longest) * window.Seconds(),
		Length: float64(len(sound.Samples)) / float64(sound.Rate),
	}
	if c.JSON {
		if err := json.NewEncoder(e.out).Encode(r); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(e.out, "%d Hz: %.2f s of %.2f s, longest without a gap %.2f s\n", c.Find, r.Heard, r.Length, r.Longest)
	}
	if r.Longest < c.Least.Seconds() {
		return fmt.Errorf("%s: no tone of %d Hz for %s without a gap", c.File, c.Find, c.Least)
	}
	return nil
}

// hears measures the power at a frequency by Goertzel's algorithm.
func hears(samples []int16, hertz, rate int) bool {
	w := 2 * math.Pi * float64(hertz) / float64(rate)
	coefficient := 2 * math.Cos(w)
	var s1, s2, total float64
	for _, v := range samples {
		x := float64(v)
		total += x * x
		s1, s2 = x+coefficient*s1-s2, s1
	}
	n := float64(len(samples))
	if total/n < quiet {
		return false
	}
	power := (s1*s1 + s2*s2 - coefficient*s1*s2) / (n * n) * 2
	return power/(total/n) > share
}
