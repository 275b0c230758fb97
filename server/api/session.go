package api

import (
	"context"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"parley/proto/gen/parley/v1"
	"parley/server/domain"
	"parley/server/domain/user"
)

type sessionHandler struct{ *server }

func (h sessionHandler) SignIn(ctx context.Context, req *connect.Request[parleyv1.SignInRequest]) (*connect.Response[parleyv1.SignInResponse], error) {
	m := req.Msg
	if m.GetDeviceId() == "" {
		return nil, &domain.Error{Kind: domain.Invalid, Subject: "device_id", Text: "a device id is needed"}
	}
	token, ses, u, err := h.cfg.Sessions.SignIn(ctx, domain.UserID(m.GetUser()), m.GetPassword(), m.GetDeviceId(), m.GetTakeOver())
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(&parleyv1.SignInResponse{
		Token: token, ExpiresAt: timestamppb.New(ses.ExpiresAt), Profile: h.profile(u),
	}), nil
}

func (h sessionHandler) profile(u *user.User) *parleyv1.Profile {
	p := &parleyv1.Profile{
		User: string(u.Name), DisplayName: u.DisplayName, Language: u.Language,
		CentreName: h.cfg.CentreName, Country: h.cfg.Country,
	}
	for _, r := range u.Roles {
		p.Roles = append(p.Roles, wireRoles[r])
	}
	for _, r := range h.cfg.Presence.Reasons() {
		p.NotReadyReasons = append(p.NotReadyReasons, &parleyv1.NotReadyReason{ReasonId: r.ID, Texts: r.Texts})
	}
	return p
}

func (h sessionHandler) SignOut(ctx context.Context, _ *connect.Request[parleyv1.SignOutRequest]) (*connect.Response[parleyv1.SignOutResponse], error) {
	return connect.NewResponse(&parleyv1.SignOutResponse{}), h.cfg.Sessions.SignOut(ctx, who(ctx).session)
}

func (h sessionHandler) ChangePassword(ctx context.Context, req *connect.Request[parleyv1.ChangePasswordRequest]) (*connect.Response[parleyv1.ChangePasswordResponse], error) {
	err := h.cfg.Sessions.ChangePassword(ctx, who(ctx).user.Name, req.Msg.GetOldPassword(), req.Msg.GetNewPassword())
	return connect.NewResponse(&parleyv1.ChangePasswordResponse{}), err
}
