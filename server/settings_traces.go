package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"membergate/internal/edge"
	"membergate/internal/tracing"
)

// TraceSettings say where spans are sent, by the names that OpenTelemetry gives; the zero value sends none.
type TraceSettings struct {
	Endpoint string  // OTEL_EXPORTER_OTLP_ENDPOINT
	Headers  Secret  // OTEL_EXPORTER_OTLP_HEADERS: name=value with commas between; they may hold a token
	Service  string  // OTEL_SERVICE_NAME
	Share    float64 // OTEL_TRACES_SAMPLER_ARG: of requests
}

func (r *reader) traces() TraceSettings {
	t := TraceSettings{Endpoint: strings.TrimSuffix(r.text("OTEL_EXPORTER_OTLP_ENDPOINT", ""), "/"), Headers: Secret(r.text("OTEL_EXPORTER_OTLP_HEADERS", ""))}
	service, share := r.text("OTEL_SERVICE_NAME", "membergate"), r.text("OTEL_TRACES_SAMPLER_ARG", "0.1")
	if at, err := url.Parse(t.Endpoint); t.Endpoint != "" && (err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https") {
		r.refuse("OTEL_EXPORTER_OTLP_ENDPOINT is %q; allowed is the address of a collector that speaks OTLP over HTTP, such as http://localhost:4318.", t.Endpoint)
	}
	if _, ok := t.headers(); !ok {
		r.refuse("OTEL_EXPORTER_OTLP_HEADERS is %q (not shown, it may hold a token); allowed is name=value, with commas between several.", t.Headers)
	}
	n, err := strconv.ParseFloat(share, 64)
	if err != nil || n != n || n < 0 || n > 1 {
		r.refuse("OTEL_TRACES_SAMPLER_ARG is %q; allowed is a number from 0 to 1, the share of requests that are traced.", share)
	}
	if t.Endpoint != "" {
		t.Service, t.Share = service, n
	}
	return t
}

func (t TraceSettings) headers() (map[string]string, bool) {
	out := map[string]string{}
	for pair := range strings.SplitSeq(t.Headers.Reveal(), ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		name, value, ok := strings.Cut(pair, "=")
		decoded, err := url.PathUnescape(strings.TrimSpace(value))
		if name = strings.TrimSpace(name); !ok || name == "" || err != nil {
			return nil, false
		}
		out[name] = decoded
	}
	return out, true
}

// between is how often a collector that is away is complained of.
const between = time.Minute

// traced has a gateway's operations traced, where the settings name a collector.
func (s TraceSettings) traced(ctx context.Context, p *Parts, log *slog.Logger) error {
	if s.Endpoint == "" {
		return nil
	}
	headers, _ := s.headers()
	var last atomic.Int64
	traces, err := tracing.Open(ctx, tracing.Settings{Endpoint: s.Endpoint, Headers: headers, Service: s.Service, Instance: rand.Text(), Share: s.Share}, func(err error) {
		if now, before := time.Now().UnixNano(), last.Load(); now-before > int64(between) && last.CompareAndSwap(before, now) {
			log.Warn("spans are not sent", "cause", err.Error())
		}
	})
	if err != nil {
		return err
	}
	p.Around = append([]graphql.HandlerExtension{edge.Tracing{Tracer: traces.Tracer()}}, p.Around...)
	inner := p.Close
	p.Close = func() error {
		if err := traces.Close(); err != nil { // nobody's work is lost by it
			log.Warn("spans are not sent", "cause", err.Error())
		}
		if inner == nil {
			return nil
		}
		return inner()
	}
	return nil
}
