package gateway

import (
	"context"
	"errors"

	"connectrpc.com/connect"

	"parley/client/model"
	parleyv1 "parley/proto/gen/parley/v1"
)

// failure turns the error of a call into a *model.Error.
func failure(err error) *model.Error {
	if known, ok := errors.AsType[*model.Error](err); ok {
		return known
	}
	if info := infoOf(err); info != nil {
		return &model.Error{
			Kind: model.ErrorKind(info.GetKind()), Text: info.GetText(), Subject: info.GetSubject(),
		}
	}
	if lost(err) {
		text := "the server cannot be reached"
		if ce, ok := errors.AsType[*connect.Error](err); ok && ce.Message() != "" {
			text += ": " + ce.Message()
		}
		return &model.Error{Kind: model.KindUnavailable, Text: text}
	}
	return &model.Error{Kind: kindOf(connect.CodeOf(err)), Text: messageOf(err)}
}

// infoOf is the server's own description of an error; nil if there is none.
func infoOf(err error) *parleyv1.ErrorInfo {
	ce, ok := errors.AsType[*connect.Error](err)
	if !ok {
		return nil
	}
	for _, d := range ce.Details() {
		v, err := d.Value()
		if err != nil {
			continue
		}
		info, ok := v.(*parleyv1.ErrorInfo)
		if ok && info.GetKind() != parleyv1.ErrorKind_ERROR_KIND_UNSPECIFIED {
			return info
		}
	}
	return nil
}

// lost says that a call may or may not have acted: its answer did not arrive.
// What stands between us and the server may answer for it without a detail.
func lost(err error) bool {
	if infoOf(err) != nil {
		return false
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return true
	}
	ce, ok := errors.AsType[*connect.Error](err)
	if !ok || !connect.IsWireError(err) {
		return true
	}
	return ce.Code() == connect.CodeUnavailable || ce.Code() == connect.CodeDeadlineExceeded
}

// kindOf is used for errors that do not say their kind, such as those of the
// RPC library on the other side.
func kindOf(code connect.Code) model.ErrorKind {
	switch code {
	case connect.CodeInvalidArgument, connect.CodeOutOfRange:
		return model.KindInvalid
	case connect.CodeNotFound:
		return model.KindNotFound
	case connect.CodeAlreadyExists, connect.CodeFailedPrecondition, connect.CodeAborted:
		return model.KindConflict
	case connect.CodePermissionDenied:
		return model.KindDenied
	case connect.CodeUnauthenticated:
		return model.KindUnauthenticated
	case connect.CodeResourceExhausted:
		return model.KindTooMany
	case connect.CodeUnavailable, connect.CodeDeadlineExceeded, connect.CodeCanceled:
		return model.KindUnavailable
	case connect.CodeUnknown, connect.CodeUnimplemented, connect.CodeInternal, connect.CodeDataLoss:
		return model.KindInternal
	}
	return model.KindInternal
}

func messageOf(err error) string {
	if ce, ok := errors.AsType[*connect.Error](err); ok && ce.Message() != "" {
		return ce.Message()
	}
	return err.Error()
}

// asError keeps a *model.Error and gives other errors a kind.
func asError(err error, kind model.ErrorKind) error {
	if known, ok := errors.AsType[*model.Error](err); ok {
		return known
	}
	return &model.Error{Kind: kind, Text: err.Error()}
}
