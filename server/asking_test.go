package main

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"membergate/internal/token"
	"membergate/internal/viewer"
)

// question is one request to a gateway.
type question struct {
	query     string
	operation string
	variables map[string]any
	who       string            // member id; empty is nobody
	at        string            // programme time, RFC 3339; empty is the gateway's own
	header    map[string]string // more headers; they win
}

// reply is what came back.
type reply struct {
	status     int
	header     http.Header
	text       string
	Data       json.RawMessage `json:"data"`
	Errors     []problem       `json:"errors"`
	Extensions struct {
		Stores calls `json:"stores"`
	} `json:"extensions"`
}

// problem is one error of an answer.
type problem struct {
	Message    string         `json:"message"`
	Path       []any          `json:"path"`
	Extensions map[string]any `json:"extensions"`
}

func (p problem) code() string {
	code, _ := p.Extensions["code"].(string)
	return code
}

// calls is what an answer cost.
type calls struct {
	Mongo int `json:"mongo"`
	Redis int `json:"redis"`
	Waves int `json:"waves"`
}

// oneShot never keeps a connection, so that no test waits for another one's.
var oneShot = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 30 * time.Second}

// ask sends a question to a gateway's address.
func ask(t testing.TB, url string, q question) reply {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": q.query, "operationName": q.operation, "variables": q.variables})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPost, url+"/graphql", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept-Language", "en")
	if q.who != "" {
		req.Header.Set("Authorization", "Bearer "+tokenOf(t, q.who))
	}
	if q.at != "" {
		req.Header.Set("X-Debug-Now", q.at)
	}
	for name, value := range q.header {
		req.Header.Set(name, value)
	}
	return send(t, req)
}

// send sends any request and reads the answer as GraphQL's where it is.
func send(t testing.TB, req *http.Request) reply {
	t.Helper()
	a, err := oneShot.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	r := reply{status: a.StatusCode, header: a.Header, text: string(text)}
	if strings.Contains(a.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(text, &r); err != nil {
			t.Fatalf("the answer is no JSON: %v\n%s", err, text)
		}
		noteRefusals(r)
	}
	return r
}

// good asks and fails unless there is data and no error. Whoever is told that a part does not answer now asks again, as
// an app does: the limits on time are those of members who wait, and a machine that runs tests is busy.
func good(t testing.TB, url string, q question) reply {
	t.Helper()
	r := ask(t, url, q)
	for try := 1; try < 10 && r.comeAgain(); try++ {
		t.Logf("asked again: %s", shortened(jsonOf(r.Errors)))
		r = ask(t, url, q)
	}
	if r.status != http.StatusOK || len(r.Errors) > 0 || len(r.Data) == 0 || string(r.Data) == "null" {
		t.Fatalf("status %d: %s", r.status, shortened(r.text))
	}
	return r
}

// comeAgain tells whether nothing but time was short.
func (r reply) comeAgain() bool {
	short := func(p problem) bool { return p.code() == "UNAVAILABLE" || p.code() == "TIMEOUT" }
	return len(r.Errors) > 0 && !slices.ContainsFunc(r.Errors, func(p problem) bool { return !short(p) })
}

// value is the data as plain maps and lists.
func (r reply) value(t testing.TB) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(r.Data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// at follows a path of names and places into the data; nil where it ends.
func (r reply) at(t testing.TB, path ...any) any {
	t.Helper()
	var v any = r.value(t)
	for _, step := range path {
		switch at := v.(type) {
		case map[string]any:
			name, _ := step.(string)
			v = at[name]
		case []any:
			i, _ := step.(int)
			if i >= len(at) {
				return nil
			}
			v = at[i]
		default:
			return nil
		}
	}
	return v
}

// refusedOnce fails unless the answer is one error of the code, whose sentence has the text.
func (r reply) refusedOnce(t testing.TB, code, text string) {
	t.Helper()
	if len(r.Errors) != 1 || r.Errors[0].code() != code || !strings.Contains(r.Errors[0].Message, text) {
		t.Errorf("want one %s with %q, got status %d: %s", code, text, r.status, shortened(r.text))
	}
}

func shortened(s string) string {
	if len(s) > 1000 {
		return s[:1000] + "…"
	}
	return s
}

// trust is whose tokens the tests' gateways take.
var trust = token.Trust{Issuer: "members", Audience: "member-apps", HS256: []byte(testSecret)}

var signed sync.Map // tokens by member

// tokenOf gives a member's token, good for an hour.
func tokenOf(t testing.TB, who string) string {
	t.Helper()
	if known, ok := signed.Load(who); ok {
		return known.(string)
	}
	text, err := token.Sign(trust, token.Grant{Member: who, Scope: viewer.ScopeMember, Lifetime: time.Hour}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	signed.Store(who, text)
	return text
}
