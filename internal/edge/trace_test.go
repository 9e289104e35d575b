package edge_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"membergate/internal/edge"
	"membergate/internal/fault"
	"membergate/internal/tracing"
)

const (
	callersTrace  = "4bf92f3577b34da6a3ce929d0e0e4736"
	callersParent = "00-" + callersTrace + "-00f067aa0ba902b7-01"
)

func traced(t *testing.T, share float64) (*door, *tracetest.SpanRecorder) {
	t.Helper()
	spans := tracetest.NewSpanRecorder()
	traces := tracing.New(tracing.Settings{Service: "test", Share: share}, sdk.WithSpanProcessor(spans))
	d := open(t, func(p *edge.Parts) {
		p.Extensions = append([]graphql.HandlerExtension{edge.Tracing{Tracer: traces.Tracer()}}, p.Extensions...)
	})
	d.fields["post"] = func(ctx context.Context, _ map[string]any) (any, error) {
		tracing.Begin(ctx, "mongodb", "find", "posts").End(nil)
		return map[string]any{}, nil
	}
	d.fields["me"] = func(context.Context, map[string]any) (any, error) {
		return nil, fault.Down("store", errors.New("lookup db.internal: 13800138000"))
	}
	return d, spans
}

func TestATraceGoesOnFromItsCallerThroughTheResolversToTheStore(t *testing.T) {
	d, spans := traced(t, 1)
	a := d.ask(`query Home($phone: [ID!]!) { post { id } me { id } nodes(ids: $phone) { __typename } }`, map[string]any{"phone": []string{"13800138000"}},
		"Traceparent", callersParent, "Tracestate", "vendor=13800138000", "Baggage", "phone=13800138000", "X-Request-Id", "req-7")
	if a.Status != 200 || a.code() != "UNAVAILABLE" {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	byName := map[string]sdk.ReadOnlySpan{}
	for _, s := range spans.Ended() {
		byName[s.Name()] = s
		if s.SpanContext().TraceID().String() != callersTrace {
			t.Errorf("%s belongs to the trace %s", s.Name(), s.SpanContext().TraceID())
		}
		if printed := fmt.Sprintf("%+v %+v %+v %s", s.Attributes(), s.Events(), s.Status(), s.SpanContext().TraceState()); strings.Contains(printed, "13800138000") {
			t.Errorf("%s repeats what a caller or a store said: %s", s.Name(), printed)
		}
	}
	for child, parent := range map[string]string{"Query.post": "query Home", "Query.me": "query Home", "mongodb find posts": "Query.post"} {
		c, p := byName[child], byName[parent]
		if c == nil || p == nil || c.Parent().SpanID() != p.SpanContext().SpanID() {
			t.Fatalf("%q does not hang on %q: %v", child, parent, spans.Ended())
		}
	}
	about := fmt.Sprint(byName["query Home"].Attributes())
	for _, want := range []string{"req-7", "UNAVAILABLE", "Home"} {
		if !strings.Contains(about, want) {
			t.Errorf("the operation's span does not tell %s: %s", want, about)
		}
	}
	if !strings.Contains(d.log.String(), `"traceId":"`+callersTrace+`"`) {
		t.Errorf("the log does not name the trace: %s", d.log.String())
	}
}

func TestWithoutTracingACallersTraceIsStillInTheLog(t *testing.T) {
	d := open(t, nil)
	for parent, want := range map[string]bool{callersParent: true, "": false, "00-zz-00f067aa0ba902b7-01": false, "00-00000000000000000000000000000000-0000000000000000-00": false, strings.Repeat("a", 4096): false} {
		before := len(d.log.String())
		d.ask("{hello}", nil, "Traceparent", parent)
		if got := strings.Contains(d.log.String()[before:], "traceId"); got != want {
			t.Errorf("traceparent %.60q: a trace in the log %v, want %v", parent, got, want)
		}
	}
}

func TestARequestThatIsNotDrawnHasATraceInTheLogAndNoSpan(t *testing.T) {
	d, spans := traced(t, 0)
	if a := d.ask("{post{id}}", nil); a.Status != 200 || !strings.Contains(d.log.String(), "traceId") {
		t.Errorf("%d, log %s", a.Status, d.log.String())
	}
	if n := len(spans.Ended()); n != 0 {
		t.Errorf("%d spans, want none", n)
	}
}

func TestAnOperationHasAHundredSpansOfResolversAtMost(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	traces := tracing.New(tracing.Settings{Share: 1}, sdk.WithSpanProcessor(spans))
	around := edge.Tracing{Tracer: traces.Tracer()}
	op := &graphql.OperationContext{Operation: &ast.OperationDefinition{Operation: ast.Query}}
	around.InterceptResponse(graphql.WithOperationContext(t.Context(), op), func(ctx context.Context) *graphql.Response {
		for range 500 {
			field := &graphql.FieldContext{Object: "Query", IsResolver: true, Field: graphql.CollectedField{Field: &ast.Field{Name: "hello"}}}
			if _, err := around.InterceptField(graphql.WithFieldContext(ctx, field), func(context.Context) (any, error) { return nil, nil }); err != nil {
				t.Error(err)
			}
		}
		return nil
	})
	if n := len(spans.Ended()); n != 101 {
		t.Errorf("%d spans, want the operation's and 100 of resolvers", n)
	}
}
