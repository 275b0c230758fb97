package phone

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"math"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/client/phone/audio"
	"parley/client/phone/rtc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server is the far side of a call: it tells what it hears and speaks a tone.
type server struct {
	session *rtc.Session
	device  *audio.FileDevice

	mu    sync.Mutex
	heard []bool
	hz    float64
	pos   int
}

func (s *server) Captured([]int16) {
	frame := make([]int16, audio.FrameSize)
	s.mu.Lock()
	for i := range frame {
		frame[i] = int16(9000 * math.Sin(2*math.Pi*s.hz*float64(s.pos)/audio.Rate))
		s.pos++
	}
	s.mu.Unlock()
	_ = s.session.Send(frame)
}

func (s *server) Playback(frame []int16) {
	s.session.Receive(frame)
	loud := false
	for _, v := range frame {
		loud = loud || v > 2000
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = append(s.heard, loud)
}

// hears is true when the last frames were all loud, or all quiet.
func (s *server) hears(loud bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	const frames = 15
	if len(s.heard) < frames {
		return false
	}
	for _, l := range s.heard[len(s.heard)-frames:] {
		if l != loud {
			return false
		}
	}
	return true
}

// call has the phone offer, and a server answer.
func call(t *testing.T, p *Phone, id string, hz float64) *server {
	t.Helper()
	sess, err := rtc.NewSession(rtc.Config{Loopback: true})
	if err != nil {
		t.Fatal(err)
	}
	dev, err := audio.NewFileDevice(audio.FileConfig{})
	if err != nil {
		t.Fatal(err)
	}
	s := &server{session: sess, device: dev, hz: hz}
	t.Cleanup(func() {
		if err := errors.Join(dev.Close(), sess.Close()); err != nil {
			t.Error(err)
		}
	})
	sess.Listen(true)
	offer, err := p.Offer(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := sess.Accept(t.Context(), offer)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Answer(id, answer); err != nil {
		t.Fatal(err)
	}
	if err := dev.Start(s); err != nil {
		t.Fatal(err)
	}
	return s
}

// eventually asks once a frame until the answer is yes.
func eventually(t *testing.T, what string, yes func() bool) {
	t.Helper()
	tick := time.NewTicker(audio.FrameTime)
	defer tick.Stop()
	limit := time.NewTimer(time.Minute)
	defer limit.Stop()
	for !yes() {
		select {
		case <-tick.C:
		case <-limit.C:
			t.Fatalf("waited a minute for: %s", what)
		}
	}
}

func writeTone(t *testing.T, hz float64) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.wav")
	w, err := audio.CreateWAV(path, 8000)
	if err != nil {
		t.Fatal(err)
	}
	pcm := make([]int16, 8000)
	for i := range pcm {
		pcm[i] = int16(12000 * math.Sin(2*math.Pi*hz*float64(i)/8000))
	}
	if err := errors.Join(w.Write(pcm), w.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

func newPhone(t *testing.T, cfg Config) *Phone {
	t.Helper()
	cfg.Loopback = true
	p, err := New(cfg, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Shutdown(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// TestTwoCalls answers, mutes, holds and swaps as an agent does.
func TestTwoCalls(t *testing.T) {
	out := filepath.Join(t.TempDir(), "heard.wav")
	p := newPhone(t, Config{AudioIn: writeTone(t, 500), AudioOut: out})

	first := call(t, p, "one", 700)
	eventually(t, "media of a ringing call", func() bool {
		s := p.State()
		return len(s.Calls) == 1 && s.Calls[0].Media == rtc.Connected && s.Calls[0].Quality.Sent > 20
	})
	eventually(t, "silence while it rings", func() bool { return first.hears(false) })
	if _, level := p.Levels(); level > 0 {
		t.Errorf("before the call is accepted the level is %.2f", level)
	}

	p.Talk("one")
	eventually(t, "the agent is heard", func() bool { return first.hears(true) })
	eventually(t, "both levels", func() bool {
		in, heard := p.Levels()
		return in > 0.5 && heard > 0.5
	})
	p.SetMuted(true)
	eventually(t, "silence when muted", func() bool { return first.hears(false) })
	p.SetMuted(false)
	eventually(t, "the agent is heard again", func() bool { return first.hears(true) })

	second := call(t, p, "two", 1100)
	p.Talk("two")
	eventually(t, "the second call talks", func() bool { return second.hears(true) })
	eventually(t, "the first call is held", func() bool { return first.hears(false) })
	p.Silence("two")
	eventually(t, "the second call is held", func() bool { return second.hears(false) })
	p.Talk("one")
	eventually(t, "the first call is retrieved", func() bool { return first.hears(true) })

	s := p.State()
	if len(s.Calls) != 2 || !s.Calls[0].Talking || s.Calls[1].Talking || s.Calls[0].ID != "one" {
		t.Errorf("state %+v", s)
	}
	if q := s.Calls[0].Quality; q.Received < 50 || q.Codec != "opus" {
		t.Errorf("quality %+v", q)
	}
	p.Close("one")
	if s := p.State(); len(s.Calls) != 1 {
		t.Errorf("after a close: %+v", s)
	}
	if err := p.Shutdown(); err != nil {
		t.Fatal(err)
	}
	checkHeard(t, out)
}

// checkHeard finds the tones of both callers in what the agent heard.
func checkHeard(t *testing.T, path string) {
	t.Helper()
	s, err := audio.LoadWAV(path)
	if err != nil {
		t.Fatal(err)
	}
	const piece = 4800
	found := map[float64]int{}
	for pcm := s.Samples; len(pcm) >= piece; pcm = pcm[piece:] {
		for _, hz := range []float64{700, 1100} {
			var re, im, total float64
			for i, v := range pcm[:piece] {
				a := 2 * math.Pi * hz * float64(i) / audio.Rate
				re += float64(v) * math.Cos(a)
				im += float64(v) * math.Sin(a)
				total += float64(v) * float64(v)
			}
			if total > 0 && 2*(re*re+im*im)/(piece*total) > 0.9 {
				found[hz]++
			}
		}
	}
	if found[700] < 3 || found[1100] < 1 {
		t.Errorf("pieces with each caller's tone: %v", found)
	}
}

func TestOfferAgainKeepsTalking(t *testing.T) {
	p := newPhone(t, Config{AudioIn: writeTone(t, 500)})
	call(t, p, "one", 700)
	p.Talk("one")
	again := call(t, p, "one", 700)
	eventually(t, "the agent is heard by the new media", func() bool { return again.hears(true) })
	if s := p.State(); len(s.Calls) != 1 || !s.Calls[0].Talking {
		t.Errorf("state %+v", s)
	}
}

// TestMachineWithSoundSystem uses whatever this machine has, perhaps nothing:
// ring, tone, choice of devices and a call must work either way.
func TestMachineWithSoundSystem(t *testing.T) {
	var mu sync.Mutex
	var last State
	p := newPhone(t, Config{OnState: func(s State) {
		mu.Lock()
		defer mu.Unlock()
		last = s
	}})
	p.Devices()
	p.Monitor(true)
	p.Ring(true)
	p.TestTone()
	eventually(t, "the ringing state", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return last.Ringing
	})
	eventually(t, "the test tone on the level", func() bool {
		_, out := p.Levels()
		return out > 0.5
	})
	if err := p.SelectDevices("00ff", "00ff", "00ff"); err != nil {
		t.Fatal(err)
	}
	call(t, p, "one", 700)
	p.Talk("one")
	eventually(t, "the caller on the level", func() bool {
		_, out := p.Levels()
		return out > 0.5
	})
	eventually(t, "the missing device in the state", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(last.Problems) >= 2
	})
	p.Ring(false)
	p.Monitor(false)
	p.CloseAll()
	if s := p.State(); len(s.Calls) != 0 || s.Ringing {
		t.Errorf("state %+v", s)
	}
}

func TestPhoneErrors(t *testing.T) {
	var log bytes.Buffer
	l := slog.New(slog.NewTextHandler(&log, nil))
	if _, err := New(Config{AudioIn: filepath.Join(t.TempDir(), "missing.wav")}, l); err == nil {
		t.Error("a missing WAV file is no error")
	}
	p := newPhone(t, Config{AudioIn: writeTone(t, 500)})
	if err := p.Answer("nobody", ""); !errors.Is(err, errUnknown) {
		t.Errorf("answer of an unknown call: %v", err)
	}
	p.Close("nobody")
	p.Talk("nobody")
	if err := p.Shutdown(); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Offer(t.Context(), "late"); !errors.Is(err, errClosed) {
		t.Errorf("offer of a closed phone: %v", err)
	}
	if err := p.SelectDevices("", "", ""); !errors.Is(err, errClosed) {
		t.Errorf("choice on a closed phone: %v", err)
	}
}
