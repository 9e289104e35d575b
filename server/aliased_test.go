package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"membergate/internal/token"
	"membergate/internal/viewer"
)

// A hundred guesses in one document are not tried at all, and as many as a document may hold are counted one by one.
func TestAliasesDoNotMultiplyGuesses(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		const at = "2011-01-17T17:44:00+08:00"
		signed, err := token.Sign(trust, token.Grant{Member: "aliaser-" + e.name, Scope: viewer.ScopeStaff, Roles: []string{"clerk"}, Lifetime: time.Hour}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		guess := func(n int, from string) reply {
			var b strings.Builder
			for i := range n {
				fmt.Fprintf(&b, "g%d: storeWordCheck(word: \"moonlit %s %d\") { right } ", i, from, i)
			}
			return ask(t, e.gateway.url, question{query: "{" + b.String() + "}", at: at, header: map[string]string{"Authorization": "Bearer " + signed}})
		}
		guess(100, "many").refusedOnce(t, "QUERY_TOO_COMPLEX", "tokens")
		guess(20, "some").refusedOnce(t, "QUERY_TOO_COMPLEX", "aliases")
		r := guess(15, "few")
		tried := strings.Count(r.text, `"right":false`)
		limited := 0
		for _, e := range r.Errors {
			if e.code() == "RATE_LIMITED" {
				limited++
			}
		}
		if tried > 10 || limited < 5 || tried+limited > 15 {
			t.Errorf("of 15 guesses in one document %d were tried and %d refused; ten a day are allowed: %s", tried, limited, shortened(r.text))
		}
		if again := guess(15, "more"); strings.Contains(again.text, `"right":`) {
			t.Errorf("the next document's guesses are tried: %s", shortened(again.text))
		}
	})
}
