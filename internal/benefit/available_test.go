package benefit_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"membergate/internal/benefit"
	"membergate/internal/eligibility"
	"membergate/internal/member"
	"membergate/internal/programme"

	"github.com/google/go-cmp/cmp"
)

func TestEveryConditionOfEligibilityHolds(t *testing.T) {
	noon := at(t, "2026-07-08 12:00")
	moment := func(s string) *time.Time { m := at(t, s); return &m }
	for name, c := range map[string]struct {
		benefit programme.Benefit
		facts   eligibility.Facts
		now     time.Time
		have    bool
	}{
		"the tier that is asked for":  {programme.Benefit{Eligibility: programme.Eligibility{MinTier: "SILVER"}}, facts("SILVER"), noon, true},
		"a higher tier":               {programme.Benefit{Eligibility: programme.Eligibility{MinTier: "SILVER"}}, facts("TOP"), noon, true},
		"a lower tier":                {programme.Benefit{Eligibility: programme.Eligibility{MinTier: "SILVER"}}, facts("FREE"), noon, false},
		"a tier that does not exist":  {programme.Benefit{Eligibility: programme.Eligibility{MinTier: "FREE"}}, facts("NO SUCH"), noon, false},
		"no tier asked":               {programme.Benefit{}, facts("FREE"), noon, true},
		"one of the segments":         {programme.Benefit{Eligibility: programme.Eligibility{Segments: []string{"A", "BIG"}}}, facts("FREE", func(f *eligibility.Facts) { f.Segments = []string{"BIG"} }), noon, true},
		"none of the segments":        {programme.Benefit{Eligibility: programme.Eligibility{Segments: []string{"A"}}}, facts("FREE", func(f *eligibility.Facts) { f.Segments = []string{"BIG"} }), noon, false},
		"one of the stages":           {programme.Benefit{Eligibility: programme.Eligibility{Stages: []string{"NEW"}}}, facts("FREE", func(f *eligibility.Facts) { f.Stages = []string{"OLD", "NEW"} }), noon, true},
		"none of the stages":          {programme.Benefit{Eligibility: programme.Eligibility{Stages: []string{"NEW"}}}, facts("FREE"), noon, false},
		"the region":                  {programme.Benefit{Eligibility: programme.Eligibility{Regions: []string{"CN-BJ"}}}, facts("FREE", func(f *eligibility.Facts) { f.Region = "CN-BJ" }), noon, true},
		"a part of the region":        {programme.Benefit{Eligibility: programme.Eligibility{Regions: []string{"CN"}}}, facts("FREE", func(f *eligibility.Facts) { f.Region = "CN-BJ" }), noon, true},
		"a region of like name":       {programme.Benefit{Eligibility: programme.Eligibility{Regions: []string{"CN-B"}}}, facts("FREE", func(f *eligibility.Facts) { f.Region = "CN-BJ" }), noon, false},
		"region unknown":              {programme.Benefit{Eligibility: programme.Eligibility{Regions: []string{"CN"}}}, facts("FREE"), noon, false},
		"the channel":                 {programme.Benefit{Eligibility: programme.Eligibility{Channels: []string{"STORE"}}}, facts("FREE", func(f *eligibility.Facts) { f.Channel = "STORE" }), noon, true},
		"another channel":             {programme.Benefit{Eligibility: programme.Eligibility{Channels: []string{"STORE"}}}, facts("FREE", func(f *eligibility.Facts) { f.Channel = "PARTNER" }), noon, false},
		"all channels at once":        {programme.Benefit{Eligibility: programme.Eligibility{Channels: []string{"STORE"}}}, facts("FREE"), noon, true},
		"the day of the month":        {programme.Benefit{Eligibility: programme.Eligibility{MonthDay: 8}}, facts("FREE"), noon, true},
		"the day, in local time":      {programme.Benefit{Eligibility: programme.Eligibility{MonthDay: 8}}, facts("FREE"), at(t, "2026-07-08 00:00"), true},
		"the day before":              {programme.Benefit{Eligibility: programme.Eligibility{MonthDay: 8}}, facts("FREE"), at(t, "2026-07-07 23:59"), false},
		"the birthday month":          {programme.Benefit{Eligibility: programme.Eligibility{Birthday: programme.BornMonth}}, facts("FREE", func(f *eligibility.Facts) { f.Profile.Birthday = "1990-07-31" }), noon, true},
		"another month":               {programme.Benefit{Eligibility: programme.Eligibility{Birthday: programme.BornMonth}}, facts("FREE", func(f *eligibility.Facts) { f.Profile.Birthday = "1990-08-01" }), noon, false},
		"birthday unknown":            {programme.Benefit{Eligibility: programme.Eligibility{Birthday: programme.BornMonth}}, facts("FREE"), noon, false},
		"the consent":                 {programme.Benefit{Eligibility: programme.Eligibility{Consent: "HEALTH"}}, facts("FREE", agree("HEALTH")), noon, true},
		"another consent":             {programme.Benefit{Eligibility: programme.Eligibility{Consent: "HEALTH"}}, facts("FREE", agree("MARKETING")), noon, false},
		"from its first moment":       {programme.Benefit{ValidFrom: noon}, facts("FREE"), noon, true},
		"before it is valid":          {programme.Benefit{ValidFrom: noon}, facts("FREE"), noon.Add(-1), false},
		"until its last moment":       {programme.Benefit{ValidUntil: &noon}, facts("FREE"), noon.Add(-1), true},
		"when its validity is over":   {programme.Benefit{ValidUntil: &noon}, facts("FREE"), noon, false},
		"inside the dates":            {programme.Benefit{Eligibility: programme.Eligibility{From: moment("2026-07-01 00:00"), Until: moment("2026-08-01 00:00")}}, facts("FREE"), noon, true},
		"before the dates":            {programme.Benefit{Eligibility: programme.Eligibility{From: moment("2026-07-09 00:00")}}, facts("FREE"), noon, false},
		"after the dates":             {programme.Benefit{Eligibility: programme.Eligibility{Until: moment("2026-07-08 12:00")}}, facts("FREE"), noon, false},
		"a draft":                     {programme.Benefit{State: programme.Draft}, facts("FREE"), noon, false},
		"a retired one":               {programme.Benefit{State: programme.Retired}, facts("FREE"), noon, false},
		"on trial for everybody":      {programme.Benefit{State: programme.Grey}, facts("FREE"), noon, true},
		"on trial in this channel":    {programme.Benefit{State: programme.Grey, Scope: programme.Scope{Channels: []string{"STORE"}}}, facts("FREE", func(f *eligibility.Facts) { f.Channel = "STORE" }), noon, true},
		"on trial in another channel": {programme.Benefit{State: programme.Grey, Scope: programme.Scope{Channels: []string{"STORE"}}}, facts("FREE", func(f *eligibility.Facts) { f.Channel = "PARTNER" }), noon, false},
		"on trial in this store":      {programme.Benefit{State: programme.Grey, Scope: programme.Scope{Stores: []string{"s1"}}}, facts("FREE", func(f *eligibility.Facts) { f.Store = "s1" }), noon, true},
		"on trial in another store":   {programme.Benefit{State: programme.Grey, Scope: programme.Scope{Stores: []string{"s1"}}}, facts("FREE", func(f *eligibility.Facts) { f.Store = "s2" }), noon, false},
		"on trial in another region":  {programme.Benefit{State: programme.Grey, Scope: programme.Scope{Regions: []string{"CN-BJ"}}}, facts("FREE", func(f *eligibility.Facts) { f.Region = "CN-SH" }), noon, false},
		"valid since the programme began, which applies to all earlier times": {programme.Benefit{ValidFrom: at(t, "2026-01-01 00:00")}, facts("FREE"), at(t, "2011-10-31 17:19"), true},
	} {
		c.benefit.Code = "B"
		p := example(t, c.benefit)
		if got := len(benefit.Available(p, c.facts, c.now)) == 1; got != c.have {
			t.Errorf("%s: available %v, want %v", name, got, c.have)
		}
	}
}

