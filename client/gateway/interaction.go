package gateway

import (
	"context"

	"parley/client/model"
	parleyv1 "parley/proto/gen/parley/v1"
)

var errNoJournal = &model.Error{Kind: model.KindUnauthenticated, Text: "nobody is signed in"}

// Begin opens an interaction by hand; it waits for no server.
func (g *Gateway) Begin(_ context.Context) (string, error) {
	id := newID()
	return id, g.journal(entry{Kind: kindBegin, Interaction: id})
}

// SaveNote journals the text of the scratch pad; it waits for no server.
func (g *Gateway) SaveNote(_ context.Context, interaction, text string) error {
	return g.journal(entry{Kind: kindNote, Interaction: interaction, Text: text})
}

// End ends the interaction; it waits for no server.
func (g *Gateway) End(_ context.Context, interaction string, attachNote bool) error {
	return g.journal(entry{Kind: kindEnd, Interaction: interaction, Attach: attachNote})
}

// journal writes a command down. It works as long as the journal is open, also
// when the session has expired.
func (g *Gateway) journal(e entry) error {
	g.mu.Lock()
	out := g.outbox
	e.Base = g.view.revision(e.Interaction)
	g.mu.Unlock()
	if out == nil {
		return errNoJournal
	}
	e.Command, e.At = newID(), g.cfg.Now()
	err := out.add(e)
	g.changed()
	return err
}

// ConfirmAccount says whose business the interaction is. An interaction that
// was begun here must have reached the server first.
func (g *Gateway) ConfirmAccount(ctx context.Context, interaction, account string) error {
	g.mu.Lock()
	out := g.outbox
	g.mu.Unlock()
	if out == nil {
		return errNoJournal
	}
	begun, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := out.wait(begun, func(e *entry) bool { return e.Kind == kindBegin && e.Interaction == interaction })
	if err != nil {
		return &model.Error{
			Kind: model.KindUnavailable, Text: "the interaction has not reached the server yet",
		}
	}
	_, err = call(ctx, g, g.api().interaction.ConfirmAccount, &parleyv1.ConfirmAccountRequest{
		CommandId: newID(), InteractionId: interaction, AccountId: account,
	})
	return err
}

// sendJournal sends what waits whenever the link is there.
func (g *Gateway) sendJournal(ctx context.Context, s *session, out *outbox) {
	attempt := 0
	for ctx.Err() == nil {
		change := out.changed()
		switch {
		case !g.online(s) || len(out.pending()) == 0:
			attempt = 0
			select {
			case <-ctx.Done():
			case <-s.online:
			case <-change:
			}
		case g.sendAll(ctx, s, out):
			attempt = 0
		default:
			attempt++
			pause(ctx, attempt)
		}
	}
}

func (g *Gateway) online(s *session) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.sess == s && g.view.link == model.LinkOnline
}

// sendAll sends entries in order until none is left. A failure that may pass
// blocks the rest of the same interaction, so that order holds; a lost link
// stops everything. It says whether all went out.
func (g *Gateway) sendAll(ctx context.Context, s *session, out *outbox) bool {
	blocked := map[string]bool{}
	for ctx.Err() == nil {
		e := out.next(blocked)
		if e == nil {
			break
		}
		err := g.send(ctx, s, out, e)
		if err == nil {
			g.changed()
			continue
		}
		if ctx.Err() != nil || lost(err) {
			return false
		}
		known := failure(err)
		switch known.Kind {
		case model.KindUnauthenticated:
			g.end(s, model.EndedExpired)
			return false
		case model.KindInvalid, model.KindNotFound, model.KindConflict, model.KindDenied:
			g.giveUp(out, e, known)
		case model.KindUnavailable, model.KindStorageFull, model.KindSignedInElsewhere,
			model.KindTooMany, model.KindInternal:
			g.log.Warn("a journaled command failed and is repeated later", "kind", e.Kind, "error", known)
			blocked[e.Interaction] = true
		}
	}
	return len(blocked) == 0
}

// giveUp puts aside what the server will never take, and says so.
func (g *Gateway) giveUp(out *outbox, e *entry, why *model.Error) {
	g.log.Error("the server refused a journaled command; it is kept aside",
		"kind", e.Kind, "interaction", e.Interaction, "error", why)
	if err := out.setAside(e, why.Text); err != nil {
		g.log.Error("cannot keep a refused command aside", "error", err)
	}
	g.changed()
	g.cfg.OnRefused(Refusal{Interaction: e.Interaction, Text: e.Text, Err: why})
}

// send sends one entry and shows its result.
func (g *Gateway) send(ctx context.Context, s *session, out *outbox, e *entry) error {
	api := g.api().interaction
	var rebase uint64
	var show func()
	switch e.Kind {
	case kindBegin:
		_, err := once(ctx, s.token, api.Begin,
			&parleyv1.BeginRequest{CommandId: e.Command, InteractionId: e.Interaction})
		if err != nil {
			return err
		}
		show = func() { g.view.begun(e) }
	case kindNote:
		res, err := once(ctx, s.token, api.SaveNote, &parleyv1.SaveNoteRequest{
			CommandId: e.Command, InteractionId: e.Interaction, Text: e.Text, BaseRevision: e.Base,
		})
		if err != nil {
			return err
		}
		if res.GetText() == e.Text {
			rebase = res.GetRevision()
		}
		show = func() { g.view.noted(e.Interaction, res.GetText(), res.GetRevision()) }
	case kindEnd:
		_, err := once(ctx, s.token, api.End,
			&parleyv1.EndRequest{CommandId: e.Command, InteractionId: e.Interaction, AttachNote: e.Attach})
		if err != nil {
			return err
		}
		show = func() { g.view.over(e.Interaction) }
	default:
		return &model.Error{Kind: model.KindInvalid, Text: "unknown kind of journaled command"}
	}
	g.mu.Lock()
	show()
	g.mu.Unlock()
	if err := out.done(e, rebase); err != nil {
		g.log.Warn("cannot remove a sent command from the journal; it will be repeated", "error", err)
	}
	return nil
}
