package audio

import (
	"time"

	"parley/client/phone/codec"
)

// Packet is the payload of an RTP packet with what orders it.
type Packet struct {
	Seq       uint16
	Timestamp uint32
	Payload   []byte
}

// JitterStats counts what became of the packets of a stream.
type JitterStats struct {
	// Played packets were decoded; Late came after their time and Duplicate
	// twice. Lost never came, or came late. Dropped made room after a stall.
	Played, Late, Duplicate, Lost, Dropped uint64
	// Concealed is the number of frames that were made up.
	Concealed uint64
	// Jitter is the estimate of RFC 3550.
	Jitter time.Duration
	// Delay is how much sound waits, Target how much should.
	Delay, Target time.Duration
}

const (
	minTarget = 20 * time.Millisecond
	maxTarget = 120 * time.Millisecond
	// jitterSlots is how many packets may wait: more than a second's worth of
	// them is no jitter but another stream.
	jitterSlots = 64
	// jitterFactor spans nearly all arrivals, given the mean deviation.
	jitterFactor = 3
	// boostHold is how long a late packet keeps the target higher.
	boostHold = 10 * time.Second
	boostStep = 20 * time.Millisecond
	boostMost = 60 * time.Millisecond
	// settleFrames is how many frames the delay is watched before it is
	// changed by one frame: 0.5 s.
	settleFrames = 25
	// quiet is the mean square below which leaving out a frame is not heard.
	quiet = 100 * 100
	// patienceMost is how many seconds a quiet moment is waited for.
	patienceMost = 4
	// urgent excess is shortened even while somebody speaks.
	urgent = 60 * time.Millisecond
	// overflow excess is cut at once: it comes from a stall, not from jitter.
	overflow = 200 * time.Millisecond
)

// Jitter smooths a stream of packets to one frame every 20 ms. It keeps as much
// sound waiting as the measured jitter asks for, conceals what is lost, and
// changes its delay by single frames, in quiet moments if it can.
//
// It has no clock and no lock: time is an argument, and one goroutine at a time
// may use it. Packets are played at most once and in order, and every Get
// returns exactly one frame.
type Jitter struct {
	format  codec.Format
	decoder codec.Decoder

	slots   [jitterSlots]slot
	next    uint16 // sequence number to be decoded next
	highest uint16 // newest sequence number that came
	synced  bool   // next and highest mean something
	strange uint16 // last sequence number that was far from the others
	playing bool   // the first delay is over

	pcm      []int16 // decoded and not yet returned
	out      []int16 // the frame returned
	perPkt   int     // samples in a packet, as last decoded
	debt     int     // samples made up because nothing had come
	watched  int
	patience int // how often no quiet moment was found
	leastPcm int // least sound waiting since watched was 0

	jitter    float64 // seconds
	transit   float64
	boost     time.Duration
	boostedAt time.Time
	stats     JitterStats
}

type slot struct {
	full    bool
	seq     uint16
	payload []byte
}

// NewJitter makes a buffer for one stream of a codec.
func NewJitter(f codec.Format, d codec.Decoder) *Jitter {
	return &Jitter{format: f, decoder: d, perPkt: f.FrameSize(), out: make([]int16, f.FrameSize())}
}

// Put takes a packet that arrives now. It keeps the payload.
func (j *Jitter) Put(p Packet, now time.Time) {
	switch {
	case !j.synced:
		j.restart(p, now)
	case !j.apart(p.Seq):
	case p.Seq == j.strange+1:
		j.restart(p, now)
	default:
		// One packet from afar is a straggler; two in a row are a new stream.
		j.strange = p.Seq
		j.stats.Late++
		return
	}
	j.measure(p, now)
	if before(p.Seq, j.next) {
		if j.playing {
			j.late(now)
			return
		}
		j.next = p.Seq
	}
	s := &j.slots[p.Seq%jitterSlots]
	if s.full && s.seq == p.Seq {
		j.stats.Duplicate++
		return
	}
	*s = slot{full: true, seq: p.Seq, payload: p.Payload}
	if before(j.highest, p.Seq) {
		j.highest = p.Seq
	}
}

