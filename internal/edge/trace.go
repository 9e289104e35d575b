package edge

import (
	"context"
	"net/http"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"membergate/internal/tracing"
)

// traced takes up the trace that a caller has begun, so that its log and ours can be laid side by side. Only the ids
// are taken: what else a stranger sends along (tracestate, baggage) would be handed on to the collector.
func traced(ctx context.Context, h http.Header) context.Context {
	if h.Get("Traceparent") == "" {
		return ctx
	}
	from := trace.SpanContextFromContext(propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(h)))
	if !from.IsValid() {
		return ctx
	}
	note(ctx, func(n *notes) { n.trace = from.TraceID() })
	return trace.ContextWithRemoteSpanContext(ctx, from.WithTraceState(trace.TraceState{}))
}

// Tracing makes a span of each operation, and of each of its resolvers that may wait for a store. Gateways that are
// not traced do without it.
type Tracing struct{ Tracer trace.Tracer }

var (
	_ graphql.HandlerExtension    = Tracing{}
	_ graphql.ResponseInterceptor = Tracing{}
	_ graphql.FieldInterceptor    = Tracing{}
)

// ExtensionName implements graphql.HandlerExtension.
func (Tracing) ExtensionName() string { return "Tracing" }

// Validate implements graphql.HandlerExtension.
func (Tracing) Validate(graphql.ExecutableSchema) error { return nil }

// maxFieldSpans bounds the resolvers of one operation that get spans: a feed of fifty posts has hundreds, and the first
// show what the rest is like.
const maxFieldSpans = 100

type fieldSpansKey struct{}

// InterceptResponse makes the span of one answer; a subscription has one for each event.
func (t Tracing) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	op := graphql.GetOperationContext(ctx)
	if op.Operation == nil {
		return next(ctx)
	}
	kind, name := string(op.Operation.Operation), op.Operation.Name
	name = name[:min(len(name), maxNameBytes)]
	ctx, span := t.Tracer.Start(ctx, kind+" "+name, trace.WithSpanKind(trace.SpanKindServer))
	defer end(span)
	note(ctx, func(n *notes) { n.trace = span.SpanContext().TraceID() })
	if !span.IsRecording() {
		return next(ctx)
	}
	answer := next(context.WithValue(ctx, fieldSpansKey{}, new(atomic.Int32)))
	span.SetAttributes(attribute.String("graphql.operation.type", kind), attribute.String("graphql.operation.name", name))
	note(ctx, func(n *notes) {
		span.SetAttributes(attribute.String("membergate.request_id", n.id), attribute.Int("membergate.cost", n.cost),
			attribute.Int("membergate.mongo", n.count.Mongo()), attribute.Int("membergate.redis", n.count.Redis()), attribute.Int("membergate.waves", n.count.Waves()))
		if n.release.Platform != "" {
			span.SetAttributes(attribute.String("membergate.app", n.release.String()))
		}
		if len(n.codes) > 0 {
			span.SetAttributes(attribute.StringSlice("membergate.codes", n.codes))
			tracing.Failed(span, n.codes[0])
		}
	})
	return answer
}

// end ends a span. Deferred itself, span.End writes a panic's text into it.
func end(span trace.Span) { span.End() }

// InterceptField makes the span of a field that has a resolver of its own; the others are only read off what is there.
func (t Tracing) InterceptField(ctx context.Context, next graphql.Resolver) (any, error) {
	field := graphql.GetFieldContext(ctx)
	if field == nil || !field.IsResolver {
		return next(ctx)
	}
	spent, recorded := ctx.Value(fieldSpansKey{}).(*atomic.Int32)
	if !recorded || spent.Add(1) > maxFieldSpans {
		return next(ctx)
	}
	ctx, span := t.Tracer.Start(ctx, field.Object+"."+field.Field.Name)
	defer end(span)
	v, err := next(ctx)
	if err != nil {
		tracing.Failed(span, "failed")
	}
	return v, err
}
