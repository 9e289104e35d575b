package tracing_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"membergate/internal/tracing"
)

func kept(share float64) (*tracing.Traces, *tracetest.SpanRecorder) {
	spans := tracetest.NewSpanRecorder()
	return tracing.New(tracing.Settings{Service: "test", Share: share}, sdk.WithSpanProcessor(spans)), spans
}

func TestACallHangsOnItsRequestAndKeepsOnlyTheKindOfItsError(t *testing.T) {
	traces, spans := kept(1)
	ctx, around := traces.Tracer().Start(t.Context(), "query Home")
	tracing.Begin(ctx, "mongodb", "find", "posts").End(nil)
	tracing.Begin(ctx, "mongodb", "insert", "members").End(errors.New(`E11000 duplicate key: { phone: "13800138000" }`))
	tracing.Begin(ctx, "redis", "get", "").End(fmt.Errorf("redis: %w", context.DeadlineExceeded))
	tracing.Begin(ctx, "redis", "get", "").End(context.Canceled)
	around.End()
	var got []string
	for _, s := range spans.Ended() {
		if s.Name() != "query Home" && s.Parent().SpanID() != around.SpanContext().SpanID() {
			t.Errorf("%s hangs on %s", s.Name(), s.Parent().SpanID())
		}
		line := s.Name() + " " + s.Status().Code.String()
		for _, a := range s.Attributes() {
			if a.Key == "error.type" {
				line += " " + a.Value.AsString()
			}
		}
		got = append(got, line)
		if printed := fmt.Sprintf("%+v %+v %+v", s.Attributes(), s.Events(), s.Status()); strings.Contains(printed, "13800138000") {
			t.Errorf("the span repeats the store's error: %s", printed)
		}
	}
	want := []string{"mongodb find posts Unset", "mongodb insert members Error failed", "redis get Error timeout", "redis get Error canceled", "query Home Unset"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("spans (-want +got):\n%s", d)
	}
}

func TestWithoutARecordedRequestACallCostsNothing(t *testing.T) {
	traces, spans := kept(0)
	dropped, span := traces.Tracer().Start(t.Context(), "query Home")
	failure := errors.New("down")
	for name, ctx := range map[string]context.Context{"off": t.Context(), "not drawn": dropped} {
		if n := testing.AllocsPerRun(100, func() { tracing.Begin(ctx, "mongodb", "find", "posts").End(failure) }); n != 0 {
			t.Errorf("%s: a call makes %v allocations, want 0", name, n)
		}
		if tracing.Begin(ctx, "redis", "get", "").Recorded() {
			t.Errorf("%s: the call is recorded", name)
		}
	}
	span.End()
	if n := len(spans.Ended()); n != 0 {
		t.Errorf("%d spans were recorded, want none", n)
	}
}

// A caller chooses the trace's id and says whether it wants to be recorded. It may decline; it cannot insist.
func TestACallerMayDeclineToBeTracedButCannotInsist(t *testing.T) {
	asked := func(flags trace.TraceFlags) context.Context {
		id := trace.TraceID{15: 1} // the lowest id: the library's own sampler always takes it
		return trace.ContextWithRemoteSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{TraceID: id, SpanID: trace.SpanID{1}, TraceFlags: flags, Remote: true}))
	}
	const tries = 2000
	for name, c := range map[string]struct {
		share       float64
		flags       trace.TraceFlags
		least, most int
	}{
		"insists, nobody is drawn":   {0, trace.FlagsSampled, 0, 0},
		"insists, a tenth is drawn":  {0.1, trace.FlagsSampled, 100, 320}, // 200 expected; 7 standard deviations
		"insists, everybody is":      {1, trace.FlagsSampled, tries, tries},
		"declines, everybody is":     {1, 0, 0, 0},
		"declines, a tenth is drawn": {0.1, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			traces, spans := kept(c.share)
			for range tries {
				_, s := traces.Tracer().Start(asked(c.flags), "query")
				s.End()
			}
			if n := len(spans.Ended()); n < c.least || n > c.most {
				t.Errorf("%d of %d were recorded, want %d to %d", n, tries, c.least, c.most)
			}
		})
	}
}

func TestACollectorThatIsAwayIsComplainedOfAndClosingEnds(t *testing.T) {
	complaints := make(chan error, 16)
	traces, err := tracing.Open(t.Context(), tracing.Settings{Endpoint: "http://127.0.0.1:1", Service: "test", Share: 1}, func(err error) {
		select {
		case complaints <- err:
		default:
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	_, s := traces.Tracer().Start(t.Context(), "query")
	s.End()
	if err := traces.Close(); err == nil && len(complaints) == 0 {
		t.Error("nobody hears that the spans were not sent")
	}
}
