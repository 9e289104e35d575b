package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"membergate/internal/edge"
)

func TestAliveAndReady(t *testing.T) {
	var down atomic.Pointer[error]
	r := start(t, func(_ *Settings, p *Parts) {
		p.Checks = []Check{
			{"mongodb", func(context.Context) error { return nil }},
			{"redis", func(ctx context.Context) error {
				if _, ok := ctx.Deadline(); !ok {
					return errors.New("no deadline")
				}
				if err := down.Load(); err != nil {
					return *err
				}
				return nil
			}},
		}
	})
	began, passed := time.Now(), atomic.Int64{}
	r.ready.mu.Lock()
	r.ready.now = func() time.Time { return began.Add(time.Duration(passed.Load())) }
	r.ready.mu.Unlock()
	if status, _, body := r.get("/healthz"); status != 200 {
		t.Errorf("/healthz: %d %s", status, body)
	}
	status, _, body := r.get("/readyz")
	var s state
	if err := json.Unmarshal([]byte(body), &s); err != nil || status != 200 || !s.Ready || !s.Parts["mongodb"].Ready || !s.Parts["redis"].Ready {
		t.Errorf("/readyz: %d %s", status, body)
	}
	refused := errors.New("dial tcp 10.0.0.7: refused")
	down.Store(&refused)
	if status, _, _ := r.get("/readyz"); status != 200 {
		t.Error("the stores are asked again within a second")
	}
	passed.Store(int64(2 * time.Second))
	status, _, body = r.get("/readyz")
	if status != 503 || strings.Contains(body, "10.0.0.7") || !strings.Contains(body, `"redis":{"ready":false`) || !strings.Contains(body, `"mongodb":{"ready":true`) {
		t.Errorf("with Redis down: %d %s", status, body)
	}
	if !strings.Contains(r.log.String(), "10.0.0.7") {
		t.Error("the log does not say why")
	}
	if status, _, _ := r.get("/healthz"); status != 200 {
		t.Error("with a store down the program is not alive any more")
	}
}

func TestTheExplorerIsServedFromMemory(t *testing.T) {
	r := start(t, nil)
	status, header, body := r.get("/")
	if status != 200 || !strings.Contains(body, "Explorer") || !strings.HasPrefix(header.Get("Content-Type"), "text/html") ||
		!strings.Contains(header.Get("Content-Security-Policy"), "default-src 'self'") || header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("/: %d %v %s", status, header, body)
	}
	status, header, body = r.get("/assets/explorer.js")
	if status != 200 || body != "run()" || !strings.Contains(header.Get("Content-Type"), "javascript") {
		t.Errorf("/assets/explorer.js: %d %v %s", status, header, body)
	}
	if status, _, _ = r.call(http.MethodGet, r.public+"/assets/explorer.js", "", map[string]string{"If-None-Match": header.Get("ETag")}); status != http.StatusNotModified {
		t.Errorf("an unchanged asset is sent again: %d", status)
	}
	for _, path := range []string{"/assets/", "/assets", "/nothing", "/../go.mod", "/%2e%2e/go.mod", "/index.htm"} {
		if status, _, _ := r.get(path); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
	if status, _, body := r.get("/schema.graphqls"); status != 200 || !strings.Contains(body, "type Query") {
		t.Errorf("/schema.graphqls: %d %s", status, body)
	}
	if status, header, body := r.get("/media/x.svg"); status != 200 || header.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("/media: %d %s", status, body)
	}
	if _, _, body := r.get("/.well-known/jwks.json"); strings.TrimSpace(body) != `{"keys":[]}` {
		t.Errorf("/.well-known/jwks.json: %s", body)
	}
}

func TestDemoMembersAreOneClickAway(t *testing.T) {
	r := start(t, nil)
	_, _, body := r.call(http.MethodGet, r.public+"/demo/tokens", "", map[string]string{"Accept-Language": "en"})
	var members []DemoMember
	if err := json.Unmarshal([]byte(body), &members); err != nil || len(members) != 1 || members[0].Member != "17850" || members[0].Title != "en" {
		t.Fatalf("/demo/tokens: %s", body)
	}
	for name := range map[string]bool{"memberId": true, "displayName": true, "tier": true, "tierName": true, "token": true} {
		if !strings.Contains(body, `"`+name+`"`) {
			t.Errorf("%s is missing in %s", name, body)
		}
	}
	_, _, body = r.call(http.MethodPost, r.public+"/graphql", `{"query":"{me}"}`, map[string]string{
		"Content-Type": "application/json", "Authorization": "Bearer " + members[0].Token,
	})
	if !strings.Contains(body, `"me":"17850"`) {
		t.Errorf("the demo token does not work: %s", body)
	}
}

