package main

import (
	"slices"
	"testing"
)

const besideSets = `query ($surface: RecommendationSurface!, $of: ID, $context: RecommendationContextInput) {
  recommendations(surface: $surface, contextId: $of, first: 20, context: $context) {
    personalised nodes { item { ... on Product { id } } reasons { kind text because { id } } }
  }
}`

// The sample's cutlery of four colours is bought in the same orders.
func TestASetStandsBesideItsProductsAndCompletesACart(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		blue, green, red, pink := globalID("Product", "84997D"), globalID("Product", "84997A"), globalID("Product", "84997B"), globalID("Product", "84997C")
		whole := func(r reply) map[string][]string {
			out := map[string][]string{}
			nodes, _ := r.at(t, "recommendations", "nodes").([]any)
			for n := range nodes {
				if r.at(t, "recommendations", "nodes", n, "reasons", 0, "kind") != "BOUGHT_AS_SET" {
					continue
				}
				var because []string
				for _, b := range r.at(t, "recommendations", "nodes", n, "reasons", 0, "because").([]any) {
					because = append(because, b.(map[string]any)["id"].(string))
				}
				if r.at(t, "recommendations", "nodes", n, "reasons", 0, "text") != "Often bought as a set" {
					t.Errorf("the reason is said as %s", r.text)
				}
				out[r.at(t, "recommendations", "nodes", n, "item", "id").(string)] = because
			}
			if r.at(t, "recommendations", "personalised") != false {
				t.Errorf("a set tells of somebody: %s", r.text)
			}
			return out
		}
		asked := func(v map[string]any) map[string][]string {
			return whole(good(t, e.gateway.url, question{query: besideSets, variables: v}))
		}
		beside := asked(map[string]any{"surface": "PRODUCT", "of": pink})
		for _, other := range []string{blue, green, red} {
			if b := beside[other]; len(b) != 3 || !slices.Contains(b, pink) || slices.Contains(b, other) {
				t.Errorf("beside pink cutlery %s stands because of %v", other, b)
			}
		}
		if one := asked(map[string]any{"surface": "CART", "context": map[string]any{"cartProductIds": []any{pink}}}); len(one) > 0 {
			t.Errorf("one product in a cart makes the sets %v", one)
		}
		cart := asked(map[string]any{"surface": "CART", "context": map[string]any{"cartProductIds": []any{pink, blue}}})
		for _, other := range []string{green, red} {
			if b := cart[other]; !slices.Equal(b, []string{pink, blue}) {
				t.Errorf("for a cart of pink and blue cutlery %s stands because of %v; there are %v", other, b, cart)
			}
		}
	})
}
