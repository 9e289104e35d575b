package main

import (
	"net/http"
	"net/http/pprof"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"membergate/internal/edge"
)

// maxOperationNames bounds the metrics' labels: the apps have some 60 operations, and whoever sends made-up names
// shares one label after these.
const maxOperationNames = 200

// meters are the numbers at /metrics.
type meters struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	errors   *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	calls    *prometheus.CounterVec
	released *prometheus.CounterVec

	mu    sync.Mutex
	names map[string]bool
}

func newMeters(more ...prometheus.Collector) *meters {
	m := &meters{registry: prometheus.NewRegistry(), names: map[string]bool{}}
	m.requests = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "membergate_requests_total", Help: "GraphQL requests answered.",
	}, []string{"operation", "kind", "status"})
	m.errors = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "membergate_request_errors_total", Help: "GraphQL requests by the codes of the errors in their answers.",
	}, []string{"operation", "code"})
	m.seconds = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "membergate_request_seconds", Help: "Time to answer a GraphQL request.",
		Buckets: []float64{.002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5}, // up to the deadline of a write
	}, []string{"operation"})
	m.calls = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "membergate_store_calls_total", Help: "Calls to the stores made for GraphQL requests.",
	}, []string{"operation", "store"})
	m.released = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "membergate_released_requests_total", Help: "Requests with documents that apps were released with, by the release that asked.",
	}, []string{"platform", "version", "operation"})
	m.registry.MustRegister(m.requests, m.errors, m.seconds, m.calls, m.released,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.registry.MustRegister(more...)
	return m
}

// observe counts one finished request.
func (m *meters) observe(r edge.Record) {
	name := m.label(r.Operation, r.Kind)
	m.requests.WithLabelValues(name, r.Kind, statusClass(r.Status)).Inc()
	if r.Kind != "subscription" { // these last as long as somebody listens
		m.seconds.WithLabelValues(name).Observe(r.Duration.Seconds())
	}
	for _, code := range r.Codes {
		m.errors.WithLabelValues(name, code).Inc()
	}
	if r.Released { // these names stand in manifests, so there are only so many
		m.released.WithLabelValues(r.Release.Platform, r.Release.Version, r.Operation).Inc()
	}
	m.calls.WithLabelValues(name, "mongo").Add(float64(r.Mongo))
	m.calls.WithLabelValues(name, "redis").Add(float64(r.Redis))
}

// watch counts the connections of a gateway that outlive their requests.
func (m *meters) watch(g *edge.Gateway) {
	for name, of := range map[string]struct {
		help  string
		count func(edge.Connections) int
	}{
		"membergate_sockets":               {"WebSockets that are open.", func(c edge.Connections) int { return c.Sockets }},
		"membergate_streams":               {"Streams of events or parts that are open.", func(c edge.Connections) int { return c.Streams }},
		"membergate_connection_operations": {"Operations that run on connections which carry many, subscriptions above all.", func(c edge.Connections) int { return c.Operations }},
	} {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: of.help},
			func() float64 { return float64(of.count(g.Connections())) }))
	}
}

// label is the operation's name, "unnamed", "refused" for documents that were none, or "other" when there are too many.
func (m *meters) label(operation, kind string) string {
	switch {
	case kind == "":
		return "refused"
	case operation == "":
		return "unnamed"
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.names[operation] {
		if len(m.names) >= maxOperationNames {
			return "other"
		}
		m.names[operation] = true
	}
	return operation
}

func statusClass(status int) string {
	return string(rune('0'+status/100)) + "xx"
}

// adminHandler is everything that the admin listener answers.
func adminHandler(m *meters, events, choices http.Handler) http.Handler {
	mux := http.NewServeMux()
	if events != nil {
		mux.Handle("POST /events", events)
	}
	if choices != nil {
		mux.Handle("GET /choices", choices)
	}
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}
