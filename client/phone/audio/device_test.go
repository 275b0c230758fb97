package audio

import (
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

var quietLog = slog.New(slog.DiscardHandler)

// recorder is an endpoint that keeps what it is given and plays a ramp.
type recorder struct {
	mu       sync.Mutex
	captured []int16
	played   int
}

func (r *recorder) Captured(f []int16) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.captured = append(r.captured, f...)
}

func (r *recorder) Playback(f []int16) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range f {
		f[i] = int16(r.played % 1000)
		r.played++
	}
}

func (r *recorder) counts() (captured, played int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.captured) / FrameSize, r.played / FrameSize
}

func TestFileDevice(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.wav"), filepath.Join(dir, "out.wav")
	w, err := CreateWAV(in, 16000)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Write(sine(16000, 1000, 0.5, 16000/2)), w.Close()); err != nil {
		t.Fatal(err)
	}
	for _, once := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			d, err := NewFileDevice(FileConfig{In: in, Out: out, Once: once})
			if err != nil {
				t.Fatal(err)
			}
			var r recorder
			for range 2 {
				if err := d.Start(&r); err != nil {
					t.Fatal(err)
				}
				advance(time.Second)
				if err := d.Stop(); err != nil {
					t.Fatal(err)
				}
			}
			captured, played := r.counts()
			if captured < 98 || captured > 102 || played != captured {
				t.Errorf("%d frames captured and %d played in 2 s", captured, played)
			}
			got := share(r.captured[:24000], Rate, 1000)
			if once && (got < 0.9 || r.captured[24000+500] != 0) {
				t.Errorf("once: tone %.2f, then %d", got, r.captured[24500])
			}
			if !once && (got < 0.9 || loudness(r.captured[30000:40000]) < 0.8) {
				t.Errorf("loop: tone %.2f, then %.2f loud", got, loudness(r.captured[30000:40000]))
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			heard, err := LoadWAV(out)
			if err != nil {
				t.Fatal(err)
			}
			if len(heard.Samples) != played*FrameSize || heard.Samples[48123] != 123 {
				t.Errorf("%d samples written, want %d", len(heard.Samples), played*FrameSize)
			}
		})
	}
}

func TestFileDeviceErrors(t *testing.T) {
	dir := t.TempDir()
	for _, cfg := range []FileConfig{
		{In: filepath.Join(dir, "missing.wav")},
		{Out: filepath.Join(dir, "missing", "out.wav")},
	} {
		if _, err := NewFileDevice(cfg); err == nil {
			t.Errorf("%+v gives no error", cfg)
		}
	}
}

// plug is a driver whose devices tests plug in and out.
type plug struct {
	mu    sync.Mutex
	ids   map[string]bool
	stuck bool
	opens []string
}

var errUnplugged = errors.New("unplugged")

func (p *plug) list() ([]Info, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []Info
	for id := range p.ids {
		out = append(out, Info{ID: id, Kind: Capture})
	}
	return out, nil
}

func (p *plug) set(id string, in, stuck bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ids[id] = in
	if !in {
		delete(p.ids, id)
	}
	p.stuck = stuck
}

func (p *plug) open(_ Kind, id string, data func([]int16)) (stream, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.ids[id] {
		return nil, errUnplugged
	}
	p.opens = append(p.opens, id)
	s := &plugged{done: make(chan struct{})}
	s.wg.Go(func() {
		t := time.NewTicker(10 * time.Millisecond)
		defer t.Stop()
		for {
			select {
			case <-s.done:
				return
			case <-t.C:
			}
			p.mu.Lock()
			on := p.ids[id] && !p.stuck
			p.mu.Unlock()
			if on {
				data(make([]int16, 480))
			}
		}
	})
	return s, nil
}

func (*plug) close() error { return nil }

type plugged struct {
	done chan struct{}
	wg   sync.WaitGroup
}

func (s *plugged) close() {
	close(s.done)
	s.wg.Wait()
}

