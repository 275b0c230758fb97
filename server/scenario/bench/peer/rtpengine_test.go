package peer

import (
	"net"
	"strings"
	"testing"
	"time"
)

// engine answers as rtpengine does.
func engine(t *testing.T, answer func(question string) string) *RTPEngine {
	t.Helper()
	far, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	near, err := net.Dial("udp4", far.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() {
		_ = near.Close()
		_ = far.Close()
		<-done
	})
	go func() {
		defer close(done)
		packet := make([]byte, 65535)
		for {
			n, from, err := far.ReadFrom(packet)
			if err != nil {
				return
			}
			cookie, question, _ := strings.Cut(string(packet[:n]), " ")
			_, _ = far.WriteTo([]byte("0 a late answer"), from)
			_, _ = far.WriteTo([]byte(cookie+" "+answer(question)), from)
		}
	}()
	return &RTPEngine{conn: near}
}

func TestOfferSpeaksBencode(t *testing.T) {
	questions := make(chan string, 1)
	r := engine(t, func(q string) string {
		questions <- q
		return "d3:sdp5:v=0\r\n6:result2:oke"
	})
	got, err := r.Offer("c1", "v=0", true)
	if err != nil || got != "v=0\r\n" {
		t.Fatalf("got %q, %v", got, err)
	}
	asked := <-questions
	for _, want := range []string{"7:command5:offer", "7:call-id2:c1", "3:sdp3:v=0", "5:flagsl12:generate-mid8:SDES-offe"} {
		if !strings.Contains(asked, want) {
			t.Errorf("the question %q lacks %q", asked, want)
		}
	}
}

func TestRefusalIsAnError(t *testing.T) {
	r := engine(t, func(string) string { return "d6:result5:error12:error-reason7:no calle" })
	if _, err := r.Answer("c1", "v=0", false); err == nil || !strings.Contains(err.Error(), "no call") {
		t.Errorf("got %v", err)
	}
	if _, err := r.ask(time.Second, "command", "ping"); err == nil {
		t.Error("the refusal of a question is no error")
	}
}

func TestConfigurationNamesEveryAgent(t *testing.T) {
	if got := strings.Count(pjsip(25), "type=endpoint"); got != 26 {
		t.Errorf("%d endpoints, want 25 and the caller", got)
	}
	if got := strings.Count(queues(25), "member => PJSIP/a"); got != 25 {
		t.Errorf("%d members", got)
	}
}
