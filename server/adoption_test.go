package main

import (
	"fmt"
	"sync"
	"testing"
)

// However many adopt a post at once, and whoever else tells of it, its author gets the coins and the badge once.
func TestAnAdoptedPostGivesItsCoinsAndItsBadgeOnce(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		author := newPen(t, e, "adopted")
		id, _ := author.post(draft("body", "How I cook lentils."))
		adopt := func(who, post string) reply {
			return bench{t, e, who}.send("PostAdopt", input("postId", post), "operations")
		}
		var all sync.WaitGroup
		for n := range 20 {
			all.Go(func() {
				if r := adopt(fmt.Sprint("editor-", n), id); len(r.Errors) > 0 || r.at(t, "postAdopt", "adoption", "postId") != id {
					t.Errorf("adopted: %s", r.text)
				}
			})
		}
		all.Wait()
		earned := func() (n int, coins float64) {
			r := good(t, e.gateway.url, question{who: "adopted", query: `{ me { wallet { entries(first: 50) { nodes { title amount } } } } }`})
			for i := range r.at(t, "me", "wallet", "entries", "nodes").([]any) {
				node := r.at(t, "me", "wallet", "entries", "nodes", i).(map[string]any)
				if d, _ := node["amount"].(float64); d == 500 {
					n, coins = n+1, coins+d
				}
			}
			return n, coins
		}
		if n, coins := earned(); n != 1 || coins != 500 {
			t.Errorf("there are %d receipts of %v coins", n, coins)
		}
		shown := good(t, e.gateway.url, question{query: appQueries(t)["Honours"].text, variables: map[string]any{"id": id}})
		if shown.at(t, "node", "adoptedAt") == nil || shown.at(t, "node", "author", "badges", 0, "code") != "STAR_WRITER" || len(shown.at(t, "node", "author", "badges").([]any)) != 1 {
			t.Errorf("everybody sees %s", shown.text)
		}
		second, _ := author.post(draft("body", "How I cook beans."))
		adopt("editor", second)
		if n, _ := earned(); n != 2 {
			t.Errorf("another post gives %d receipts", n)
		}
		pending, _ := author.post(draft("body", doubtfulText))
		for code, r := range map[string]reply{"NOT_LIVE": adopt("editor", pending), "NOT_FOUND": adopt("editor", globalID("Post", idOf(250))),
			"YOURSELF": adopt("adopted", func() string { own, _ := author.post(draft("body", "Mine.")); return own }())} {
			if got := r.refusal(t, "postAdopt"); got != code {
				t.Errorf("it is told %q, want %s", got, code)
			}
		}
	})
}
