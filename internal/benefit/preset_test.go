package benefit_test

import (
	"slices"
	"strings"
	"testing"

	"membergate/internal/benefit"
	"membergate/internal/eligibility"
)

func TestDefaultProgrammeGivesEachTierItsOwnPriceAndDelivery(t *testing.T) {
	p, now := retail5(t), at(t, "2026-07-07 12:00")
	for tier, want := range map[string][]string{
		"REGISTERED": nil,
		"SILVER":     {"FREE_DELIVERY"},
		"GOLD":       {"GOLD_DELIVERY", "GOLD_DISCOUNT"},
		"PLATINUM":   {"GOLD_DELIVERY", "PLATINUM_DISCOUNT"},
		"DIAMOND":    {"DIAMOND_DISCOUNT", "NEXT_DAY_COURIER"},
		"BLACK_GOLD": {"BLACK_GOLD_DISCOUNT", "NEXT_DAY_COURIER"},
	} {
		var got []string
		for _, o := range benefit.Available(p, facts(tier), now) {
			if strings.HasSuffix(o.Code, "_DISCOUNT") || strings.HasSuffix(o.Code, "_DELIVERY") || o.Code == "NEXT_DAY_COURIER" {
				got = append(got, o.Code)
			}
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("%s has %v, want %v", tier, got, want)
		}
	}
}

func TestMemberDayIsOnTheEighthInStores(t *testing.T) {
	p := retail5(t)
	for day, want := range map[string]bool{"2026-07-07 23:59": false, "2026-07-08 00:00": true, "2026-07-08 23:59": true, "2026-07-09 00:00": false} {
		for channel, there := range map[string]bool{"": true, "STORE": true, "MINI_PROGRAM": false} {
			f := facts("REGISTERED", func(f *eligibility.Facts) { f.Channel = channel })
			if _, got := benefit.ByCode(benefit.Available(p, f, at(t, day)), "MEMBER_DAY"); got != (want && there) {
				t.Errorf("at %s on channel %q: %v", day, channel, got)
			}
		}
	}
}