func TestLowerTiersBenefitsAreInheritedUnlessReplaced(t *testing.T) {
	from := func(tier string) programme.Eligibility { return programme.Eligibility{MinTier: tier} }
	p := example(t,
		programme.Benefit{Code: "COUPON", Eligibility: from("FREE")},
		programme.Benefit{Code: "PRICE_SILVER", Eligibility: from("SILVER")},
		programme.Benefit{Code: "PRICE_GOLD", Eligibility: from("GOLD"), Replaces: "PRICE_SILVER"},
		programme.Benefit{Code: "PRICE_TOP", Eligibility: from("TOP"), Replaces: "PRICE_GOLD"},
	)
	now := at(t, "2026-07-08 12:00")
	for tier, want := range map[string][]string{
		"FREE":   {"COUPON"},
		"SILVER": {"COUPON", "PRICE_SILVER"},
		"GOLD":   {"COUPON", "PRICE_GOLD"},
		"TOP":    {"COUPON", "PRICE_TOP"},
	} {
		if diff := cmp.Diff(want, codes(benefit.Available(p, facts(tier), now))); diff != "" {
			t.Errorf("%s has (-want, +got)\n%s", tier, diff)
		}
		if diff := cmp.Diff(want, codes(benefit.OfTier(p, tier, now))); diff != "" {
			t.Errorf("the ladder says of %s (-want, +got)\n%s", tier, diff)
		}
	}

	// What was replaced does not come back because the one in between has been retired …
	p.Benefits[2].State = programme.Retired
	if got := codes(benefit.Available(p, facts("TOP"), now)); !slices.Equal(got, []string{"COUPON", "PRICE_TOP"}) {
		t.Errorf("with the middle one retired TOP has %v", got)
	}
	// … but one whose successor the member cannot have stays.
	if got := codes(benefit.Available(p, facts("GOLD"), now)); !slices.Equal(got, []string{"COUPON", "PRICE_SILVER"}) {
		t.Errorf("with its own one retired GOLD has %v", got)
	}
}

