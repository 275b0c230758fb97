package api

import (
	"context"
	"io"

	"connectrpc.com/connect"

	"parley/proto/gen/parley/v1"
	"parley/server/domain"
)

type accountHandler struct{ *server }

func (h accountHandler) Find(ctx context.Context, req *connect.Request[parleyv1.FindRequest]) (*connect.Response[parleyv1.FindResponse], error) {
	hits, more, err := h.cfg.Accounts.Find(ctx, req.Msg.GetText(), pageSize(req.Msg.GetPageSize()))
	if err != nil {
		return nil, err
	}
	out := &parleyv1.FindResponse{More: more}
	for _, a := range hits {
		out.Accounts = append(out.Accounts, wireSummary(a.ID, a.Name, a.Detail()))
	}
	return connect.NewResponse(out), nil
}

func (h accountHandler) GetAccount(ctx context.Context, req *connect.Request[parleyv1.GetAccountRequest]) (*connect.Response[parleyv1.GetAccountResponse], error) {
	a, err := h.cfg.Accounts.Account(ctx, domain.AccountID(req.Msg.GetAccountId()))
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(&parleyv1.GetAccountResponse{Account: wireAccount(a)}), nil
}

func (h accountHandler) Create(ctx context.Context, req *connect.Request[parleyv1.CreateRequest]) (*connect.Response[parleyv1.CreateResponse], error) {
	err := h.cfg.Accounts.Create(ctx, who(ctx).user.Name, domain.CommandID(req.Msg.GetCommandId()), domainAccount(req.Msg.GetAccount()))
	return connect.NewResponse(&parleyv1.CreateResponse{}), err
}

func (h accountHandler) AddNumber(ctx context.Context, req *connect.Request[parleyv1.AddNumberRequest]) (*connect.Response[parleyv1.AddNumberResponse], error) {
	m := req.Msg
	err := h.cfg.Accounts.AddNumber(ctx, who(ctx).user.Name, domain.CommandID(m.GetCommandId()), domain.AccountID(m.GetAccountId()), m.GetNumber())
	return connect.NewResponse(&parleyv1.AddNumberResponse{}), err
}

func (h accountHandler) Import(ctx context.Context, in *connect.ClientStream[parleyv1.ImportRequest]) (*connect.Response[parleyv1.ImportResponse], error) {
	imported, wrong, err := h.cfg.Accounts.Import(ctx, who(ctx).user.Name, &upload{in: in})
	if err != nil {
		return nil, err
	}
	out := &parleyv1.ImportResponse{Imported: int32(imported)}
	for _, e := range wrong {
		out.Errors = append(out.Errors, &parleyv1.RowError{Line: int32(e.Line), Column: e.Column, Reason: e.Reason})
	}
	return connect.NewResponse(out), nil
}

// upload reads the pieces of a file as one.
type upload struct {
	in   *connect.ClientStream[parleyv1.ImportRequest]
	rest []byte
}

func (u *upload) Read(p []byte) (int, error) {
	for len(u.rest) == 0 {
		if !u.in.Receive() {
			if err := u.in.Err(); err != nil {
				return 0, err
			}
			return 0, io.EOF
		}
		u.rest = u.in.Msg().GetData()
	}
	n := copy(p, u.rest)
	u.rest = u.rest[n:]
	return n, nil
}
