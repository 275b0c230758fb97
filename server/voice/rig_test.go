package voice

import (
	"context"
	"log/slog"
	"math"
	"net/netip"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
	"github.com/prometheus/client_golang/prometheus"

	"parley/client/phone/codec"
	"parley/server/domain"
	domaincall "parley/server/domain/call"
	"parley/server/voice/media"
	"parley/server/voice/phone"
)

// The tones of the tests, in hertz: each party has its own.
const (
	greetingTone = 350
	musicTone    = 600
	callerTone   = 1000
	agentTone    = 1400
)

// wait bounds what must happen; it is long because the machine may be busy.
const wait = 10 * time.Second

// rig is a voice side with a recording handler.
type rig struct {
	t     *testing.T
	voice *Voice
	desk  *desk
	reg   *prometheus.Registry
}

func newRig(t *testing.T, change func(*Config)) *rig {
	t.Helper()
	r := &rig{t: t, desk: newDesk(), reg: prometheus.NewRegistry()}
	half := media.Tone(greetingTone, 16000)
	half.Samples = half.Samples[:8000]
	cfg := Config{
		SIPAddr: "127.0.0.1:0",
		Peers:   []Peer{{Name: "lab", Prefixes: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}},
		Prompts: fstest.MapFS{
			"greeting.en.wav": {Data: half.WriteWAV()},
			"music.wav":       {Data: media.Tone(musicTone, 16000).WriteWAV()},
		},
		Domain: "parley.test", Registerer: r.reg,
	}
	if change != nil {
		change(&cfg)
	}
	v, err := New(cfg, r.desk, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	r.voice = v
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), wait)
		defer cancel()
		if err := v.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return r
}

func (r *rig) uri(number string) string { return "sip:" + number + "@" + r.voice.SIPAddr().String() }

// dial starts a customer's call that is hung up before the rig closes.
func (r *rig) dial(cfg phone.Config) *phone.Call {
	r.t.Helper()
	if cfg.To == "" {
		cfg.To = r.uri("100")
	}
	if cfg.From == "" {
		cfg.From = "+33140000001"
	}
	if cfg.Tone == 0 {
		cfg.Tone = callerTone
	}
	if cfg.Record == "" {
		cfg.Record = r.t.TempDir() + "/heard.wav"
	}
	c, err := phone.Dial(context.Background(), cfg)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() {
		if err := c.Close(); err != nil {
			r.t.Errorf("close phone: %v", err)
		}
	})
	return c
}

// desk is the handler of the tests: it answers as it is told and keeps reports.
type desk struct {
	reports chan string

	mu     sync.Mutex
	refuse domaincall.Refusal
	calls  []domaincall.Arrival
}

func newDesk() *desk { return &desk{reports: make(chan string, 100)} }

func (d *desk) Arrived(_ context.Context, a domaincall.Arrival) domaincall.Refusal {
	d.mu.Lock()
	d.calls = append(d.calls, a)
	refusal := d.refuse
	d.mu.Unlock()
	d.reports <- "arrived"
	return refusal
}
func (d *desk) Greeted(domain.ContactID)    { d.reports <- "greeted" }
func (d *desk) CallerLeft(domain.ContactID) { d.reports <- "left" }
func (d *desk) AgentLost(domain.ContactID)  { d.reports <- "agent lost" }
func (d *desk) CallerHeld(_ domain.ContactID, held bool) {
	if held {
		d.reports <- "held"
	} else {
		d.reports <- "retrieved"
	}
}
func (d *desk) Digit(_ domain.ContactID, digit string) { d.reports <- "digit " + digit }

func (d *desk) last() domaincall.Arrival {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.calls[len(d.calls)-1]
}

// expect takes the next report.
func (r *rig) expect(want string) {
	r.t.Helper()
	select {
	case got := <-r.desk.reports:
		if got != want {
			r.t.Fatalf("report %q, want %q", got, want)
		}
	case <-time.After(wait):
		r.t.Fatalf("no report, want %q", want)
	}
}

// must fails the test on an error.
func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// until waits for a condition of the running system.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(wait)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not in time: %s", what)
		}
	}
}

// hears tells whether the end of a sound is mainly the tone.
func hears(s media.Sound, hertz int) bool {
	n := s.Rate / 5
	if len(s.Samples) < n {
		return false
	}
	tail := s.Samples[len(s.Samples)-n:]
	var energy float64
	for _, v := range tail {
		energy += float64(v) * float64(v)
	}
	if energy/float64(n) < 100*100 {
		return false
	}
	return goertzel(tail, hertz, s.Rate) > 0.7*energy*float64(n)/2
}

// goertzel is the squared magnitude at one frequency.
func goertzel(pcm []int16, hertz, rate int) float64 {
	k := 2 * math.Cos(2*math.Pi*float64(hertz)/float64(rate))
	var a, b float64
	for _, v := range pcm {
		a, b = float64(v)+k*a-b, a
	}
	return a*a + b*b - k*a*b
}

