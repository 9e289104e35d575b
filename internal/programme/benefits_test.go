package programme_test

import (
	"slices"
	"testing"

	"membergate/internal/programme"
)

func TestBenefitsCoverTheThreeLayersAndEveryTier(t *testing.T) {
	p := load(t, "retail-5")
	layers, tiers := map[programme.Layer]int{}, map[string]int{}
	for _, b := range p.Benefits {
		layers[b.Layer]++
		if b.Eligibility.MinTier != "" {
			tiers[b.Eligibility.MinTier]++
		}
	}
	if len(layers) != 3 || len(tiers) != len(p.Tiers) || len(p.Benefits) < 14 {
		t.Errorf("%d benefits over %v and %v", len(p.Benefits), layers, tiers)
	}
}

// Nothing is unlimited in small print only: the cap and what comes after it stand in the terms.
func TestCappedBenefitSaysItsCap(t *testing.T) {
	p := load(t, "retail-5")
	i := slices.IndexFunc(p.Benefits, func(b programme.Benefit) bool { return b.Code == "NEXT_DAY_COURIER" })
	b := p.Benefits[i]
	if !b.Quota.Unlimited || b.CostCap == nil || b.CostCap.FenPerYear != 5000 {
		t.Fatalf("courier is %+v", b)
	}
	for locale, cap := range map[string]string{"zh-CN": "上限50元", "zh-TW": "上限50元", "en": "up to 50 yuan"} {
		if !contains(b.Terms[locale], cap) || b.CostCap.Fallback[locale] == "" {
			t.Errorf("terms in %s: %s", locale, b.Terms[locale])
		}
	}
}
