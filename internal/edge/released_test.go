package edge_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"membergate/internal/edge"
	"membergate/internal/manifest"
)

const releasedQuery = "query Released { hello }"

// released are two releases of an app; both have an "a", which is not the same.
func released(t *testing.T, off string) *manifest.Followed {
	t.Helper()
	file := func(documents map[string]string) *fstest.MapFile {
		text, err := json.Marshal(documents)
		if err != nil {
			t.Fatal(err)
		}
		return &fstest.MapFile{Data: text}
	}
	f, err := manifest.Fixed(fstest.MapFS{
		"android/1.json": file(map[string]string{"sha256:" + sha(releasedQuery): releasedQuery, "a": "query A { hello }", "p": "mutation P { pay }", "deep": "query D {" + nested(11) + "}"}),
		"ios/1.json":     file(map[string]string{"a": "query A { number(n: 1) }"}),
		"off.json":       {Data: []byte(off)},
	}, func(manifest.Document) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// send posts an object, as a release of an app.
func (d *door) send(app manifest.Release, body map[string]any) reply {
	text, err := json.Marshal(body)
	if err != nil {
		d.t.Fatal(err)
	}
	h := map[string]string{"Content-Type": "application/json"}
	if app.Platform != "" {
		h["GraphQL-Client-Name"], h["GraphQL-Client-Version"] = app.Platform, app.Version
	}
	return d.do(http.MethodPost, "/", string(text), h)
}

func TestAnAppNamesTheDocumentsThatItWasReleasedWith(t *testing.T) {
	d := open(t, func(p *edge.Parts) { p.Released, p.OnlyReleased = released(t, "{}"), true })
	android := manifest.Release{Platform: "android", Version: "1"}
	apq := map[string]any{"extensions": map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": sha(releasedQuery)}}}
	for name, body := range map[string]map[string]any{
		"by the specification's id": {"documentId": "sha256:" + sha(releasedQuery)},
		"by its hash":               {"documentId": sha(releasedQuery)},
		"by Apollo's extension":     apq,
		"by its text":               {"query": releasedQuery},
		"by text and hash":          {"query": releasedQuery, "extensions": apq["extensions"]},
	} {
		for _, app := range []manifest.Release{android, {}, {Platform: "made up", Version: "\x00"}} {
			if app.Version == "\x00" {
				app.Version = "9"
			}
			if r := d.send(app, body); r.Data["hello"] != "hello" || len(r.Errors) > 0 {
				t.Errorf("%s, %v: %s", name, app, r.Body)
			}
			want := manifest.Release{}
			if app == android {
				want = android
			}
			if last := d.last(); !last.Released || last.Release != want {
				t.Errorf("%s, %v: counted as %+v", name, app, last)
			}
		}
	}
	if r := d.do(http.MethodGet, "/?documentId="+url.QueryEscape("sha256:"+sha(releasedQuery)), "", nil); r.Data["hello"] != "hello" {
		t.Errorf("over GET: %s", r.Body)
	}
	if r := d.send(manifest.Release{Platform: "ios", Version: "1"}, map[string]any{"documentId": "a"}); r.Data["number"] == nil || r.Data["hello"] != nil {
		t.Errorf("ios has another a: %s", r.Body)
	}
}

func TestNothingRunsButWhatWasReleased(t *testing.T) {
	texts := &shelf{texts: map[string]string{sha("{ hello }"): "{ hello }"}}
	d := open(t, func(p *edge.Parts) { p.Released, p.OnlyReleased, p.Texts = released(t, "{}"), true, texts })
	for name, body := range map[string]map[string]any{
		"another text":                      {"query": "{ hello }"},
		"the same with a space more":        {"query": releasedQuery + " "},
		"a hash that somebody kept":         {"documentId": "sha256:" + sha("{ hello }")},
		"the same in Apollo's words":        {"extensions": map[string]any{"persistedQuery": map[string]any{"sha256Hash": sha("{ hello }")}}},
		"an id that two releases differ in": {"documentId": "a"},
		"an id that nobody has":             {"documentId": "zz"},
		"text and hash of what nobody has":  {"query": "{ hello }", "extensions": map[string]any{"persistedQuery": map[string]any{"sha256Hash": sha("{ hello }")}}},
		"introspection":                     {"query": "{ __schema { types { name } } }"},
		"what cannot even be read":          {"query": "{ hello"},
	} {
		r := d.send(manifest.Release{}, body)
		if r.code() != "OPERATION_NOT_ALLOWED" || r.Data != nil {
			t.Errorf("%s: %d %s", name, r.Status, r.Body)
		}
		if d.last().Released {
			t.Errorf("%s counts as released", name)
		}
	}
	if n := d.calls.Load(); n > 0 {
		t.Errorf("%d fields ran", n)
	}
}

func TestWhatWasReleasedKeepsTheRules(t *testing.T) {
	d := open(t, func(p *edge.Parts) { p.Released = released(t, "{}") })
	if r := d.do(http.MethodGet, "/?documentId=p", "", nil); r.Status != http.StatusMethodNotAllowed {
		t.Errorf("a mutation over GET: %d %s", r.Status, r.Body)
	}
	if r := d.send(manifest.Release{}, map[string]any{"documentId": "deep"}); r.code() != "QUERY_TOO_COMPLEX" {
		t.Errorf("what is too deep: %s", r.Body)
	}
	if n := d.calls.Load(); n > 0 {
		t.Errorf("%d fields ran", n)
	}
}

func TestWhereAnythingRunsADocumentCanStillBeNamed(t *testing.T) {
	texts := &shelf{texts: map[string]string{sha(asked): asked}}
	d := open(t, func(p *edge.Parts) { p.Released, p.Texts = released(t, "{}"), texts })
	for name, body := range map[string]map[string]any{
		"one that was released":         {"documentId": "sha256:" + sha(releasedQuery)},
		"one that somebody sent before": {"documentId": "sha256:" + sha(asked)},
		"any text":                      {"query": "{ hello }"},
	} {
		if r := d.send(manifest.Release{}, body); r.Data["hello"] != "hello" {
			t.Errorf("%s: %s", name, r.Body)
		}
	}
	if r := d.send(manifest.Release{}, map[string]any{"documentId": "nobody"}); r.code() != "PERSISTED_QUERY_NOT_FOUND" {
		t.Errorf("an id that nobody has: %s", r.Body)
	}
}

func TestADocumentIdThatCannotBeReadIsRefused(t *testing.T) {
	d := open(t, func(p *edge.Parts) { p.Released = released(t, "{}") })
	for name, body := range map[string]map[string]any{
		"a number":              {"documentId": 7},
		"a blank":               {"documentId": "a b"},
		"too long":              {"documentId": strings.Repeat("a", 201)},
		"no hash":               {"documentId": "sha256:abc"},
		"capitals":              {"documentId": "sha256:" + strings.ToUpper(sha(releasedQuery))},
		"beside a text":         {"documentId": "sha256:" + sha(releasedQuery), "query": releasedQuery},
		"nothing":               {"documentId": ""},
		"only in an extension ": {"extensions": map[string]any{"documentId": "a"}},
	} {
		if r := d.send(manifest.Release{}, body); r.Status != http.StatusBadRequest || r.code() != "BAD_USER_INPUT" {
			t.Errorf("%s: %d %s", name, r.Status, r.Body)
		}
	}
}

func TestASwitchedOffOperationIsRefusedHoweverItIsNamed(t *testing.T) {
	d := open(t, func(p *edge.Parts) { p.Released = released(t, `{"operations":{"Released":"it is slow"}}`) })
	for _, body := range []map[string]any{{"documentId": "sha256:" + sha(releasedQuery)}, {"query": releasedQuery}} {
		if r := d.send(manifest.Release{}, body); r.code() != "OPERATION_NOT_ALLOWED" || r.message() != "This operation is switched off for now." {
			t.Errorf("%v: %s", body, r.Body)
		}
	}
	if n := d.calls.Load(); n > 0 {
		t.Errorf("%d fields ran", n)
	}
}
