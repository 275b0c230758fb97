package audio

import "time"

// runClock calls tick every 20 ms until done is closed (false) or tick returns
// false (true). After a stall it catches
// up a little, since the far side counts on 50 frames a second, but never by a
// burst that would only fill buffers.
func runClock(done <-chan struct{}, tick func() bool) bool {
	const burst = 5
	t := time.NewTicker(FrameTime)
	defer t.Stop()
	next := time.Now()
	for {
		select {
		case <-done:
			return false
		case now := <-t.C:
			for n := 0; !next.After(now) && n < burst; n++ {
				if !tick() {
					return true
				}
				next = next.Add(FrameTime)
			}
			if now.Sub(next) > FrameTime {
				next = now
			}
		}
	}
}
