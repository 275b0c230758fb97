package watch

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/queue"
)

// figuresOf counts the changes of a queue's figures that a stream has pending.
func figuresOf(t *testing.T, s *Stream) []string {
	t.Helper()
	var got []string
	select {
	case <-s.wake:
		s.signal()
	default:
		return nil
	}
	b, err := s.Next(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range b.Changes {
		if strings.HasPrefix(string(c), "queue") {
			got = append(got, string(c))
		}
	}
	return got
}

func TestFiguresAreSentAtMostSoOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &told{}
		h := New(Config{Log: quiet, Encoder: words{}, ID: "hub", Presence: p.presence, FiguresEvery: time.Second})
		defer h.Close()
		set := func(user string, version uint64, presence agent.Presence) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.setAgent(&agent.Agent{
				User: domain.UserID(user), Version: version, Presence: presence, Reachable: true, Queues: []domain.QueueID{"q"},
			})
			h.flush()
		}
		h.mu.Lock()
		h.setQueue(&queue.Queue{ID: "q", Version: 1})
		h.mu.Unlock()
		set("emma", 1, agent.Ready)
		s := h.Open(emma, "", 0)
		defer s.Close()
		figuresOf(t, s) // the snapshot
		for i := range uint64(50) {
			set(fmt.Sprint("agent", i), 1, agent.Ready)
		}
		if got := figuresOf(t, s); len(got) != 0 {
			t.Errorf("sent at once: %v", got)
		}
		<-time.After(time.Second)
		synctest.Wait()
		h.mu.Lock()
		f := h.view.figures("q")
		want := string(h.cfg.Encoder.Queue(f))
		h.mu.Unlock()
		if got := figuresOf(t, s); len(got) != 1 || got[0] != want {
			t.Errorf("after a second: %v, want only %s", got, want)
		}
		if f.SignedIn != 51 || f.Ready != 51 {
			t.Errorf("%d signed in, %d ready, want 51", f.SignedIn, f.Ready)
		}
		set("agent0", 2, agent.NotReady)
		set("agent1", 2, agent.SignedOut)
		h.mu.Lock()
		defer h.mu.Unlock()
		if f := h.view.figures("q"); f.SignedIn != 50 || f.Ready != 49 {
			t.Errorf("%d signed in, %d ready, want 50 and 49", f.SignedIn, f.Ready)
		}
	})
}
