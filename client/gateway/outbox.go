package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"parley/client/model"
)

// kind is what a journaled command does.
type kind string

const (
	kindBegin kind = "begin"
	kindNote  kind = "note"
	kindEnd   kind = "end"
)

// entry is one journaled command.
type entry struct {
	Command     string    `json:"command"`
	Kind        kind      `json:"kind"`
	Interaction string    `json:"interaction"`
	At          time.Time `json:"at"`
	// Text and Base belong to notes: the whole text, and the revision on which
	// it was written.
	Text string `json:"text,omitempty"`
	Base uint64 `json:"base,omitempty"`
	// Attach belongs to ends.
	Attach bool `json:"attach,omitempty"`

	// number is the journal's; 0 when the journal could not take the entry, so
	// that it lives as long as this process only.
	number uint64
	// tried says that the command may have reached the server. From then on its
	// content is fixed, because its id is spent. What was read from the disk
	// counts as tried.
	tried bool
}

// outbox is the journal in memory: what the server has not confirmed, in order.
//
// A new text of a note replaces the last one that waits for the same
// interaction, unless that was tried. So typing while one text is on its way
// makes one more entry, not many.
type outbox struct {
	server, user string
	journal      Journal

	// writing orders changes of the journal with those of entries, without
	// making readers wait for the disk.
	writing sync.Mutex

	mu      sync.Mutex
	entries []*entry
	change  chan struct{}
}

func openOutbox(j Journal, server, user string) (*outbox, error) {
	o := &outbox{server: server, user: user, journal: j, change: make(chan struct{})}
	err := j.Each(func(number uint64, body []byte) error {
		e := &entry{number: number, tried: true}
		if err := json.Unmarshal(body, e); err != nil {
			return j.SetAside(number, body, "cannot be read: "+err.Error())
		}
		o.entries = append(o.entries, e)
		return nil
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read the journal: %w", err), j.Close())
	}
	return o, nil
}

func (o *outbox) close() error {
	o.writing.Lock()
	defer o.writing.Unlock()
	return o.journal.Close()
}

// add journals a command. When the disk refuses, the command still waits in
// memory and is sent, and the error says what is at risk.
func (o *outbox) add(e entry) error {
	o.writing.Lock()
	defer o.writing.Unlock()
	if e.Kind == kindNote {
		if old := o.lastNote(e.Interaction); old != nil {
			e.Base = old.Base
			if !old.tried {
				return o.replace(old, e)
			}
		}
	}
	body, err := json.Marshal(&e)
	if err != nil {
		return asError(err, model.KindInternal)
	}
	e.number, err = o.journal.Append(body)
	o.update(func() { o.entries = append(o.entries, &e) })
	return diskError(err)
}

// replace gives a waiting note a new text.
func (o *outbox) replace(old *entry, e entry) error {
	body, err := json.Marshal(&e)
	if err != nil {
		return asError(err, model.KindInternal)
	}
	e.number = old.number
	if old.number == 0 {
		e.number, err = o.journal.Append(body)
	} else {
		err = o.journal.Replace(old.number, body)
	}
	o.update(func() { o.entries[slices.Index(o.entries, old)] = &e })
	return diskError(err)
}

func diskError(err error) error {
	if err == nil {
		return nil
	}
	return &model.Error{
		Kind: model.KindStorageFull,
		Text: "this machine cannot keep the change: " + err.Error(),
	}
}

// lastNote is the note that waits last for an interaction; nil if there is none.
func (o *outbox) lastNote(interaction string) *entry {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, e := range slices.Backward(o.entries) {
		if e.Kind == kindNote && e.Interaction == interaction {
			return e
		}
	}
	return nil
}

// update changes the entries and wakes those who wait.
func (o *outbox) update(f func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f()
	close(o.change)
	o.change = make(chan struct{})
}

// next returns the first entry whose interaction is not blocked and marks it as
// tried.
func (o *outbox) next(blocked map[string]bool) *entry {
	o.writing.Lock()
	defer o.writing.Unlock()
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, e := range o.entries {
		if !blocked[e.Interaction] {
			e.tried = true
			return e
		}
	}
	return nil
}

// done forgets a confirmed entry. For a note, rebase tells the next one of the
// same interaction on which revision it now stands.
func (o *outbox) done(e *entry, rebase uint64) error {
	o.writing.Lock()
	defer o.writing.Unlock()
	var errs []error
	if next := o.following(e); next != nil && e.Kind == kindNote && rebase != 0 {
		changed := *next
		changed.Base = rebase
		body, err := json.Marshal(&changed)
		if err == nil && changed.number != 0 {
			err = o.journal.Replace(changed.number, body)
		}
		errs = append(errs, err)
		o.update(func() { o.entries[slices.Index(o.entries, next)] = &changed })
	}
	if e.number != 0 {
		errs = append(errs, o.journal.Remove(e.number))
	}
	o.update(func() { o.drop(e) })
	return errors.Join(errs...)
}

// following is the next note of the same interaction; nil if there is none.
func (o *outbox) following(e *entry) *entry {
	o.mu.Lock()
	defer o.mu.Unlock()
	behind := false
	for _, next := range o.entries {
		if behind && next.Kind == kindNote && next.Interaction == e.Interaction {
			return next
		}
		behind = behind || next == e
	}
	return nil
}

// setAside keeps a refused entry for a human.
func (o *outbox) setAside(e *entry, reason string) error {
	o.writing.Lock()
	defer o.writing.Unlock()
	body, err := json.Marshal(e)
	if err == nil && e.number != 0 {
		err = o.journal.SetAside(e.number, body, reason)
	}
	o.update(func() { o.drop(e) })
	return err
}

func (o *outbox) drop(e *entry) {
	if at := slices.Index(o.entries, e); at >= 0 {
		o.entries = slices.Delete(o.entries, at, at+1)
	}
}

// pending is a copy of what waits, in order.
func (o *outbox) pending() []entry {
	o.mu.Lock()
	defer o.mu.Unlock()
	out := make([]entry, len(o.entries))
	for i, e := range o.entries {
		out[i] = *e
	}
	return out
}

// changed is closed at the next change.
func (o *outbox) changed() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.change
}

// wait returns when no entry matches, or when ctx ends.
func (o *outbox) wait(ctx context.Context, match func(*entry) bool) error {
	for {
		o.mu.Lock()
		found := slices.ContainsFunc(o.entries, match)
		change := o.change
		o.mu.Unlock()
		if !found {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-change:
		}
	}
}
