package edge_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"membergate/internal/edge"
	"membergate/internal/tracing"
)

// Forty things that say who somebody is are sent in variables, in the document itself and in headers, and every error repeats
// them: none is in the log, in a span or in what the metrics are told.
func TestFortyCanariesAreInNoLogSpanOrMetric(t *testing.T) {
	forms := []string{"1380013%04d", "440308199001%02d%04d", "oAbCdEfGhIjKlMnOpQrStUvW%04d", "陈嘉禾%d", "小明%d的妈妈", "Chen Jiahe %d", "%d Elm Road, Shenzhen", "session-key-%d==", "app-secret-%d", "eyJhbGciOiJIUzI1NiJ9.e30.%d"}
	var canaries []string
	for i, form := range forms {
		for n := range 4 {
			if strings.Count(form, "%") > 1 {
				canaries = append(canaries, fmt.Sprintf(form, n+10, 1230+i))
			} else {
				canaries = append(canaries, fmt.Sprintf(form, 1000+n*7+i))
			}
		}
	}
	spans := tracetest.NewSpanRecorder()
	traces := tracing.New(tracing.Settings{Share: 1}, sdk.WithSpanProcessor(spans))
	d := open(t, func(p *edge.Parts) {
		p.Extensions = append([]graphql.HandlerExtension{edge.Tracing{Tracer: traces.Tracer()}}, p.Extensions...)
	})
	for _, canary := range canaries {
		failing := func(context.Context, map[string]any) (any, error) {
			return nil, fmt.Errorf("insert: E11000 duplicate key error: { value: %q }: %w", canary, errors.New(canary))
		}
		d.fields["paint"], d.fields["nodes"] = failing, failing
		d.fields["hello"] = func(context.Context, map[string]any) (any, error) { panic(canary) }
		a := d.ask("query Save($i: PaintInput) { paint(input: $i) hello }", map[string]any{"i": map[string]any{"tags": []string{canary}}}, "Authorization", "Bearer "+strings.ToValidUTF8("good", ""), "X-Device-Id", "device")
		if a.code() != "INTERNAL" || strings.Contains(a.Body, canary) {
			t.Errorf("%s: %s", canary, a.Body)
		}
		d.ask(fmt.Sprintf("{ nodes(ids: [%q]) { __typename } }", canary), nil)
		d.ask("{hello}", nil, "Authorization", "Bearer token-of-1380013999")
	}
	watched := map[string]string{"log": d.log.String(), "metrics": fmt.Sprintf("%+v", d.records)}
	var all strings.Builder
	for _, s := range spans.Ended() {
		fmt.Fprintf(&all, "%s %+v %+v %+v\n", s.Name(), s.Attributes(), s.Events(), s.Status())
	}
	watched["spans"] = all.String()
	if len(canaries) != 40 || strings.Count(watched["log"], "E11000") < 80 || len(spans.Ended()) < 80 {
		t.Fatalf("%d canaries, %d spans: too little was looked at", len(canaries), len(spans.Ended()))
	}
	for where, text := range watched {
		for _, canary := range append(canaries, "token-of-1380013999") {
			if strings.Contains(text, canary) {
				t.Errorf("the %s holds %s", where, canary)
			}
		}
	}
}
