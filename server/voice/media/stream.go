package media

import (
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Sink takes what a stream receives. It is called by the stream's one reader.
type Sink interface {
	// Sound gets sound and, with event true, telephone events to pass on.
	Sound(p *Packet, event bool)
	// Digit gets each key once.
	Digit(digit string)
}

// Stream is one RTP stream in both directions.
//
// What it sends comes from one source at a time: prompts, or after Bridge(true)
// what is forwarded. Telephone events of our own interrupt either.
type Stream struct {
	pair   Pair
	sink   Sink
	wheel  *wheel
	ssrc   uint32
	done   sync.WaitGroup
	closed atomic.Bool
	heard  atomic.Int64
	stats  counters
	chosen atomic.Pointer[Chosen]
	// back is where media comes from when that is not Chosen.Remote's host.
	back atomic.Pointer[netip.AddrPort]

	mu       sync.Mutex
	out      Sequence
	bridged  bool
	playing  []*Prompt
	frame    int
	ended    func()
	events   eventSender
	playSeq  uint16
	playTime uint32
	packet   Packet
	event    [4]byte
	buffer   [MaxPacket]byte
}

type counters struct {
	received, sent, strange atomic.Uint64
}

// Stats counts packets. Strange are those from other addresses than agreed.
type Stats struct{ Received, Sent, Strange uint64 }

// Open makes a stream and starts to listen; nothing is taken or sent before
// the far side is known by Set.
func Open(pair Pair, clock *Clock, sink Sink) *Stream {
	s := &Stream{pair: pair, sink: sink, ssrc: rand.Uint32()}
	s.heard.Store(time.Now().UnixNano())
	s.done.Go(s.read)
	clock.add(s)
	return s
}

// Local is where the stream listens.
func (s *Stream) Local() netip.AddrPort { return s.pair.RTP.LocalAddr().(*net.UDPAddr).AddrPort() }

// Set says what was agreed; again when it changes.
func (s *Stream) Set(c Chosen) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.chosen.Swap(&c)
	if old == nil || old.Format.ClockRate != c.Format.ClockRate {
		s.out = NewSequence(c.Format.ClockRate)
	}
	s.heard.Store(time.Now().UnixNano())
}

// Play plays prompts one after another, the last one over and over. Each
// prompt that comes to its end before the last is told by ended.
func (s *Stream) Play(ended func(), prompts ...*Prompt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.playing, s.frame, s.ended = prompts, 0, ended
}

// Bridge switches between forwarded sound and prompts.
func (s *Stream) Bridge(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bridged != on {
		s.bridged = on
		s.out.Switch()
	}
}

// Forward sends a packet of the bridged side. The packet's header is changed.
func (s *Stream) Forward(p *Packet, event bool) {
	c := s.chosen.Load()
	if c == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.bridged {
		return
	}
	p.Type = c.Type
	if event {
		p.Type = c.Event
	}
	if s.events.speaking() || event && c.Event == 0 || !c.sends() {
		s.out.Skip(p)
		return
	}
	marker := p.Marker
	s.out.Map(p, time.Now())
	p.Marker = p.Marker || marker
	s.write(c, p)
}

// SendDigits sends keys as telephone events after those that wait already;
// false when the far side takes none.
func (s *Stream) SendDigits(keys string) bool {
	c := s.chosen.Load()
	if c == nil || c.Event == 0 {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events.queue += strings.ToUpper(keys)
	return true
}

// Heard is when the far side's last packet came.
func (s *Stream) Heard() time.Time { return time.Unix(0, s.heard.Load()) }

// Stats counts what went through.
func (s *Stream) Stats() Stats {
	return Stats{s.stats.received.Load(), s.stats.sent.Load(), s.stats.strange.Load()}
}

// Close releases the sockets and waits for the reader.
func (s *Stream) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	s.wheel.remove(s)
	err := s.pair.Close()
	s.done.Wait()
	return err
}

// tick sends the frame that is due.
func (s *Stream) tick(now time.Time) {
	c := s.chosen.Load()
	if c == nil || s.closed.Load() || !c.sends() {
		return
	}
	s.mu.Lock()
	ended := s.send(c, now)
	s.mu.Unlock()
	if ended != nil {
		ended()
	}
}

func (s *Stream) send(c *Chosen, now time.Time) (ended func()) {
	p := &s.packet
	if s.events.active() {
		*p = Packet{Type: c.Event, Payload: s.event[:]}
		ticks := c.Format.FrameTicks()
		if s.events.next(p, func() uint32 { return s.out.Now(now) }, ticks) {
			s.out.Insert(p)
			s.write(c, p)
			return nil
		}
	}
	if s.bridged || len(s.playing) == 0 {
		return nil
	}
	frames := s.playing[0].frames(c.Format.Name)
	if s.frame < len(frames) {
		s.playSeq++
		s.playTime += c.Format.FrameTicks()
		*p = Packet{Type: c.Type, Seq: s.playSeq, Stamp: s.playTime, Payload: frames[s.frame]}
		s.out.Map(p, now)
		s.write(c, p)
		s.frame++
	}
	if s.frame < len(frames) {
		return nil
	}
	s.frame = 0
	if len(s.playing) > 1 || s.playing[0].once {
		s.playing = s.playing[1:]
		return s.ended
	}
	return nil
}

func (s *Stream) write(c *Chosen, p *Packet) {
	if len(p.Payload) > MaxPacket-headerSize {
		return
	}
	p.SSRC = s.ssrc
	to := c.Remote
	if back := s.back.Load(); back != nil {
		to = *back
	}
	if _, err := s.pair.RTP.WriteToUDPAddrPort(p.pack(s.buffer[:]), to); err == nil {
		s.stats.sent.Add(1)
	}
}

// read passes on what comes from the host of the session description or of the
// signalling. The first packet fixes the source; a change needs a new session
// description, so that nobody else can put himself in the caller's place.
func (s *Stream) read() {
	var (
		buf    [MaxPacket]byte
		p      Packet
		events eventDetector
		agreed *Chosen
		source netip.AddrPort
	)
	for {
		n, from, err := s.pair.RTP.ReadFromUDPAddrPort(buf[:])
		if errors.Is(err, net.ErrClosed) {
			return
		}
		c := s.chosen.Load()
		if err != nil || c == nil {
			continue
		}
		if c != agreed {
			if agreed == nil || agreed.Remote != c.Remote {
				source = netip.AddrPort{}
				s.back.Store(nil)
			}
			agreed = c
		}
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		expected := from == source || !source.IsValid() && (from.Addr() == c.Remote.Addr() || from.Addr() == c.Signal)
		if !expected || !p.Unpack(buf[:n]) {
			s.stats.strange.Add(1)
			continue
		}
		if source != from {
			source = from
			s.answerTo(c, from)
		}
		s.heard.Store(time.Now().UnixNano())
		s.stats.received.Add(1)
		s.take(c, &p, &events)
	}
}

// answerTo sends to where media comes from when that is another host than the
// far side has written down.
func (s *Stream) answerTo(c *Chosen, from netip.AddrPort) {
	if from.Addr() != c.Remote.Addr() {
		s.back.Store(&from)
	}
}

func (s *Stream) take(c *Chosen, p *Packet, events *eventDetector) {
	switch {
	case p.Type == c.Type:
		s.sink.Sound(p, false)
	case c.Event != 0 && p.Type == c.Event:
		if digit, fresh := events.take(p); fresh {
			s.sink.Digit(digit)
		}
		s.sink.Sound(p, true)
	}
}
