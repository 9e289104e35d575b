package main

import (
	"testing"
)

// The variant that a member meets changes the member's list: what was just looked at brings in what is like it, or nothing.
func TestAVariantChangesTheListThatItsMembersSee(t *testing.T) {
	g, err := openGateway("DATA_DIR", filled(t), "SANDBOX", "on", "JWT_HS256_SECRET", testSecret,
		"PROGRAMME", altered(t, t.TempDir(), "{code: AS_BEFORE, basisPoints: 5000}", "{code: AS_BEFORE, basisPoints: 5000, parameters: {recommendations.recent.viewed: 0}}"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := g.close(); err != nil {
			t.Error(err)
		}
	}()
	met := map[bool]int{}
	for _, who := range []string{owner, stranger, hider, remover, clicker, impatient, withdrawn, crowding} {
		app := shelfApp{walletApp{t, g.url, who, appDocument(t, "recommend")}}
		r := good(t, g.url, question{query: `{ me { experiments { code variant } } }`, who: who})
		variant := ""
		for n := range r.at(t, "me", "experiments").([]any) {
			if r.at(t, "me", "experiments", n, "code") == "VIEWS_COUNT" {
				variant = r.at(t, "me", "experiments", n, "variant").(string)
			}
		}
		if variant == "" {
			t.Fatalf("%s takes no part: %s", who, r.text)
		}
		list, first, _ := app.page("HOME", 10, nil)
		if r := app.tell(happened(list, first[9].id, "CLICK"), happened(list, first[5].id, "CLICK")); r.at(t, "recommendationEvents", "accepted") != 2.0 {
			t.Fatal(r.text)
		}
		because := 0
		for _, p := range app.top("HOME", 50) {
			if p.kind == "SIMILAR_TO_VIEWED" {
				because++
			}
		}
		if counts := variant != "AS_BEFORE"; counts != (because > 0) {
			t.Errorf("%s meets %s, and %d things are there because of what was looked at", who, variant, because)
		}
		met[variant != "AS_BEFORE"]++
	}
	if met[true] == 0 || met[false] == 0 {
		t.Fatalf("of the members %v meet the variants: take others", met)
	}
}
