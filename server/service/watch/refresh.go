package watch

import (
	"context"
	"maps"
	"slices"

	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/contact"
	"parley/server/domain/interaction"
	"parley/server/domain/queue"
	"parley/server/store"
)

// centre is everything that is in the store at one moment.
type centre struct {
	// sequence is the last event that has led to it.
	sequence     uint64
	queues       []*queue.Queue
	agents       []*agent.Agent
	interactions []*interaction.Interaction
	contacts     []*contact.Contact
}

// Refresh reads everything from the store. It heals what a silent bus has lost.
func (h *Hub) Refresh(ctx context.Context) error {
	h.mu.Lock()
	contacts := slices.Collect(maps.Keys(h.view.contacts))
	interactions := slices.Collect(maps.Keys(h.view.interactions))
	h.mu.Unlock()
	var now centre
	err := h.cfg.Store.View(ctx, func(tx *store.Tx) (err error) {
		now, err = read(tx, contacts, interactions)
		return err
	})
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.known = max(h.known, now.sequence)
	for _, q := range now.queues {
		h.setQueue(q)
	}
	for _, i := range now.interactions {
		h.setInteraction(i)
	}
	for _, a := range now.agents {
		h.setAgent(a)
	}
	for _, c := range now.contacts {
		h.setContact(c)
	}
	h.flush()
	return nil
}

// read loads what the store has at hand, and what the view has beside that: it
// is over by now, and the view does not know.
func read(tx *store.Tx, contacts []domain.ContactID, interactions []domain.InteractionID) (now centre, err error) {
	if now.sequence, err = tx.Sequence(); err != nil {
		return now, err
	}
	if now.queues, err = tx.Queues(); err != nil {
		return now, err
	}
	if now.agents, err = tx.Agents(); err != nil {
		return now, err
	}
	if now.interactions, err = tx.OpenInteractions(); err != nil {
		return now, err
	}
	if now.contacts, err = tx.LiveContacts(); err != nil {
		return now, err
	}
	for _, i := range now.interactions {
		contacts = append(contacts, i.Contacts...)
	}
	for _, a := range now.agents {
		for _, w := range a.Work {
			contacts = append(contacts, w.Contact)
		}
	}
	known := map[domain.ContactID]bool{}
	for _, c := range now.contacts {
		known[c.ID] = true
	}
	for _, id := range contacts {
		if known[id] {
			continue
		}
		known[id] = true
		c, err := tx.Contact(id)
		if err != nil {
			return now, err
		}
		now.contacts = append(now.contacts, c)
	}
	return now, readEnded(tx, &now, interactions)
}

func readEnded(tx *store.Tx, now *centre, interactions []domain.InteractionID) error {
	open := map[domain.InteractionID]bool{}
	for _, i := range now.interactions {
		open[i.ID] = true
	}
	for _, id := range interactions {
		if open[id] {
			continue
		}
		i, err := tx.Interaction(id)
		if err != nil {
			return err
		}
		now.interactions = append(now.interactions, i)
	}
	return nil
}
