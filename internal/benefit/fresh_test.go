package benefit_test

import (
	"fmt"
	"testing"

	"membergate/internal/benefit"
	"membergate/internal/programme"

	"github.com/google/go-cmp/cmp"
)

// What each tier of fresh-3 gives, by the numbers of its paper; the higher tiers have all that the lower ones have.
func TestFresh3GivesEachTierItsPackAndAllBelowIt(t *testing.T) {
	p, err := programme.Load("fresh-3")
	if err != nil {
		t.Fatal(err)
	}
	packs := []struct {
		tier string
		more map[string]string // a quota, and what it is worth in fen, percent or seconds where the paper says so
	}{
		{"FREE", map[string]string{"MONTHLY_COUPON": "2 MONTH 500", "BIRTHDAY_DOUBLE": "any 200", "MEMBER_PRICE": "any", "COMMUNITY_ACCESS": "any"}},
		{"SILVER", map[string]string{"FREE_COUPON": "4 MONTH", "FREE_DELIVERY": "24 YEAR", "SERVICE_CHANNEL": "any 900", "PRIORITY_PURCHASE": "any"}},
		{"GOLD", map[string]string{"SCARCE_PRESALE": "any", "NUTRITIONIST": "any", "FREE_RETURNS": "any", "MEMBER_DAY_EVENTS": "1 MONTH"}},
	}
	want := map[string]string{}
	for _, pack := range packs {
		for code, of := range pack.more {
			want[code] = of
		}
		got := map[string]string{}
		for _, o := range benefit.OfTier(p, pack.tier, at(t, "2026-07-07 12:00")) {
			of := fmt.Sprintf("%d %s", o.Quota.Count, o.Quota.Per)
			if o.Quota.Unlimited {
				of = "any"
			}
			if o.Code == "MONTHLY_COUPON" || o.Code == "BIRTHDAY_DOUBLE" || o.Code == "SERVICE_CHANNEL" {
				of += fmt.Sprint(" ", o.Value)
			}
			if _, named := want[o.Code]; named || pack.tier == "FREE" {
				got[o.Code] = of
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", pack.tier, d)
		}
	}
}
