package tracing

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Call is the span of one call to a store; its zero value is that of a request that is not recorded.
type Call struct{ span trace.Span }

// Begin begins the span of one call: system is the store, such as "mongodb", verb its command, place the collection.
// Without a recorded request around it, nothing is made.
func Begin(ctx context.Context, system, verb, place string) Call {
	around := trace.SpanFromContext(ctx)
	if !around.IsRecording() {
		return Call{}
	}
	return begin(ctx, around, system, verb, place)
}

func begin(ctx context.Context, around trace.Span, system, verb, place string) Call {
	name, about := system+" "+verb, []attribute.KeyValue{attribute.String("db.system.name", system), attribute.String("db.operation.name", verb)}
	if place != "" {
		name, about = name+" "+place, append(about, attribute.String("db.collection.name", place))
	}
	_, span := around.TracerProvider().Tracer(scope).Start(ctx, name, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(about...))
	return Call{span}
}

// Recorded tells whether the call has a span.
func (c Call) Recorded() bool { return c.span != nil }

// End ends the span. Of an error only its kind is kept: its text may repeat what was stored.
func (c Call) End(err error) {
	if c.span == nil {
		return
	}
	if err != nil {
		Failed(c.span, kind(err))
	}
	c.span.End()
}

// Failed marks a span with the kind of what went wrong.
func Failed(span trace.Span, kind string) {
	span.SetStatus(codes.Error, "")
	span.SetAttributes(attribute.String("error.type", kind))
}

func kind(err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, context.Canceled):
		return "canceled"
	}
	return "failed"
}
