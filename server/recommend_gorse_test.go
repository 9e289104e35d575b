package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// gorseFake answers as Gorse's API does, and notes what it was asked.
type gorseFake struct {
	*httptest.Server
	mutex sync.Mutex
	asked []string
	down  string // a path that is answered with 500
}

func newGorseFake(t *testing.T) *gorseFake {
	t.Helper()
	answers := map[string][]string{
		"/api/non-personalized/most_bought": {"towel", "tea"}, "/api/item-to-item/bought_together/tea": {"honey", "soap"},
		"/api/recommend/1": {"soap", "honey", "towel"}, "/api/recommend/3": {"tea", "towel"},
	}
	f := &gorseFake{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mutex.Lock()
		defer f.mutex.Unlock()
		f.asked = append(f.asked, r.URL.Path)
		switch {
		case r.Header.Get("X-API-Key") != "key":
			http.Error(w, "unauthorized", http.StatusUnauthorized)
		case r.URL.Path == f.down:
			http.Error(w, "broken", http.StatusInternalServerError)
		default:
			type scored struct {
				ID    string `json:"Id"`
				Score float64
			}
			out := []scored{}
			for n, id := range answers[r.URL.Path] {
				out = append(out, scored{id, 1 - float64(n)/10})
			}
			if err := json.NewEncoder(w).Encode(out); err != nil {
				t.Error(err)
			}
		}
	}))
	t.Cleanup(f.Close)
	return f
}

func TestAGorseServerFillsTheLists(t *testing.T) {
	f, dir := newGorseFake(t), t.TempDir()
	if _, log, code := command(t, "import orders "+write(t, "orders.csv", bazaar)+" --consent PERSONALISATION", "DATA_DIR", dir); code != 0 {
		t.Fatal(log)
	}
	gorse := []string{"GORSE_URL", f.URL, "GORSE_API_KEY", "key", "GORSE_ITEM_TO_ITEM", "bought_together", "GORSE_NON_PERSONALIZED", "most_bought"}
	fill := func(pairs ...string) (string, int) {
		_, log, code := command(t, "recommend gorse", append(pairs, "DATA_DIR", dir)...)
		return log, code
	}
	f.down = "/api/recommend/3"
	if log, code := fill(gorse...); code == 0 || !strings.Contains(log, "gorse answers /api/recommend/3 with 500") {
		t.Errorf("a server that breaks: %d, %s", code, log)
	}
	f.down = ""
	if log, code := fill(append(gorse[:0:0], "GORSE_URL", "http://127.0.0.1:1", "GORSE_ITEM_TO_ITEM", "a", "GORSE_NON_PERSONALIZED", "b")...); code == 0 || !strings.Contains(log, "0 were: gorse does not answer /api/non-personalized/b") {
		t.Errorf("no server: %d, %s", code, log)
	}
	for range 2 {
		if log, code := fill(gorse...); code != 0 || !strings.Contains(log, "lists of Gorse's answers") {
			t.Fatalf("the lists are not filled: %d, %s", code, log)
		}
	}
	home, discover := exported(t, dir, "home", "10"), exported(t, dir, "discover", "10")
	for m, want := range map[string][2][]string{
		"1": {{"soap", "honey", "towel", "tea"}, {"soap", "towel"}}, "3": {{"tea", "towel"}, {"tea", "towel"}}, "4": {{"towel", "tea"}, {"towel", "tea"}},
	} {
		if !slices.Equal(home[m], want[0]) || !slices.Equal(discover[m], want[1]) {
			t.Errorf("%s: at home %v, to discover %v; want %v", m, home[m], discover[m], want)
		}
	}
	g, err := openGateway("DATA_DIR", dir, "SANDBOX", "on", "JWT_HS256_SECRET", testSecret)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := g.close(); err != nil {
			t.Error(err)
		}
	}()
	said := func(who, surface string, of any) (out []string) {
		r := good(t, g.url, question{query: besideSets, who: who, variables: map[string]any{"surface": surface, "of": of}})
		nodes, _ := r.at(t, "recommendations", "nodes").([]any)
		for n := range nodes {
			at := func(path ...any) any { return r.at(t, append([]any{"recommendations", "nodes", n}, path...)...) }
			line := fmt.Sprint(skuOf(t, at("item", "id").(string)), " ", at("reasons", 0, "kind"))
			for _, b := range at("reasons", 0, "because").([]any) {
				line += " " + skuOf(t, b.(map[string]any)["id"].(string))
			}
			out = append(out, line)
		}
		return out
	}
	if got := said("1", "DISCOVER", nil); !slices.Equal(got, []string{"soap SIMILAR_TO tea", "towel FOR_YOU"}) {
		t.Errorf("1 discovers %v", got)
	}
	if got := said("", "PRODUCT", globalID("Product", "tea")); !slices.Equal(got[:2], []string{"honey BOUGHT_TOGETHER tea", "soap BOUGHT_TOGETHER tea"}) {
		t.Errorf("beside tea stand %v", got)
	}
}

func TestGorseIsToldOfNobodyWhoDidNotAgree(t *testing.T) {
	f, dir := newGorseFake(t), t.TempDir()
	if _, log, code := command(t, "import orders "+write(t, "orders.csv", bazaar), "DATA_DIR", dir); code != 0 {
		t.Fatal(log)
	}
	if _, log, code := command(t, "recommend gorse", "DATA_DIR", dir, "GORSE_URL", f.URL, "GORSE_API_KEY", "key", "GORSE_ITEM_TO_ITEM", "a", "GORSE_NON_PERSONALIZED", "b"); code != 0 {
		t.Fatal(log)
	}
	for _, path := range f.asked {
		if strings.HasPrefix(path, "/api/recommend/") {
			t.Errorf("it was asked %s", path)
		}
	}
	if len(f.asked) != 5 { // what is popular, and what is like four products
		t.Errorf("it was asked %v", f.asked)
	}
}

func TestWrongSettingsOfGorseAreRefusedInOneSentence(t *testing.T) {
	for want, pairs := range map[string][]string{
		"GORSE_URL is not set; allowed is the address of a Gorse server":             nil,
		`GORSE_URL is "gorse:8088"; allowed is the address of a Gorse server`:        {"GORSE_URL", "gorse:8088", "GORSE_ITEM_TO_ITEM", "a", "GORSE_NON_PERSONALIZED", "b"},
		"GORSE_ITEM_TO_ITEM or GORSE_NON_PERSONALIZED is not; allowed are all three": {"GORSE_URL", "http://gorse:8088", "GORSE_ITEM_TO_ITEM", "a"},
	} {
		if _, log, code := command(t, "recommend gorse", append(pairs, "DATA_DIR", t.TempDir())...); code == 0 || !strings.Contains(log, want) || strings.Count(strings.TrimSpace(log), "\n") > 0 {
			t.Errorf("code %d, %q; want %q", code, log, want)
		}
	}
}
