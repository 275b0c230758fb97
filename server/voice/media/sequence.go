package media

import (
	"math/rand/v2"
	"time"
)

// maxJump is how far sequence numbers of one source may leap, as after loss,
// before the source counts as a new one.
const maxJump = 1000

// Sequence makes one continuous stream of several sources that take turns: it
// gives packets new sequence numbers and timestamps. Loss and reordering
// within one source stay visible. It is not safe for concurrent use.
type Sequence struct {
	rate    int
	seq     uint16
	stamp   uint32
	source  uint32
	srcSeq  uint16
	offset  uint32
	at      time.Time
	started bool
	fresh   bool
}

// NewSequence starts a stream with the RTP clock rate at random numbers.
func NewSequence(rate int) Sequence {
	return Sequence{rate: rate, seq: uint16(rand.Uint32N(1 << 15)), stamp: rand.Uint32(), fresh: true}
}

// Map renumbers a packet. The marker is set where another source takes over.
func (q *Sequence) Map(p *Packet, now time.Time) {
	delta := int16(p.Seq - q.srcSeq)
	switch {
	case q.fresh || !q.started || p.SSRC != q.source || delta > maxJump || delta < -maxJump:
		q.offset = q.Now(now) - p.Stamp
		q.source, q.srcSeq, q.fresh, q.started = p.SSRC, p.Seq, false, true
		q.seq++
		p.Marker = true
	case delta > 0:
		q.seq += uint16(delta)
		q.srcSeq = p.Seq
	default:
		// Late: it goes to its old place, and the present stays where it is.
		p.Seq = q.seq + uint16(delta)
		p.Stamp += q.offset
		return
	}
	p.Seq = q.seq
	p.Stamp += q.offset
	q.stamp, q.at = p.Stamp, now
}

// Skip takes notice of a packet that is not passed on and must leave no gap.
func (q *Sequence) Skip(p *Packet) {
	if !q.fresh && p.SSRC == q.source {
		q.srcSeq = p.Seq
	}
}

// Insert numbers a packet of our own between those of the source.
func (q *Sequence) Insert(p *Packet) {
	q.seq++
	p.Seq = q.seq
}

// Switch makes the next packet the first of a new source.
func (q *Sequence) Switch() { q.fresh = true }

// Now is the timestamp of this moment: at least one frame after the last.
func (q *Sequence) Now(now time.Time) uint32 {
	if q.at.IsZero() {
		return q.stamp
	}
	frame := uint32(q.rate / 50)
	elapsed := uint32(now.Sub(q.at) * time.Duration(q.rate) / time.Second)
	return q.stamp + max(1, (elapsed+frame/2)/frame)*frame
}
