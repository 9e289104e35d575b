package edge_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"membergate/internal/edge"
	"membergate/internal/fault"
	"membergate/internal/viewer"
)

const (
	plain    = "application/json"
	response = "application/graphql-response+json"
)

func TestTheAnswersTypeFollowsAccept(t *testing.T) {
	d := open(t, nil)
	for accept, want := range map[string]string{
		"":                                plain,
		"*/*":                             plain,
		"application/*":                   plain,
		plain:                             plain,
		response:                          response,
		response + ", " + plain + ";q=.9": response,
		plain + ", " + response:           response,
		response + ";q=0.5, " + plain:     plain,
		response + ";q=0, */*":            plain,
		"multipart/mixed;deferSpec=20220824, " + response + ", " + plain: response,
		"text/html, application/xml;q=0.9, */*;q=0.8":                    plain,
	} {
		a := d.ask("{hello}", nil, "Accept", accept)
		if a.Status != 200 || a.Header.Get("Content-Type") != want+"; charset=utf-8" || a.Data["hello"] != "hello" {
			t.Errorf("Accept %q: %d %s %s", accept, a.Status, a.Header.Get("Content-Type"), a.Body)
		}
	}
	if a := d.ask("{hello}", nil, "Accept", "text/html"); a.Status != http.StatusNotAcceptable || a.code() != "BAD_USER_INPUT" {
		t.Errorf("text/html alone: %d %s", a.Status, a.Body)
	}
}

func TestADocumentThatCannotRunIs200OrByTheNewerType400AndHasNoData(t *testing.T) {
	d := open(t, nil)
	for name, query := range map[string]string{"unreadable": "{", "unknown field": "{nope}", "no operation": "fragment F on Query{hello} "} {
		for accept, status := range map[string]int{plain: 200, response: 400} {
			a := d.ask(query, nil, "Accept", accept)
			if a.Status != status || a.code() != "BAD_USER_INPUT" || strings.Contains(a.Body, `"data"`) {
				t.Errorf("%s as %s: %d %s", name, accept, a.Status, a.Body)
			}
		}
	}
	a := d.ask("query($n: Int!){number(n: $n)}", map[string]any{"n": "x"}, "Accept", response)
	if a.Status != 400 || a.message() != `The variable "n" is not right: cannot use string as Int.` {
		t.Errorf("wrong variable: %d %s", a.Status, a.Body)
	}
	if d.calls.Load() != 0 {
		t.Error("a resolver ran")
	}
}

func TestBrokenRequestsAreRefusedAndNeverRepeated(t *testing.T) {
	d := open(t, nil)
	phone := "13800138000"
	post := func(body, contentType string) reply {
		header := map[string]string{}
		if contentType != "" {
			header["Content-Type"] = contentType
		}
		return d.do(http.MethodPost, "/", body, header)
	}
	good := `{"query":"{hello}"}`
	for name, c := range map[string]struct {
		a      reply
		status int
		code   string
	}{
		"malformed":            {post(`{"query":"{hello}","variables":{"phone":"`+phone+`"}`, plain), 400, "BAD_USER_INPUT"},
		"trailing":             {post(good+phone, plain), 400, "BAD_USER_INPUT"},
		"a string":             {post(`"`+phone+`"`, plain), 400, "BAD_USER_INPUT"},
		"empty":                {post("", plain), 400, "BAD_USER_INPUT"},
		"no query":             {post(`{}`, plain), 400, "BAD_USER_INPUT"},
		"query is null":        {post(`{"query":null}`, plain), 400, "BAD_USER_INPUT"},
		"query is a number":    {post(`{"query":1}`, plain), 400, "BAD_USER_INPUT"},
		"query is blank":       {post(`{"query":" "}`, plain), 400, "BAD_USER_INPUT"},
		"variables are text":   {post(`{"query":"{hello}","variables":"`+phone+`"}`, plain), 400, "BAD_USER_INPUT"},
		"variables are a list": {post(`{"query":"{hello}","variables":[1]}`, plain), 400, "BAD_USER_INPUT"},
		"name is an object":    {post(`{"query":"{hello}","operationName":{}}`, plain), 400, "BAD_USER_INPUT"},
		"extensions are text":  {post(`{"query":"{hello}","extensions":"x"}`, plain), 400, "BAD_USER_INPUT"},
		"a batch":              {post(`[`+good+`,`+good+`]`, plain), 400, "OPERATION_NOT_ALLOWED"},
		"a broken hash":        {post(`{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"`+phone+`"}}}`, plain), 400, "BAD_USER_INPUT"},
		"no content type":      {post(good, ""), 415, "BAD_USER_INPUT"},
		"text":                 {post(good, "text/plain"), 415, "BAD_USER_INPUT"},
		"a form":               {post("query={hello}", "application/x-www-form-urlencoded"), 415, "BAD_USER_INPUT"},
		"multipart":            {post(good, "multipart/form-data; boundary=x"), 415, "BAD_USER_INPUT"},
		"other charset":        {post(good, plain+"; charset=latin1"), 415, "BAD_USER_INPUT"},
		"PUT":                  {d.do(http.MethodPut, "/", good, map[string]string{"Content-Type": plain}), 405, "OPERATION_NOT_ALLOWED"},
		"override":             {d.do(http.MethodPatch, "/", good, map[string]string{"X-HTTP-Method-Override": "POST"}), 405, "OPERATION_NOT_ALLOWED"},
		"encoded":              {d.do(http.MethodPost, "/", good, map[string]string{"Content-Type": plain, "Content-Encoding": "gzip"}), 415, "BAD_USER_INPUT"},
	} {
		if c.a.Status != c.status || c.a.code() != c.code || strings.Contains(c.a.Body, phone) || strings.Contains(c.a.Body, `"data"`) {
			t.Errorf("%s: %d %s", name, c.a.Status, c.a.Body)
		}
	}
	if d.calls.Load() != 0 {
		t.Errorf("%d resolvers ran", d.calls.Load())
	}
	if a := post(good, plain+"; charset=UTF-8"); a.Data["hello"] != "hello" {
		t.Errorf("UTF-8 said aloud: %s", a.Body)
	}
	nulls := `{"query":"{hello}","variables":null,"operationName":null,"extensions":null}`
	if a := post(nulls, plain); a.Data["hello"] != "hello" {
		t.Errorf("nulls: %s", a.Body)
	}
}

