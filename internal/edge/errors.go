package edge

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"membergate/internal/fault"
	"membergate/internal/viewer"
)

// defaultRetry is what a client should wait when the part that is down did not say.
const defaultRetry = time.Second

// present is the one place where errors become answers: a fault keeps its sentence and gets its code, everything else
// is INTERNAL and only the log hears why.
func present(ctx context.Context, err error) *gqlerror.Error {
	answer := translate(ctx, err)
	answer.Path, answer.Locations = graphql.GetPath(ctx), nil
	var known *gqlerror.Error
	if errors.As(err, &known) {
		answer.Locations = known.Locations
		if known.Path != nil {
			answer.Path = known.Path
		}
	}
	note(ctx, func(n *notes) { n.code(codeOf(answer)) })
	return answer
}

func translate(ctx context.Context, err error) *gqlerror.Error {
	var f *fault.Fault
	var finished *gqlerror.Error
	var p *panicked
	switch {
	case errors.As(err, &p):
		return hidden(ctx, err)
	case errors.As(err, &f):
		return ofFault(ctx, f, err)
	case errors.As(err, &finished) && finished.Err == nil && codeOf(finished) != "":
		return refusalOf(finished)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return refusal(Timeout, "%s", say(ctx, Timeout))
	case unreadableArgument(ctx):
		return refusal(BadInput, "An argument of %q cannot be read: %s", graphql.GetFieldContext(ctx).Field.Name, sentence(innermost(err)))
	}
	return hidden(ctx, err)
}

func ofFault(ctx context.Context, f *fault.Fault, err error) *gqlerror.Error {
	switch f.Kind {
	case fault.Unavailable:
		note(ctx, func(n *notes) { n.cause(err.Error()) })
		retry := f.RetryAfter
		if retry <= 0 {
			retry = defaultRetry
		}
		e := refusal(Unavailable, "%s", say(ctx, Unavailable))
		e.Extensions["part"], e.Extensions["retryAfterMs"] = f.Part, retry.Milliseconds()
		return e
	case fault.RateLimited:
		e := refusal(RateLimited, "%s", f.Message)
		e.Extensions["retryAfterMs"] = max(f.RetryAfter, defaultRetry).Milliseconds()
		return e
	case fault.Unauthenticated, fault.Forbidden, fault.BadInput, fault.NotFound:
		e := refusal(Code(f.Kind), "%s", f.Message)
		if f.Field != "" {
			e.Extensions["field"] = f.Field
		}
		if f.Reason != "" {
			e.Extensions["reason"] = f.Reason
		}
		return e
	}
	// A conflict is for services to retry or to explain: one that comes this far is our mistake.
	return hidden(ctx, err)
}

// hidden is an error whose cause is ours: the answer carries only what finds the log line.
func hidden(ctx context.Context, err error) *gqlerror.Error {
	note(ctx, func(n *notes) {
		n.cause(err.Error())
		var p *panicked
		if errors.As(err, &p) && n.stack == "" {
			n.stack = string(p.stack)
		}
	})
	e := refusal(Internal, "%s", say(ctx, Internal))
	e.Extensions["requestId"] = requestID(ctx)
	return e
}

func refusalOf(e *gqlerror.Error) *gqlerror.Error {
	return &gqlerror.Error{Message: e.Message, Extensions: e.Extensions}
}

// unreadableArgument tells whether a field failed before its resolver ran: the generated code leaves Args nil when an
// argument does not convert, which validation cannot see for custom scalars in variables.
func unreadableArgument(ctx context.Context) bool {
	fc := graphql.GetFieldContext(ctx)
	return fc != nil && fc.Field.Field != nil && fc.Args == nil && len(fc.Field.Arguments) > 0
}

// innermost is the text of the error that started it, without the paths that were put in front.
func innermost(err error) string {
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(err) {
		err = next
	}
	var e *gqlerror.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return err.Error()
}

// panicked is a panic on its way to the log.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

func recovered(_ context.Context, value any) error {
	return &panicked{value: value, stack: debug.Stack()}
}

// say is a sentence of the gateway's own in the viewer's language; the code beside it never changes.
func say(ctx context.Context, code Code) string {
	sentences := spoken[viewer.English]
	if s, ok := spoken[viewer.From(ctx).Locale]; ok {
		sentences = s
	}
	return sentences[code]
}

var spoken = map[viewer.Locale]map[Code]string{
	viewer.English: {
		Internal:    "Something went wrong on our side.",
		Timeout:     "This took too long and was given up.",
		Unavailable: "A part that is needed does not answer now.",
	},
	viewer.SimplifiedChinese: {
		Internal:    "我们这边出了点问题。",
		Timeout:     "处理时间过长，已停止。",
		Unavailable: "所需的服务暂时没有响应。",
	},
	viewer.TraditionalChinese: {
		Internal:    "我們這邊出了點問題。",
		Timeout:     "處理時間過長，已停止。",
		Unavailable: "所需的服務暫時沒有回應。",
	},
}
