package rtc

import (
	"errors"
	"math"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"go.uber.org/goleak"

	"parley/client/phone/audio"
	"parley/client/phone/codec"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// lossy loses every tenth packet on the way out.
type lossy struct {
	interceptor.NoOp
}

func (l *lossy) NewInterceptor(string) (interceptor.Interceptor, error) { return l, nil }

func (l *lossy) BindLocalStream(_ *interceptor.StreamInfo, next interceptor.RTPWriter) interceptor.RTPWriter {
	return interceptor.RTPWriterFunc(func(h *rtp.Header, p []byte, a interceptor.Attributes) (int, error) {
		if h.SequenceNumber%10 == 0 {
			return len(p), nil
		}
		return next.Write(h, p, a)
	})
}

// headset joins a device and a session, and counts what is heard.
type headset struct {
	t       *testing.T
	session *Session
	enough  chan struct{}
	heard   int
	once    sync.Once
}

func (h *headset) Captured(frame []int16) {
	if err := h.session.Send(frame); err != nil {
		h.t.Errorf("send: %v", err)
	}
}

func (h *headset) Playback(frame []int16) {
	h.session.Receive(frame)
	for _, s := range frame {
		if s > 2000 {
			h.heard++
			break
		}
	}
	if h.heard >= 75 {
		h.once.Do(func() { close(h.enough) })
	}
}

func newSession(t *testing.T, cfg Config) *Session {
	t.Helper()
	cfg.Loopback = true
	s, err := NewSession(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func negotiate(t *testing.T, a, b *Session) {
	t.Helper()
	offer, err := a.Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	answer, err := b.Accept(t.Context(), offer)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Answer(answer); err != nil {
		t.Fatal(err)
	}
}

func await(t *testing.T, what string, done <-chan struct{}) {
	t.Helper()
	limit := time.NewTimer(time.Minute)
	defer limit.Stop()
	select {
	case <-done:
	case <-limit.C:
		t.Fatalf("waited a minute for %s", what)
	}
}

func wavTone(t *testing.T, hz float64) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.wav")
	w, err := audio.CreateWAV(path, 16000)
	if err != nil {
		t.Fatal(err)
	}
	pcm := make([]int16, 16000)
	for i := range pcm {
		pcm[i] = int16(12000 * math.Sin(2*math.Pi*hz*float64(i)/16000))
	}
	if err := errors.Join(w.Write(pcm), w.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// clearest is the share of the tone in the clearest half second: a busy machine
// may come late with a packet, but not with all.
func clearest(pcm []int16, hz float64) float64 {
	const window, step = audio.Rate / 2, audio.Rate / 10
	best := 0.0
	for ; len(pcm) >= window; pcm = pcm[step:] {
		best = max(best, share(pcm[:window], hz))
	}
	return best
}

// share is the part of the power that a tone has (Goertzel), in 100 ms pieces,
// so that a concealed packet costs no more than its own time.
func share(pcm []int16, hz float64) float64 {
	const piece = audio.Rate / 10
	var tone, total float64
	for ; len(pcm) >= piece; pcm = pcm[piece:] {
		var re, im float64
		for i, s := range pcm[:piece] {
			a := 2 * math.Pi * hz * float64(i) / audio.Rate
			re += float64(s) * math.Cos(a)
			im += float64(s) * math.Sin(a)
			total += float64(s) * float64(s)
		}
		tone += 2 * (re*re + im*im) / piece
	}
	return tone / (total + 1e-9)
}

// TestToneFromFileToFile sends a tone from a WAV file through two sessions to
// another, with every codec, on a good network and on one that loses packets:
// there, what is made up is seldom in phase.
func TestToneFromFileToFile(t *testing.T) {
	for _, tt := range []struct {
		name  codec.Name
		lossy bool
		clear float64
	}{
		{codec.Opus, false, 0.97},
		{codec.Opus, true, 0.7},
		{codec.G722, false, 0.97},
		{codec.G722, true, 0.7},
		{codec.PCMA, false, 0.97},
		{codec.PCMA, true, 0.7},
		{codec.PCMU, false, 0.97},
		{codec.PCMU, true, 0.7},
	} {
		name := string(tt.name)
		if tt.lossy {
			name += " lossy"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := Config{Codecs: []codec.Name{tt.name}}
			if tt.lossy {
				cfg.network = &lossy{}
			}
			a, b := newSession(t, cfg), newSession(t, Config{})
			b.Listen(true)
			negotiate(t, a, b)
			if a.Codec() != tt.name {
				t.Fatalf("codec %q, want %q", a.Codec(), tt.name)
			}
			pcm := carry(t, a, b)
			if got := clearest(pcm, 1000); got < tt.clear {
				t.Errorf("the tone has %.2f of the power, want %.2f", got, tt.clear)
			}
			q := b.Quality()
			t.Logf("%+v", q)
			if tt.lossy && (q.Lost < 5 || q.Concealed < 5) {
				t.Errorf("loss is not noticed: %+v", q)
			}
			if q.Received < 50 || q.Codec != tt.name || b.State() != Connected {
				t.Errorf("%v, %+v", b.State(), q)
			}
		})
	}
}

// carry runs a tone from a to b until 75 loud frames came, and returns what was
// written to the file of b from the first loud frame on.
func carry(t *testing.T, a, b *Session) []int16 {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out.wav")
	mic, err := audio.NewFileDevice(audio.FileConfig{In: wavTone(t, 1000)})
	if err != nil {
		t.Fatal(err)
	}
	phones, err := audio.NewFileDevice(audio.FileConfig{Out: out})
	if err != nil {
		t.Fatal(err)
	}
	far := &headset{t: t, session: b, enough: make(chan struct{})}
	near := &headset{t: t, session: a, enough: make(chan struct{})}
	if err := errors.Join(phones.Start(far), mic.Start(near)); err != nil {
		t.Fatal(err)
	}
	await(t, "the tone", far.enough)
	if err := errors.Join(mic.Close(), phones.Close()); err != nil {
		t.Fatal(err)
	}
	s, err := audio.LoadWAV(out)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range s.Samples {
		if v > 2000 {
			return s.Samples[i:]
		}
	}
	t.Fatal("nothing is heard")
	return nil
}

func TestOffer(t *testing.T) {
	a := newSession(t, Config{})
	sdp, err := a.Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"UDP/TLS/RTP/SAVPF 111 9 8 0",
		"a=rtpmap:111 opus/48000/2", "a=rtpmap:9 G722/8000", "a=rtpmap:8 PCMA/8000", "a=rtpmap:0 PCMU/8000",
		"telephone-event/8000", "telephone-event/48000", "a=sendrecv", "a=candidate:", "127.0.0.1", "a=end-of-candidates",
	} {
		if !strings.Contains(sdp, want) {
			t.Errorf("the offer has no %q", want)
		}
	}
	if t.Failed() {
		t.Log(sdp)
	}
	if strings.Count(sdp, "m=") != 1 {
		t.Error("the offer has more than one medium")
	}
}

func TestBadSDP(t *testing.T) {
	a := newSession(t, Config{})
	if _, err := a.Offer(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := a.Answer("nonsense"); err == nil {
		t.Error("nonsense is an answer")
	}
	if _, err := newSession(t, Config{}).Accept(t.Context(), ""); err == nil {
		t.Error("nothing is an offer")
	}
	if _, err := NewSession(Config{Codecs: []codec.Name{"speex"}}); err == nil {
		t.Error("speex is a codec")
	}
}

func TestStates(t *testing.T) {
	var mu sync.Mutex
	var states []State
	up := make(chan struct{})
	a := newSession(t, Config{OnState: func(s State) {
		mu.Lock()
		defer mu.Unlock()
		if states = append(states, s); s == Connected {
			close(up)
		}
	}})
	b := newSession(t, Config{})
	negotiate(t, a, b)
	await(t, "the connection", up)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(states) < 2 || states[0] != Connected || states[len(states)-1] != Closed {
		t.Errorf("states %v", states)
	}
}

func TestRoundTrip(t *testing.T) {
	now := time.Unix(1_800_000_000, 500_000_000)
	middle := uint32((uint64(now.Unix())+2208988800)<<16 | 1<<15)
	got, ok := roundTrip(rtcp.ReceptionReport{LastSenderReport: middle - 65536, Delay: 32768}, now)
	if !ok || got != 500*time.Millisecond {
		t.Errorf("round trip %v, %v", got, ok)
	}
	if _, ok := roundTrip(rtcp.ReceptionReport{}, now); ok {
		t.Error("a report without a sender report has a round trip")
	}
}
