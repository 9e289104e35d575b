package eligibility_test

import (
	"slices"
	"testing"

	"membergate/internal/eligibility"
	"membergate/internal/programme"
)

func TestConditionsAreMetOnlyBetweenTheirDates(t *testing.T) {
	p, from, until := example(t), at(t, "2026-07-01 00:00"), at(t, "2026-08-01 00:00")
	e := programme.Eligibility{MinTier: "SILVER", From: &from, Until: &until}
	for moment, want := range map[string]bool{"2026-06-30 23:59": false, "2026-07-01 00:00": true, "2026-07-31 23:59": true, "2026-08-01 00:00": false} {
		if got := eligibility.Met(p, "X", e, facts("GOLD"), at(t, moment)); got != want {
			t.Errorf("at %s: %v", moment, got)
		}
	}
	why := eligibility.WhyNot(p, "X", e, facts("FREE"), at(t, "2026-06-30 23:59"))
	if len(why) != 2 || why[0].Cause != eligibility.TierTooLow || !slices.Equal(why[0].Wants, []string{"SILVER"}) ||
		why[1].Cause != eligibility.NotYet || !why[1].From.Equal(from) {
		t.Errorf("missing are %+v", why)
	}
}