// agentDesk is an agent's desktop as far as media go.
type agentDesk struct {
	t     testing.TB
	pc    *webrtc.PeerConnection
	track *webrtc.TrackLocalStaticRTP
	wg    sync.WaitGroup
	stop  chan struct{}

	mu    sync.Mutex
	name  codec.Name
	heard media.Sound
	count int
}

// newAgent makes an agent who offers the codecs.
func newAgent(t testing.TB, names ...codec.Name) *agentDesk {
	t.Helper()
	engine := new(webrtc.MediaEngine)
	for _, name := range names {
		f, _ := codec.Lookup(name)
		for _, c := range []webrtc.RTPCodecParameters{{
			RTPCodecCapability: webrtc.RTPCodecCapability{
				MimeType: "audio/" + string(name), ClockRate: uint32(f.ClockRate), Channels: uint16(f.SDPChannels - f.SDPChannels%2),
			}, PayloadType: webrtc.PayloadType(f.PayloadType),
		}} {
			if err := engine.RegisterCodec(c, webrtc.RTPCodecTypeAudio); err != nil {
				t.Fatal(err)
			}
		}
	}
	var se webrtc.SettingEngine
	se.SetIncludeLoopbackCandidate(true)
	se.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(engine), webrtc.WithSettingEngine(se)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	a := &agentDesk{t: t, pc: pc, stop: make(chan struct{})}
	first, _ := codec.Lookup(names[0])
	a.track, err = webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{
		MimeType: "audio/" + string(first.Name), ClockRate: uint32(first.ClockRate), Channels: uint16(first.SDPChannels - first.SDPChannels%2),
	}, "mic", "agent")
	if err != nil {
		t.Fatal(err)
	}
	a.name = first.Name
	if _, err := pc.AddTrack(a.track); err != nil {
		t.Fatal(err)
	}
	pc.OnTrack(func(remote *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { a.listen(remote) })
	t.Cleanup(a.leave)
	return a
}

func (a *agentDesk) leave() {
	select {
	case <-a.stop:
		return
	default:
	}
	close(a.stop)
	if err := a.pc.GracefulClose(); err != nil {
		a.t.Errorf("close agent: %v", err)
	}
	a.wg.Wait()
}

// offer is complete with candidates.
func (a *agentDesk) offer() string {
	a.t.Helper()
	done := webrtc.GatheringCompletePromise(a.pc)
	offer, err := a.pc.CreateOffer(nil)
	if err != nil {
		a.t.Fatal(err)
	}
	if err := a.pc.SetLocalDescription(offer); err != nil {
		a.t.Fatal(err)
	}
	<-done
	return a.pc.LocalDescription().SDP
}

// accept takes the answer and begins to speak.
func (a *agentDesk) accept(answer string) {
	a.t.Helper()
	if err := a.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		a.t.Fatal(err)
	}
	a.wg.Go(a.speak)
}

func (a *agentDesk) speak() {
	f, _ := codec.Lookup(a.name)
	enc, err := codec.NewEncoder(a.name)
	if err != nil {
		a.t.Error(err)
		return
	}
	tone := media.Tone(agentTone, f.SampleRate)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	p := rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: 65500}}
	for at := 0; ; at = (at + f.FrameSize()) % len(tone.Samples) {
		select {
		case <-a.stop:
			return
		case <-tick.C:
		}
		if p.Payload, err = enc.Encode(tone.Samples[at : at+f.FrameSize()]); err != nil {
			a.t.Error(err)
			return
		}
		p.SequenceNumber++
		p.Timestamp += f.FrameTicks()
		_ = a.track.WriteRTP(&p)
	}
}

func (a *agentDesk) listen(remote *webrtc.TrackRemote) {
	name := codec.Name(remote.Codec().MimeType[len("audio/"):])
	f, _ := codec.Lookup(name)
	dec, err := codec.NewDecoder(name)
	if err != nil {
		a.t.Error(err)
		return
	}
	for {
		p, _, err := remote.ReadRTP()
		if err != nil {
			return
		}
		pcm, err := dec.Decode(p.Payload)
		if err != nil {
			continue
		}
		a.mu.Lock()
		a.heard.Rate = f.SampleRate
		a.heard.Samples = append(a.heard.Samples, pcm...)
		a.count++
		a.mu.Unlock()
	}
}

func (a *agentDesk) hears(hertz int) func() bool {
	return func() bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		return hears(a.heard, hertz)
	}
}

func callerHears(c *phone.Call, hertz int) func() bool {
	return func() bool { return hears(c.Heard(), hertz) }
}

// bounded is a context that ends when waiting has no sense any more.
func (r *rig) bounded() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	r.t.Cleanup(cancel)
	return ctx
}
