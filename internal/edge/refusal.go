package edge

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Code is what an error carries as extensions.code.
type Code string

// The codes that the gateway itself answers; the others are kinds of faults.
const (
	Unauthenticated Code = "UNAUTHENTICATED"
	BadInput        Code = "BAD_USER_INPUT"
	TooComplex      Code = "QUERY_TOO_COMPLEX"
	NotAllowed      Code = "OPERATION_NOT_ALLOWED"
	NotPersisted    Code = "PERSISTED_QUERY_NOT_FOUND"
	RateLimited     Code = "RATE_LIMITED"
	Timeout         Code = "TIMEOUT"
	Unavailable     Code = "UNAVAILABLE"
	Internal        Code = "INTERNAL"
)

// refusal is a finished error: a sentence and a code.
func refusal(code Code, format string, args ...any) *gqlerror.Error {
	return &gqlerror.Error{Message: fmt.Sprintf(format, args...), Extensions: map[string]any{"code": string(code)}}
}

func tooComplex(format string, args ...any) *gqlerror.Error {
	return refusal(TooComplex, format, args...)
}

// codeOf gives an error's code, empty for one that nobody has looked at yet.
func codeOf(e *gqlerror.Error) Code {
	code, _ := e.Extensions["code"].(string)
	return Code(code)
}

// brief shortens what a client sent before it is repeated in a sentence.
func brief(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
