package programme_test

import (
	"slices"
	"testing"
	"time"

	"membergate/internal/programme"
)

var spring = time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)

func benefitCodes(p *programme.Programme, tier string, at time.Time) []string {
	var all []string
	for _, b := range p.BenefitsOf(tier, at) {
		all = append(all, b.Code)
	}
	return all
}

func TestHigherTierInheritsWhatItDoesNotReplace(t *testing.T) {
	p := load(t, "retail-5")
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
	p := load(t, "fresh-3")
	gold := benefitCodes(p, "GOLD", spring)
	for _, lower := range []string{"FREE", "SILVER"} {
		for _, code := range benefitCodes(p, lower, spring) {
			if !slices.Contains(gold, code) {
				t.Errorf("GOLD lost %s of %s", code, lower)
			}
		}
	}
	if n := len(benefitCodes(p, "FREE", spring)); n != 2 || len(gold) != 11 {
		t.Errorf("FREE has %d benefits, GOLD %d", n, len(gold))
	}
}

func TestBenefitsCoverTheThreeLayersAndEveryTier(t *testing.T) {
	p := load(t, "retail-5")
	layers, tiers := map[programme.Layer]int{}, map[string]int{}
	for _, b := range p.Benefits {
		layers[b.Layer]++
		tiers[b.Eligibility.MinTier]++
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

func TestBenefitIsOfferedWhileLiveAndValid(t *testing.T) {
	p := load(t, "retail-5")
	start, end := p.EffectiveFrom, p.EffectiveFrom.AddDate(1, 0, 0)
	later := start.AddDate(0, 1, 0)
	for _, c := range []struct {
		name string
		b    programme.Benefit
		at   time.Time
		want bool
	}{
		{"live and valid", programme.Benefit{State: programme.Live, ValidFrom: start, ValidUntil: &end}, start, true},
		{"the end is exclusive", programme.Benefit{State: programme.Live, ValidFrom: start, ValidUntil: &end}, end, false},
		{"before a later beginning", programme.Benefit{State: programme.Live, ValidFrom: later}, start, false},
		{"from a later beginning on", programme.Benefit{State: programme.Live, ValidFrom: later}, later, true},
		{"as early as the first version applies", programme.Benefit{State: programme.Live, ValidFrom: start}, start.AddDate(-15, 0, 0), true},
		{"draft", programme.Benefit{State: programme.Draft, ValidFrom: start}, later, false},
		{"grey", programme.Benefit{State: programme.Grey, ValidFrom: start}, later, false},
		{"retired", programme.Benefit{State: programme.Retired, ValidFrom: start}, later, false},
	} {
		if got := p.Offered(c.b, c.at); got != c.want {
			t.Errorf("%s: offered %t", c.name, got)
		}
	}
}
