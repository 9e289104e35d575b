package benefit_test

import (
	"fmt"
	"slices"
	"testing"

	"membergate/internal/benefit"
	"membergate/internal/eligibility"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// what says a benefit's quota, its worth and its version in one line.
func what(p *programme.Programme, o benefit.Offer) string {
	quota := fmt.Sprintf("%d %s", o.Quota.Count, o.Quota.Per)
	if o.Quota.Unlimited {
		quota = "any"
	}
	return fmt.Sprintf("%s %d %s", quota, o.Value, p.VersionOf(o.Benefit))
}

// paper is what a paper says of one member's benefit at one moment.
type paper struct {
	row    string
	tier   string
	change func(f *eligibility.Facts)
	at     string
	code   string
	want   string // as of what; empty = the member does not have it
}

func holds(t *testing.T, name string, papers []paper) {
	t.Helper()
	p := preset(t, name)
	for _, c := range papers {
		f := eligibility.Facts{Profile: member.Profile{ID: "17850"}, Tier: c.tier}
		if c.change != nil {
			c.change(&f)
		}
		got := ""
		if o, ok := benefit.ByCode(benefit.Available(p, f, at(t, c.at)), c.code); ok {
			got = what(p, o)
		}
		if got != c.want {
			t.Errorf("%s: %s of %s at %s is %q, want %q", c.row, c.code, c.tier, c.at, got, c.want)
		}
	}
}

func segment(codes ...string) func(*eligibility.Facts) {
	return func(f *eligibility.Facts) { f.Segments = codes }
}

func stage(codes ...string) func(*eligibility.Facts) {
	return func(f *eligibility.Facts) { f.Stages = codes }
}

func living(region string) func(*eligibility.Facts) {
	return func(f *eligibility.Facts) { f.Region = region }
}

func home(stage string) func(*eligibility.Facts) {
	return func(f *eligibility.Facts) { f.Told.Household.LifeStage = stage }
}

func liking(codes ...string) func(*eligibility.Facts) {
	return func(f *eligibility.Facts) { f.Told.Preferences = codes }
}

func birthday(day string) func(*eligibility.Facts) {
	return func(f *eligibility.Facts) { f.Profile.Birthday = day }
}

func TestFresh3GivesWhatItsPaperSays(t *testing.T) {
	holds(t, "fresh-3", []paper{
		{"S0-47", "FREE", stage("NEWCOMER"), "2025-06-01 12:00", "FIRST_MONTH", "1 ONCE 100 2025.1"},
		{"S0-47", "FREE", stage("NEWCOMER"), "2026-01-01 00:00", "FIRST_MONTH", ""},
		{"S0-48", "FREE", nil, "2025-12-31 23:59", "MEMBER_PRICE", "any 80 2025.1"},
		{"S0-64", "FREE", nil, "2026-01-01 00:00", "MEMBER_PRICE", "any 90 2026.1"},
		{"S0-48", "FREE", nil, "2025-06-01 12:00", "FREE_COUPON", "3 MONTH 500 2025.1"},
		{"S0-81", "SILVER", nil, "2026-06-01 12:00", "FREE_COUPON", "4 MONTH 500 2026.1"},
		{"S0-81", "FREE", nil, "2026-06-01 12:00", "FREE_COUPON", ""},
		{"S0-48", "FREE", nil, "2025-06-01 12:00", "FREE_DELIVERY", "12 YEAR 600 2025.1"},
		{"S0-81", "SILVER", nil, "2026-06-01 12:00", "FREE_DELIVERY", "24 YEAR 600 2026.1"},
		{"S0-81", "SILVER", nil, "2026-12-31 23:59", "FREE_DELIVERY", "24 YEAR 600 2026.1"},
		{"S0-64", "SILVER", nil, "2027-01-01 00:00", "FREE_DELIVERY", "any 600 2027.1"},
		{"S0-49", "SILVER", nil, "2025-06-01 12:00", "PRIORITY_PURCHASE", "any 0 2025.1"},
		{"S0-49", "SILVER", nil, "2025-06-01 12:00", "SERVICE_CHANNEL", "any 900 2026.1"},
		{"S0-49", "SILVER", birthday("1990-06-30"), "2025-06-01 12:00", "BIRTHDAY_INGREDIENTS", "1 YEAR 5000 2026.1"},
		{"S0-79", "FREE", nil, "2026-06-01 12:00", "MONTHLY_COUPON", "2 MONTH 500 2026.1"},
		{"S0-79", "FREE", birthday("1990-06-30"), "2026-06-01 12:00", "BIRTHDAY_DOUBLE", "any 200 2026.1"},
		{"S0-79", "FREE", birthday("1990-07-01"), "2026-06-30 23:59", "BIRTHDAY_DOUBLE", ""},
		{"S0-82", "GOLD", nil, "2026-06-01 12:00", "FREE_DELIVERY", "24 YEAR 600 2026.1"},
		{"S0-82", "GOLD", nil, "2026-06-01 12:00", "FREE_RETURNS", "any 0 2026.1"},
		{"S0-82", "SILVER", nil, "2026-06-01 12:00", "SCARCE_PRESALE", ""},
		{"S0-03", "SILVER", nil, "2026-06-01 12:00", "PRIORITY_AFTER_SALES", "any 0 2026.1"},
		{"S0-07", "FREE", segment("HIGH_FREQUENCY"), "2026-06-01 12:00", "FREQUENT_DELIVERY", "any 600 2026.1"},
		{"S0-07", "FREE", segment("HIGH_FREQUENCY"), "2026-06-01 12:00", "FREQUENT_SERVICE", "any 900 2026.1"},
		{"S0-07", "FREE", nil, "2026-06-01 12:00", "FREQUENT_DELIVERY", ""},
		{"S0-23", "FREE", segment("PRICE_SENSITIVE"), "2026-06-05 12:00", "FLASH_SALE", "2 ORDER 0 2026.1"},
		{"S0-23", "FREE", segment("PRICE_SENSITIVE"), "2026-06-06 12:00", "FLASH_SALE", ""},
		{"S0-23", "FREE", segment("QUALITY_SEEKING"), "2026-06-05 12:00", "FLASH_SALE", ""},
		{"S0-52", "FREE", segment("PRICE_SENSITIVE"), "2026-06-18 12:00", "SAVER_POINTS", "any 200 2026.1"},
		{"S0-52", "FREE", segment("QUALITY_SEEKING"), "2026-06-01 12:00", "ORGANIC_BOX", "1 MONTH 2000 2026.1"},
		{"S2-18", "FREE", liking("ORGANIC"), "2026-06-01 12:00", "ORGANIC_BOX", "1 MONTH 2000 2026.1"},
		{"S0-44", "FREE", segment("QUALITY_SEEKING"), "2026-06-01 12:00", "ORIGIN_REPORT", "any 0 2026.1"},
		{"S0-44", "FREE", segment("EFFICIENCY_FIRST"), "2026-06-01 12:00", "READY_MEALS", "any 0 2026.1"},
		{"S0-23", "FREE", segment("EFFICIENCY_FIRST"), "2026-06-01 12:00", "HALF_HOUR_DELIVERY", "8 MONTH 1800 2026.1"},
		{"S0-64", "GOLD", nil, "2026-06-01 12:00", "HALF_HOUR_DELIVERY", "8 MONTH 1800 2026.1"},
		{"S0-07", "FREE", segment("QUALITY_SEEKING"), "2026-06-01 12:00", "QUALITY_NUTRITIONIST", ""}, // not without the consent
		{"S0-41", "SILVER", home("WITH_CHILDREN"), "2026-06-01 12:00", "CHILD_NUTRITIONIST", "1 MONTH 0 2026.1"},
		{"S0-41", "SILVER", home("ALONE"), "2026-06-01 12:00", "CHILD_NUTRITIONIST", ""},
		{"S0-41", "GOLD", segment("HIGH_VALUE"), "2026-06-01 12:00", "PRIVATE_CHEF", "2 YEAR 0 2026.1"},
		{"S0-65", "FREE", stage("NEWCOMER", "SILENT"), "2026-06-01 12:00", "NEWCOMER_DISCOUNT", "3 ONCE 20 2026.1"},
		{"S0-65", "FREE", stage("NEWCOMER", "SILENT"), "2026-06-01 12:00", "RETURN_PACK", ""},
		{"S0-65", "FREE", stage("SETTLED", "SILENT"), "2026-06-01 12:00", "RETURN_PACK", "2 YEAR 3000 2026.1"},
		{"S0-65", "FREE", segment("HIGH_VALUE"), "2026-06-01 12:00", "HIGH_VALUE_PRESALE", "any 0 2026.1"},
		{"S0-65", "GOLD", segment("HIGH_VALUE"), "2026-06-01 12:00", "HIGH_VALUE_PRESALE", ""},
		{"S0-69", "SILVER", living("CN-GD"), "2026-06-01 12:00", "SOUTH_SEAFOOD", "1 YEAR 6000 2026.1"},
		{"S0-69", "SILVER", living("CN-HL"), "2026-06-01 12:00", "SOUTH_SEAFOOD", ""},
		{"S0-69", "SILVER", living("CN-HL"), "2026-12-01 12:00", "NORTH_WINTER_BOX", "1 ONCE 5000 2026.1"},
		{"S0-69", "SILVER", living("CN-GD"), "2026-12-01 12:00", "NORTH_WINTER_BOX", ""},
		{"S0-64", "FREE", nil, "2026-06-01 12:00", "COMMUNITY_ACCESS", "any 0 2026.1"},
		{"S0-64", "SILVER", nil, "2026-06-06 12:00", "OFFLINE_TASTING", "1 MONTH 0 2026.1"},
		{"S0-64", "SILVER", nil, "2026-06-05 12:00", "OFFLINE_TASTING", ""},
	})
}

func TestRetail5GivesWhatItsPaperSays(t *testing.T) {
	holds(t, "retail-5", []paper{
		{"S1-40", "DIAMOND", nil, "2026-06-01 12:00", "NEXT_DAY_COURIER", "any 800 2026.1"},
		{"S1-60", "GOLD", living("US-CA"), "2026-06-01 12:00", "US_TWO_DAY", "2 MONTH 10000 2026.1"},
		{"S1-60", "GOLD", living("CN-BJ"), "2026-06-01 12:00", "US_TWO_DAY", ""},
		{"S1-60", "SILVER", living("TH"), "2026-06-01 12:00", "GRAB_COUPON", "1 MONTH 2000 2026.1"},
		{"S1-60", "SILVER", living("US"), "2026-06-01 12:00", "GRAB_COUPON", ""},
		{"S1-69", "REGISTERED", nil, "2027-10-08 00:00", "MEMBER_FESTIVAL", "1 YEAR 0 2026.1"},
		{"S1-69", "REGISTERED", nil, "2027-10-09 00:00", "MEMBER_FESTIVAL", ""},
		{"S3-57", "PLATINUM", nil, "2027-09-05 00:00", "MID_AUTUMN_BOX", "1 YEAR 12000 2026.1"},
		{"S3-57", "PLATINUM", nil, "2027-09-04 23:59", "MID_AUTUMN_BOX", ""},
		{"S1-43", "PLATINUM", nil, "2026-06-01 12:00", "NUTRITIONIST", ""}, // on trial, and without the consent
	})
}

func TestRetail3GivesWhatItsPaperSays(t *testing.T) {
	holds(t, "retail-3", []paper{
		{"S3-55", "ORDINARY", stage("NEW"), "2026-06-01 12:00", "FIRST_ORDER_WORRY_FREE", "1 ONCE 0 2026.1"},
		{"S3-55", "GOLD", segment("HIGH_VALUE"), "2026-06-01 12:00", "RAPID_RESPONSE", "any 172800 2026.1"}, // 48 hours
		{"S3-55", "GOLD", nil, "2026-06-01 12:00", "RAPID_RESPONSE", ""},
		{"S3-31", "SILVER", nil, "2026-06-01 12:00", "PRIORITY_DELIVERY", "8 MONTH 0 2026.1"},
		{"S3-31", "GOLD", nil, "2026-06-01 12:00", "OWN_AGENT", "any 0 2026.1"},
		{"S3-31", "SILVER", birthday("1990-06-30"), "2026-06-01 12:00", "BIRTHDAY_CARD", "1 YEAR 10 2026.1"},
		{"S3-57", "GOLD", nil, "2026-02-05 00:00", "SPRING_FESTIVAL_BAG", "1 YEAR 8800 2026.1"},
		{"S3-57", "GOLD", nil, "2027-02-20 23:59", "SPRING_FESTIVAL_BAG", "1 YEAR 8800 2026.1"},
		{"S3-57", "GOLD", nil, "2027-02-21 00:00", "SPRING_FESTIVAL_BAG", ""},
		{"S3-57", "SILVER", nil, "2028-10-03 12:00", "MID_AUTUMN_BOX", "1 YEAR 6800 2026.1"},
		{"S3-58", "SILVER", nil, "2026-03-31 23:59", "SALON", "4 YEAR 0 2026-Q1"},
		{"S3-58", "SILVER", nil, "2026-04-01 00:00", "SALON", "4 YEAR 0 2026-Q2"},
		{"S3-58", "SILVER", nil, "2026-07-01 00:00", "SALON", "5 YEAR 0 2026-Q3"},
		{"S3-24", "SILVER", nil, "2026-10-01 00:00", "SALON", "6 YEAR 0 2026-Q4"},
		{"S3-72", "SILVER", living("CN-SH"), "2026-06-01 12:00", "SHARED_PERKS", "1 MONTH 0 2026.1"},
		{"S3-72", "SILVER", living("CN-BJ"), "2026-06-01 12:00", "SHARED_PERKS", ""},
	})
}

func TestStage4GivesWhatItsPaperSays(t *testing.T) {
	store := func(code string) func(*eligibility.Facts) { return func(f *eligibility.Facts) { f.Store = code } }
	holds(t, "stage-4", []paper{
		{"S2-16", "ACTIVE", store("s001"), "2026-06-01 12:00", "STORE_TASTING", "1 MONTH 0 2026.1"},
		{"S2-16", "ACTIVE", store("s003"), "2026-06-01 12:00", "STORE_TASTING", ""},
		{"S2-18", "ACTIVE", liking("BAKING"), "2026-06-01 12:00", "PERSONAL_PICK", "2 MONTH 10 2026.1"},
		{"S2-18", "ACTIVE", nil, "2026-06-01 12:00", "PERSONAL_PICK", ""},
		{"S2-18", "ACTIVE", stage("RUNNING"), "2026-06-01 12:00", "HABIT_PERK", "any 0 2026.1"},
		{"S2-18", "ACTIVE", stage("RUNNING", "FADING"), "2026-06-01 12:00", "HABIT_PERK", ""},
		{"S2-18", "LOYAL", stage("RUNNING", "FADING"), "2026-06-01 12:00", "HABIT_PERK", "any 0 2026.1"},
		{"S2-23", "HEAD", nil, "2026-06-01 12:00", "LIMITED_EDITION", "1 ORDER 0 2026.1"},
		{"S2-23", "LOYAL", nil, "2026-06-01 12:00", "LIMITED_EDITION", ""},
	})
	p := preset(t, "stage-4")
	for _, b := range p.Benefits {
		if b.Code == "LIMITED_EDITION" && (b.Stock == nil || b.Stock.Total != 500 || b.Stock.Per != programme.PerMonth) {
			t.Errorf("S2-23: what is scarce has the stock %+v", b.Stock)
		}
	}
}

// The papers' ways to sort benefits: three layers, and service, experience, emotion.
func TestPresetsHaveTheLayersAndCategoriesOfTheirPapers(t *testing.T) {
	for name, categories := range map[string][]string{
		"fresh-3": {"SHOPPING", "DELIVERY", "SERVICE", "EXPERIENCE", "COMMUNITY"}, "retail-5": {"DELIVERY", "SERVICE", "EXPERIENCE"},
		"retail-3": {"SERVICE", "EXPERIENCE", "EMOTION"}, "stage-4": {"SERVICE", "EXPERIENCE"},
	} {
		var layers []programme.Layer
		var found []string
		for _, b := range preset(t, name).Benefits {
			layers, found = append(layers, b.Layer), append(found, b.Category)
		}
		for _, l := range []programme.Layer{programme.Basic, programme.Upgrade, programme.Emotional} {
			if !slices.Contains(layers, l) {
				t.Errorf("%s has nothing of %s", name, l)
			}
		}
		for _, c := range categories {
			if !slices.Contains(found, c) {
				t.Errorf("%s has nothing of %s", name, c)
			}
		}
	}
}

// A share of members tries a benefit, and who tries it goes on when the share grows.
func TestTheNutritionistOnTrialIsForATenthOfPlatinum(t *testing.T) {
	p := retail5(t)
	tried := func(p *programme.Programme) map[int]bool {
		out := map[int]bool{}
		for i := range 2000 {
			f := facts("PLATINUM", agree("HEALTH"))
			f.Profile.ID, f.Channel = member.ID(fmt.Sprint(10_000+i)), "MINI_PROGRAM"
			if _, ok := benefit.ByCode(benefit.Available(p, f, at(t, "2026-06-01 12:00")), "NUTRITIONIST"); ok {
				out[i] = true
			}
		}
		return out
	}
	tenth := tried(p)
	if n := len(tenth); n < 150 || n > 250 {
		t.Errorf("%d of 2,000 try it, want about 200", n)
	}
	p.Benefits = slices.Clone(p.Benefits)
	for i := range p.Benefits {
		if p.Benefits[i].Code == "NUTRITIONIST" {
			p.Benefits[i].Scope.CohortPercent = 30
		}
	}
	third := tried(p)
	for i := range tenth {
		if !third[i] {
			t.Fatalf("member %d lost it when the share grew", 10_000+i)
		}
	}
}
