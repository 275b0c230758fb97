package rtc

import (
	"sync"
	"time"

	"github.com/pion/webrtc/v4"

	"parley/client/phone/audio"
	"parley/client/phone/codec"
)

// receiver turns the far side's packets into frames. The lock is held for the
// length of a decoding at most, so that the sound device may take it.
type receiver struct {
	wg sync.WaitGroup

	mu        sync.Mutex
	closed    bool
	listening bool
	format    codec.Format
	jitter    *audio.Jitter
	rates     *codec.Resampler
	received  uint64
	earlier   audio.JitterStats
}

func newReceiver() *receiver { return &receiver{} }

// run reads a track until it ends.
func (r *receiver) run(t *webrtc.TrackRemote) {
	if !r.enter() {
		return
	}
	defer r.wg.Done()
	for {
		p, _, err := t.ReadRTP()
		if err != nil {
			return
		}
		f, ok := formatOf(t.Codec().MimeType)
		if !ok || len(p.Payload) == 0 {
			continue
		}
		packet := audio.Packet{Seq: p.SequenceNumber, Timestamp: p.Timestamp, Payload: p.Payload}
		r.put(f, packet, time.Now())
	}
}

// enter keeps a track that shows up during close from outliving it.
func (r *receiver) enter() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return false
	}
	r.wg.Add(1)
	return true
}

func (r *receiver) close() {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.wg.Wait()
}

func (r *receiver) put(f codec.Format, p audio.Packet, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.received++
	if !r.listening {
		return
	}
	if r.jitter == nil || r.format.Name != f.Name {
		dec, err := codec.NewDecoder(f.Name)
		if err != nil {
			return
		}
		r.forget()
		r.format, r.jitter = f, audio.NewJitter(f, dec)
		r.rates = codec.NewResampler(f.SampleRate, audio.Rate)
	}
	r.jitter.Put(p, now)
}

func (r *receiver) listen(on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.listening = on
	r.forget()
}

// forget drops the buffer and keeps its counts.
func (r *receiver) forget() {
	if r.jitter != nil {
		r.earlier = r.total()
		r.jitter = nil
	}
}

func (r *receiver) fill(frame []int16, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.jitter == nil {
		clear(frame)
		return
	}
	pcm := r.jitter.Get(now)
	if r.format.SampleRate != audio.Rate {
		pcm = r.rates.Process(pcm)
	}
	clear(frame[copy(frame, pcm):])
}

func (r *receiver) total() audio.JitterStats {
	t := r.earlier
	if r.jitter == nil {
		return t
	}
	s := r.jitter.Stats()
	t.Played += s.Played
	t.Late += s.Late
	t.Duplicate += s.Duplicate
	t.Lost += s.Lost
	t.Dropped += s.Dropped
	t.Concealed += s.Concealed
	t.Jitter, t.Delay, t.Target = s.Jitter, s.Delay, s.Target
	return t
}
