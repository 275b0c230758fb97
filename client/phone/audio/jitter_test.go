package audio

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"parley/client/phone/codec"
)

// numbered decodes a packet to a frame of its number, and remembers it.
type numbered struct {
	size    int
	decoded []int
}

func (n *numbered) Decode(p []byte) ([]int16, error) {
	v := int(binary.LittleEndian.Uint32(p))
	n.decoded = append(n.decoded, v)
	out := make([]int16, n.size)
	for i := range out {
		out[i] = 8000
	}
	return out, nil
}

func (n *numbered) Conceal() []int16 { return make([]int16, n.size) }

func pcmu() codec.Format {
	f, _ := codec.Lookup(codec.PCMU)
	return f
}

// packet is number i of a stream that starts shortly before both counters wrap.
func packet(i int) Packet {
	first := 65530
	ticks := uint32(1<<32 - 320)
	return Packet{
		Seq:       uint16(first + i),
		Timestamp: ticks + uint32(i)*160,
		Payload:   binary.LittleEndian.AppendUint32(nil, uint32(i)),
	}
}

func newNumbered() (*Jitter, *numbered) {
	d := &numbered{size: 160}
	return NewJitter(pcmu(), d), d
}

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func TestJitterSteadyStream(t *testing.T) {
	j, d := newNumbered()
	now := epoch
	for i := range 500 {
		j.Put(packet(i), now)
		j.Get(now.Add(5 * time.Millisecond))
		now = now.Add(FrameTime)
	}
	s := j.Stats()
	if s.Concealed != 0 || s.Lost != 0 || s.Late != 0 {
		t.Errorf("a perfect stream gives %+v", s)
	}
	if len(d.decoded) < 495 {
		t.Errorf("%d of 500 packets are played", len(d.decoded))
	}
	if s.Delay > 40*time.Millisecond {
		t.Errorf("a perfect stream is delayed by %v", s.Delay)
	}
}

func TestJitterReorderedWithinDelay(t *testing.T) {
	j, d := newNumbered()
	j.jitter = 0.02
	now := epoch
	for i := 0; i < 200; i += 2 {
		j.Put(packet(i+1), now)
		j.Put(packet(i), now)
		j.Get(now)
		now = now.Add(FrameTime)
		j.Get(now)
		now = now.Add(FrameTime)
	}
	if !slices.IsSorted(d.decoded) || len(d.decoded) < 190 {
		t.Errorf("%d packets are played, in order: %v", len(d.decoded), slices.IsSorted(d.decoded))
	}
	if s := j.Stats(); s.Lost != 0 {
		t.Errorf("reordered packets count as lost: %+v", s)
	}
}

func TestJitterLossIsConcealed(t *testing.T) {
	j, _ := newNumbered()
	now := epoch
	lost := 0
	for i := range 1000 {
		if i%10 == 5 {
			lost++
		} else {
			j.Put(packet(i), now)
		}
		j.Get(now)
		now = now.Add(FrameTime)
	}
	s := j.Stats()
	if int(s.Lost) < lost-2 || int(s.Lost) > lost {
		t.Errorf("%d packets count as lost, want %d", s.Lost, lost)
	}
	if int(s.Concealed) < lost-2 || int(s.Concealed) > lost+10 {
		t.Errorf("%d frames concealed for %d lost packets", s.Concealed, lost)
	}
	if s.Delay > 80*time.Millisecond {
		t.Errorf("loss makes the delay grow to %v", s.Delay)
	}
}

func TestJitterDuplicates(t *testing.T) {
	j, d := newNumbered()
	now := epoch
	for i := range 100 {
		j.Put(packet(i), now)
		j.Put(packet(i), now)
		j.Get(now)
		now = now.Add(FrameTime)
	}
	if s := j.Stats(); s.Duplicate+s.Late != 100 || len(d.decoded) > 100 {
		t.Errorf("100 duplicates give %+v", s)
	}
}

func TestJitterStallIsCut(t *testing.T) {
	j, _ := newNumbered()
	now := epoch
	for i := range 150 {
		j.Put(packet(i), now)
		if i < 50 || i > 80 {
			j.Get(now)
		}
		now = now.Add(FrameTime)
	}
	if s := j.Stats(); s.Delay > 100*time.Millisecond || s.Dropped == 0 {
		t.Errorf("after a stall of 600 ms: %+v", s)
	}
}

func TestJitterNewStream(t *testing.T) {
	j, d := newNumbered()
	now := epoch
	for i := range 100 {
		p := packet(i)
		if i >= 50 {
			p.Seq += 20000
			p.Timestamp += 1 << 30
		}
		j.Put(p, now)
		j.Get(now)
		now = now.Add(FrameTime)
	}
	if len(d.decoded) < 94 {
		t.Errorf("%d of 100 packets are played across a change of stream", len(d.decoded))
	}
	straggler := packet(5)
	before := j.Stats()
	j.Put(straggler, now)
	if got := j.Stats(); got.Late != before.Late+1 || got.Dropped != before.Dropped {
		t.Errorf("a straggler gives %+v after %+v", got, before)
	}
}