func TestProductionServesNothingForDevelopers(t *testing.T) {
	r := start(t, func(s *Settings, _ *Parts) { s.Production = true })
	for _, path := range []string{"/", "/assets/explorer.js", "/schema.graphqls", "/demo/tokens", "/metrics", "/debug/pprof/"} {
		if status, _, body := r.get(path); status != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	if status, _, _ := r.get("/healthz"); status != 200 {
		t.Error("/healthz is gone")
	}
}

func TestOnlyNamedOriginsMayCall(t *testing.T) {
	r := start(t, func(s *Settings, _ *Parts) { s.CORSOrigins = []string{"https://shop.example"} })
	ask := func(method, origin string) http.Header {
		header := map[string]string{"Content-Type": "application/json", "Access-Control-Request-Method": "POST"}
		if origin != "" {
			header["Origin"] = origin
		}
		_, h, _ := r.call(method, r.public+"/graphql", `{"query":"{me}"}`, header)
		return h
	}
	for _, method := range []string{http.MethodPost, http.MethodOptions} {
		if h := ask(method, "https://shop.example"); h.Get("Access-Control-Allow-Origin") != "https://shop.example" || !strings.Contains(strings.Join(h.Values("Vary"), ","), "Origin") {
			t.Errorf("%s from the shop: %v", method, h)
		}
		for _, stranger := range []string{"", "null", "https://evil.example", "https://shop.example.evil", "http://shop.example", "https://shop.example:8443", "*"} {
			h := ask(method, stranger)
			for name := range h {
				if strings.HasPrefix(name, "Access-Control-") {
					t.Errorf("%s from %q: %v", method, stranger, h)
				}
			}
			if !strings.Contains(strings.Join(h.Values("Vary"), ","), "Origin") {
				t.Errorf("%s from %q: a cache would mix origins up", method, stranger)
			}
		}
	}
	if h := ask(http.MethodOptions, "https://shop.example"); !strings.Contains(h.Get("Access-Control-Allow-Headers"), "Authorization") || h.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("preflight: %v", h)
	}
}

func TestMetricsAndProfilesAreForTheOperator(t *testing.T) {
	r := start(t, nil)
	for _, query := range []string{"query Look{me}", "{me}", "{nope}"} {
		body, err := json.Marshal(map[string]string{"query": query})
		if err != nil {
			t.Fatal(err)
		}
		r.call(http.MethodPost, r.public+"/graphql", string(body), map[string]string{"Content-Type": "application/json"})
	}
	_, _, text := r.call(http.MethodGet, r.admin+"/metrics", "", nil)
	for _, want := range []string{
		`membergate_requests_total{kind="query",operation="Look",status="2xx"} 1`,
		`membergate_requests_total{kind="query",operation="unnamed",status="2xx"} 1`,
		`membergate_request_errors_total{code="BAD_USER_INPUT",operation="refused"} 1`,
		`membergate_request_seconds_count{operation="Look"} 1`,
		`membergate_store_calls_total{operation="Look",store="redis"} 0`,
		"go_goroutines",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
	if status, _, _ := r.call(http.MethodGet, r.admin+"/debug/pprof/", "", nil); status != 200 {
		t.Errorf("/debug/pprof/: %d", status)
	}
	if status, _, body := r.get("/debug/pprof/"); status != http.StatusNotFound {
		t.Errorf("profiles are public: %d %s", status, body)
	}
}

func TestMadeUpOperationNamesShareOneLabel(t *testing.T) {
	m := newMeters()
	for i := range 1000 {
		m.observe(edge.Record{Operation: fmt.Sprintf("Q%d", i), Kind: "query", Status: 200})
	}
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "membergate_requests_total" && len(f.GetMetric()) != maxOperationNames+1 {
			t.Errorf("%d series, want %d", len(f.GetMetric()), maxOperationNames+1)
		}
	}
}

func TestLongAnswersAreCompressedForWhoCanReadThem(t *testing.T) {
	long := strings.Repeat("type T { field: String }\n", 200)
	r := start(t, func(_ *Settings, p *Parts) { p.SDL = long })
	for _, c := range []struct {
		path, accept, want string
	}{
		{"/schema.graphqls", "gzip", "gzip"}, {"/schema.graphqls", "", ""}, {"/schema.graphqls", "gzip;q=0", ""}, {"/healthz", "gzip", ""},
	} {
		req, err := http.NewRequest(http.MethodGet, r.public+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept-Encoding", cmp.Or(c.accept, "identity"))
		a, err := oneShot.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(a.Body)
		_ = a.Body.Close()
		if got := a.Header.Get("Content-Encoding"); err != nil || got != c.want || got != "" && len(body) > len(long)/5 {
			t.Errorf("%s for %q comes as %q with %d bytes, %v", c.path, c.accept, got, len(body), err)
		}
		if c.want != "" && !strings.Contains(strings.Join(a.Header.Values("Vary"), ","), "Accept-Encoding") {
			t.Errorf("caches are not told: %v", a.Header)
		}
	}
}
