package gateway

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/client/model"
	parleyv1 "parley/proto/gen/parley/v1"
)

const (
	offered   = parleyv1.ContactState_CONTACT_STATE_OFFERED
	connected = parleyv1.ContactState_CONTACT_STATE_CONNECTED
)

func contactStates(w model.World) map[string]model.ContactState {
	out := map[string]model.ContactState{}
	for _, c := range w.Contacts {
		out[c.ID] = c.State
	}
	return out
}

func wantLink(t *testing.T, w model.World, link model.Link, ended model.Ended) {
	t.Helper()
	if w.Link != link || w.Ended != ended {
		t.Errorf("link %v ended %v, want %v and %v", w.Link, w.Ended, link, ended)
	}
}

func TestSnapshotAndDeltas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		w := d.online(contactEvent("a", 1, offered), contactEvent("b", 4, connected))
		synctest.Wait()
		got := d.World()
		wantLink(t, got, model.LinkOnline, model.NotEnded)
		if got.ClockOffset != time.Minute {
			t.Errorf("clock offset %v, want 1m", got.ClockOffset)
		}
		if diff := cmp.Diff([]model.NotReadyReason{{ID: "break", Text: "Pauze"}, {ID: "team", Text: "Team meeting"}}, got.Profile.Reasons); diff != "" {
			t.Errorf("reasons (-want +got):\n%s", diff)
		}
		w.send <- message(2, contactEvent("a", 2, connected), contactEvent("b", 3, offered))
		w.send <- message(3, &parleyv1.Event{Kind: &parleyv1.Event_Removed{Removed: &parleyv1.Removed{ContactId: "none"}}})
		synctest.Wait()
		want := map[string]model.ContactState{"a": model.ContactConnected, "b": model.ContactConnected}
		if diff := cmp.Diff(want, contactStates(d.World())); diff != "" {
			t.Errorf("a late event undid a newer one (-want +got):\n%s", diff)
		}
		w.send <- snapshot(4, contactEvent("c", 1, offered))
		synctest.Wait()
		if diff := cmp.Diff(map[string]model.ContactState{"c": model.ContactOffered}, contactStates(d.World())); diff != "" {
			t.Errorf("a snapshot did not replace (-want +got):\n%s", diff)
		}
	})
}

func TestResumeAfterCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		w := d.online(contactEvent("a", 1, offered))
		w.send <- message(7, contactEvent("b", 1, offered))
		synctest.Wait()
		d.net.cut()
		again := <-d.c.opened
		if again.req.GetStreamId() != "s1" || again.req.GetSequence() != 7 {
			t.Errorf("resumed with %q %d, want s1 7", again.req.GetStreamId(), again.req.GetSequence())
		}
		again.send <- message(8, contactEvent("c", 1, offered))
		synctest.Wait()
		if got := d.World(); len(got.Contacts) != 3 || got.Link != model.LinkOnline {
			t.Errorf("after the resume: %d contacts, link %v; want 3 and online", len(got.Contacts), got.Link)
		}
	})
}

func TestGapAsksForSnapshot(t *testing.T) {
	for name, bad := range map[string]*parleyv1.WatchResponse{
		"other stream": {StreamId: "s2", Sequence: 9},
		"backwards":    {StreamId: "s1", Sequence: 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t, nil)
				w := d.online()
				w.send <- message(5)
				w.send <- bad
				again := <-d.c.opened
				if again.req.GetStreamId() != "" || again.req.GetSequence() != 0 {
					t.Errorf("asked to go on from %v, want a snapshot", again.req)
				}
			})
		})
	}
}

func TestHeartbeatsKeepTheStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		w := d.online()
		for range 20 {
			<-time.After(5 * time.Second)
			w.send <- heartbeat(1)
		}
		synctest.Wait()
		if len(d.c.opened) != 0 {
			t.Error("the stream was opened again although it was alive")
		}
		wantLink(t, d.World(), model.LinkOnline, model.NotEnded)
	})
}

func TestSilentServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		began := time.Now()
		w := d.online()
		<-w.done
		if took := time.Since(began); took != silence {
			t.Errorf("given up after %v, want %v", took, silence)
		}
		<-d.c.opened
	})
}

