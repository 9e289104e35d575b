package programme_test

import (
	"slices"
	"testing"
	"time"

	"membergate/internal/programme"
)

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
