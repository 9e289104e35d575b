package main

import (
	"strings"
	"testing"
)

const atThisMoment = `query ($context: RecommendationContextInput, $surface: RecommendationSurface!) {
  recommendations(surface: $surface, first: 20, context: $context) { personalised nodes { item { ... on Product { id } } reasons { kind text } } }
}`

// What the app tells of the moment counts for whoever asks, and is refused in one sentence where it is wrong.
func TestWhatTheAppTellsOfTheMomentCounts(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		asked := func(surface string, context map[string]any) reply {
			return ask(t, e.gateway.url, question{query: atThisMoment, variables: map[string]any{"context": context, "surface": surface}})
		}
		plain := asked("HOME", nil)
		in := plain.at(t, "recommendations", "nodes", 0, "item", "id").(string)
		cart := asked("CART", map[string]any{"cartProductIds": []any{in, globalID("Product", "none"), "x"}, "weather": "UNKNOWN", "hour": 23})
		if text := jsonOf(cart.at(t, "recommendations", "nodes")); strings.Contains(text, in) || !strings.Contains(text, "BOUGHT_TOGETHER") || cart.at(t, "recommendations", "personalised") != false {
			t.Errorf("beside a cart with %s: %s", in, cart.text)
		}
		near := asked("HOME", map[string]any{"region": "United Kingdom"})
		if text := jsonOf(near.at(t, "recommendations", "nodes")); !strings.Contains(text, "POPULAR_NEARBY") || near.at(t, "recommendations", "personalised") != false {
			t.Errorf("in a region: %s", near.text)
		}
		long := strings.Repeat("A", 65)
		for says, context := range map[string]map[string]any{
			"hour is 24; allowed are 0 to 23": {"hour": 24}, "weather has 65 bytes": {"weather": long}, "solarTerm has 65 bytes": {"solarTerm": long}, "region has 65 bytes": {"region": long},
			"cartProductIds has 51 ids; allowed are 50": {"cartProductIds": strings.Split(strings.Repeat("x ", 50)+"x", " ")},
		} {
			if r := asked("HOME", context); len(r.Errors) != 1 || r.Errors[0].code() != "BAD_USER_INPUT" || !strings.Contains(r.text, says) {
				t.Errorf("%s: %s", says, r.text)
			}
		}
	})
}
