package contact

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley/server/domain"
)

var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// allowed says in which states a command may come and what it leads to; "" is
// the same state.
var allowed = map[string]map[State]State{
	"enqueue":  {Arrived: Queued},
	"offer":    {Queued: Offered},
	"accept":   {Offered: Connected},
	"return":   {Offered: Queued},
	"hold":     {Connected: Connected},
	"retrieve": {Connected: Connected},
	"end":      {Arrived: Ended, Queued: Ended, Offered: Ended, Connected: Ended},
}

// run carries a command out, as answered by the right agent to the right offer.
func run(c *Contact, command string, agent domain.UserID, now time.Time) error {
	switch command {
	case "enqueue":
		return c.Enqueue(now)
	case "offer":
		return c.Offer(agent, &Why{}, now, now.Add(15*time.Second))
	case "accept":
		return c.Accept(c.Agent, c.OfferNumber, "i1", now)
	case "return":
		return c.Return()
	case "hold":
		return c.Hold(now)
	case "retrieve":
		return c.Retrieve()
	default:
		return c.End(ByCustomer, now)
	}
}

func check(t *rapid.T, c *Contact) {
	unanswered := c.State != Connected && c.State != Ended
	switch {
	case (c.State == Offered) == c.OfferDeadline.IsZero():
		t.Fatalf("%s with the offer's deadline %v", c.State, c.OfferDeadline)
	case (c.State == Ended) == (c.EndReason == "") || (c.State == Ended) == c.EndedAt.IsZero():
		t.Fatalf("%s, reason %q, ended at %v", c.State, c.EndReason, c.EndedAt)
	case unanswered && (!c.AnsweredAt.IsZero() || c.Interaction != ""):
		t.Fatalf("%s and answered at %v", c.State, c.AnsweredAt)
	case c.State == Queued && (c.Agent != "" || c.Why != nil || !c.OfferedAt.IsZero()):
		t.Fatalf("queued and still with %q", c.Agent)
	case c.EndReason == ByCustomer && c.AnsweredAt.IsZero():
		t.Fatal("was never served and did not abandon")
	case c.EndReason == Abandoned && !c.AnsweredAt.IsZero():
		t.Fatal("was served and abandoned")
	case c.Held && c.State != Connected || c.Held == c.HeldAt.IsZero():
		t.Fatalf("%s, held %v since %v", c.State, c.Held, c.HeldAt)
	case c.Waiting() != (c.State == Queued || c.State == Offered):
		t.Fatalf("%s, waiting %v", c.State, c.Waiting())
	}
	for i, u := range c.PassedOver {
		if slices.Contains(c.PassedOver[i+1:], u) {
			t.Fatalf("%s is listed twice among those who passed it over: %v", u, c.PassedOver)
		}
	}
}

func TestContactUnderRandomCommands(t *testing.T) {
	commands := []string{"enqueue", "offer", "accept", "return", "hold", "retrieve", "end"}
	rapid.Check(t, func(t *rapid.T) {
		c, now := &Contact{ID: "c1", State: Arrived}, start
		for range rapid.IntRange(1, 40).Draw(t, "commands") {
			command := rapid.SampledFrom(commands).Draw(t, "command")
			if command == "end" && rapid.IntRange(0, 4).Draw(t, "not yet") > 0 {
				continue
			}
			now = now.Add(time.Second)
			before := *c
			before.PassedOver = slices.Clone(c.PassedOver)
			agent := rapid.SampledFrom([]domain.UserID{"ada", "ben", "cem"}).Draw(t, "agent")
			err := run(c, command, agent, now)
			want, may := allowed[command][before.State]
			switch {
			case may && (err != nil || c.State != want):
				t.Fatalf("%s while %s: %v, and is %s", command, before.State, err, c.State)
			case !may && domain.KindOf(err) != domain.Conflict:
				t.Fatalf("%s while %s: %v, want a conflict", command, before.State, err)
			case !may && cmp.Diff(before, *c) != "":
				t.Fatalf("%s was refused and changed the contact:\n%s", command, cmp.Diff(before, *c))
			}
			if !c.QueuedAt.Equal(before.QueuedAt) && command != "enqueue" {
				t.Fatalf("%s has changed the place in the queue", command)
			}
			check(t, c)
		}
	})
}

func TestAnAnswerToAnOldOfferIsRefused(t *testing.T) {
	c := &Contact{State: Queued}
	if err := c.Offer("ada", nil, start, start); err != nil {
		t.Fatal(err)
	}
	old := c.OfferNumber
	if err := c.Return(); err != nil {
		t.Fatal(err)
	}
	if err := c.Offer("ada", nil, start, start); err != nil {
		t.Fatal(err)
	}
	for _, answer := range []struct {
		agent  domain.UserID
		number uint64
	}{{"ada", old}, {"ben", c.OfferNumber}} {
		if err := c.Accept(answer.agent, answer.number, "i1", start); domain.KindOf(err) != domain.Conflict {
			t.Errorf("%s answers offer %d: %v, want a conflict", answer.agent, answer.number, err)
		}
	}
	if err := c.Accept("ada", c.OfferNumber, "i1", start); err != nil {
		t.Error(err)
	}
}

func TestTheLatestRefusalIsLast(t *testing.T) {
	c := &Contact{State: Queued}
	for _, u := range []domain.UserID{"ada", "ben", "ada"} {
		if err := c.Offer(u, nil, start, start); err != nil {
			t.Fatal(err)
		}
		earlier := c.PassedOver
		kept := slices.Clone(earlier)
		if err := c.Return(); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(earlier, kept) {
			t.Error("Return has changed a list that somebody else may hold")
		}
	}
	if want := []domain.UserID{"ben", "ada"}; !slices.Equal(c.PassedOver, want) {
		t.Errorf("passed over by %v, want %v", c.PassedOver, want)
	}
}
