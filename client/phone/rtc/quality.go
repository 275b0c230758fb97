package rtc

import (
	"time"

	"parley/client/phone/codec"
)

// Quality is how well a session is heard, counted from its beginning. Lost and
// the times are of what we hear; FarLost is what the far side misses of us.
type Quality struct {
	Codec           codec.Name
	Sent, Received  uint64
	Lost, Concealed uint64
	Jitter, Delay   time.Duration
	// RTT is the round trip time; 0 until the far side has reported twice.
	RTT     time.Duration
	FarLost float64
}

// Quality gives the figures of now.
func (s *Session) Quality() Quality {
	r := s.receiver
	r.mu.Lock()
	t, received := r.total(), r.received
	r.mu.Unlock()
	return Quality{
		Codec:     s.Codec(),
		Sent:      s.sender.sent.Load(),
		Received:  received,
		Lost:      t.Lost,
		Concealed: t.Concealed,
		Jitter:    t.Jitter,
		Delay:     t.Delay,
		RTT:       time.Duration(s.sender.rtt.Load()),
		FarLost:   float64(s.sender.farLost.Load()) / 256,
	}
}
