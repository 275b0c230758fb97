package scenario

import (
	"context"
	"path/filepath"
	"strconv"
	"testing"

	"parley/server/domain"
	"parley/server/domain/contact"
	"parley/server/store"
	"parley/server/voice/phone"
)

// customerTone is what every customer says, agentTone what every agent says.
const (
	customerTone = 1000
	agentTone    = 440
)

// A caller is a customer with his telephone.
type caller struct {
	t      *testing.T
	call   *phone.Call
	from   string
	cancel context.CancelFunc
	// statuses came for the call.
	statuses chan int
	last     int
}

func (c *centre) dial(label, number, from, at string) {
	c.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	p, err := phone.Dial(ctx, phone.Config{
		To: "sip:" + number + "@" + c.node(at).sip, From: from, Tone: customerTone,
		Record: filepath.Join(c.t.TempDir(), "heard.wav"),
	})
	if err != nil {
		cancel()
		c.t.Fatal(err)
	}
	k := &caller{t: c.t, call: p, from: from, cancel: cancel, statuses: make(chan int, 64)}
	c.calls[label] = k
	c.beside.Go(func() {
		for status := range p.Progress() {
			select {
			case k.statuses <- status:
			default:
			}
		}
	})
}

// status is the last that came.
func (k *caller) status() int {
	for {
		select {
		case k.last = <-k.statuses:
		default:
			return k.last
		}
	}
}

func (k *caller) close() {
	if err := k.call.Close(); err != nil {
		k.t.Log("caller: ", err)
	}
	k.cancel()
}

// over says whether the call has ended.
func (k *caller) over() bool {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return k.call.Wait(ctx) != context.Canceled //nolint:errorlint // that of ctx, as it is
}

// contactOf finds the contact of a caller by his number, nil if there is none.
func (c *centre) contactOf(label string) *contact.Contact {
	k := c.calls[label]
	if k == nil {
		c.t.Fatalf("there is no call %q", label)
	}
	var found *contact.Contact
	for _, x := range c.contacts() {
		if x.ANI == k.from {
			found = x
		}
	}
	return found
}

// contacts are all that ever were, as of their last events.
func (c *centre) contacts() []*contact.Contact {
	byID := map[domain.ContactID]*contact.Contact{}
	var order []domain.ContactID
	c.view(func(tx *store.Tx) error {
		events, err := tx.Events(0, 100_000)
		for _, e := range events {
			if e.Kind != domain.KindContact {
				continue
			}
			id := domain.ContactID(e.ID)
			if byID[id] == nil {
				order = append(order, id)
			}
			x, err := tx.Contact(id)
			if err != nil {
				return err
			}
			byID[id] = x
		}
		return err
	})
	all := make([]*contact.Contact, 0, len(order))
	for _, id := range order {
		all = append(all, byID[id])
	}
	return all
}

func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
