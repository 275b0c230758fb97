package media

import (
	"net/netip"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"parley/client/phone/codec"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const head = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"

func TestChoose(t *testing.T) {
	for name, test := range map[string]struct {
		sdp       string
		allowed   []codec.Name
		want      codec.Name
		kind      uint8
		event     uint8
		direction Direction
		remote    string
		err       error
	}{
		"static":             {sdp: head + "m=audio 4000 RTP/AVP 8 0\r\n", want: codec.PCMA, kind: 8, direction: SendRecv},
		"order of the offer": {sdp: head + "m=audio 4000 RTP/AVP 0 8\r\n", want: codec.PCMU, direction: SendRecv},
		"allowed only": {
			sdp: head + "m=audio 4000 RTP/AVP 0 9\r\n", allowed: []codec.Name{codec.G722},
			want: codec.G722, kind: 9, direction: SendRecv,
		},
		"dynamic with events": {
			sdp: head + "m=audio 4000 RTP/AVP 96 97 98\r\na=rtpmap:96 opus/48000/2\r\n" +
				"a=rtpmap:97 telephone-event/8000\r\na=rtpmap:98 telephone-event/48000\r\n",
			want: codec.Opus, kind: 96, event: 98, direction: SendRecv,
		},
		"events of another clock": {
			sdp:  head + "m=audio 4000 RTP/AVP 96 97\r\na=rtpmap:96 opus/48000/2\r\na=rtpmap:97 telephone-event/8000\r\n",
			want: codec.Opus, kind: 96, direction: SendRecv,
		},
		"hold": {sdp: head + "m=audio 4000 RTP/AVP 8\r\na=sendonly\r\n", want: codec.PCMA, kind: 8, direction: RecvOnly},
		"session direction": {
			sdp:  strings.Replace(head, "t=0 0", "t=0 0\r\na=inactive", 1) + "m=audio 4000 RTP/AVP 8\r\n",
			want: codec.PCMA, kind: 8, direction: Inactive,
		},
		"old hold": {
			sdp:  head + "m=audio 4000 RTP/AVP 8\r\nc=IN IP4 0.0.0.0\r\n",
			want: codec.PCMA, kind: 8, direction: Inactive, remote: "0.0.0.0:4000",
		},
		"media address wins": {
			sdp:  head + "m=audio 4000 RTP/AVP 8\r\nc=IN IP4 192.0.2.7\r\n",
			want: codec.PCMA, kind: 8, direction: SendRecv, remote: "192.0.2.7:4000",
		},
		"video first": {
			sdp:  head + "m=video 5000 RTP/AVP 31\r\nc=IN IP4 192.0.2.9\r\na=sendonly\r\nm=audio 4000 RTP/AVP 8\r\n",
			want: codec.PCMA, kind: 8, direction: SendRecv,
		},
		"unknown codec":   {sdp: head + "m=audio 4000 RTP/AVP 3 18\r\n", err: ErrCodec},
		"refused stream":  {sdp: head + "m=audio 0 RTP/AVP 8\r\n", err: ErrNoAudio},
		"secure only":     {sdp: head + "m=audio 4000 RTP/SAVP 8\r\n", err: ErrNoAudio},
		"multicast":       {sdp: strings.ReplaceAll(head, "192.0.2.1", "224.2.2.2") + "m=audio 4000 RTP/AVP 8\r\n", err: ErrNoAudio},
		"no address":      {sdp: "v=0\r\nm=audio 4000 RTP/AVP 8\r\n", err: ErrNoAudio},
		"not a session":   {sdp: "hello\r\n", err: ErrSession},
		"port too large":  {sdp: head + "m=audio 99999 RTP/AVP 8\r\n", err: ErrSession},
		"name as address": {sdp: strings.ReplaceAll(head, "192.0.2.1", "host") + "m=audio 1 RTP/AVP 8\r\n", err: ErrSession},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Parse([]byte(test.sdp))
			var c Chosen
			if err == nil {
				c, err = Choose(s, test.allowed)
			}
			if test.err != nil {
				if err == nil || !strings.Contains(err.Error(), test.err.Error()) {
					t.Fatalf("error %v, want %v", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if test.remote == "" {
				test.remote = "192.0.2.1:4000"
			}
			got := []any{c.Format.Name, c.Type, c.Event, c.Direction, c.Remote.String()}
			want := []any{test.want, test.kind, test.event, test.direction, test.remote}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestAnswerRefusesOtherStreams(t *testing.T) {
	offer, err := Parse([]byte(head + "m=video 5000 RTP/AVP 31\r\nm=audio 4000 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := Choose(offer, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer := string(Answer(offer, c.Describe(netip.MustParseAddrPort("192.0.2.2:6000"), 1, 1)))
	video, audio := strings.Index(answer, "m=video 0 RTP/AVP 31"), strings.Index(answer, "m=audio 6000 RTP/AVP 96")
	if video < 0 || audio < video {
		t.Errorf("answer %q", answer)
	}
	if _, err := Parse([]byte(answer)); err != nil {
		t.Errorf("our answer: %v", err)
	}
}

func TestSequenceIsContinuousOverSources(t *testing.T) {
	q := NewSequence(8000)
	now := time.Unix(0, 0)
	var last *Packet
	for i, in := range []Packet{
		{SSRC: 1, Seq: 65534, Stamp: 100},
		{SSRC: 1, Seq: 65535, Stamp: 260},
		{SSRC: 1, Seq: 0, Stamp: 420},
		{SSRC: 2, Seq: 9000, Stamp: 7},
		{SSRC: 2, Seq: 9001, Stamp: 167},
		{SSRC: 1, Seq: 1, Stamp: 580},
	} {
		q.Map(&in, now)
		if last != nil && (in.Seq != last.Seq+1 || in.Stamp != last.Stamp+160) {
			t.Errorf("packet %d: %d/%d after %d/%d", i, in.Seq, in.Stamp, last.Seq, last.Stamp)
		}
		if first := i == 0 || i == 3 || i == 5; in.Marker != first {
			t.Errorf("packet %d: marker %t", i, in.Marker)
		}
		last, now = &in, now.Add(frameTime)
	}
}

func TestSequenceKeepsLossAndOrder(t *testing.T) {
	q := NewSequence(8000)
	now := time.Unix(0, 0)
	a, lost, late := Packet{SSRC: 1, Seq: 10, Stamp: 160}, Packet{SSRC: 1, Seq: 13, Stamp: 640}, Packet{SSRC: 1, Seq: 12, Stamp: 480}
	q.Map(&a, now)
	q.Map(&lost, now)
	q.Map(&late, now)
	if lost.Seq-a.Seq != 3 || late.Seq-a.Seq != 2 || late.Stamp-a.Stamp != 320 {
		t.Errorf("got %d, %d, %d", a.Seq, lost.Seq, late.Seq)
	}
}

// TestEvents sends keys with our sender to our detector, each packet twice.
func TestEvents(t *testing.T) {
	send, detect := eventSender{queue: "11*D"}, eventDetector{}
	var got string
	stamp := uint32(4294967000)
	for frame := 0; send.active() && frame < 1000; frame++ {
		stamp += 160
		var space [4]byte
		p := Packet{Payload: space[:]}
		if !send.next(&p, func() uint32 { return stamp }, 160) {
			continue
		}
		for range 2 {
			if digit, fresh := detect.take(&p); fresh {
				got += digit
			}
		}
	}
	if got != "11*D" {
		t.Errorf("keys %q, want 11*D", got)
	}
}

func TestOwnPrompts(t *testing.T) {
	l := NewLibrary(os.DirFS("../../../assets/prompts"))
	for _, name := range []string{"music", "greeting.en", "greeting.tr", "greeting.nl", "greeting.az", "greeting.fr", "greeting.xx", "greeting"} {
		p, err := l.Find(name, codec.PCMA)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if n := len(p.frames(codec.PCMA)); n < 200 || n > 2000 {
			t.Errorf("%s: %d frames", name, n)
		}
		again, _ := l.Find(name, codec.PCMA)
		if again != p {
			t.Errorf("%s was encoded twice", name)
		}
	}
	for _, name := range []string{"nothing", "../domain", "", "nothing.en"} {
		if _, err := l.Find(name, codec.PCMA); err == nil {
			t.Errorf("prompt %q was found", name)
		}
	}
}

func TestWAV(t *testing.T) {
	want := Tone(440, 8000)
	got, err := ReadWAV(want.WriteWAV())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if _, err := NewLibrary(fstest.MapFS{"x.wav": {Data: []byte("RIFF")}}).Find("x", codec.PCMU); err == nil {
		t.Error("broken file was played")
	}
}

func TestPorts(t *testing.T) {
	p, err := NewPorts(netip.MustParseAddr("127.0.0.1"), 42001, 42008)
	if err != nil {
		t.Fatal(err)
	}
	var open []Pair
	for {
		pair, err := p.Open()
		if err != nil {
			break
		}
		open = append(open, pair)
	}
	if len(open) == 0 || len(open) > 3 {
		t.Errorf("%d pairs in a range for three", len(open))
	}
	for _, pair := range open {
		if err := pair.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := NewPorts(netip.MustParseAddr("127.0.0.1"), 10, 5); err == nil {
		t.Error("a range that ends before it begins was taken")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(head + "m=audio 4000 RTP/AVP 96 97\r\na=rtpmap:96 opus/48000/2\r\na=rtpmap:97 telephone-event/48000\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := Parse(raw)
		if err != nil {
			return
		}
		c, err := Choose(s, nil)
		if err != nil {
			return
		}
		answer := Answer(s, c.Describe(netip.MustParseAddrPort("192.0.2.2:6000"), 1, 1))
		again, err := Parse(answer)
		if err != nil || len(again.Payloads) != 1 || again.Audio != s.Audio {
			t.Errorf("our answer %q: %v", answer, err)
		}
	})
}

func FuzzEvent(f *testing.F) {
	f.Add([]byte{0x80, 101, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 5, 0x8a, 0, 160})
	f.Fuzz(func(t *testing.T, raw []byte) {
		var p Packet
		var d eventDetector
		if !p.Unpack(raw) {
			return
		}
		if digit, fresh := d.take(&p); fresh && !ValidDigits(digit) {
			t.Errorf("key %q", digit)
		}
		if _, fresh := d.take(&p); fresh {
			t.Error("the same packet is a key twice")
		}
	})
}
