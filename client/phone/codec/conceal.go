package codec

// concealer fills gaps for codecs without concealment of their own: it repeats
// the last pitch period, which sounds like the voice going on, and fades it out
// within fadeFrames so that a long gap is silence and not a buzz.
type concealer struct {
	rate    int
	history []int16
	period  int
	phase   int
	lost    int
}

const (
	fadeFrames  = 4
	historyMs   = 40
	shortestMs2 = 5 // half milliseconds: 400 Hz, the highest usual voice
	longestMs   = 16
)

func newConcealer(rate int) concealer {
	return concealer{rate: rate, history: make([]int16, rate*historyMs/1000)}
}

func (c *concealer) heard(pcm []int16) {
	c.lost = 0
	if n := len(c.history); len(pcm) >= n {
		copy(c.history, pcm[len(pcm)-n:])
		return
	}
	copy(c.history, c.history[len(pcm):])
	copy(c.history[len(c.history)-len(pcm):], pcm)
}

// Conceal implements Decoder.
func (c *concealer) Conceal() []int16 {
	out := make([]int16, c.rate/framesPerSecond)
	if c.lost >= fadeFrames {
		return out
	}
	if c.lost == 0 {
		c.period, c.phase = c.pitch(), 0
	}
	total := fadeFrames * len(out)
	cycle := c.history[len(c.history)-c.period:]
	for i := range out {
		gain := total - c.lost*len(out) - i
		out[i] = int16(int(cycle[c.phase]) * gain / total)
		c.phase = (c.phase + 1) % c.period
	}
	c.lost++
	return out
}

// pitch is the lag at which the recent past resembles itself most.
func (c *concealer) pitch() int {
	shortest, longest := c.rate*shortestMs2/2000, c.rate*longestMs/1000
	window := len(c.history) - longest
	tail := c.history[len(c.history)-window:]
	best, bestScore := longest, 0.0
	for lag := shortest; lag <= longest; lag++ {
		earlier := c.history[len(c.history)-window-lag:]
		var cross, energy float64
		for i, s := range tail {
			e := float64(earlier[i])
			cross += float64(s) * e
			energy += e * e
		}
		if cross <= 0 || energy == 0 {
			continue
		}
		if score := cross * cross / energy; score > bestScore {
			best, bestScore = lag, score
		}
	}
	return best
}
