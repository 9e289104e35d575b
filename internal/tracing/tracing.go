// Package tracing tells where the time of a request went: spans of operations and of calls to the stores, sent to a
// collector that speaks OTLP. It is off until an operator names a collector.
//
// The drivers' own instrumentation is not used: it writes the texts of errors into spans, and a store's error about a
// duplicate repeats the value. Spans here hold names of operations, fields, commands and collections, and nothing that
// a member or an app sent.
package tracing

import (
	"context"
	"fmt"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// scope is whose spans these are.
const scope = "membergate"

const (
	// exportWithin bounds one delivery to the collector.
	exportWithin = 5 * time.Second
	// closeWithin bounds the last delivery, when the process ends: its requests have had theirs.
	closeWithin = 2 * time.Second
	// waiting is how many spans wait for the collector; what comes beyond is dropped, a request never waits.
	waiting = 4096
)

// Settings say where spans go and of how many requests.
type Settings struct {
	Endpoint string            // the collector's address, such as http://localhost:4318
	Headers  map[string]string // sent along with every delivery, such as a token
	Service  string            // service.name
	Instance string            // service.instance.id
	Share    float64           // of requests, 0 to 1
}

// Traces sends spans until it is closed.
type Traces struct {
	provider *sdk.TracerProvider
}

// Open makes what sends spans. A collector that does not answer is told to complain and harms no request.
func Open(ctx context.Context, s Settings, complain func(error)) (*Traces, error) {
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(s.Endpoint+"/v1/traces"), otlptracehttp.WithHeaders(s.Headers), otlptracehttp.WithTimeout(exportWithin))
	if err != nil {
		return nil, fmt.Errorf("spans cannot be sent: %w", err)
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(complain))
	return New(s, sdk.WithBatcher(exporter, sdk.WithMaxQueueSize(waiting))), nil
}

// New makes traces that go wherever the options say.
func New(s Settings, options ...sdk.TracerProviderOption) *Traces {
	about := resource.NewSchemaless(attribute.String("service.name", s.Service), attribute.String("service.instance.id", s.Instance))
	return &Traces{sdk.NewTracerProvider(append(options, sdk.WithResource(about), sdk.WithSampler(sampler(s.Share)))...)}
}

// Tracer begins spans.
func (t *Traces) Tracer() trace.Tracer { return t.provider.Tracer(scope) }

// Close sends what waits and ends; it takes two seconds at most.
func (t *Traces) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeWithin)
	defer cancel()
	if err := t.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("the last spans were not sent: %w", err)
	}
	return nil
}
