package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"membergate/programmes"
)

// packProgramme writes retail-5 whose silver tier gives a coupon.
func packProgramme(t *testing.T) string {
	t.Helper()
	text, err := programmes.Read("retail-5")
	if err != nil {
		t.Fatal(err)
	}
	const silver = "  - code: SILVER\n    rank: 1\n"
	before, after, found := strings.Cut(string(text), silver)
	if !found {
		t.Fatal("retail-5 has no SILVER of rank 1")
	}
	path := filepath.Join(t.TempDir(), "pack.yaml")
	if err := os.WriteFile(path, []byte(before+silver+"    coupons: [LATE_20, DELIVERY_FREE]\n"+after), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestATiersCouponsAreShownBeforeAndComeOnceWhenItIsReached(t *testing.T) {
	const ladder = `{programme{tiers{code coupons{templateCode title terms version}}}}`
	const mine = `{me{coupons(first:10, filter:{states:["ISSUED","USED","EXPIRED"]}){nodes{templateCode source}}}}`
	yearsOf(t, packProgramme(t), putOne, func(y *year) {
		y.has(good(y.t, y.g.url, question{query: ladder, header: map[string]string{"Accept-Language": "en"}}),
			`{"code":"REGISTERED","coupons":[]},{"code":"SILVER","coupons":[{"templateCode":"LATE_20","title":"Sorry we were late","terms":"20 yuan from our service desk,`,
			`{"templateCode":"DELIVERY_FREE","title":"Free delivery"`)
		coupons := func() reply { return good(y.t, y.g.url, question{query: mine, who: "ann"}) }
		y.is(y.lives("ann", looks("2026-03-01 12:00")), "REGISTERED", "ACTIVE")
		y.has(coupons(), `"nodes":[]`)
		y.is(y.lives("ann", buys("2026-03-02 12:00", 5000)), "GOLD", "ACTIVE")
		r := y.shows("what silver gives", coupons, `"templateCode":"LATE_20","source":"TIER"`, `"templateCode":"DELIVERY_FREE","source":"TIER"`)
		y.lives("ann", buys("2026-03-03 12:00", 5000))
		if again := coupons(); strings.Count(again.text, `"TIER"`) != 2 || strings.Count(r.text, `"TIER"`) != 2 {
			y.t.Errorf("with the next order they are %s", again.text)
		}
	})
}
