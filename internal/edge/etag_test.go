package edge_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestAPublicAnswerIsSentOnceAndKnownAgain(t *testing.T) {
	d := open(t, nil)
	says := "hello"
	d.fields["hello"] = func(context.Context, map[string]any) (any, error) { return says, nil }
	get := func(header ...string) reply {
		h := map[string]string{}
		for i := 0; i < len(header); i += 2 {
			h[header[i]] = header[i+1]
		}
		return d.do(http.MethodGet, "/?query="+url.QueryEscape("{ hello }"), "", h)
	}
	first := get()
	tag := first.Header.Get("ETag")
	if first.Status != 200 || !strings.HasPrefix(tag, `W/"`) || first.Header.Get("Cache-Control") != "public, no-cache" || !strings.Contains(strings.Join(first.Header.Values("Vary"), ","), "Accept-Language") {
		t.Fatalf("%d %v", first.Status, first.Header)
	}
	for _, known := range []string{tag, strings.TrimPrefix(tag, "W/"), `"other", ` + tag, "*"} {
		req, err := http.NewRequest(http.MethodGet, d.URL+"/?query="+url.QueryEscape("{ hello }"), nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("If-None-Match", known)
		r, err := d.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r.Body)
		if r.StatusCode != http.StatusNotModified || len(body) > 0 || err != nil || r.Header.Get("ETag") != tag {
			t.Errorf("%s: %d %q %v", known, r.StatusCode, body, err)
		}
		_ = r.Body.Close()
	}
	if r := get("If-None-Match", `W/"other"`); r.Status != 200 || r.Data["hello"] != "hello" {
		t.Errorf("another tag: %d %s", r.Status, r.Body)
	}
	says = "hullo"
	if r := get("If-None-Match", tag); r.Status != 200 || r.Data["hello"] != "hullo" || r.Header.Get("ETag") == tag {
		t.Errorf("what has changed: %d %s", r.Status, r.Body)
	}
}

func TestWhatIsOneMembersOrWrongIsNeverKept(t *testing.T) {
	d := open(t, nil)
	query := "/?query=" + url.QueryEscape("{ hello }")
	for name, r := range map[string]reply{
		"a member's":      d.do(http.MethodGet, query, "", map[string]string{"Authorization": "Bearer good", "If-None-Match": "*"}),
		"a bad token's":   d.do(http.MethodGet, query, "", map[string]string{"Authorization": "Bearer bad", "If-None-Match": "*"}),
		"another time's":  d.do(http.MethodGet, query, "", map[string]string{"X-Debug-Now": "2026-01-01T00:00:00Z", "If-None-Match": "*"}),
		"a POST's":        d.do(http.MethodPost, "/", `{"query":"{ hello }"}`, map[string]string{"Content-Type": "application/json", "If-None-Match": "*"}),
		"a refused one's": d.do(http.MethodGet, "/?query=nonsense", "", map[string]string{"If-None-Match": "*"}),
	} {
		if r.Status == http.StatusNotModified || r.Header.Get("ETag") != "" || r.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v", name, r.Status, r.Header)
		}
	}
}
