package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"parley/server/domain"
	"parley/server/domain/contact"
	"parley/server/store/storesql"
)

// one loads an entity by its key; a missing one is NotFound.
func one[T any](ctx context.Context, query func(context.Context, string) (string, error), what, id string) (*T, error) {
	body, err := query(ctx, id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, notFound(what, id)
	}
	if err != nil {
		return nil, translate(err, "load the "+what)
	}
	return decode[T](body, what)
}

// Contact loads a contact; NotFound if there is none.
func (t *Tx) Contact(id domain.ContactID) (*contact.Contact, error) {
	return one[contact.Contact](t.ctx, t.q.Contact, "contact", string(id))
}

// PutContact stores a contact and its event, and raises c.Version. Version 0
// inserts; otherwise the stored version must be c.Version. A second contact that
// is offered to the same agent is refused with Conflict.
func (t *Tx) PutContact(c *contact.Contact, event string) error {
	next := *c
	next.Version++
	body, err := t.encode(&next, "store the contact")
	if err != nil {
		return err
	}
	p := storesql.InsertContactParams{
		ID: string(c.ID), Version: number(next.Version), State: string(c.State), Agent: string(c.Agent),
		Interaction: string(c.Interaction), ArrivedAt: micros(c.ArrivedAt), EndedAt: micros(c.EndedAt), Body: body,
	}
	var rows int64
	if c.Version == 0 {
		rows, err = t.q.InsertContact(t.ctx, p)
	} else {
		rows, err = t.q.UpdateContact(t.ctx, storesql.UpdateContactParams{
			ID: p.ID, Version: p.Version, State: p.State, Agent: p.Agent, Interaction: p.Interaction,
			ArrivedAt: p.ArrivedAt, EndedAt: p.EndedAt, Body: p.Body, OldVersion: number(c.Version),
		})
	}
	if err := t.wrote(rows, err, "store the contact"); err != nil {
		return offerError(c, err)
	}
	c.Version = next.Version
	t.record(domain.KindContact, p.ID, c.Version, event, []byte(body))
	return nil
}

// offerError says in words what the constraint of offers has refused.
func offerError(c *contact.Contact, err error) error {
	if c.State != contact.Offered || domain.KindOf(err) != domain.Conflict || errors.Is(err, errStale) {
		return err
	}
	return &domain.Error{Kind: domain.Conflict, Text: "agent " + string(c.Agent) + " has an offer already", Cause: err}
}

// LiveContacts lists the contacts that have not ended, in the order of arrival.
func (t *Tx) LiveContacts() ([]*contact.Contact, error) {
	bodies, err := t.q.LiveContacts(t.ctx)
	return decodeAll[contact.Contact](bodies, err, "contacts")
}

// EndedContacts lists contacts that ended in [since, before), the last one
// first. A zero before is no bound; limit 0 means 1,000.
func (t *Tx) EndedContacts(since, before time.Time, limit int) ([]*contact.Contact, error) {
	end := micros(before)
	if before.IsZero() {
		end = maxTime
	}
	bodies, err := t.q.EndedContacts(t.ctx, micros(since), end, rowLimit(limit))
	return decodeAll[contact.Contact](bodies, err, "contacts")
}

// ContactsOfInteraction lists the contacts that name an interaction, in the
// order of arrival.
func (t *Tx) ContactsOfInteraction(id domain.InteractionID) ([]*contact.Contact, error) {
	bodies, err := t.q.ContactsOfInteraction(t.ctx, string(id))
	return decodeAll[contact.Contact](bodies, err, "contacts")
}

// contacts loads many by id, eight at a time; missing ones are left out.
func (t *Tx) contacts(ids []domain.ContactID) (map[domain.ContactID]*contact.Contact, error) {
	found := make(map[domain.ContactID]*contact.Contact, len(ids))
	for len(ids) > 0 {
		var k [8]string
		n := min(len(k), len(ids))
		for i := range n {
			k[i] = string(ids[i])
		}
		ids = ids[n:]
		bodies, err := t.q.SomeContacts(t.ctx, storesql.SomeContactsParams{
			ID: k[0], ID_2: k[1], ID_3: k[2], ID_4: k[3], ID_5: k[4], ID_6: k[5], ID_7: k[6], ID_8: k[7],
		})
		list, err := decodeAll[contact.Contact](bodies, err, "contacts")
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			found[c.ID] = c
		}
	}
	return found, nil
}