// TestJitterAdapts runs a network that is calm, then bad, then calm again, with
// real goroutines on a synthetic clock.
func TestJitterAdapts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, _ := newNumbered()
		arrivals := make(chan Packet, 100)
		go func() {
			defer close(arrivals)
			r := rand.New(rand.NewPCG(7, 7))
			start := time.Now()
			for i := range 3000 {
				late := time.Duration(0)
				if i >= 500 && i < 1500 {
					late = time.Duration(r.IntN(60)) * time.Millisecond
				}
				advance(time.Until(start.Add(time.Duration(i)*FrameTime + late)))
				arrivals <- packet(i)
			}
		}()
		tick := time.NewTicker(FrameTime)
		defer tick.Stop()
		var atCalm, atBad, atEnd JitterStats
		for n := 0; ; {
			select {
			case p, ok := <-arrivals:
				if !ok {
					checkAdapted(t, atCalm, atBad, atEnd)
					return
				}
				j.Put(p, time.Now())
			case now := <-tick.C:
				if got := len(j.Get(now)); got != 160 {
					t.Fatalf("frame of %d samples", got)
				}
				switch n++; n {
				case 490:
					atCalm = j.Stats()
				case 1490:
					atBad = j.Stats()
				case 2990:
					atEnd = j.Stats()
				}
			}
		}
	})
}

func checkAdapted(t *testing.T, calm, bad, end JitterStats) {
	t.Helper()
	t.Logf("calm %+v\nbad %+v\nend %+v", calm, bad, end)
	if calm.Target > 30*time.Millisecond {
		t.Errorf("calm target %v", calm.Target)
	}
	if bad.Target < 50*time.Millisecond || bad.Target > maxTarget {
		t.Errorf("bad target %v", bad.Target)
	}
	if got := bad.Concealed - calm.Concealed; got > 100 {
		t.Errorf("%d of 1000 frames are concealed on the bad network", got)
	}
	if end.Target > 30*time.Millisecond || end.Delay > 60*time.Millisecond {
		t.Errorf("calm again: target %v, delay %v", end.Target, end.Delay)
	}
}

// TestJitterInvariants: whatever arrives, every Get gives a frame, packets are
// played in order and at most once, and the delay is bounded.
func TestJitterInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j, d := newNumbered()
		now := epoch
		sent := 0
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 30).Draw(t, "ms")) * time.Millisecond)
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				j.Put(packet(sent), now)
				sent++
			case 1:
				j.Put(packet(max(0, sent-rapid.IntRange(0, 30).Draw(t, "back"))), now)
			case 2:
				sent += rapid.IntRange(0, 5).Draw(t, "lost")
			default:
				if got := len(j.Get(now)); got != 160 {
					t.Fatalf("frame of %d samples", got)
				}
			}
			s := j.Stats()
			if s.Target < minTarget || s.Target > maxTarget {
				t.Fatalf("target %v", s.Target)
			}
			if s.Delay > (jitterSlots+4)*FrameTime {
				t.Fatalf("delay %v", s.Delay)
			}
			if int(s.Played) != len(d.decoded) {
				t.Fatalf("%d played, %d decoded", s.Played, len(d.decoded))
			}
		}
		for i := 1; i < len(d.decoded); i++ {
			if d.decoded[i] <= d.decoded[i-1] {
				t.Fatalf("played %d after %d", d.decoded[i], d.decoded[i-1])
			}
		}
	})
}

func TestJitterTakesOtherPacketTimes(t *testing.T) {
	for _, ms := range []int{10, 30, 40, 60} {
		d := &numbered{size: 8 * ms}
		j := NewJitter(pcmu(), d)
		now := epoch
		for tick := range 3000 {
			if tick*10%ms == 0 {
				i := tick * 10 / ms
				p := packet(i)
				p.Timestamp = uint32(i * ms * 8)
				j.Put(p, now)
			}
			if tick%2 == 0 {
				j.Get(now)
			}
			now = now.Add(10 * time.Millisecond)
		}
		// What a packet lasts is learnt, so a long one may run dry in the beginning.
		if s := j.Stats(); s.Concealed > 20 || s.Lost > 0 || s.Delay > 160*time.Millisecond {
			t.Errorf("packets of %d ms: %+v", ms, s)
		}
	}
}

func BenchmarkJitter(b *testing.B) {
	j, d := newNumbered()
	now := epoch
	p := packet(0)
	b.ReportAllocs()
	for b.Loop() {
		d.decoded = d.decoded[:0]
		j.Put(p, now)
		j.Get(now)
		p.Seq++
		p.Timestamp += 160
		now = now.Add(FrameTime)
	}
}
