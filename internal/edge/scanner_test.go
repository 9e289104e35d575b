package edge_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"membergate/internal/edge"
	"membergate/internal/fault"
)

// The thirteen checks of graphql-cop 1.15 as they decide: what one calls vulnerable must not be found, even where documents
// need not be released ones.
func TestAScannersThirteenChecksFindNothing(t *testing.T) {
	d := open(t, func(p *edge.Parts) { p.Production = true })
	post := func(query string) reply { return d.ask(query, nil) }
	get := func(query string) reply { return d.do(http.MethodGet, "/?query="+url.QueryEscape(query), "", nil) }
	answered := func(a reply, field string) bool { return a.Data[field] != nil }
	quoted := func(n int) string {
		return "[" + strings.Repeat(`{"query":"query cop { __typename }"},`, n-1) + `{"query":"query cop { __typename }"}]`
	}
	form := func() reply {
		return d.do(http.MethodPost, "/", "query=query+cop+%7B+__typename+%7D", map[string]string{"Content-Type": "application/x-www-form-urlencoded"})
	}
	const circle = "query cop { __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } }"
	for name, vulnerable := range map[string]func() bool{
		"alias overloading": func() bool {
			return answered(post("query cop {"+repeat(101, func(i int) string { return fmt.Sprintf("alias%d:__typename", i) })+"}"), "alias100")
		},
		"field duplication": func() bool {
			return answered(post("query cop {"+strings.Repeat("__typename \n", 500)+"}"), "__typename")
		},
		"directive overloading": func() bool { return len(post("query cop { __typename "+strings.Repeat("@aa", 10)+" }").Errors) == 10 },
		"array batching": func() bool {
			return strings.Count(d.do(http.MethodPost, "/", quoted(10), map[string]string{"Content-Type": plain}).Body, "data") >= 10
		},
		"circular introspection": func() bool { return answered(post(circle), "__schema") },
		"introspection": func() bool {
			return answered(post("query cop { __schema { types { name fields { name } } } }"), "__schema")
		},
		"field suggestions": func() bool {
			return strings.Contains(post("query cop { __schema { directive } }").Body, "Did you mean")
		},
		"trace mode": func() bool { return post("query cop { __typename }").Extensions["tracing"] != nil },
		"an explorer": func() bool {
			a := d.do(http.MethodGet, "/", "", map[string]string{"Accept": "text/html"})
			return strings.Contains(strings.ToLower(a.Body), "graphiql") || strings.Contains(strings.ToLower(a.Body), "playground") || a.Status == 200
		},
		"mutation by GET": func() bool { return answered(get("mutation cop { pay }"), "pay") },
		"query by GET without being asked about": func() bool { // answered: it changes nothing, and no page of another origin can read it
			return get("query cop { __typename }").Header.Get("Access-Control-Allow-Origin") != ""
		},
		"a form by POST":   func() bool { return answered(form(), "__typename") },
		"unhandled errors": func() bool { return strings.Contains(post("qwerty cop { abc }").Body, `"exception"`) },
	} {
		if vulnerable() {
			t.Errorf("%s: vulnerable", name)
		}
	}
}

// Thirty resolvers that fail with everything in their errors that must not be told.
func TestThirtyFailuresTellNothingOfTheirCauses(t *testing.T) {
	canaries := []string{"db-7.internal:27017", "/srv/gateway/secret-keys.json", "+8613800138000", "eyJhbGciOiJIUzI1NiJ9.e30.x", "goroutine 7 [running]"}
	failures := map[string]func(canary string) error{
		"plain":   func(c string) error { return errors.New(c) },
		"wrapped": func(c string) error { return fmt.Errorf("find: %w", fmt.Errorf("dial: %s", c)) },
		"down":    func(c string) error { return fault.Down("store", errors.New(c)) },
		"taken":   func(c string) error { return fault.New(fault.Conflict, "%s", c) },
		"late":    func(c string) error { return fmt.Errorf("%s: %w", c, context.DeadlineExceeded) },
		"panic":   nil,
	}
	for kind, fails := range failures {
		for i, canary := range canaries {
			d := open(t, func(p *edge.Parts) { p.Production = true })
			d.fields["hello"] = func(context.Context, map[string]any) (any, error) {
				if fails == nil {
					panic(canary)
				}
				return nil, fails(canary)
			}
			a := d.ask("{hello}", nil, "X-Request-Id", fmt.Sprintf("req-%d", i))
			told := a.Body + fmt.Sprint(a.Header)
			if strings.Contains(told, canary) {
				t.Errorf("%s: the answer tells %q: %s", kind, canary, told)
			}
			if a.code() == "" || a.Header.Get("X-Request-Id") != fmt.Sprintf("req-%d", i) || (a.code() == "INTERNAL" && a.Errors[0].Extensions["requestId"] != fmt.Sprintf("req-%d", i)) {
				t.Errorf("%s: no code, or nothing that finds the log's line: %s", kind, a.Body)
			}
		}
	}
}

// What a page of another origin can have a browser send without being asked first, and what tries to look like it, changes nothing.
func TestFortyForgedRequestsRunNoMutation(t *testing.T) {
	d := open(t, nil)
	const mutation, body = "mutation{pay}", `{"query":"mutation{pay}"}`
	sent := 0
	send := func(method, target, body string, header map[string]string) {
		t.Helper()
		sent++
		a := d.do(method, target, body, header)
		if a.Data["pay"] != nil || a.Status < 400 {
			t.Errorf("%s %s %v: %d %s", method, target, header, a.Status, a.Body)
		}
		if got := a.Header.Get("Access-Control-Allow-Origin"); got != "" {
			t.Errorf("%v: any origin may read the answer: %q", header, got)
		}
	}
	in := "/?query=" + url.QueryEscape(mutation)
	for _, origin := range []string{"", "null", "https://evil.example", "http://localhost.evil.example"} {
		with := func(pairs ...string) map[string]string {
			h := map[string]string{}
			if origin != "" {
				h["Origin"] = origin
			}
			for i := 0; i < len(pairs); i += 2 {
				h[pairs[i]] = pairs[i+1]
			}
			return h
		}
		send(http.MethodGet, in, "", with())
		send(http.MethodGet, in, "", with("X-HTTP-Method-Override", "POST"))
		send(http.MethodGet, in+"&_method=POST", "", with("Content-Type", plain))
		send(http.MethodPost, in, "", with())
		send(http.MethodPost, "/", "query="+url.QueryEscape(mutation), with("Content-Type", "application/x-www-form-urlencoded"))
		send(http.MethodPost, "/", body, with("Content-Type", "text/plain"))
		send(http.MethodPost, "/", body, with("Content-Type", "text/plain; application/json"))
		send(http.MethodPost, "/", "--x\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n"+body+"\r\n--x--", with("Content-Type", "multipart/form-data; boundary=x"))
		send(http.MethodPost, "/", body, with())
		send(http.MethodPut, "/", body, with("Content-Type", plain, "X-HTTP-Method", "POST"))
	}
	if sent != 40 {
		t.Errorf("%d were sent, want 40", sent)
	}
	if n := d.calls.Load(); n != 0 {
		t.Errorf("%d resolvers ran", n)
	}
	if a := d.do(http.MethodPost, "/", body, map[string]string{"Content-Type": plain}); len(a.Errors) > 0 {
		t.Errorf("the app's own request: %s", a.Body)
	}
}
