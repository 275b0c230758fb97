package rtc

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"parley/client/phone/audio"
	"parley/client/phone/codec"
)

var errNoCodec = errors.New("the far side speaks none of our codecs")

// sender is the outgoing track. It learns its codec when pion binds it after
// the negotiation: the first of the answer that is ours.
type sender struct {
	mu      sync.Mutex
	format  codec.Format
	encoder codec.Encoder
	rates   *codec.Resampler
	writer  webrtc.TrackLocalWriter
	header  rtp.Header

	sent atomic.Uint64
	rtt  atomic.Int64
	// farLost is the share of our packets that the far side misses, in 1/256.
	farLost atomic.Uint32
}

func newSender() *sender {
	return &sender{header: rtp.Header{
		Version: 2, Marker: true,
		SequenceNumber: uint16(rand.Uint32()), Timestamp: rand.Uint32(),
	}}
}

// Bind implements webrtc.TrackLocal.
func (s *sender) Bind(ctx webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	for _, p := range ctx.CodecParameters() {
		f, ok := formatOf(p.MimeType)
		if !ok {
			continue
		}
		enc, err := codec.NewEncoder(f.Name)
		if err != nil {
			return webrtc.RTPCodecParameters{}, fmt.Errorf("bind audio: %w", err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.format, s.encoder, s.writer = f, enc, ctx.WriteStream()
		s.rates = codec.NewResampler(audio.Rate, f.SampleRate)
		s.header.SSRC, s.header.PayloadType = uint32(ctx.SSRC()), uint8(p.PayloadType)
		return p, nil
	}
	return webrtc.RTPCodecParameters{}, errNoCodec
}

// Unbind implements webrtc.TrackLocal.
func (s *sender) Unbind(webrtc.TrackLocalContext) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writer = nil
	return nil
}

// ID implements webrtc.TrackLocal.
func (*sender) ID() string { return "microphone" }

// RID implements webrtc.TrackLocal.
func (*sender) RID() string { return "" }

// StreamID implements webrtc.TrackLocal.
func (*sender) StreamID() string { return "parley" }

// Kind implements webrtc.TrackLocal.
func (*sender) Kind() webrtc.RTPCodecType { return webrtc.RTPCodecTypeAudio }

func (s *sender) codec() codec.Name {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.format.Name
}

func (s *sender) send(frame []int16) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.writer == nil {
		return nil
	}
	pcm := frame
	if s.format.SampleRate != audio.Rate {
		pcm = s.rates.Process(frame)
	}
	payload, err := s.encoder.Encode(pcm)
	if err != nil {
		return fmt.Errorf("send audio: %w", err)
	}
	s.header.SequenceNumber++
	s.header.Timestamp += s.format.FrameTicks()
	n, err := s.writer.WriteRTP(&s.header, payload)
	s.header.Marker = false
	if err != nil && !errors.Is(err, io.ErrClosedPipe) {
		return fmt.Errorf("send audio: %w", err)
	}
	if n > 0 {
		s.sent.Add(1)
	}
	return nil
}

// readReports takes the far side's reports until the session is closed.
func (s *sender) readReports(r *webrtc.RTPSender) {
	for {
		packets, _, err := r.ReadRTCP()
		if err != nil {
			return
		}
		now := time.Now()
		for _, p := range packets {
			s.report(p, now)
		}
	}
}

func (s *sender) report(p rtcp.Packet, now time.Time) {
	var reports []rtcp.ReceptionReport
	switch p := p.(type) {
	case *rtcp.ReceiverReport:
		reports = p.Reports
	case *rtcp.SenderReport:
		reports = p.Reports
	default:
		return
	}
	for _, r := range reports {
		s.farLost.Store(uint32(r.FractionLost))
		if rtt, ok := roundTrip(r, now); ok {
			s.rtt.Store(int64(rtt))
		}
	}
}

// roundTrip is RFC 3550, section 6.4.1: now - LSR - DLSR in 1/65536 s.
func roundTrip(r rtcp.ReceptionReport, now time.Time) (time.Duration, bool) {
	if r.LastSenderReport == 0 {
		return 0, false
	}
	const ntpEpoch = 2208988800
	seconds := uint64(now.Unix()) + ntpEpoch
	middle := uint32(seconds<<16 | uint64(now.Nanosecond())<<16/1e9)
	units := int32(middle - r.LastSenderReport - r.Delay)
	if units < 0 {
		return 0, false
	}
	return time.Duration(units) * time.Second / 65536, true
}