func TestGetIsForQueriesOnly(t *testing.T) {
	d := open(t, nil)
	d.fields["number"] = func(_ context.Context, args map[string]any) (any, error) { return args["n"], nil }
	get := func(values url.Values) reply { return d.do(http.MethodGet, "/?"+values.Encode(), "", nil) }
	if a := get(url.Values{"query": {"query($n: Int){number(n: $n)}"}, "variables": {`{"n":7}`}}); a.Data["number"] != float64(7) {
		t.Errorf("a query by GET: %s", a.Body)
	}
	a := get(url.Values{"query": {"mutation{pay}"}})
	if a.Status != http.StatusMethodNotAllowed || a.Header.Get("Allow") != "POST" || a.code() != "OPERATION_NOT_ALLOWED" {
		t.Errorf("a mutation by GET: %d %s", a.Status, a.Body)
	}
	a = get(url.Values{"query": {"query Q{hello} mutation M{pay}"}, "operationName": {"M"}})
	if a.Status != http.StatusMethodNotAllowed {
		t.Errorf("a named mutation by GET: %d %s", a.Status, a.Body)
	}
	if a := get(url.Values{"query": {"{hello}"}, "variables": {"{}]"}}); a.Status != 400 || a.code() != "BAD_USER_INPUT" {
		t.Errorf("broken variables: %d %s", a.Status, a.Body)
	}
	if a := get(url.Values{}); a.Status != 400 {
		t.Errorf("no query: %d %s", a.Status, a.Body)
	}
	if n := d.calls.Load(); n != 1 {
		t.Errorf("%d resolvers ran, want the good query's alone", n)
	}
	if a := d.ask("subscription{paid}", nil); a.code() != "OPERATION_NOT_ALLOWED" {
		t.Errorf("a subscription by POST: %s", a.Body)
	}
}

func TestWhoAsks(t *testing.T) {
	d := open(t, func(p *edge.Parts) {
		good := p.Authenticate
		p.Authenticate = func(ctx context.Context, token string) (viewer.Viewer, error) {
			if token == "unchecked" {
				return viewer.Viewer{}, fault.Down("token keys", context.DeadlineExceeded)
			}
			return good(ctx, token)
		}
	})
	d.fields["hello"] = func(ctx context.Context, _ map[string]any) (any, error) {
		v := viewer.From(ctx)
		return v.Member + " " + string(v.Locale), nil
	}
	if a := d.ask("{hello}", nil); a.Data["hello"] != " zh-CN" {
		t.Errorf("no token is nobody: %s", a.Body)
	}
	if a := d.ask("{hello}", nil, "Authorization", "Bearer good", "Accept-Language", "en"); a.Data["hello"] != "17850 en" {
		t.Errorf("a good token: %s", a.Body)
	}
	if a := d.ask("{hello}", nil, "Authorization", "bearer good"); a.Data["hello"] != "17850 zh-CN" {
		t.Errorf("the scheme is not case-sensitive: %s", a.Body)
	}
	before := d.calls.Load()
	for _, header := range []string{"Bearer bad-token-value", "Bearer", "Bearer ", "Basic Z29vZA==", "good"} {
		for _, accept := range []string{plain, response} {
			a := d.ask("{hello}", nil, "Authorization", header, "Accept", accept)
			if a.Status != http.StatusUnauthorized || a.code() != "UNAUTHENTICATED" || a.Header.Get("WWW-Authenticate") == "" ||
				strings.Contains(a.Body, "bad-token-value") {
				t.Errorf("Authorization %q: %d %s", header, a.Status, a.Body)
			}
		}
	}
	a := d.ask("{hello}", nil, "Authorization", "Bearer unchecked")
	if a.Status != http.StatusServiceUnavailable || a.code() != "UNAVAILABLE" || a.Header.Get("Retry-After") == "" ||
		a.Errors[0].Extensions["part"] != "token keys" {
		t.Errorf("a token that cannot be checked: %d %s", a.Status, a.Body)
	}
	if d.calls.Load() != before {
		t.Error("a resolver ran for a token that is not good")
	}
}

