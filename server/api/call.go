package api

import (
	"context"

	"connectrpc.com/connect"

	"parley/proto/gen/parley/v1"
	"parley/server/domain"
)

type callHandler struct{ *server }

func (h callHandler) OpenMedia(ctx context.Context, req *connect.Request[parleyv1.OpenMediaRequest]) (*connect.Response[parleyv1.OpenMediaResponse], error) {
	answer, err := h.cfg.Calls.OpenMedia(ctx, who(ctx).user.Name, domain.ContactID(req.Msg.GetContactId()), req.Msg.GetSdpOffer())
	return connect.NewResponse(&parleyv1.OpenMediaResponse{SdpAnswer: answer}), err
}

func (h callHandler) Hold(ctx context.Context, req *connect.Request[parleyv1.HoldRequest]) (*connect.Response[parleyv1.HoldResponse], error) {
	err := h.cfg.Work.Hold(ctx, who(ctx).user.Name, domain.CommandID(req.Msg.GetCommandId()), domain.ContactID(req.Msg.GetContactId()))
	return connect.NewResponse(&parleyv1.HoldResponse{}), err
}

func (h callHandler) Retrieve(ctx context.Context, req *connect.Request[parleyv1.RetrieveRequest]) (*connect.Response[parleyv1.RetrieveResponse], error) {
	err := h.cfg.Work.Retrieve(ctx, who(ctx).user.Name, domain.CommandID(req.Msg.GetCommandId()), domain.ContactID(req.Msg.GetContactId()))
	return connect.NewResponse(&parleyv1.RetrieveResponse{}), err
}

func (h callHandler) SendDigits(ctx context.Context, req *connect.Request[parleyv1.SendDigitsRequest]) (*connect.Response[parleyv1.SendDigitsResponse], error) {
	err := h.cfg.Calls.SendDigits(ctx, who(ctx).user.Name, domain.CommandID(req.Msg.GetCommandId()), domain.ContactID(req.Msg.GetContactId()), req.Msg.GetDigits())
	return connect.NewResponse(&parleyv1.SendDigitsResponse{}), err
}

func (h callHandler) HangUp(ctx context.Context, req *connect.Request[parleyv1.HangUpRequest]) (*connect.Response[parleyv1.HangUpResponse], error) {
	err := h.cfg.Calls.HangUp(ctx, who(ctx).user.Name, domain.CommandID(req.Msg.GetCommandId()), domain.ContactID(req.Msg.GetContactId()))
	return connect.NewResponse(&parleyv1.HangUpResponse{}), err
}
