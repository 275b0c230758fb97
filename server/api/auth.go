package api

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"connectrpc.com/connect"

	"parley/proto/gen/parley/v1/parleyv1connect"
	"parley/server/domain"
	"parley/server/domain/user"
	"parley/server/service/session"
)

// callLimit is how long a call may take that does not set a shorter deadline.
const callLimit = 20 * time.Second

// anyone marks the one procedure that needs no session.
const anyone domain.Role = ""

// roles says which role each procedure needs. A procedure that is not here is
// refused, and a test walks all services.
var roles = map[string]domain.Role{
	parleyv1connect.SessionServiceSignInProcedure:             anyone,
	parleyv1connect.SessionServiceSignOutProcedure:            domain.RoleAgent,
	parleyv1connect.SessionServiceChangePasswordProcedure:     domain.RoleAgent,
	parleyv1connect.WatchServiceWatchProcedure:                domain.RoleAgent,
	parleyv1connect.PresenceServiceSetReadyProcedure:          domain.RoleAgent,
	parleyv1connect.PresenceServiceSetNotReadyProcedure:       domain.RoleAgent,
	parleyv1connect.PresenceServiceExtendWrapUpProcedure:      domain.RoleAgent,
	parleyv1connect.PresenceServiceEndWrapUpProcedure:         domain.RoleAgent,
	parleyv1connect.WorkServiceAcceptProcedure:                domain.RoleAgent,
	parleyv1connect.WorkServiceRejectProcedure:                domain.RoleAgent,
	parleyv1connect.CallServiceOpenMediaProcedure:             domain.RoleAgent,
	parleyv1connect.CallServiceHoldProcedure:                  domain.RoleAgent,
	parleyv1connect.CallServiceRetrieveProcedure:              domain.RoleAgent,
	parleyv1connect.CallServiceSendDigitsProcedure:            domain.RoleAgent,
	parleyv1connect.CallServiceHangUpProcedure:                domain.RoleAgent,
	parleyv1connect.InteractionServiceBeginProcedure:          domain.RoleAgent,
	parleyv1connect.InteractionServiceConfirmAccountProcedure: domain.RoleAgent,
	parleyv1connect.InteractionServiceSaveNoteProcedure:       domain.RoleAgent,
	parleyv1connect.InteractionServiceEndProcedure:            domain.RoleAgent,
	parleyv1connect.InteractionServiceHistoryProcedure:        domain.RoleAgent,
	parleyv1connect.AccountServiceFindProcedure:               domain.RoleAgent,
	parleyv1connect.AccountServiceGetAccountProcedure:         domain.RoleAgent,
	parleyv1connect.AccountServiceCreateProcedure:             domain.RoleAgent,
	parleyv1connect.AccountServiceAddNumberProcedure:          domain.RoleAgent,
	parleyv1connect.AccountServiceImportProcedure:             domain.RoleAdministrator,
	parleyv1connect.AdminServiceStatusProcedure:               domain.RoleSupervisor,
	parleyv1connect.AdminServiceAddUserProcedure:              domain.RoleAdministrator,
	parleyv1connect.AdminServiceListUsersProcedure:            domain.RoleAdministrator,
	parleyv1connect.AdminServiceDisableUserProcedure:          domain.RoleAdministrator,
	parleyv1connect.AdminServiceEnableUserProcedure:           domain.RoleAdministrator,
	parleyv1connect.AdminServiceSetPasswordProcedure:          domain.RoleAdministrator,
	parleyv1connect.AdminServiceSetSkillsProcedure:            domain.RoleSupervisor,
	parleyv1connect.AdminServiceSetCapacityProcedure:          domain.RoleSupervisor,
}

// caller is who makes a call.
type caller struct {
	session user.Session
	user    *user.User
}

type callerKey struct{}

// who returns the caller the interceptor has put into ctx.
func who(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// gate checks every call: session, role, deadline; and turns errors into what
// a client may see.
type gate struct {
	sessions *session.Service
	log      *slog.Logger
}

func (g *gate) admit(ctx context.Context, procedure, authorization string) (context.Context, error) {
	role, known := roles[procedure]
	if !known {
		return nil, domain.Errorf(domain.Denied, "this call is not allowed")
	}
	if role == anyone {
		return ctx, nil
	}
	token, ok := strings.CutPrefix(authorization, "Bearer ")
	if !ok {
		return nil, domain.Errorf(domain.Unauthenticated, "sign in first")
	}
	ses, u, err := g.sessions.Authenticate(ctx, token)
	if err != nil {
		return nil, err
	}
	if !u.May(role) {
		return nil, domain.Errorf(domain.Denied, "this needs the role %s", role)
	}
	return context.WithValue(ctx, callerKey{}, caller{ses, u}), nil
}

// WrapUnary implements connect.Interceptor.
func (g *gate) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, req connect.AnyRequest) (connect.AnyResponse, error) {
		ctx, cancel := context.WithTimeout(ctx, callLimit)
		defer cancel()
		procedure := req.Spec().Procedure
		admitted, err := g.admit(ctx, procedure, req.Header().Get("Authorization"))
		if err != nil {
			return nil, wireError(ctx, g.log, procedure, err)
		}
		res, err := next(admitted, req)
		if err != nil {
			return nil, wireError(ctx, g.log, procedure, err)
		}
		return res, nil
	}
}

// WrapStreamingClient implements connect.Interceptor; the server is no client.
func (g *gate) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}

// WrapStreamingHandler implements connect.Interceptor.
func (g *gate) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, conn connect.StreamingHandlerConn) error {
		procedure := conn.Spec().Procedure
		admitted, err := g.admit(ctx, procedure, conn.RequestHeader().Get("Authorization"))
		if err == nil {
			err = next(admitted, conn)
		}
		return wireError(ctx, g.log, procedure, err)
	}
}
