package report

import (
	"context"
	"errors"
	"fmt"
)

// Fault is an error that knows which kind of problem it is. Its text must hold no plaintext.
type Fault struct {
	Kind string // one of the problem kinds
	Err  error
}

// Faultf returns a Fault of kind with a formatted error; %w wraps.
func Faultf(kind, format string, args ...any) error {
	return &Fault{Kind: kind, Err: fmt.Errorf(format, args...)}
}

// Error implements error.
func (f *Fault) Error() string { return f.Err.Error() }

// Unwrap returns the wrapped error.
func (f *Fault) Unwrap() error { return f.Err }

// NewProblem returns err as a problem at where. Its kind is that of the outermost Fault in err's chain, Interrupted for a
// cancelled context, else Unreadable.
func NewProblem(where string, err error) Problem {
	kind := Unreadable
	var f *Fault
	switch {
	case errors.As(err, &f):
		kind = f.Kind
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		kind = Interrupted
	}
	return Problem{Where: where, Kind: kind, Error: err.Error()}
}