// apart is true for a packet so far away that it starts another stream.
func (j *Jitter) apart(seq uint16) bool {
	ahead, behind := int16(seq-j.next), int16(j.highest-seq)
	return ahead >= jitterSlots || behind >= jitterSlots
}

func (j *Jitter) restart(p Packet, now time.Time) {
	for i := range j.slots {
		if j.slots[i].full {
			j.stats.Dropped++
		}
		j.slots[i] = slot{}
	}
	j.next, j.highest = p.Seq, p.Seq
	j.synced, j.playing = true, false
	j.debt, j.watched = 0, 0
	j.transit = j.transitOf(p, now)
}

func (j *Jitter) transitOf(p Packet, now time.Time) float64 {
	return float64(now.UnixMicro())/1e6 - float64(p.Timestamp)/float64(j.format.ClockRate)
}

// measure is the interarrival jitter of RFC 3550, section 6.4.1. A jump, as of
// a wrapped or restarted timestamp, is left out.
func (j *Jitter) measure(p Packet, now time.Time) {
	t := j.transitOf(p, now)
	d := t - j.transit
	j.transit = t
	if d < 0 {
		d = -d
	}
	if d < 1 {
		j.jitter += (d - j.jitter) / 16
	}
}

func (j *Jitter) late(now time.Time) {
	j.stats.Late++
	j.boost = min(j.boost+boostStep, boostMost)
	j.boostedAt = now
}

// target is how much sound should wait before a frame is taken.
func (j *Jitter) target() time.Duration {
	t := minTarget + time.Duration(jitterFactor*j.jitter*float64(time.Second)) + j.boost
	return min(max(t, minTarget), maxTarget)
}

// waiting is how many samples wait, counting lost packets among them.
func (j *Jitter) waiting() int {
	if !j.synced {
		return len(j.pcm)
	}
	return len(j.pcm) + int(int16(j.highest-j.next)+1)*j.perPkt
}

func (j *Jitter) samples(d time.Duration) int {
	return int(d * time.Duration(j.format.SampleRate) / time.Second)
}

func (j *Jitter) duration(samples int) time.Duration {
	return time.Duration(samples) * time.Second / time.Duration(j.format.SampleRate)
}

// Get returns the frame that is due now, valid until the next Get.
func (j *Jitter) Get(now time.Time) []int16 {
	size := j.format.FrameSize()
	if j.boost > 0 && now.Sub(j.boostedAt) > boostHold {
		j.boost -= boostStep
		j.boostedAt = now
	}
	if !j.playing {
		if !j.synced || j.waiting() < j.samples(j.target()) {
			clear(j.out)
			return j.out
		}
		j.playing = true
	}
	if j.adapt() {
		j.makeUp(size)
	}
	j.load(size)
	return j.take()
}

// take returns the first frame and moves the rest to the front.
func (j *Jitter) take() []int16 {
	n := copy(j.out, j.pcm)
	j.pcm = j.pcm[:copy(j.pcm, j.pcm[n:])]
	return j.out
}

// load decodes or makes up sound until size samples wait.
func (j *Jitter) load(size int) {
	for len(j.pcm) < size {
		if before(j.highest, j.next) {
			j.makeUp(size)
			j.debt += size
			continue
		}
		j.step(size)
	}
}

