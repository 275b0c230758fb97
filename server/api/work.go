package api

import (
	"context"

	"connectrpc.com/connect"

	"parley/proto/gen/parley/v1"
	"parley/server/domain"
)

type workHandler struct{ *server }

func (h workHandler) Accept(ctx context.Context, req *connect.Request[parleyv1.AcceptRequest]) (*connect.Response[parleyv1.AcceptResponse], error) {
	m := req.Msg
	err := h.cfg.Work.Accept(ctx, who(ctx).user.Name, domain.CommandID(m.GetCommandId()),
		domain.ContactID(m.GetContactId()), m.GetOfferNumber(), domain.InteractionID(m.GetInteractionId()))
	return connect.NewResponse(&parleyv1.AcceptResponse{}), err
}

func (h workHandler) Reject(ctx context.Context, req *connect.Request[parleyv1.RejectRequest]) (*connect.Response[parleyv1.RejectResponse], error) {
	m := req.Msg
	err := h.cfg.Work.Reject(ctx, who(ctx).user.Name, domain.CommandID(m.GetCommandId()),
		domain.ContactID(m.GetContactId()), m.GetOfferNumber())
	return connect.NewResponse(&parleyv1.RejectResponse{}), err
}
