package edge_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"membergate/internal/edge"
)

// shelf keeps texts as a store for all processes does.
type shelf struct {
	mu    sync.Mutex
	texts map[string]string
	down  bool
}

func (s *shelf) Text(_ context.Context, hash string) (string, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, ok := s.texts[hash]
	if s.down {
		return "", false, errors.New("the store is gone")
	}
	return text, ok, nil
}

func (s *shelf) Keep(_ context.Context, hash, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return errors.New("the store is gone")
	}
	if s.texts == nil {
		s.texts = map[string]string{}
	}
	s.texts[hash] = text
	return nil
}

func (s *shelf) kept() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.texts)
}

func sha(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// post sends a query, its hash, or both.
func (d *door) post(query, hash string) reply {
	body := map[string]any{}
	if query != "" {
		body["query"] = query
	}
	if hash != "" {
		body["extensions"] = map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": hash}}
	}
	text, err := json.Marshal(body)
	if err != nil {
		d.t.Fatal(err)
	}
	return d.do(http.MethodPost, "/", string(text), map[string]string{"Content-Type": "application/json"})
}

const asked = "query Asked { hello }"

func TestAQueryThatWasSentOnceIsNamedByItsHashFromThenOnInEveryProcess(t *testing.T) {
	s := &shelf{}
	with := func(p *edge.Parts) { p.Texts = s }
	here, there := open(t, with), open(t, with)
	if r := here.post("", sha(asked)); r.code() != "PERSISTED_QUERY_NOT_FOUND" || r.message() != "PersistedQueryNotFound" || r.Status != 200 {
		t.Fatalf("what nobody has sent is answered with %d %s", r.Status, r.Body)
	}
	if r := here.post(asked, sha(asked)); r.Data["hello"] != "hello" {
		t.Fatalf("with its text: %s", r.Body)
	}
	for name, d := range map[string]*door{"here": here, "in another process": there} {
		for range 2 {
			if r := d.post("", sha(asked)); r.Data["hello"] != "hello" {
				t.Errorf("by its hash %s: %s", name, r.Body)
			}
		}
		extensions := url.QueryEscape(`{"persistedQuery":{"version":1,"sha256Hash":"` + sha(asked) + `"}}`)
		if r := d.do(http.MethodGet, "/?extensions="+extensions, "", nil); r.Data["hello"] != "hello" {
			t.Errorf("by its hash over GET %s: %s", name, r.Body)
		}
	}
}

func TestAHashOfAnotherTextIsRefusedAndNothingIsKept(t *testing.T) {
	s := &shelf{}
	d := open(t, func(p *edge.Parts) { p.Texts = s })
	for _, hash := range []string{sha("another"), "x", strings.ToUpper(sha(asked)), sha(asked)[:63], strings.Repeat("../", 20)} {
		if r := d.post(asked, hash); r.Status != http.StatusBadRequest || r.code() != "BAD_USER_INPUT" || !strings.Contains(r.message(), "sha256Hash") {
			t.Errorf("%q: %d %s", hash, r.Status, r.Body)
		}
	}
	if kept := s.kept(); len(kept) > 0 || d.calls.Load() > 0 {
		t.Errorf("kept %v, and %d fields ran", kept, d.calls.Load())
	}
}

func TestOnlyWhatCanRunIsKept(t *testing.T) {
	s := &shelf{}
	d := open(t, func(p *edge.Parts) { p.Texts = s })
	for _, query := range []string{"{ nosuchfield }", "{ hello", "{" + nested(11) + "}", "{" + repeat(16, alias) + "}"} {
		if r := d.post(query, sha(query)); len(r.Errors) == 0 {
			t.Errorf("%.40q runs", query)
		}
	}
	if kept := s.kept(); len(kept) > 0 {
		t.Errorf("kept %v", kept)
	}
}

func TestAHashOpensNoWayAroundTheRules(t *testing.T) {
	s := &shelf{texts: map[string]string{}}
	const pay = "mutation { pay }"
	tooDeep := "{" + nested(11) + "}"
	s.texts[sha(pay)], s.texts[sha(tooDeep)] = pay, tooDeep
	d := open(t, func(p *edge.Parts) { p.Texts = s })
	extensions := url.QueryEscape(`{"persistedQuery":{"sha256Hash":"` + sha(pay) + `"}}`)
	if r := d.do(http.MethodGet, "/?extensions="+extensions, "", nil); r.Status != http.StatusMethodNotAllowed {
		t.Errorf("a mutation by its hash over GET: %d %s", r.Status, r.Body)
	}
	if r := d.post("", sha(tooDeep)); r.code() != "QUERY_TOO_COMPLEX" {
		t.Errorf("what is too deep, by its hash: %s", r.Body)
	}
	if n := d.calls.Load(); n > 0 {
		t.Errorf("%d fields ran", n)
	}
}

func TestWithoutTheStoreQueriesRunByTheirText(t *testing.T) {
	s := &shelf{down: true}
	d := open(t, func(p *edge.Parts) { p.Texts = s })
	if r := d.post("", sha(asked)); r.code() != "PERSISTED_QUERY_NOT_FOUND" {
		t.Errorf("by its hash: %s", r.Body)
	}
	if r := d.post(asked, sha(asked)); r.Data["hello"] != "hello" || len(r.Errors) > 0 {
		t.Errorf("with its text: %s", r.Body)
	}
}
