package voice

import (
	"context"
	"testing"

	"parley/client/phone/codec"
	"parley/server/domain"
	domaincall "parley/server/domain/call"
	"parley/server/voice/phone"
)

var treatment = domaincall.Treatment{Greeting: "greeting.tr", Music: "music"}

// arrive takes a call to the music.
func (r *rig) arrive(c *phone.Call) domain.ContactID {
	r.t.Helper()
	r.expect("arrived")
	id := r.desk.last().ID
	r.must(r.voice.Answer(id, treatment))
	r.must(c.Answered(r.bounded()))
	r.expect("greeted")
	until(r.t, "caller hears music", callerHears(c, musicTone))
	return id
}

// open gives the call an agent.
func (r *rig) open(id domain.ContactID, names ...codec.Name) *agentDesk {
	r.t.Helper()
	a := newAgent(r.t, names...)
	answer, err := r.voice.OpenAgent(context.Background(), id, a.offer())
	r.must(err)
	a.accept(answer)
	return a
}

func TestCallerAndAgentHearEachOther(t *testing.T) {
	for _, name := range []codec.Name{codec.PCMU, codec.PCMA, codec.G722, codec.Opus} {
		t.Run(string(name), func(t *testing.T) {
			r := newRig(t, nil)
			c := r.dial(phone.Config{Codecs: []codec.Name{name}, Name: "Ada Lovelace"})
			id := r.arrive(c)
			if a := r.desk.last(); a.ANI != "+33140000001" || a.DNIS != "100" || a.CallerName != "Ada Lovelace" {
				t.Errorf("arrival %+v", a)
			}
			if c.Codec() != name {
				t.Errorf("codec %s, want %s", c.Codec(), name)
			}
			a := r.open(id, name)
			r.must(r.voice.Connect(id))
			until(t, "agent hears caller", a.hears(callerTone))
			until(t, "caller hears agent", callerHears(c, agentTone))
			r.must(r.voice.Hold(id))
			until(t, "caller hears music", callerHears(c, musicTone))
			r.must(r.voice.Connect(id))
			until(t, "caller hears agent again", callerHears(c, agentTone))
			r.must(r.voice.HangUp(id))
			r.must(c.Wait(r.bounded()))
			if got := domain.KindOf(r.voice.Hold(id)); got != domain.NotFound {
				t.Errorf("hold after the end: %v, want NotFound", got)
			}
			if s := c.Stats(); s.Lost != 0 {
				t.Errorf("%d packets lost: the stream is not continuous", s.Lost)
			}
		})
	}
}
