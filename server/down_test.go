package main

import (
	"fmt"
	"net/http"
	"regexp"
	"testing"
	"time"
)

// downWithin is how soon a member hears that a part is down. A call may take 800 ms; the rest is for a busy machine.
const downWithin = 2 * time.Second

// everyPart asks for something of each part of an answer.
const everyPart = `{
	programme { code tiers { code } }
	boards { code title }
	groups { code }
	me { id wallet { balance { available } } }
	feed(kind: HOT, first: 3) { nodes { id author { id } } }
	recommendations(surface: HOME, first: 3) { nodes { id item { __typename } } }
}`

func TestWithTheStoreDownWhatNeedsItIsUnavailableAndTheRestAnswers(t *testing.T) {
	w := openCabled(t)
	q := question{query: everyPart, who: owner, at: sampleEnd}
	before := good(t, w.url, q)
	for name, broken := range map[string]struct{ down, up func() }{
		"gone":    {w.mongo.close, w.mongo.mend},
		"hanging": {w.mongo.freeze, w.mongo.thaw},
	} {
		t.Run(name, func(t *testing.T) {
			broken.down()
			defer broken.up()
			began := time.Now()
			r := ask(t, w.url, q)
			if took := time.Since(began); took > downWithin {
				t.Errorf("the answer took %v", took)
			}
			for _, part := range []string{"programme", "boards", "groups"} {
				if r.status != http.StatusOK || jsonOf(r.at(t, part)) != jsonOf(before.at(t, part)) {
					t.Errorf("%s is not there: %s", part, shortened(r.text))
				}
			}
			for _, part := range []string{"me", "feed"} {
				if r.at(t, part) != nil {
					t.Errorf("%s answers without its store: %s", part, shortened(r.text))
				}
				r.unavailable(t, part, "store")
			}
			w.tellsNothing(t, r)
			if status, parts := w.awaitPart(t, "store", false); status != http.StatusServiceUnavailable || !parts["cache"] {
				t.Errorf("/readyz answers %d, %v", status, parts)
			}
		})
		after := awaitGood(t, w.url, q)
		if masked(t, after) != masked(t, before) {
			t.Errorf("when the store is back, the answer is %s\nbefore it was %s", shortened(after.text), shortened(before.text))
		}
		if status, parts := w.awaitPart(t, "store", true); status != http.StatusOK {
			t.Errorf("/readyz answers %d, %v", status, parts)
		}
	}
}

func TestWithTheCacheDownTheHomeScreenLacksNothingButWhatIsInIt(t *testing.T) {
	w := openCabled(t)
	q := question{query: appQueries(t)["Home"].text, who: owner, at: sampleEnd}
	before := good(t, w.url, q)
	for name, broken := range map[string]struct{ down, up func() }{
		"gone":    {w.redis.close, w.redis.mend},
		"hanging": {w.redis.freeze, w.redis.thaw},
	} {
		t.Run(name, func(t *testing.T) {
			broken.down()
			defer broken.up()
			began := time.Now()
			r := ask(t, w.url, q)
			if took := time.Since(began); took > downWithin {
				t.Errorf("the answer took %v", took)
			}
			for _, part := range []string{"me", "feed"} {
				if r.at(t, part) == nil || jsonOf(mask("", r.at(t, part))) != jsonOf(mask("", before.at(t, part))) {
					t.Errorf("%s is another: %s", part, shortened(r.text))
				}
			}
			if r.at(t, "recommendations") == nil {
				r.unavailable(t, "recommendations", "cache")
			} else if nodes, _ := r.at(t, "recommendations", "nodes").([]any); len(nodes) == 0 {
				t.Errorf("there are no recommendations, and no error: %s", shortened(r.text))
			}
			w.tellsNothing(t, r)
			if _, parts := w.awaitPart(t, "cache", false); !parts["store"] {
				t.Errorf("/readyz says %v", parts)
			}
		})
		if after := awaitGood(t, w.url, q); masked(t, after) != masked(t, before) {
			t.Errorf("when the cache is back, the answer is %s\nbefore it was %s", shortened(after.text), shortened(before.text))
		}
		if status, parts := w.awaitPart(t, "cache", true); status != http.StatusOK {
			t.Errorf("/readyz answers %d, %v", status, parts)
		}
	}
}

// unavailable fails unless there is an error for the part that says what does not answer, and when to try again.
func (r reply) unavailable(t *testing.T, path, part string) {
	t.Helper()
	for _, e := range r.Errors {
		if len(e.Path) == 1 && e.Path[0] == path {
			retry, _ := e.Extensions["retryAfterMs"].(float64)
			if e.code() != "UNAVAILABLE" || e.Extensions["part"] != part || retry <= 0 {
				t.Errorf("%s: %+v", path, e)
			}
			return
		}
	}
	t.Errorf("no error says why %s is null: %s", path, shortened(r.text))
}

// tellsNothing fails if the errors of an answer, or /readyz, show where the stores are or which ones they are.
func (w *cabled) tellsNothing(t *testing.T, r reply) {
	t.Helper()
	secrets := regexp.MustCompile(fmt.Sprintf(`(?i)127\.0\.0\.1|mongo|redis|ferret|tcp|socket|EOF|timeout|:%s|:%s|%s`,
		lastPart(w.mongo.address()), lastPart(w.redis.address()), w.settings.MongoDatabase))
	_, _, ready := w.readiness(t)
	for _, text := range []string{jsonOf(r.Errors), ready} {
		if found := secrets.FindString(text); found != "" {
			t.Errorf("%q is told: %s", found, text)
		}
	}
}