// A connection whose other end is gone is not used again, neither for the
// stream nor for commands.
func TestHalfOpenConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		d.online()
		synctest.Wait()
		before := d.net.dialled()
		d.net.freeze()
		w := <-d.c.opened
		w.send <- message(1)
		synctest.Wait()
		if got := d.net.dialled(); got != before+1 {
			t.Errorf("%d new connections, want 1", got-before)
		}
		wantLink(t, d.World(), model.LinkOnline, model.NotEnded)
		if _, err := d.Accept(t.Context(), "a", 1); err != nil {
			t.Errorf("accept after the reconnect: %v", err)
		}
	})
}

func TestBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		d.online()
		<-time.After(2 * time.Second)
		before := d.net.dialled()
		d.net.setDown(true)
		d.net.cut()
		<-time.After(10 * time.Millisecond)
		if got := d.net.dialled() - before; got != 1 {
			t.Errorf("%d attempts at once, want 1", got)
		}
		<-time.After(time.Minute)
		if got := d.net.dialled() - before; got < 12 || got > 30 {
			t.Errorf("%d attempts in a minute, want 12 to 30", got)
		}
		wantLink(t, d.World(), model.LinkOffline, model.NotEnded)
		d.net.setDown(false)
		w := <-d.c.opened
		w.send <- message(1)
		synctest.Wait()
		wantLink(t, d.World(), model.LinkOnline, model.NotEnded)
	})
}

func TestSessionEnds(t *testing.T) {
	for cause, want := range map[parleyv1.SessionEnded_Cause]model.Ended{
		parleyv1.SessionEnded_CAUSE_TAKEN_OVER: model.EndedTakenOver,
		parleyv1.SessionEnded_CAUSE_SIGNED_OUT: model.EndedSignedOut,
		parleyv1.SessionEnded_CAUSE_DISABLED:   model.EndedDisabled,
		parleyv1.SessionEnded_CAUSE_EXPIRED:    model.EndedExpired,
	} {
		t.Run(cause.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t, nil)
				w := d.online()
				w.send <- message(2, &parleyv1.Event{Kind: &parleyv1.Event_SessionEnded{
					SessionEnded: &parleyv1.SessionEnded{Cause: cause},
				}})
				<-w.done
				<-time.After(time.Minute)
				if len(d.c.opened) != 0 {
					t.Error("the stream was opened again after the end of the session")
				}
				wantLink(t, d.World(), model.LinkSignedOut, want)
			})
		})
	}
}

func TestExpiredSessionKeepsTheNote(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		d.online(interactionEvent("i", 1, "", 0))
		synctest.Wait()
		d.c.setExpired(true)
		d.net.cut()
		synctest.Wait()
		wantLink(t, d.World(), model.LinkSignedOut, model.EndedExpired)
		if err := d.SaveNote(t.Context(), "i", "typed while signed out"); err != nil {
			t.Fatalf("save a note without a session: %v", err)
		}
		synctest.Wait()
		if got := d.World(); got.Unsent != 1 || got.Interactions[0].Note != "typed while signed out" {
			t.Errorf("unsent %d, interactions %v", got.Unsent, got.Interactions)
		}
		d.online(interactionEvent("i", 1, "", 0))
		synctest.Wait()
		if got, _ := d.c.note("i"); got != "typed while signed out" {
			t.Errorf("the server has %q", got)
		}
		got := d.World()
		wantLink(t, got, model.LinkOnline, model.NotEnded)
		if got.Unsent != 0 || got.Interactions[0].Note != "typed while signed out" {
			t.Errorf("after the sign-in: unsent %d, interactions %v", got.Unsent, got.Interactions)
		}
	})
}

func TestBurstGivesFewWorlds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		w := d.online()
		synctest.Wait()
		// OnWorld waits, as a slow screen would.
		slow := make(chan struct{})
		d.mu.Lock()
		before := len(d.worlds)
		d.slow = slow
		d.mu.Unlock()
		for n := range uint64(50) {
			w.send <- message(2+n, contactEvent("a", 2+n, offered))
		}
		synctest.Wait()
		close(slow)
		synctest.Wait()
		d.mu.Lock()
		defer d.mu.Unlock()
		if got := len(d.worlds) - before; got > 2 {
			t.Errorf("50 changes made %d worlds, want at most 2", got)
		}
	})
}