func TestWhatIsMissingIsTold(t *testing.T) {
	moment := func(s string) *time.Time { m := at(t, s); return &m }
	p := example(t,
		programme.Benefit{Code: "HAVE"},
		programme.Benefit{Code: "PRICE", Eligibility: programme.Eligibility{MinTier: "GOLD"}},
		programme.Benefit{Code: "OLD_PRICE", Eligibility: programme.Eligibility{MinTier: "TOP"}},
		programme.Benefit{Code: "NEW_PRICE", Replaces: "OLD_PRICE"},
		programme.Benefit{Code: "MUCH", Eligibility: programme.Eligibility{
			MinTier: "GOLD", Segments: []string{"BIG"}, Stages: []string{"NEW"}, Regions: []string{"CN-BJ"}, Channels: []string{"STORE"},
			MonthDay: 31, Birthday: programme.BornMonth, Consent: "HEALTH", From: moment("2026-09-15 00:00"),
		}},
		programme.Benefit{Code: "SECRET", State: programme.Draft, Eligibility: programme.Eligibility{MinTier: "TOP"}},
		programme.Benefit{Code: "PAST", ValidUntil: moment("2026-07-01 00:00")},
	)
	f := facts("FREE", func(f *eligibility.Facts) { f.Channel, f.Profile.Birthday = "PARTNER", "1990-02-28" })
	got := benefit.WhyNot(p, f, at(t, "2026-07-31 12:00"))
	if len(got) != 2 || got[0].Code != "PRICE" || got[1].Code != "MUCH" || got[1].Place != 4 {
		t.Fatalf("locked are %+v", got)
	}
	if diff := cmp.Diff([]eligibility.Missing{{Cause: eligibility.TierTooLow, Wants: []string{"GOLD"}}}, got[0].Missing); diff != "" {
		t.Errorf("PRICE misses (-want, +got)\n%s", diff)
	}
	want := []eligibility.Missing{ // all but the day, for it is the 31st
		{Cause: eligibility.TierTooLow, Wants: []string{"GOLD"}},
		{Cause: eligibility.NotInSegment, Wants: []string{"BIG"}},
		{Cause: eligibility.NotInStage, Wants: []string{"NEW"}},
		{Cause: eligibility.NotInRegion, Wants: []string{"CN-BJ"}},
		{Cause: eligibility.WrongChannel, Wants: []string{"STORE"}},
		{Cause: eligibility.NotYet, From: at(t, "2026-09-15 00:00")},
		{Cause: eligibility.NoBirthday, Wants: []string{"MONTH"}, From: at(t, "2027-02-01 00:00")},
		{Cause: eligibility.NoConsent, Wants: []string{"HEALTH"}},
	}
	if diff := cmp.Diff(want, got[1].Missing); diff != "" {
		t.Errorf("MUCH misses (-want, +got)\n%s", diff)
	}
	later := benefit.WhyNot(p, f, at(t, "2026-08-31 23:59").Add(time.Minute))
	for _, m := range later[len(later)-1].Missing {
		if m.Cause == eligibility.WrongMonthDay && !m.From.Equal(at(t, "2026-10-31 00:00")) {
			t.Errorf("the next 31st after August is %s", m.From)
		}
	}
}

func TestShareOfMembersIsStableAndGrows(t *testing.T) {
	now := at(t, "2026-07-08 12:00")
	in := func(code string, percent int) map[member.ID]bool {
		p := example(t, programme.Benefit{Code: code, State: programme.Grey, Scope: programme.Scope{CohortPercent: percent}})
		out := map[member.ID]bool{}
		for i := range 10_000 {
			id := member.ID(fmt.Sprint(12_346 + i))
			f := eligibility.Facts{Profile: member.Profile{ID: id}, Tier: "FREE"}
			if len(benefit.Available(p, f, now)) == 1 {
				out[id] = true
			}
		}
		return out
	}
	ten, thirty, other := in("A", 10), in("A", 30), in("B", 10)
	if n := len(ten); n < 900 || n > 1100 {
		t.Errorf("10 percent of 10,000 are %d", n)
	}
	both := 0
	for id := range ten {
		if !thirty[id] {
			t.Fatalf("member %s lost the benefit when its share grew", id)
		}
		if other[id] {
			both++
		}
	}
	if both > 200 { // 100 are expected when the two shares have nothing to do with one another
		t.Errorf("%d of the first share of 1,000 are in the share of another benefit too", both)
	}
	if !ten["12353"] || ten["12354"] { // SHA-256 of "A\x0012353" begins with a number that ends in less than 10
		t.Errorf("the share has moved: 12353 %v, 12354 %v", ten["12353"], ten["12354"])
	}
}

func agree(purpose string) func(*eligibility.Facts) {
	return func(f *eligibility.Facts) {
		f.Profile.Consents = map[string]member.Consent{purpose: {Granted: true}}
	}
}
