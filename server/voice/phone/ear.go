package phone

import (
	"sync"
	"time"

	"parley/client/phone/codec"
	"parley/server/voice/media"
)

// maxSilence bounds the silence that a leap of the timestamp is taken for.
const maxSilence = 5 * time.Second

// ear hears: it decodes, keeps and counts what comes.
type ear struct {
	keep bool

	mu     sync.Mutex
	format codec.Format
	dec    codec.Decoder
	pcm    []int16
	next   uint32
	seq    uint16
	any    bool
	at     time.Time
	counts Stats
	digits string
}

func newEar(keep bool) *ear { return &ear{keep: keep} }

// tune sets the codec to decode.
func (e *ear) tune(f codec.Format) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.dec != nil && e.format.Name == f.Name {
		return nil
	}
	dec, err := codec.NewDecoder(f.Name)
	if err != nil {
		return err
	}
	e.format, e.dec = f, dec
	return nil
}

// Sound takes a packet.
func (e *ear) Sound(p *media.Packet, event bool) {
	now := time.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.any {
		e.counts.LongestGap = max(e.counts.LongestGap, now.Sub(e.at))
		if delta := int16(p.Seq - e.seq); delta > 1 {
			e.counts.Lost += uint64(delta - 1)
		}
	}
	e.counts.Received++
	e.at, e.seq = now, p.Seq
	first := !e.any
	e.any = true
	if event || e.dec == nil || !e.keep {
		return
	}
	pcm, err := e.dec.Decode(p.Payload)
	if err != nil {
		return
	}
	if !first {
		e.fill(p.Stamp)
	}
	e.pcm = append(e.pcm, pcm...)
	e.next = p.Stamp + uint32(len(pcm)*e.format.ClockRate/e.format.SampleRate)
}

// fill puts silence where the timestamps leave a gap.
func (e *ear) fill(stamp uint32) {
	gap := int(int32(stamp - e.next))
	if gap <= 0 || gap > int(maxSilence.Seconds())*e.format.ClockRate {
		return
	}
	e.pcm = append(e.pcm, make([]int16, gap*e.format.SampleRate/e.format.ClockRate)...)
}

// Digit notes a key.
func (e *ear) Digit(digit string) {
	e.mu.Lock()
	e.digits += digit
	e.mu.Unlock()
}

func (e *ear) pressed() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.digits
}

func (e *ear) stats() Stats {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.counts
}

func (e *ear) sound() media.Sound {
	e.mu.Lock()
	defer e.mu.Unlock()
	rate := e.format.SampleRate
	if rate == 0 {
		rate = 8000
	}
	return media.Sound{Rate: rate, Samples: append([]int16(nil), e.pcm...)}
}
