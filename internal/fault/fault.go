// Package fault holds the few ways in which a request is refused. A fault carries a kind for machines and one
// sentence for people; whatever is not a fault is our own mistake, and its cause is never shown.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what sort of refusal a fault is; the gateway maps each to one error code.
type Kind string

// The kinds. Their texts are the error codes that apps see.
const (
	Unauthenticated Kind = "UNAUTHENTICATED" // the token is missing where one is needed, or is not valid
	Forbidden       Kind = "FORBIDDEN"       // the viewer's scope can never do this
	BadInput        Kind = "BAD_USER_INPUT"  // a value is not allowed; Field names it
	NotFound        Kind = "NOT_FOUND"       // unknown, or not the viewer's to see: both look alike
	Conflict        Kind = "CONFLICT"        // somebody else changed or took it first; stores answer it, services retry or explain
	Unavailable     Kind = "UNAVAILABLE"     // a part that is needed does not answer now; Part names it
	RateLimited     Kind = "RATE_LIMITED"    // too often; RetryAfter says when again
	Internal        Kind = "INTERNAL"        // our mistake
)

// Fault is a refusal: its kind, a sentence for people, and where it applies.
type Fault struct {
	Kind       Kind
	Message    string
	Reason     string        // why, for machines, such as SUSPENDED; empty where the kind says it
	Field      string        // the argument or setting that is wrong, empty if none
	Part       string        // the store or service that does not answer, empty if none
	RetryAfter time.Duration // how long a client should wait before trying again, 0 if unknown
	cause      error
}

// Error is the sentence, followed by the cause for logs; answers to clients use Message alone.
func (f *Fault) Error() string {
	if f.cause != nil {
		return f.Message + ": " + f.cause.Error()
	}
	return f.Message
}

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.cause }

// New makes a fault of a kind from a format.
func New(kind Kind, format string, args ...any) *Fault {
	return &Fault{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Bad refuses the value of a field in one sentence that names the field, the value and what is allowed.
func Bad(field, format string, args ...any) *Fault {
	return &Fault{Kind: BadInput, Field: field, Message: fmt.Sprintf(format, args...)}
}

// Down says that a part does not answer now; it keeps the cause for the log.
func Down(part string, cause error) *Fault {
	return &Fault{Kind: Unavailable, Part: part, Message: part + " does not answer now", RetryAfter: time.Second, cause: cause}
}

// Is tells whether an error is a fault of the kind, at any depth of wrapping.
func Is(err error, kind Kind) bool {
	var f *Fault
	return errors.As(err, &f) && f.Kind == kind
}