func TestMessagesComeInTheViewersLanguage(t *testing.T) {
	d := open(t, nil)
	d.fields["hello"] = func(ctx context.Context, _ map[string]any) (any, error) { return string(viewer.From(ctx).Locale), nil }
	for wanted, want := range map[string]string{
		"": "zh-CN", "zh": "zh-CN", "zh-Hans-SG": "zh-CN", "zh-HK": "zh-TW", "zh-Hant": "zh-TW", "zh-TW,zh;q=0.5": "zh-TW",
		"en-GB,en;q=0.9": "en", "fr": "zh-CN", "fr, en;q=0.1": "en", "%%%": "zh-CN", strings.Repeat("en,", 100): "zh-CN",
	} {
		if a := d.ask("{hello}", nil, "Accept-Language", wanted); a.Data["hello"] != want {
			t.Errorf("Accept-Language %q: %v, want %s", wanted, a.Data["hello"], want)
		}
	}
}

func TestEveryAnswerHasARequestId(t *testing.T) {
	d := open(t, nil)
	if a := d.ask("{hello}", nil, "X-Request-Id", "app-1.2_3"); a.Header.Get("X-Request-Id") != "app-1.2_3" || d.last().RequestID != "app-1.2_3" {
		t.Errorf("the caller's id is lost: %v", a.Header)
	}
	for _, bad := range []string{"", "a b", `"`, strings.Repeat("x", 65), "<script>"} {
		a := d.ask("{hello}", nil, "X-Request-Id", bad)
		if id := a.Header.Get("X-Request-Id"); len(id) < 20 || id == bad {
			t.Errorf("for %q the id is %q", bad, id)
		}
	}
}

func TestTheSandboxMovesAQuerysClock(t *testing.T) {
	d := open(t, func(p *edge.Parts) { p.Sandbox = true })
	d.fields["hello"] = seeTime
	d.fields["pay"] = seeTime
	at := "2026-07-06T12:30:00+08:00"
	if a := d.ask("{hello}", nil, "X-Debug-Now", at); a.Data["hello"] != "2026-07-06T04:30:00Z" {
		t.Errorf("a moved query: %s", a.Body)
	}
	if a := d.ask("{hello}", nil); a.Data["hello"] != "2000-01-01T00:00:00Z" {
		t.Errorf("an unmoved query: %s", a.Body)
	}
	a := d.ask("{hello}", nil, "X-Debug-Now", "tomorrow")
	if a.code() != "BAD_USER_INPUT" || !strings.Contains(a.message(), `X-Debug-Now is "tomorrow"; allowed is an RFC 3339 time`) {
		t.Errorf("a bad time: %s", a.Body)
	}
	before := d.calls.Load()
	if a := d.ask("mutation{pay}", nil, "X-Debug-Now", at); a.code() != "BAD_USER_INPUT" || d.calls.Load() != before {
		t.Errorf("a moved mutation: %s", a.Body)
	}
	real := open(t, nil)
	real.fields["hello"] = seeTime
	if a := real.ask("{hello}", nil, "X-Debug-Now", at); a.Data["hello"] != "2000-01-01T00:00:00Z" {
		t.Errorf("without a sandbox the header moved the clock: %s", a.Body)
	}
}

func TestTheLogHasOneLineWithoutSecrets(t *testing.T) {
	d := open(t, nil)
	d.ask("query Look($n: Int){number(n: $n)}", map[string]any{"n": 424242}, "Authorization", "Bearer good", "X-Request-Id", "id-1")
	d.ask("{hello}", nil, "Authorization", "Bearer bad-token-value", "X-Request-Id", "forged line")
	lines := strings.Split(strings.TrimSpace(d.log.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines for two requests:\n%s", len(lines), d.log)
	}
	var line map[string]any
	if err := json.Unmarshal([]byte(lines[0]), &line); err != nil {
		t.Fatal(err)
	}
	for k, want := range map[string]any{"requestId": "id-1", "operation": "Look", "kind": "query", "status": float64(200)} {
		if line[k] != want {
			t.Errorf("%s = %v, want %v", k, line[k], want)
		}
	}
	for _, secret := range []string{"424242", "good", "17850", "bad-token-value"} {
		if strings.Contains(d.log.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, d.log)
		}
	}
}
