package benefit_test

import (
	"os"
	"sync"
	"testing"
	"time"

	"membergate/internal/benefit"
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

// book is a programme that is always in force.
type book struct{ p *programme.Programme }

func (b book) At(time.Time) *programme.Programme { return b.p }

// example is a programme of three tiers with the given benefits.
func example(t testing.TB, benefits ...programme.Benefit) *programme.Programme {
	t.Helper()
	for i := range benefits {
		if benefits[i].State == "" {
			benefits[i].State = programme.Live
		}
	}
	p := retail5(t)
	p.Tiers = []programme.Tier{{Code: "FREE", Rank: 0}, {Code: "SILVER", Rank: 1}, {Code: "GOLD", Rank: 2}, {Code: "TOP", Rank: 3}}
	p.Benefits = benefits
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
	return p
}

// retail5 is a copy of the default programme, in force from the start of 2026, whose days are China's.
func retail5(t testing.TB) *programme.Programme {
	t.Helper()
	p, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	return &p
}

// parsed reads the default programme once: it is a long file.
var parsed = sync.OnceValues(func() (programme.Programme, error) {
	const file = "../../programmes/retail-5.yaml"
	b, err := os.ReadFile(file)
	if err != nil {
		return programme.Programme{}, err
	}
	p, err := programme.Parse(file, b)
	if err != nil {
		return programme.Programme{}, err
	}
	return *p, nil
})

// facts are those of a member of a tier who meets nothing else.
func facts(tier string, change ...func(*eligibility.Facts)) eligibility.Facts {
	f := eligibility.Facts{Profile: member.Profile{ID: "17850"}, Tier: tier}
	for _, c := range change {
		c(&f)
	}
	return f
}

func codes(offers []benefit.Offer) []string {
	var out []string
	for _, o := range offers {
		out = append(out, o.Code)
	}
	return out
}