// TestHeadsetFollowsDevices unplugs, sticks and replugs the chosen microphone.
func TestHeadsetFollowsDevices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &plug{ids: map[string]bool{"desk": true, "": true}}
		var mu sync.Mutex
		var reports []Status
		sys := &System{driver: p, log: quietLog}
		h := sys.Headset(HeadsetConfig{CaptureID: "desk", Report: func(q Problem) {
			mu.Lock()
			defer mu.Unlock()
			if q.Kind == Capture {
				reports = append(reports, q.Status)
			}
		}})
		var r recorder
		if err := h.Start(&r); err != nil {
			t.Fatal(err)
		}
		advance(time.Second)
		p.set("desk", false, false)
		advance(5 * time.Second)
		p.set("desk", true, false)
		advance(10 * time.Second)
		p.set("desk", true, true)
		advance(4 * time.Second)
		p.set("desk", true, false)
		advance(4 * time.Second)
		if err := h.Stop(); err != nil {
			t.Fatal(err)
		}
		captured, played := r.counts()
		if captured < 1050 || played < 1050 {
			t.Errorf("in 24 s %d frames captured and %d played", captured, played)
		}
		if captured > 1202 || played > 1202 {
			t.Errorf("too many frames: %d captured and %d played", captured, played)
		}
		mu.Lock()
		defer mu.Unlock()
		want := []Status{Running, Substituted, Running, Missing, Running, Idle}
		if diff := cmp.Diff(want, reports); diff != "" {
			t.Errorf("reports: %s", diff)
		}
	})
}

func TestHeadsetWithoutSoundSystem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		missing := map[Kind]string{}
		sys := NullSystem(quietLog)
		h := sys.Headset(HeadsetConfig{Report: func(q Problem) {
			mu.Lock()
			defer mu.Unlock()
			if q.Status == Missing {
				missing[q.Kind] = q.Text
			}
		}})
		var r recorder
		if err := h.Start(&r); err != nil {
			t.Fatal(err)
		}
		advance(10 * time.Second)
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
		captured, played := r.counts()
		if captured < 495 || captured > 510 || played < 495 || played > 510 {
			t.Errorf("in 10 s %d frames captured and %d played, want about 500", captured, played)
		}
		want := map[Kind]string{Capture: "No microphone could be opened.", Playback: "No speaker could be opened."}
		if diff := cmp.Diff(want, missing); diff != "" {
			t.Error(diff)
		}
	})
}

// TestSystemOpens runs the real library; this machine may have no sound.
func TestSystemOpens(t *testing.T) {
	s := OpenSystem(quietLog)
	list, err := s.Devices()
	t.Logf("%d devices, %v", len(list), err)
	for _, i := range list {
		if i.Name == "" {
			t.Errorf("device %q has no name", i.ID)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestRinger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := filepath.Join(t.TempDir(), "ring.wav")
		d, err := NewFileDevice(FileConfig{Out: out})
		if err != nil {
			t.Fatal(err)
		}
		r := NewRinger(d, Sound{Rate: 8000, Samples: sine(8000, 440, 0.5, 1600)})
		for range 2 {
			if err := r.Ring(true); err != nil {
				t.Fatal(err)
			}
			advance(time.Second)
			if err := r.Ring(false); err != nil {
				t.Fatal(err)
			}
			advance(time.Second)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		s, err := LoadWAV(out)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(s.Samples); n < 98*FrameSize || n > 102*FrameSize {
			t.Errorf("%d samples rung", n)
		}
		if got := share(s.Samples[:45*FrameSize], Rate, 440); got < 0.9 {
			t.Errorf("the ring tone has %.2f of the power", got)
		}
	})
}

func TestMeter(t *testing.T) {
	var m Meter
	m.Add(make([]int16, FrameSize))
	if m.Level() != 0 {
		t.Errorf("silence measures %.2f", m.Level())
	}
	m.Add(sine(Rate, 1000, 1, FrameSize))
	if m.Level() < 0.99 {
		t.Errorf("full scale measures %.2f", m.Level())
	}
	m.Add(make([]int16, FrameSize))
	if m.Level() < 0.9 {
		t.Errorf("the level falls to %.2f at once", m.Level())
	}
	for range 30 {
		m.Add(make([]int16, FrameSize))
	}
	if m.Level() != 0 {
		t.Errorf("after silence the level is %.2f", m.Level())
	}
}
