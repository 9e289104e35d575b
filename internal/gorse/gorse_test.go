package gorse

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"membergate/internal/cursor"
	"membergate/internal/member"
	"membergate/internal/recommend"
	"membergate/internal/redisstore"
	"membergate/internal/viewer"
)

// fake answers as Gorse does: at the paths of its API, with scores if the second version is asked for, else ids alone.
func fake(t *testing.T) *Client {
	t.Helper()
	answers := map[string]string{
		"/api/recommend/17850":                   `[{"Id":"cup","Score":0.9},{"Id":"lamp","Score":0.5},{"Id":"honey","Score":0.4}]`,
		"/api/recommend/nobody":                  `[]`,
		"/api/item-to-item/bought_together/tea":  `[{"Id":"honey","Score":0.8},{"Id":"cup","Score":0.2}]`,
		"/api/item-to-item/bought_together/soap": `[{"Id":"cup","Score":0.6}]`,
		"/api/item-to-item/bought_together/a/b":  `[]`,
		"/api/non-personalized/most_bought":      `[{"Id":"towel","Score":40},{"Id":"tea","Score":30}]`,
		"/api/recommend/broken":                  `{"Id":1}`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-API-Key") != "k" {
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		answer, ok := answers[r.URL.Path]
		if !ok || r.URL.Query().Get("n") != "10" || r.Header.Get("X-API-Version") != "2" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, answer)
	}))
	t.Cleanup(server.Close)
	return &Client{Address: server.URL + "/", Key: "k", HTTP: server.Client(), Alike: "bought_together", Popular: "most_bought"}
}

type open struct{}

func (open) Sign(string, []byte) []byte                  { return []byte("signed") }
func (open) Verify(string, []byte, []byte) bool          { return true }
func (open) Save(context.Context, recommend.Taste) error { return nil }
func (open) Erase(context.Context, member.ID) error      { return nil }
func (open) Of(_ context.Context, m member.ID) (recommend.Taste, error) {
	return recommend.Taste{Member: m}, nil
}

// What Gorse ranks is served as what the built-in builder makes is: through the same lists, with reasons that are true.
func TestWhatGorseRanksIsServedWithReasons(t *testing.T) {
	ctx, c := t.Context(), fake(t)
	store, err := redisstore.OpenEmbedded(ctx, "", "t:")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	own, err := c.Member(ctx, "17850", []string{"soap", "tea"}, 10)
	if err != nil {
		t.Fatal(err)
	}
	beside, err := c.Similar(ctx, "tea", 10)
	if err != nil {
		t.Fatal(err)
	}
	shelf, err := c.Shelf(ctx, 10)
	if err != nil {
		t.Fatal(err)
	}
	own.Version, beside.Version, shelf.Version = "g1", "g1", "g1"
	tea := recommend.Ref{Kind: recommend.OfProduct, ID: "tea"}
	if err := store.Lists().Put(ctx, map[recommend.Key]recommend.List{
		recommend.MemberList("17850", recommend.Home): own, recommend.SimilarList(tea): beside, recommend.PopularList(recommend.OfProduct): shelf,
	}); err != nil {
		t.Fatal(err)
	}
	service := &recommend.Service{Lists: store.Lists(), Tastes: open{}, Cursors: cursor.NewBook(open{})}
	for name, c := range map[string]struct {
		asked recommend.Asked
		want  []string
	}{
		"home": {recommend.Asked{Surface: recommend.Home, Member: "17850", Personal: true},
			[]string{"cup SIMILAR_TO soap", "lamp FOR_YOU", "honey SIMILAR_TO tea", "towel POPULAR", "tea POPULAR"}},
		"beside a product": {recommend.Asked{Surface: recommend.Product, Context: tea}, []string{"honey BOUGHT_TOGETHER tea", "cup BOUGHT_TOGETHER tea", "towel POPULAR"}},
		"without consent":  {recommend.Asked{Surface: recommend.Home, Member: "17850"}, []string{"towel POPULAR", "tea POPULAR"}},
	} {
		c.asked.Now = time.Date(2026, 7, 6, 12, 0, 0, 0, time.UTC)
		page, err := service.Recommend(ctx, c.asked, cursor.Args{}, viewer.English, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range page.Nodes {
			line := r.Item.ID + " " + string(r.Reasons[0].Cause)
			for _, b := range r.Reasons[0].Because {
				line += " " + b.ID
			}
			got = append(got, line)
			if strings.HasPrefix(r.Reasons[0].Text, "reason.") {
				t.Errorf("%s has no words", r.Reasons[0].Cause)
			}
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestWhatGorseDoesNotSayIsAnError(t *testing.T) {
	c := fake(t)
	if l, err := c.Member(t.Context(), "nobody", []string{"tea"}, 10); err != nil || len(l.Items) > 0 {
		t.Errorf("of nobody there is %+v, %v", l, err)
	}
	if _, err := c.Similar(t.Context(), "a/b", 10); err != nil {
		t.Errorf("a name with a slash: %v", err)
	}
	for name, call := range map[string]func() error{
		"no list of items": func() error { _, err := c.Member(t.Context(), "broken", nil, 10); return err },
		"404 Not Found":    func() error { _, err := c.Similar(t.Context(), "none", 10); return err },
		"401 Unauthorized": func() error { other := *c; other.Key = ""; _, err := other.Shelf(t.Context(), 10); return err },
		"does not answer": func() error {
			other := *c
			other.Address = "http://127.0.0.1:1"
			_, err := other.Shelf(t.Context(), 10)
			return err
		},
	} {
		want := name
		if name == "no list of items" {
			want = "is no list of scored items"
		}
		if err := call(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
