package eligibility_test

import (
	"slices"
	"testing"
	"time"

	"membergate/internal/eligibility"
	"membergate/internal/member"
	"membergate/internal/tier"

	"github.com/google/go-cmp/cmp"
)

func TestFactsComeFromProfileAndStanding(t *testing.T) {
	p := example(t)
	joined, now := at(t, "2026-01-01 23:30"), at(t, "2026-07-08 12:00")
	s := tier.Standing{Earned: "SILVER", State: tier.Active, Facts: []tier.Fact{
		{At: at(t, "2026-01-01 23:40"), Metric: "SPEND", Value: 12_000},
		{At: at(t, "2026-02-01 10:00"), Metric: "DOING", Value: 5},
		{At: at(t, "2026-03-01 10:00"), Metric: "SPEND", Value: -2_000}, // a refund is no order
	}}
	who := member.Profile{ID: "17850", JoinedAt: joined, Country: "CN-BJ"}
	want := eligibility.Facts{Profile: who, Tier: "SILVER", Region: "CN-BJ", Segments: []string{"BIG"}, Stages: []string{"OLD", "ASLEEP"}}
	if diff := cmp.Diff(want, eligibility.Gather(p, who, s, now)); diff != "" {
		t.Errorf("facts (-want, +got)\n%s", diff)
	}
	for _, c := range []struct {
		last, now string
		want      []string
	}{
		{"", "2026-01-08 23:59", []string{"NEW"}}, // day 7 is the last one
		{"", "2026-01-09 00:00", []string{"OLD"}},
		{"", "2026-06-30 00:00", []string{"OLD", "ASLEEP"}}, // never ordered: 180 days after joining
		{"2026-06-29 08:00", "2026-06-30 00:00", []string{"OLD"}},
	} {
		var last time.Time
		if c.last != "" {
			last = at(t, c.last)
		}
		if got := eligibility.Stages(p, joined, last, at(t, c.now)); !slices.Equal(got, c.want) {
			t.Errorf("at %s, last order %q: %v, want %v", c.now, c.last, got, c.want)
		}
	}
}
