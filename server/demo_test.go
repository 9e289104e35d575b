package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"membergate/graph"
)

// A stranger who starts the program for the first time gets every screen of the apps filled, as each of the members who
// can be tried out and as nobody, with pictures that are there.
func TestTheDemoFillsEveryScreen(t *testing.T) {
	p := launch(t, "DATA_DIR", t.TempDir())
	p.awaitReady(time.Minute)
	queries := appQueries(t)
	seen := newSighting(graph.NewExecutableSchema(graph.Config{}).Schema(), words(t, "empty.txt"))
	var pictures, talked []string
	for _, tier := range []string{"", "SILVER", "GOLD", "BLACK_GOLD"} {
		header := map[string]string{}
		if tier != "" {
			_, header = asDemo(t, p.url, tier)
		}
		for _, a := range demoAskings(talked) {
			if tier == "" && (a.variables["kind"] == "FOLLOWING" || a.variables["kind"] == "FAMILY") {
				continue
			}
			q := queries[a.operation]
			r := good(t, p.url, question{query: q.text, variables: a.variables, header: header})
			for _, wrong := range seen.look(q.doc, r.value(t)) {
				t.Errorf("%s as %q: %s", a, tier, wrong)
			}
			addresses(r.value(t), func(url string) {
				if !slices.Contains(pictures, url) {
					pictures = append(pictures, url)
				}
			})
			if len(talked) == 0 {
				talked = talkedAbout(t, r)
			}
		}
	}
	for _, name := range seen.neverSeen(demoLacks) {
		t.Errorf("the demo has no value of %s", name)
	}
	if len(pictures) < 50 {
		t.Errorf("the demo shows %d pictures only", len(pictures))
	}
	for _, url := range pictures {
		a, err := oneShot.Get(p.url + url)
		if err != nil {
			t.Fatal(err)
		}
		a.Body.Close()
		if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "image/svg+xml" {
			t.Errorf("%s answers %d, %s", url, a.StatusCode, a.Header.Get("Content-Type"))
		}
	}
}

// talkedAbout are the posts of a feed that have comments.
func talkedAbout(t *testing.T, r reply) []string {
	t.Helper()
	edges, _ := r.at(t, "feed", "edges").([]any)
	var out []string
	for i := range edges {
		id, _ := r.at(t, "feed", "edges", i, "node", "id").(string)
		if n, _ := r.at(t, "feed", "edges", i, "node", "commentCount").(float64); n > 0 {
			out = append(out, id)
		}
	}
	return out
}

// demoAskings are the queries of the apps about the demo; posts are asked for once they are known.
func demoAskings(posts []string) []asking {
	out := []asking{{operation: "Home"}, {operation: "WalletPage"}, {operation: "TierPage"}, {operation: "Programme"}, {operation: "FamilyPage"},
		{operation: "Rewards"}, {operation: "Community"}}
	for _, kind := range []string{"HOT", "NEW", "FOR_YOU", "FOLLOWING", "FAMILY"} {
		out = append(out, asking{operation: "Feed", variables: map[string]any{"kind": kind, "first": 50}})
	}
	for _, surface := range []string{"HOME", "DISCOVER", "CART", "REWARDS", "COMMUNITY", "FAMILY", "REPLENISH", "PRODUCT"} {
		out = append(out, asking{operation: "Recommend", variables: map[string]any{"surface": surface}})
	}
	for _, post := range posts {
		out = append(out, asking{operation: "PostDetail", variables: map[string]any{"id": post}})
	}
	return out
}

// demoLacks are fields that the demo has no value of, and why.
var demoLacks = map[string]string{
	"EarnExplanation.cappedBy":        "no wallet is full",
	"Wallet.holds":                    "nobody is at a till",
	"HoldConnection.nodes":            "nobody is at a till",
	"Family.approvals":                "nobody waits for a yes",
	"ApprovalRequestConnection.nodes": "nobody waits for a yes",
	"Family.invitations":              "nobody is invited",
	"TierStatus.protectedUntil":       "none of the three is protected",
	"TierStatus.shortfall":            "none of the three is protected",
	"TierGrant.reason":                "the grant says nothing",
	"Post.editedAt":                   "nobody has changed a post",
	"Comment.myReactions":             "none of the three has reacted to a comment",
	"TierForecast.expectedUpgradeAt":  "none of the three is about to rise",
	"TierForecast.rollsOffNext":       "the growth of the three is younger",
}

// addresses calls f with every url below a value.
func addresses(v any, f func(string)) {
	switch v := v.(type) {
	case []any:
		for _, each := range v {
			addresses(each, f)
		}
	case map[string]any:
		for name, each := range v {
			if text, ok := each.(string); ok && name == "url" && strings.HasPrefix(text, "/") {
				f(text)
			}
			addresses(each, f)
		}
	}
}
