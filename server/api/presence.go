package api

import (
	"context"

	"connectrpc.com/connect"

	"parley/proto/gen/parley/v1"
	"parley/server/domain"
)

type presenceHandler struct{ *server }

func (h presenceHandler) SetReady(ctx context.Context, req *connect.Request[parleyv1.SetReadyRequest]) (*connect.Response[parleyv1.SetReadyResponse], error) {
	err := h.cfg.Presence.SetReady(ctx, who(ctx).user.Name, domain.CommandID(req.Msg.GetCommandId()))
	return connect.NewResponse(&parleyv1.SetReadyResponse{}), err
}

func (h presenceHandler) SetNotReady(ctx context.Context, req *connect.Request[parleyv1.SetNotReadyRequest]) (*connect.Response[parleyv1.SetNotReadyResponse], error) {
	err := h.cfg.Presence.SetNotReady(ctx, who(ctx).user.Name, domain.CommandID(req.Msg.GetCommandId()), req.Msg.GetReasonId())
	return connect.NewResponse(&parleyv1.SetNotReadyResponse{}), err
}

func (h presenceHandler) ExtendWrapUp(ctx context.Context, req *connect.Request[parleyv1.ExtendWrapUpRequest]) (*connect.Response[parleyv1.ExtendWrapUpResponse], error) {
	err := h.cfg.Presence.ExtendWrapUp(ctx, who(ctx).user.Name, domain.CommandID(req.Msg.GetCommandId()))
	return connect.NewResponse(&parleyv1.ExtendWrapUpResponse{}), err
}

func (h presenceHandler) EndWrapUp(ctx context.Context, req *connect.Request[parleyv1.EndWrapUpRequest]) (*connect.Response[parleyv1.EndWrapUpResponse], error) {
	err := h.cfg.Presence.EndWrapUp(ctx, who(ctx).user.Name, domain.CommandID(req.Msg.GetCommandId()))
	return connect.NewResponse(&parleyv1.EndWrapUpResponse{}), err
}
