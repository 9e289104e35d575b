package eligibility_test

import (
	"testing"
	"time"

	"membergate/internal/eligibility"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// at reads a moment in China, where the example programme counts its days: "2026-07-08 12:00".
func at(t testing.TB, s string) time.Time {
	t.Helper()
	m, err := time.ParseInLocation("2006-01-02 15:04", s, china)
	if err != nil {
		t.Fatal(err)
	}
	return m.UTC()
}

var china = time.FixedZone("UTC+8", 8*60*60)

// example is a programme of four tiers whose days are China's.
func example(t testing.TB) *programme.Programme {
	t.Helper()
	loaded, err := programme.Load("retail-5")
	if err != nil {
		t.Fatal(err)
	}
	p := *loaded
	p.Tiers = []programme.Tier{{Code: "FREE", Rank: 0}, {Code: "SILVER", Rank: 1}, {Code: "GOLD", Rank: 2}, {Code: "TOP", Rank: 3}}
	p.Metrics = []programme.Metric{
		{Code: "SPEND", Kind: programme.Spend, Window: programme.RollingMonths, Length: 12},
		{Code: "DOING", Kind: programme.Actions, Window: programme.RollingMonths, Length: 12},
	}
	p.Lifecycle = programme.Lifecycle{
		Stages: []programme.LifeStage{
			{Code: "NEW", Since: programme.SinceJoined, FromDays: 0, ToDays: 7},
			{Code: "OLD", Since: programme.SinceJoined, FromDays: 8},
			{Code: "ASLEEP", Since: programme.SinceLastOrder, FromDays: 180},
		},
		Segments: []programme.Segment{
			{Code: "BIG", When: &programme.Condition{Metric: "SPEND", AtLeast: 10_000}},
			{Code: "NAMED_ELSEWHERE"},
		},
	}
	return &p
}

// facts are those of a member of a tier who meets nothing else.
func facts(tier string, change ...func(*eligibility.Facts)) eligibility.Facts {
	f := eligibility.Facts{Profile: member.Profile{ID: "17850"}, Tier: tier}
	for _, c := range change {
		c(&f)
	}
	return f
}
