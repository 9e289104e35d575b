package benefit_test

import (
	"slices"
	"testing"
	"time"

	"membergate/internal/benefit"
	"membergate/internal/programme"
)

var spring = time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)

func preset(t *testing.T, name string) *programme.Programme {
	t.Helper()
	p, err := programme.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func benefitCodes(p *programme.Programme, tier string, at time.Time) []string {
	return codes(benefit.OfTier(p, tier, at))
}

func TestHigherTierInheritsWhatItDoesNotReplace(t *testing.T) {
	p := preset(t, "retail-5")
	for tier, want := range map[string]struct{ has, hasNot []string }{
		"REGISTERED": {[]string{"MEMBER_DAY", "BIRTHDAY_COINS"}, []string{"FREE_DELIVERY", "FAMILY_ACCOUNT"}},
		"SILVER":     {[]string{"MEMBER_DAY", "FREE_DELIVERY", "STORE_SECRET"}, []string{"GOLD_DELIVERY", "AFTER_SALES_BUTTON"}},
		"GOLD":       {[]string{"STORE_SECRET", "GOLD_DELIVERY", "GOLD_DISCOUNT", "AFTER_SALES_BUTTON", "FAMILY_ACCOUNT"}, []string{"FREE_DELIVERY", "REPLACE_NOT_REPAIR"}},
		"PLATINUM":   {[]string{"GOLD_DELIVERY", "PLATINUM_DISCOUNT", "REPLACE_NOT_REPAIR"}, []string{"GOLD_DISCOUNT", "NEXT_DAY_COURIER"}},
		"DIAMOND":    {[]string{"NEXT_DAY_COURIER", "LATE_COMPENSATION", "DIAMOND_DISCOUNT"}, []string{"GOLD_DELIVERY", "FREE_DELIVERY", "PLATINUM_DISCOUNT", "GOLD_DISCOUNT"}},
		"BLACK_GOLD": {[]string{"NEXT_DAY_COURIER", "BLACK_GOLD_DISCOUNT", "EXPERT_TEA", "MEMBER_DAY"}, []string{"DIAMOND_DISCOUNT", "FREE_DELIVERY"}},
	} {
		got := benefitCodes(p, tier, spring)
		for _, code := range want.has {
			if !slices.Contains(got, code) {
				t.Errorf("%s has no %s: %v", tier, code, got)
			}
		}
		for _, code := range want.hasNot {
			if slices.Contains(got, code) {
				t.Errorf("%s has %s: %v", tier, code, got)
			}
		}
	}
}

func TestGoldHasAllOfSilverAndFree(t *testing.T) {
	p := preset(t, "fresh-3")
	gold := benefitCodes(p, "GOLD", spring)
	for _, lower := range []string{"FREE", "SILVER"} {
		for _, code := range benefitCodes(p, lower, spring) {
			if !slices.Contains(gold, code) {
				t.Errorf("GOLD lost %s of %s", code, lower)
			}
		}
	}
	if n := len(benefitCodes(p, "FREE", spring)); n != 4 || len(gold) != 21 {
		t.Errorf("FREE has %d benefits, GOLD %d", n, len(gold))
	}
}