// step moves past one packet: decoded if it is there, made up if not.
func (j *Jitter) step(size int) {
	s := &j.slots[j.next%jitterSlots]
	present := s.full && s.seq == j.next
	payload := s.payload
	*s = slot{}
	j.next++
	if !present {
		j.stats.Lost++
		if j.debt >= j.perPkt {
			// Its time passed while nothing had come: it is made up already.
			j.debt -= j.perPkt
			return
		}
		if j.fromNext() {
			return
		}
		for need := len(j.pcm) + j.perPkt; len(j.pcm) < need; {
			j.makeUp(size)
		}
		return
	}
	j.debt = 0
	out, err := j.decoder.Decode(payload)
	if err != nil || len(out) == 0 {
		j.stats.Lost++
		j.makeUp(size)
		return
	}
	j.stats.Played++
	j.perPkt = len(out)
	j.pcm = append(j.pcm, out...)
}

// fromNext takes the lost packet out of the one after it, if that is there and
// the codec can.
func (j *Jitter) fromNext() bool {
	r, ok := j.decoder.(codec.Recoverer)
	s := &j.slots[j.next%jitterSlots]
	if !ok || !s.full || s.seq != j.next {
		return false
	}
	out, err := r.Recover(s.payload)
	if err != nil || len(out) == 0 {
		return false
	}
	j.stats.Concealed++
	j.pcm = append(j.pcm, out...)
	return true
}

func (j *Jitter) makeUp(size int) {
	j.stats.Concealed++
	out := j.decoder.Conceal()
	j.pcm = append(j.pcm, out[:min(size, len(out))]...)
	if len(out) == 0 {
		j.pcm = append(j.pcm, make([]int16, size)...)
	}
}

// adapt compares the delay with the target. It shortens the sound itself, and
// tells when a frame should be added.
func (j *Jitter) adapt() (grow bool) {
	size := j.format.FrameSize()
	depth := j.waiting()
	excess := j.duration(depth) - j.target()
	if excess > overflow {
		j.skip(depth - j.samples(j.target()))
		j.watched = 0
		return false
	}
	if j.watched == 0 || depth < j.leastPcm {
		j.leastPcm = depth
	}
	if j.watched++; j.watched < settleFrames {
		return false
	}
	excess = j.duration(j.leastPcm) - j.target()
	switch {
	case excess >= FrameTime && j.shorten(size, excess >= urgent || j.patience >= patienceMost):
		j.watched, j.patience = 0, 0
	case excess >= FrameTime:
		// Somebody speaks: look at every frame, and measure anew now and then.
		if j.watched == 2*settleFrames {
			j.watched = 0
			j.patience++
		}
	case excess <= -FrameTime && depth > 0:
		j.watched = 0
		return true
	default:
		j.watched, j.patience = 0, 0
	}
	return false
}

// skip leaves out old sound after a stall.
func (j *Jitter) skip(samples int) {
	n := min(samples, len(j.pcm))
	j.pcm = j.pcm[:copy(j.pcm, j.pcm[n:])]
	for samples -= n; samples >= j.perPkt && !before(j.highest, j.next); samples -= j.perPkt {
		s := &j.slots[j.next%jitterSlots]
		if s.full {
			j.stats.Dropped++
		} else {
			j.stats.Lost++
		}
		*s = slot{}
		j.next++
	}
}

// shorten fades one frame into the one after it, which leaves out 20 ms.
func (j *Jitter) shorten(size int, anyway bool) bool {
	j.load(2 * size)
	if !anyway && meanSquare(j.pcm[:size]) > quiet {
		return false
	}
	for i := range size {
		a, b := int(j.pcm[i]), int(j.pcm[size+i])
		j.pcm[i] = int16((a*(size-i) + b*i) / size)
	}
	j.pcm = append(j.pcm[:size], j.pcm[2*size:]...)
	return true
}

// Stats is what has happened so far.
func (j *Jitter) Stats() JitterStats {
	s := j.stats
	s.Jitter = time.Duration(j.jitter * float64(time.Second))
	s.Delay = j.duration(max(j.waiting(), 0))
	s.Target = j.target()
	return s
}

// before orders sequence numbers that wrap.
func before(a, b uint16) bool { return int16(a-b) < 0 }
