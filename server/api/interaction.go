package api

import (
	"context"

	"connectrpc.com/connect"

	"parley/proto/gen/parley/v1"
	"parley/server/domain"
	"parley/server/service/interactions"
)

const (
	defaultPage = 50
	maxPage     = 200
)

// pageSize reads a page_size field.
func pageSize(n int32) int {
	if n <= 0 {
		return defaultPage
	}
	return min(int(n), maxPage)
}

type interactionHandler struct{ *server }

func (h interactionHandler) Begin(ctx context.Context, req *connect.Request[parleyv1.BeginRequest]) (*connect.Response[parleyv1.BeginResponse], error) {
	m := req.Msg
	err := h.cfg.Interactions.Begin(ctx, who(ctx).user.Name, domain.CommandID(m.GetCommandId()), domain.InteractionID(m.GetInteractionId()))
	return connect.NewResponse(&parleyv1.BeginResponse{}), err
}

func (h interactionHandler) ConfirmAccount(ctx context.Context, req *connect.Request[parleyv1.ConfirmAccountRequest]) (*connect.Response[parleyv1.ConfirmAccountResponse], error) {
	m := req.Msg
	err := h.cfg.Interactions.ConfirmAccount(ctx, who(ctx).user.Name, domain.CommandID(m.GetCommandId()),
		domain.InteractionID(m.GetInteractionId()), domain.AccountID(m.GetAccountId()))
	return connect.NewResponse(&parleyv1.ConfirmAccountResponse{}), err
}

func (h interactionHandler) SaveNote(ctx context.Context, req *connect.Request[parleyv1.SaveNoteRequest]) (*connect.Response[parleyv1.SaveNoteResponse], error) {
	m := req.Msg
	text, revision, err := h.cfg.Interactions.SaveNote(ctx, who(ctx).user.Name, domain.CommandID(m.GetCommandId()),
		domain.InteractionID(m.GetInteractionId()), m.GetText(), m.GetBaseRevision())
	return connect.NewResponse(&parleyv1.SaveNoteResponse{Text: text, Revision: revision}), err
}

func (h interactionHandler) End(ctx context.Context, req *connect.Request[parleyv1.EndRequest]) (*connect.Response[parleyv1.EndResponse], error) {
	m := req.Msg
	err := h.cfg.Interactions.End(ctx, who(ctx).user.Name, domain.CommandID(m.GetCommandId()),
		domain.InteractionID(m.GetInteractionId()), m.GetAttachNote())
	return connect.NewResponse(&parleyv1.EndResponse{}), err
}

func (h interactionHandler) History(ctx context.Context, req *connect.Request[parleyv1.HistoryRequest]) (*connect.Response[parleyv1.HistoryResponse], error) {
	m := req.Msg
	q := interactions.Query{
		Account: domain.AccountID(m.GetAccountId()), Agent: domain.UserID(m.GetAgent()), Text: m.GetText(),
		From: moment(m.GetFrom()), To: moment(m.GetTo()), Limit: pageSize(m.GetPageSize()), Page: m.GetPageToken(),
	}
	for _, st := range m.GetStates() {
		switch st {
		case parleyv1.InteractionState_INTERACTION_STATE_OPEN:
			q.Open = true
		case parleyv1.InteractionState_INTERACTION_STATE_ENDED:
			q.Ended = true
		case parleyv1.InteractionState_INTERACTION_STATE_UNSPECIFIED:
		}
	}
	entries, next, err := h.cfg.Interactions.History(ctx, q)
	if err != nil {
		return nil, err
	}
	out := &parleyv1.HistoryResponse{NextPageToken: next}
	for _, e := range entries {
		out.Entries = append(out.Entries, wireHistory(e))
	}
	return connect.NewResponse(out), nil
}
