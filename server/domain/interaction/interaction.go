// Package interaction holds an agent's piece of business with one account: from
// its beginning by an accepted contact or by hand, over the confirmed account
// and the notes, to End. It runs independently of the contacts it links.
package interaction

import (
	"slices"
	"time"

	"parley/server/domain"
)

// Interaction is the record of one piece of business.
type Interaction struct {
	ID      domain.InteractionID `json:"id"`
	Version uint64               `json:"version"`
	Agent   domain.UserID        `json:"agent"`
	// Account is empty until the agent has confirmed one.
	Account       domain.AccountID   `json:"account,omitempty"`
	AccountName   string             `json:"account_name,omitempty"`
	AccountDetail string             `json:"account_detail,omitempty"`
	Contacts      []domain.ContactID `json:"contacts,omitempty"`
	Note          string             `json:"note,omitempty"`
	NoteRevision  uint64             `json:"note_revision"`
	StartedAt     time.Time          `json:"started_at"`
	EndedAt       time.Time          `json:"ended_at,omitzero"`
}

// MaxNote is the longest note in bytes.
const MaxNote = 64 << 10

// Open says whether the interaction still belongs to the agent's work.
func (i *Interaction) Open() bool { return i.EndedAt.IsZero() }

func (i *Interaction) expectOpen(what string) error {
	if !i.Open() {
		return domain.Errorf(domain.Conflict, "cannot %s: the interaction has ended", what)
	}
	return nil
}

// Link adds a contact, once.
func (i *Interaction) Link(id domain.ContactID) {
	if !slices.Contains(i.Contacts, id) {
		i.Contacts = append(i.Contacts, id)
	}
}

// Confirm says whose business it is; an empty account takes a confirm back.
func (i *Interaction) Confirm(id domain.AccountID, name, detail string) error {
	if err := i.expectOpen("confirm an account"); err != nil {
		return err
	}
	i.Account, i.AccountName, i.AccountDetail = id, name, detail
	return nil
}

// SaveNote stores the scratch pad. A text that was written without knowing the
// stored revision does not overwrite it: both are kept, the stored one first.
// A note may still arrive after End, from a desktop that was cut off.
func (i *Interaction) SaveNote(text string, base uint64) error {
	if len(text) > MaxNote {
		return &domain.Error{
			Kind: domain.Invalid, Subject: "text",
			Text: "the note is too long: at most 65,536 bytes are kept",
		}
	}
	if text == i.Note {
		return nil
	}
	if base != i.NoteRevision && i.Note != "" {
		if text == "" {
			return nil
		}
		text = i.Note + "\n----\n" + text
	}
	i.Note = text
	i.NoteRevision++
	return nil
}

// End ends the interaction and keeps or discards its note.
func (i *Interaction) End(keepNote bool, now time.Time) error {
	if err := i.expectOpen("end"); err != nil {
		return err
	}
	if !keepNote {
		i.Note = ""
	}
	i.EndedAt = now
	return nil
}
