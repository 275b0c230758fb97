package api

import (
	"context"
	"errors"
	"log/slog"

	"connectrpc.com/connect"

	"parley/proto/gen/parley/v1"
	"parley/server/domain"
)

// wireKinds is the one table from kinds of errors to what goes over the wire.
var wireKinds = map[domain.Kind]struct {
	code connect.Code
	kind parleyv1.ErrorKind
}{
	domain.Internal:          {connect.CodeInternal, parleyv1.ErrorKind_ERROR_KIND_INTERNAL},
	domain.Invalid:           {connect.CodeInvalidArgument, parleyv1.ErrorKind_ERROR_KIND_INVALID},
	domain.NotFound:          {connect.CodeNotFound, parleyv1.ErrorKind_ERROR_KIND_NOT_FOUND},
	domain.Conflict:          {connect.CodeFailedPrecondition, parleyv1.ErrorKind_ERROR_KIND_CONFLICT},
	domain.Denied:            {connect.CodePermissionDenied, parleyv1.ErrorKind_ERROR_KIND_DENIED},
	domain.Unauthenticated:   {connect.CodeUnauthenticated, parleyv1.ErrorKind_ERROR_KIND_UNAUTHENTICATED},
	domain.Unavailable:       {connect.CodeUnavailable, parleyv1.ErrorKind_ERROR_KIND_UNAVAILABLE},
	domain.StorageFull:       {connect.CodeResourceExhausted, parleyv1.ErrorKind_ERROR_KIND_STORAGE_FULL},
	domain.SignedInElsewhere: {connect.CodeAlreadyExists, parleyv1.ErrorKind_ERROR_KIND_SIGNED_IN_ELSEWHERE},
	domain.TooMany:           {connect.CodeResourceExhausted, parleyv1.ErrorKind_ERROR_KIND_TOO_MANY},
}

// wireError turns an error into what a client may see. The cause of an
// internal error is logged here and nowhere else.
func wireError(ctx context.Context, log *slog.Logger, procedure string, err error) error {
	if err == nil {
		return nil
	}
	if wire, ok := errors.AsType[*connect.Error](err); ok {
		return wire
	}
	if ctxErr := ctx.Err(); ctxErr != nil && errors.Is(err, ctxErr) {
		code := connect.CodeCanceled
		if errors.Is(err, context.DeadlineExceeded) {
			code = connect.CodeDeadlineExceeded
		}
		return connect.NewError(code, ctxErr)
	}
	text, subject := "internal error", ""
	if e, ok := errors.AsType[*domain.Error](err); ok && e.Kind != domain.Internal {
		text, subject = e.Text, e.Subject
	} else {
		log.Error("call failed", "procedure", procedure, "err", err)
	}
	w := wireKinds[domain.KindOf(err)]
	wire := connect.NewError(w.code, errors.New(text))
	if d, derr := connect.NewErrorDetail(&parleyv1.ErrorInfo{Kind: w.kind, Text: text, Subject: subject}); derr == nil {
		wire.AddDetail(d)
	}
	return wire
}
