package app

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/client/model"
	"parley/client/phone"
	"parley/client/phone/rtc"
)

// edge is the far side of calls: it writes down what they do to the softphone
// and to the server.
type edge struct {
	mu     sync.Mutex
	done   []string
	fail   error
	answer time.Duration
}

func (e *edge) note(words ...string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.done = append(e.done, strings.Join(words, " "))
}

// take returns what was done since the last take.
func (e *edge) take() []string {
	synctest.Wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	done := e.done
	e.done = nil
	return done
}

func (e *edge) failWith(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fail = err
}

func (e *edge) Offer(_ context.Context, id string) (string, error) {
	e.note("offer", id)
	return "sdp of " + id, nil
}

func (e *edge) Answer(id, sdp string) error {
	e.note("answer", id, sdp)
	return nil
}

func (e *edge) Talk(id string)    { e.note("talk", id) }
func (e *edge) Silence(id string) { e.note("silence", id) }
func (e *edge) Close(id string)   { e.note("close", id) }

func (e *edge) Ring(on bool) {
	if on {
		e.note("ring")
		return
	}
	e.note("quiet")
}

func (e *edge) OpenMedia(ctx context.Context, id, _ string) (string, error) {
	e.mu.Lock()
	err, wait := e.fail, e.answer
	e.mu.Unlock()
	select {
	case <-time.After(wait):
		return "media", err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func withCalls(t *testing.T, f func(e *edge, c *calls)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		e := &edge{}
		c := newCalls(e, e, slog.New(slog.DiscardHandler))
		f(e, c)
		c.close()
	})
}

func want(t *testing.T, e *edge, done ...string) {
	t.Helper()
	got := e.take()
	slices.Sort(got)
	slices.Sort(done)
	if diff := cmp.Diff(done, got); diff != "" {
		t.Errorf("done (-want +got):\n%s", diff)
	}
}

func world(contacts ...model.Contact) model.World {
	for i := range contacts {
		contacts[i].Agent, contacts[i].Channel = "me", model.ChannelVoice
	}
	return model.World{
		Link: model.LinkOnline, Profile: model.Profile{User: "me"},
		Contacts: append(contacts, model.Contact{
			ID: "other", Agent: "you", Channel: model.ChannelVoice, State: model.ContactConnected,
		}),
	}
}

func ringing(id string) model.Contact { return model.Contact{ID: id, State: model.ContactOffered} }

func served(id string) model.Contact { return model.Contact{ID: id, State: model.ContactConnected} }

func held(id string) model.Contact {
	return model.Contact{ID: id, State: model.ContactConnected, Held: true}
}
func over(id string) model.Contact { return model.Contact{ID: id, State: model.ContactEnded} }
func failed(ids ...string) phone.State {
	s := phone.State{}
	for _, id := range ids {
		s.Calls = append(s.Calls, phone.Call{ID: id, Media: rtc.Failed})
	}
	return s
}

func TestFirstCall(t *testing.T) {
	withCalls(t, func(e *edge, c *calls) {
		c.onWorld(world(ringing("a")))
		want(t, e, "offer a", "answer a media", "ring")
		c.onWorld(world(ringing("a")))
		want(t, e)
		c.onWorld(world(served("a")))
		want(t, e, "talk a", "quiet")
		c.onWorld(world(held("a")))
		want(t, e, "silence a")
		c.onWorld(world(held("a"), ringing("b")))
		want(t, e, "offer b", "answer b media", "ring")
		c.onWorld(world(held("a"), served("b")))
		want(t, e, "talk b", "quiet")
		c.onWorld(world(served("a"), held("b")))
		want(t, e, "silence b", "talk a")
		c.onWorld(world(over("a"), held("b")))
		want(t, e, "silence a", "close a")
		c.onWorld(world())
		want(t, e, "close b")
	})
}

// The media of an offer that went is gone before the same contact rings again.
func TestOfferedAgain(t *testing.T) {
	withCalls(t, func(e *edge, c *calls) {
		e.answer = time.Second
		c.onWorld(world(ringing("a")))
		c.onWorld(world())
		c.onWorld(world(ringing("a")))
		<-time.After(2 * time.Second)
		got := slices.DeleteFunc(e.take(), func(s string) bool { return s == "ring" || s == "quiet" })
		at := slices.Index(got, "close a")
		if at < 0 || !slices.Equal(got[at+1:], []string{"offer a", "answer a media"}) {
			t.Errorf("done %v, want a close and then new media", got)
		}
	})
}

func TestServerAwayLeavesTheAudio(t *testing.T) {
	withCalls(t, func(e *edge, c *calls) {
		c.onWorld(world(served("a"), ringing("b")))
		want(t, e, "offer a", "answer a media", "talk a", "offer b", "answer b media", "ring")
		away := world()
		away.Link = model.LinkOffline
		c.onWorld(away)
		want(t, e, "quiet")
		away.Link, away.Ended = model.LinkSignedOut, model.EndedExpired
		c.onWorld(away)
		want(t, e)
		c.onWorld(world(served("a")))
		want(t, e, "close b")
		away.Ended = model.EndedTakenOver
		c.onWorld(away)
		want(t, e, "silence a", "close a")
	})
}

func TestMediaIsMadeAnew(t *testing.T) {
	withCalls(t, func(e *edge, c *calls) {
		e.failWith(errors.New("no answer"))
		c.onWorld(world(served("a")))
		want(t, e, "offer a", "talk a")
		<-time.After(firstReopen)
		want(t, e, "offer a")
		e.failWith(nil)
		<-time.After(lastReopen)
		want(t, e, "offer a", "answer a media")

		c.onPhone(failed("a", "unknown"))
		want(t, e, "offer a", "answer a media")
		moved := served("a")
		moved.Node = "n2"
		c.onWorld(world(moved))
		want(t, e, "offer a", "answer a media")
	})
}

func TestRingIsTried(t *testing.T) {
	withCalls(t, func(e *edge, c *calls) {
		c.testRing()
		want(t, e, "ring")
		c.onWorld(world(ringing("a")))
		<-time.After(testRingTime)
		want(t, e, "offer a", "answer a media")
		c.onWorld(world())
		want(t, e, "close a", "quiet")
	})
}
