package benefit_test

import (
	"testing"

	"membergate/internal/benefit"
	"membergate/internal/programme"

	"github.com/google/go-cmp/cmp"
)

// versionsOf lists which version of which benefit a member has.
func versionsOf(offers []benefit.Offer) map[string]string {
	out := map[string]string{}
	for _, o := range offers {
		out[o.Code] = o.Version
	}
	return out
}

func TestALaterVersionTakesOverAtItsDate(t *testing.T) {
	start, autumn := at(t, "2026-01-01 00:00"), at(t, "2026-09-01 00:00")
	end := at(t, "2026-12-01 00:00")
	p := example(t,
		programme.Benefit{Code: "DELIVERY", Version: "1", ValidFrom: at(t, "2025-01-01 00:00")},
		programme.Benefit{Code: "DELIVERY", Version: "2", ValidFrom: start},
		programme.Benefit{Code: "DELIVERY", Version: "3", ValidFrom: autumn, ValidUntil: &end, Eligibility: programme.Eligibility{MinTier: "SILVER"}},
		programme.Benefit{Code: "DELIVERY", Version: "4", ValidFrom: at(t, "2026-10-01 00:00"), State: programme.Draft},
		programme.Benefit{Code: "NEW", ValidFrom: autumn},
	)
	for _, c := range []struct {
		tier, at string
		want     map[string]string
	}{
		{"FREE", "2011-01-01 00:00", map[string]string{"DELIVERY": "1"}}, // the first one applies to all earlier times
		{"FREE", "2025-12-31 23:59", map[string]string{"DELIVERY": "1"}},
		{"FREE", "2026-01-01 00:00", map[string]string{"DELIVERY": "2"}},
		{"FREE", "2026-08-31 23:59", map[string]string{"DELIVERY": "2"}},
		{"FREE", "2026-09-01 00:00", map[string]string{"NEW": ""}}, // the new version asks for more
		{"SILVER", "2026-10-01 00:00", map[string]string{"DELIVERY": "3", "NEW": ""}},
		{"SILVER", "2026-12-01 00:00", map[string]string{"NEW": ""}}, // what came before does not come back
	} {
		if diff := cmp.Diff(c.want, versionsOf(benefit.Available(p, facts(c.tier), at(t, c.at)))); diff != "" {
			t.Errorf("%s at %s (-want, +got)\n%s", c.tier, c.at, diff)
		}
		if diff := cmp.Diff(c.want, versionsOf(benefit.OfTier(p, c.tier, at(t, c.at)))); diff != "" {
			t.Errorf("the ladder says of %s at %s (-want, +got)\n%s", c.tier, c.at, diff)
		}
	}
	locked := benefit.WhyNot(p, facts("FREE"), at(t, "2026-07-08 12:00"))
	if len(locked) != 1 || locked[0].Code != "NEW" {
		t.Fatalf("locked are %+v", locked)
	}
	if opens, ok := locked[0].Opens(p, facts("FREE"), at(t, "2026-07-08 12:00")); !ok || !opens.Equal(autumn) {
		t.Errorf("NEW opens at %s, %v", opens, ok)
	}
}

func TestAVersionOnTrialIsThereForThoseWhoTryItAlone(t *testing.T) {
	p := example(t,
		programme.Benefit{Code: "DELIVERY", Version: "1", ValidFrom: at(t, "2026-01-01 00:00")},
		programme.Benefit{Code: "DELIVERY", Version: "2", ValidFrom: at(t, "2026-06-01 00:00"), State: programme.Grey,
			Scope: programme.Scope{Regions: []string{"SOUTH", "CN-BJ"}}},
	)
	p.Areas = []programme.Area{{Code: "SOUTH", Regions: []string{"CN-GD"}}}
	for region, want := range map[string]string{"CN-GD": "2", "CN-BJ": "2", "CN-SH": "1", "": "1"} {
		f := facts("FREE")
		f.Region = region
		if got := versionsOf(benefit.Available(p, f, at(t, "2026-07-08 12:00"))); got["DELIVERY"] != want {
			t.Errorf("in %q: %v, want version %s", region, got, want)
		}
	}
	if got := versionsOf(benefit.OfTier(p, "FREE", at(t, "2026-07-08 12:00"))); got["DELIVERY"] != "1" {
		t.Errorf("the ladder shows %v", got)
	}
}

func TestABenefitThatEndsBeforeItOpensDoesNotOpen(t *testing.T) {
	end := at(t, "2026-08-01 00:00")
	p := example(t, programme.Benefit{Code: "DAY", ValidUntil: &end, Eligibility: programme.Eligibility{YearDays: []string{"10-08"}}})
	locked := benefit.WhyNot(p, facts("FREE"), at(t, "2026-07-08 12:00"))
	if len(locked) != 1 {
		t.Fatalf("locked are %+v", locked)
	}
	if opens, ok := locked[0].Opens(p, facts("FREE"), at(t, "2026-07-08 12:00")); ok {
		t.Errorf("it opens at %s, after its end", opens)
	}
}
