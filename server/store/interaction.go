package store

import (
	"parley/server/domain"
	"parley/server/domain/interaction"
	"parley/server/store/storesql"
)

// Interaction loads an interaction; NotFound if there is none.
func (t *Tx) Interaction(id domain.InteractionID) (*interaction.Interaction, error) {
	return one[interaction.Interaction](t.ctx, t.q.Interaction, "interaction", string(id))
}

// PutInteraction stores an interaction and its event, and raises i.Version.
// Version 0 inserts; otherwise the stored version must be i.Version. The words
// that History finds are those of the note, the account's name and detail, the
// ids, and the numbers of the contacts: put a contact before the interaction
// that links it.
func (t *Tx) PutInteraction(i *interaction.Interaction, event string) error {
	next := *i
	next.Version++
	body, err := t.encode(&next, "store the interaction")
	if err != nil {
		return err
	}
	p := storesql.InsertInteractionParams{
		ID: string(i.ID), Version: number(next.Version), Agent: string(i.Agent), Account: string(i.Account),
		StartedAt: micros(i.StartedAt), EndedAt: micros(i.EndedAt), Body: body,
	}
	var rows int64
	if i.Version == 0 {
		rows, err = t.q.InsertInteraction(t.ctx, p)
	} else {
		rows, err = t.q.UpdateInteraction(t.ctx, storesql.UpdateInteractionParams{
			ID: p.ID, Version: p.Version, Agent: p.Agent, Account: p.Account,
			StartedAt: p.StartedAt, EndedAt: p.EndedAt, Body: p.Body, OldVersion: number(i.Version),
		})
	}
	if err := t.wrote(rows, err, "store the interaction"); err != nil {
		return err
	}
	if err := t.putInteractionWords(i); err != nil {
		return t.fail(err)
	}
	i.Version = next.Version
	t.record(domain.KindInteraction, p.ID, i.Version, event, []byte(body))
	return nil
}

// OpenInteractions lists the interactions that have not ended, oldest first.
func (t *Tx) OpenInteractions() ([]*interaction.Interaction, error) {
	bodies, err := t.q.OpenInteractions(t.ctx)
	return decodeAll[interaction.Interaction](bodies, err, "interactions")
}

// InteractionsOfContacts loads the interactions that the given contacts name,
// each once; contacts without one and missing interactions are left out.
func (t *Tx) InteractionsOfContacts(ids ...domain.ContactID) ([]*interaction.Interaction, error) {
	contacts, err := t.contacts(ids)
	if err != nil {
		return nil, err
	}
	seen := make(map[domain.InteractionID]bool)
	var list []*interaction.Interaction
	for _, id := range ids {
		c := contacts[id]
		if c == nil || c.Interaction == "" || seen[c.Interaction] {
			continue
		}
		seen[c.Interaction] = true
		i, err := t.Interaction(c.Interaction)
		if domain.KindOf(err) == domain.NotFound && err != nil {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, i)
	}
	return list, nil
}

func (t *Tx) putInteractionWords(i *interaction.Interaction) error {
	contacts, err := t.contacts(i.Contacts)
	if err != nil {
		return err
	}
	w := newWords()
	w.text(i.AccountName, i.AccountDetail)
	w.id(string(i.ID), string(i.Account))
	for _, id := range i.Contacts {
		w.id(string(id))
		if c := contacts[id]; c != nil {
			w.text(c.CallerName)
			w.number(c.ANI, c.ANIE164)
		}
	}
	w.text(i.Note)
	var old [][]byte
	if i.Version > 0 {
		if old, err = t.q.InteractionWords(t.ctx, string(i.ID)); err != nil {
			return translate(err, "read the words of the interaction")
		}
	}
	added, dropped := w.changes(old)
	for _, word := range dropped {
		if err := t.q.DeleteInteractionWord(t.ctx, string(i.ID), word); err != nil {
			return translate(err, "drop a word of the interaction")
		}
	}
	for _, e := range eights(added) {
		err := t.q.InsertInteractionWords(t.ctx, storesql.InsertInteractionWordsParams{
			Interaction: string(i.ID),
			Word:        e[0], Word_2: e[1], Word_3: e[2], Word_4: e[3], Word_5: e[4], Word_6: e[5], Word_7: e[6], Word_8: e[7],
		})
		if err != nil {
			return translate(err, "store the words of the interaction")
		}
	}
	return nil
}
