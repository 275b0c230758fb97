package domain

import (
	"errors"
	"fmt"
)

// Kind says what kind of error a command ended with. Both ends of the wire
// share the kinds; their order never changes.
type Kind int

// The kinds of errors.
const (
	Internal Kind = iota
	Invalid
	NotFound
	Conflict
	Denied
	Unauthenticated
	Unavailable
	StorageFull
	SignedInElsewhere
	TooMany
)

// Error is a failed command: its kind, a text that is safe to show, the name of
// the value that was wrong, and a cause for the log.
type Error struct {
	Kind    Kind
	Text    string
	Subject string
	Cause   error
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return e.Text + ": " + e.Cause.Error()
	}
	return e.Text
}

func (e *Error) Unwrap() error { return e.Cause }

// Errorf makes an error of a kind with a text that is safe to show.
func Errorf(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Text: fmt.Sprintf(format, args...)}
}

// KindOf returns the kind of the first Error in err's chain, Internal if none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}
