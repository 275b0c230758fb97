package vmtest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/client/model"
)

// World grows by edits: short lines of words.
type World struct {
	W model.World
}

// NewWorld has the agent "ada", not ready, two queues, and a link.
func NewWorld() *World {
	now := time.Now()
	return &World{W: model.World{
		Link: model.LinkOnline, LinkSince: now,
		Profile: model.Profile{
			User: "ada", DisplayName: "Ada", Language: "en", Country: "FR", CentreName: "Demo Centre",
			Roles:   []model.Role{model.RoleAgent},
			Reasons: []model.NotReadyReason{{ID: "break", Text: "Break"}, {ID: "training", Text: "Training"}},
		},
		Me: model.Agent{
			User: "ada", DisplayName: "Ada", State: model.AgentNotReady, Reason: "signed_in", Since: now, ReadyNext: true,
			Loads: []model.ChannelLoad{{Channel: model.ChannelVoice, Capacity: 1}},
		},
		Queues: []model.Queue{
			{ID: "sales", Name: "Sales", DNIS: []string{"100"}, SignedIn: 1},
			{ID: "service", Name: "Service", DNIS: []string{"200"}, SignedIn: 1},
		},
	}}
}

// Edit changes the world. The lists are copied first: worlds that were handed
// over never change.
func (b *World) Edit(line string) error {
	words := strings.Fields(line)
	b.W.Contacts = slices.Clone(b.W.Contacts)
	b.W.Interactions = slices.Clone(b.W.Interactions)
	b.W.Queues = slices.Clone(b.W.Queues)
	if len(words) == 1 {
		words = append(words, "")
	}
	switch words[0] {
	case "link":
		return b.link(words[1])
	case "agent":
		return b.agent(words[1:])
	case "unsent":
		n, err := strconv.Atoi(words[1])
		b.W.Unsent = n
		return err
	case "supervisor":
		b.W.Profile.Roles = []model.Role{model.RoleSupervisor}
		return nil
	case "waiting":
		n, err := strconv.Atoi(words[1])
		b.W.Queues[0].Waiting, b.W.Queues[0].LongestSince = n, time.Now()
		return err
	case "offer", "connect", "held", "retrieved", "far-held", "far-retrieved", "ended", "cut", "back":
		return b.contact(words[0], words[1:])
	case "open", "close", "account", "no-account", "note":
		return b.interaction(words[0], words[1], strings.Join(words[2:], " "))
	}
	return fmt.Errorf("unknown edit %q", line)
}

func (b *World) link(to string) error {
	links := map[string]model.Link{
		"online": model.LinkOnline, "offline": model.LinkOffline, "connecting": model.LinkConnecting,
		"taken-over": model.LinkSignedOut,
	}
	b.W.Link = links[to]
	b.W.LinkSince = time.Now()
	if to == "taken-over" {
		b.W.Ended = model.EndedTakenOver
	}
	return nil
}

func (b *World) agent(words []string) error {
	states := map[string]model.AgentState{
		"ready": model.AgentReady, "not-ready": model.AgentNotReady, "offered": model.AgentOffered,
		"on-contact": model.AgentOnContact, "wrap-up": model.AgentWrapUp,
	}
	me := &b.W.Me
	me.State, me.Since, me.Reason = states[words[0]], time.Now(), ""
	me.WrapUpDeadline, me.WrapUpContact, me.WrapUpExtendable = time.Time{}, "", false
	if me.State == model.AgentNotReady && len(words) > 1 {
		me.Reason = words[1]
	}
	if me.State == model.AgentWrapUp {
		me.WrapUpContact = words[1]
		me.WrapUpDeadline, me.WrapUpExtendable = me.Since.Add(30*time.Second), true
	}
	return nil
}

// contact understands "offer ID NUMBER ACCOUNT...", "connect ID", "held ID" and
// the like.
func (b *World) contact(what string, words []string) error {
	now := time.Now()
	if what == "offer" {
		c := model.Contact{
			ID: words[0], Channel: model.ChannelVoice, State: model.ContactOffered, QueueID: "sales", QueueName: "Sales",
			ANI: words[1], ANIE164: words[1], DNIS: "100", Agent: "ada", ArrivedAt: now.Add(-12 * time.Second),
			QueuedAt: now.Add(-12 * time.Second), OfferedAt: now, OfferDeadline: now.Add(20 * time.Second),
			OfferNumber: 1, MatchCount: len(words) - 2,
			Why: &model.Why{
				Strategy: model.MostAvailable, Capacity: 1, Candidates: 3, Waited: 12 * time.Second,
				Waiting: 1, SinceLastWork: 2 * time.Minute,
			},
		}
		if !strings.HasPrefix(c.ANI, "+") {
			c.ANIE164 = ""
		}
		for _, a := range words[2:] {
			c.Matches = append(c.Matches, model.AccountSummary{ID: strings.ToLower(a), Name: a, Detail: "Paris, FR"})
		}
		b.W.Contacts = append(b.W.Contacts, c)
		return nil
	}
	at := slices.IndexFunc(b.W.Contacts, func(c model.Contact) bool { return c.ID == words[0] })
	if at < 0 {
		return fmt.Errorf("no contact %s", words[0])
	}
	c := &b.W.Contacts[at]
	switch what {
	case "connect":
		c.State, c.AnsweredAt, c.Interaction = model.ContactConnected, now, "i-"+c.ID
		b.W.Interactions = append(b.W.Interactions, model.Interaction{
			ID: c.Interaction, Open: true, Agent: "ada", Contacts: []string{c.ID}, StartedAt: now,
		})
	case "held", "retrieved":
		c.Held, c.HeldAt = what == "held", now
	case "far-held", "far-retrieved":
		c.HeldByCustomer = what == "far-held"
	case "ended", "cut":
		c.State, c.EndedAt, c.EndReason = model.ContactEnded, now, model.EndByCustomer
		if what == "cut" {
			c.EndReason = model.EndInterrupted
		}
	case "back":
		b.W.Contacts = slices.Delete(b.W.Contacts, at, at+1)
	}
	return nil
}

func (b *World) interaction(what, id, rest string) error {
	if what == "open" {
		b.W.Interactions = append(b.W.Interactions, model.Interaction{
			ID: id, Open: true, Agent: "ada", StartedAt: time.Now(),
		})
		return nil
	}
	at := slices.IndexFunc(b.W.Interactions, func(i model.Interaction) bool { return i.ID == id })
	if at < 0 {
		return fmt.Errorf("no interaction %s", id)
	}
	i := &b.W.Interactions[at]
	switch what {
	case "close":
		i.Open, i.EndedAt = false, time.Now()
	case "account":
		i.Account = &model.AccountSummary{ID: strings.ToLower(rest), Name: rest, Detail: "Paris, FR"}
	case "no-account":
		i.Account = nil
	case "note":
		i.Note = strings.ReplaceAll(rest, `\n`, "\n")
		i.NoteRevision++
	}
	return nil
}

// Pass lets time go by in a test's bubble.
func Pass(d time.Duration) { <-time.After(d) }
