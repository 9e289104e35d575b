package main

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	collect "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"
)

// collector takes spans as OpenTelemetry's collector does.
type collector struct {
	mu    sync.Mutex
	token []string // what the deliveries were sent with
	raw   strings.Builder
	names map[string]int
	trace map[string]bool
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		unpacked, err := gzip.NewReader(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		body = unpacked
	}
	raw, err := io.ReadAll(body)
	var told collect.ExportTraceServiceRequest
	if err != nil || r.URL.Path != "/v1/traces" || proto.Unmarshal(raw, &told) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw.Write(raw)
	c.token = append(c.token, r.Header.Get("X-Token"))
	for _, of := range told.GetResourceSpans() {
		for _, scope := range of.GetScopeSpans() {
			for _, s := range scope.GetSpans() {
				c.names[s.GetName()]++
				c.trace[string(s.GetTraceId())] = true
			}
		}
	}
}

// Everything that apps ask, by everybody, is traced; what arrives at the collector names operations, fields, commands
// and collections, and nobody.
func TestTracesTellWhereTheTimeWentAndNothingOfMembers(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		c := &collector{names: map[string]int{}, trace: map[string]bool{}}
		at := httptest.NewServer(c)
		defer at.Close()
		pairs, store := e.pairs, "mongodb"
		if e.name == "embedded" {
			pairs, store = append(append([]string{}, pairs...), "DATA_DIR", filled(t)), "bbolt"
		}
		p := launch(t, append(append([]string{}, pairs...), "OTEL_EXPORTER_OTLP_ENDPOINT", at.URL+"/", "OTEL_EXPORTER_OTLP_HEADERS", "x-token=s%20t", "OTEL_TRACES_SAMPLER_ARG", "1")...)
		p.awaitReady(time.Minute)
		queries, asked := appQueries(t), 0
		said := map[string]bool{"13800138000": true, "Chen Hidden": true}
		for _, a := range askings() {
			ask(t, p.url, question{query: queries[a.operation].text, variables: a.variables, who: a.who, at: a.at})
			if asked++; a.who != "" {
				said[tokenOf(t, a.who)] = true
			}
		}
		hostile := map[string]any{"id": "13800138000", "name": "Chen Hidden"}
		ask(t, p.url, question{query: `query Canary($id: ID!) { node(id: $id) { id } }`, variables: hostile, who: owner})
		ask(t, p.url, question{query: `query Inline { node(id: "13800138000") { id } }`, who: owner})
		if code := p.stop(syscall.SIGTERM); code != 0 {
			t.Fatalf("code %d:\n%s", code, p.log)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if len(c.trace) < asked {
			t.Errorf("%d traces of %d requests", len(c.trace), asked)
		}
		for _, want := range []string{"query Home", "query Feed", "Query.me", store + " "} {
			found := false
			for name := range c.names {
				found = found || strings.HasPrefix(name, want)
			}
			if !found {
				t.Errorf("no span is of %q: %v", want, c.names)
			}
		}
		for _, token := range c.token {
			if token != "s t" {
				t.Errorf("the delivery came with the token %q", token)
			}
		}
		for canary := range said {
			if strings.Contains(c.raw.String(), canary) {
				t.Errorf("the collector was told %.40q", canary)
			}
		}
		for _, member := range []string{owner, adult, teen, child, stranger, single, villager} {
			if strings.Contains(c.raw.String(), "Member "+member) || strings.Contains(c.raw.String(), `"`+member+`"`) {
				t.Errorf("the collector was told of the member %s", member)
			}
		}
	})
}

// A collector that takes the connection and never answers costs no request anything, and the end two seconds.
func TestACollectorThatHangsHoldsNobodyUp(t *testing.T) {
	let := make(chan struct{})
	at := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-let }))
	defer at.Close()
	defer close(let)
	p := launch(t, "DATA_DIR", filled(t), "JWT_HS256_SECRET", testSecret, "OTEL_EXPORTER_OTLP_ENDPOINT", at.URL, "OTEL_TRACES_SAMPLER_ARG", "1")
	p.awaitReady(time.Minute)
	for range 200 {
		good(t, p.url, question{query: balanceNow, who: owner})
	}
	began := time.Now()
	if code := p.stop(syscall.SIGTERM); code != 0 || time.Since(began) > stopWithin {
		t.Errorf("code %d after %v:\n%s", code, time.Since(began), p.log)
	}
	if n := strings.Count(p.log.String(), "spans are not sent"); n < 1 || n > 3 {
		t.Errorf("the log complains %d times, want once or twice", n)
	}
}
