package media

import (
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestPlainEndsHearEachOther(t *testing.T) {
	a, err := NewPlain()
	if err != nil {
		t.Fatal(err)
	}
	b, err := NewPlain()
	if err != nil {
		t.Fatal(err)
	}
	a.Connect(b.Local())
	b.Connect(a.Local())
	counted := 0
	h := Talk([]End{a, b}, 100*time.Millisecond, func(bool) { counted++ })
	if h.Sent == 0 || h.Received == 0 || counted != 2 {
		t.Errorf("sent %d, received %d, told %d times", h.Sent, h.Received, counted)
	}
	for _, e := range []End{a, b} {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestSecureEndsConnect(t *testing.T) {
	a, err := NewSecure()
	if err != nil {
		t.Fatal(err)
	}
	b, err := NewSecure()
	if err != nil {
		t.Fatal(err)
	}
	offer, err := a.Offer()
	if err != nil {
		t.Fatal(err)
	}
	answer, err := b.Answer(offer)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Answered(answer); err != nil {
		t.Fatal(err)
	}
	for _, e := range []*Secure{a, b} {
		if err := e.Await(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if h := Talk([]End{a, b}, 100*time.Millisecond, func(bool) {}); h.Received == 0 {
		t.Errorf("nothing of %d packets was heard", h.Sent)
	}
	for _, e := range []*Secure{a, b} {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}
