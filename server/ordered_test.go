package main

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"membergate/internal/event"
)

// surfaces are all places that ask for recommendations.
var surfaces = []string{"HOME", "DISCOVER", "PRODUCT", "CART", "REWARDS", "COMMUNITY", "FAMILY", "REPLENISH"}

// paidFor tells that a member has paid for products just now.
func (a shelfApp) paidFor(t *testing.T, e *engine, products ...string) {
	a.t.Helper()
	var lines []string
	for _, p := range products {
		lines = append(lines, fmt.Sprintf(`{"sku":%q,"quantity":1,"amountFen":100}`, skuOf(a.t, p)))
	}
	id := rand.Text()
	if bad := e.tell(t, event.Message{ID: "p" + id, Type: "order.paid", Member: a.who, At: time.Now().UTC().Format(time.RFC3339), Data: fmt.Sprintf(
		`{"orderId":%q,"amountFen":%d,"channel":"STORE","lines":[%s]}`, id, 100*len(lines), strings.Join(lines, ","))}); len(bad) > 0 {
		a.t.Fatal(bad)
	}
}

func TestWhatWasPaidForIsNotShownFromTheNextRequestOn(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		for _, who := range []string{"agreeing", "refusing"} {
			app := shelfOf(t, e, who+strings.ToLower(rand.Text()[:6]))
			app.paidFor(t, e) // with whom the member joins
			if who == "agreeing" {
				if r := (home{walletApp: walletApp{t, e.gateway.url, app.who, privacyApp(t)}}).consent("PERSONALISATION", true); len(r.Errors) > 0 || r.refusal(t, "consentSet") != "" {
					t.Fatal(r.text)
				}
			}
			before := things(app.top("HOME", 10))
			if app.personalised("HOME") != (who == "agreeing") { // of whom the tier is known
				t.Errorf("%s did nothing yet: personalised %v", app.who, app.personalised("HOME"))
			}
			app.paidFor(t, e, before[0], before[2])
			for _, surface := range []string{"HOME", "DISCOVER", "CART", "FAMILY", "REPLENISH"} {
				after := things(app.top(surface, 50))
				gone := !slices.Contains(after, before[0]) && !slices.Contains(after, before[2])
				if len(after) == 0 || gone != (who == "agreeing") || app.personalised(surface) != (who == "agreeing") {
					t.Errorf("%s for %s: gone %v, personalised %v, of %d things", surface, who, gone, app.personalised(surface), len(after))
				}
			}
		}
	})
}

func (a shelfApp) personalised(surface string) bool {
	a.t.Helper()
	r := good(a.t, a.url, question{query: a.only("Recommend"), who: a.who, variables: map[string]any{"surface": surface, "first": 50}})
	return r.at(a.t, "recommendations", "personalised") == true
}

func TestNoSurfaceIsEmptyAndNobodyHasASay(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		for _, who := range []string{"", owner, stranger, hider} {
			app := shelfOf(t, e, who)
			for _, surface := range surfaces {
				shown := app.top(surface, 50)
				if len(shown) == 0 {
					t.Errorf("%s is empty for %q", surface, who)
				}
				if who == "" && app.personalised(surface) {
					t.Errorf("%s is personalised for nobody", surface)
				}
				for _, p := range shown {
					if p.item == globalID("Reward", "r-00") {
						t.Errorf("%s offers %q a reward that is gone", surface, who)
					}
				}
			}
		}
	})
}

func skuOf(t testing.TB, id string) string {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(id)
	sku, is := strings.CutPrefix(string(raw), "Product:")
	if err != nil || !is {
		t.Fatalf("%q is no product", id)
	}
	return sku
}
