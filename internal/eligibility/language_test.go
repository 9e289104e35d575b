package eligibility_test

import (
	"testing"
	"time"

	"membergate/internal/eligibility"
	"membergate/internal/member"
	"membergate/internal/programme"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

type asks = programme.Eligibility

// likes, bornOn and from make facts.
func likes(codes ...string) func(*eligibility.Facts) {
	return func(f *eligibility.Facts) { f.Told.Preferences = codes }
}

func bornOn(day string) func(*eligibility.Facts) {
	return func(f *eligibility.Facts) { f.Profile.Birthday = day }
}

func from(region string) func(*eligibility.Facts) {
	return func(f *eligibility.Facts) { f.Region = region }
}

func TestEveryConditionOfTheLanguageHolds(t *testing.T) {
	p := example(t)
	p.Festivals = []programme.Festival{{Code: "SPRING", Days: []string{"2026-02-17", "2027-02-06"}, DaysBefore: 2, DaysAfter: 1}}
	p.Areas = []programme.Area{{Code: "SOUTH", Regions: []string{"CN-GD", "CN-HI"}}}
	never := asks{Segments: []string{"BIG"}}
	always := asks{MinTier: "FREE"}
	for name, c := range map[string]struct {
		ask   asks
		facts eligibility.Facts
		at    string
		met   bool
	}{
		"exactly the tier":                {asks{Tiers: []string{"SILVER"}}, facts("SILVER"), "2026-07-08 12:00", true},
		"not a higher one":                {asks{Tiers: []string{"SILVER"}}, facts("GOLD"), "2026-07-08 12:00", false},
		"a like that was told":            {asks{Preferences: []string{"TEA", "WINE"}}, facts("FREE", likes("WINE")), "2026-07-08 12:00", true},
		"another like":                    {asks{Preferences: []string{"TEA"}}, facts("FREE", likes("WINE")), "2026-07-08 12:00", false},
		"a stage of the household":        {asks{LifeStages: []string{"SMALL"}}, facts("FREE", func(f *eligibility.Facts) { f.Told.Household.LifeStage = "SMALL" }), "2026-07-08 12:00", true},
		"no household":                    {asks{LifeStages: []string{"SMALL"}}, facts("FREE"), "2026-07-08 12:00", false},
		"an area":                         {asks{Regions: []string{"SOUTH"}}, facts("FREE", from("CN-HI")), "2026-07-08 12:00", true},
		"outside the area":                {asks{Regions: []string{"SOUTH"}}, facts("FREE", from("CN-HL")), "2026-07-08 12:00", false},
		"the store":                       {asks{Stores: []string{"s1"}}, facts("FREE", func(f *eligibility.Facts) { f.Store = "s1" }), "2026-07-08 12:00", true},
		"another store":                   {asks{Stores: []string{"s1"}}, facts("FREE", func(f *eligibility.Facts) { f.Store = "s2" }), "2026-07-08 12:00", false},
		"the weekday":                     {asks{Weekdays: []string{"WED"}}, facts("FREE"), "2026-07-08 00:00", true},
		"the weekday's last moment":       {asks{Weekdays: []string{"WED"}}, facts("FREE"), "2026-07-08 23:59", true},
		"the next day":                    {asks{Weekdays: []string{"WED"}}, facts("FREE"), "2026-07-09 00:00", false},
		"one of the days of the month":    {asks{MonthDays: []int{8, 18}}, facts("FREE"), "2026-07-18 12:00", true},
		"none of the days of the month":   {asks{MonthDays: []int{8, 18}}, facts("FREE"), "2026-07-28 12:00", false},
		"the day of the year":             {asks{YearDays: []string{"10-08"}}, facts("FREE"), "2031-10-08 12:00", true},
		"the day in another month":        {asks{YearDays: []string{"10-08"}}, facts("FREE"), "2026-09-08 12:00", false},
		"the festival's first day":        {asks{Festivals: []string{"SPRING"}}, facts("FREE"), "2026-02-15 00:00", true},
		"the festival's last day":         {asks{Festivals: []string{"SPRING"}}, facts("FREE"), "2026-02-18 23:59", true},
		"after the festival":              {asks{Festivals: []string{"SPRING"}}, facts("FREE"), "2026-02-19 00:00", false},
		"the festival on its other day":   {asks{Festivals: []string{"SPRING"}}, facts("FREE"), "2027-02-04 00:00", true},
		"that day of the year before":     {asks{Festivals: []string{"SPRING"}}, facts("FREE"), "2026-02-06 00:00", false},
		"the month of the birthday":       {asks{Birthday: programme.BornMonth}, facts("FREE", bornOn("1990-07-31")), "2026-07-01 00:00", true},
		"the day of the birthday":         {asks{Birthday: programme.BornDay}, facts("FREE", bornOn("1990-07-31")), "2026-07-31 00:00", true},
		"another day of that month":       {asks{Birthday: programme.BornDay}, facts("FREE", bornOn("1990-07-31")), "2026-07-30 23:59", false},
		"a leap day's birthday":           {asks{Birthday: programme.BornDay}, facts("FREE", bornOn("1992-02-29")), "2028-02-29 12:00", true},
		"it in other years is the 28th":   {asks{Birthday: programme.BornDay}, facts("FREE", bornOn("1992-02-29")), "2026-02-28 12:00", true},
		"and not 1 March":                 {asks{Birthday: programme.BornDay}, facts("FREE", bornOn("1992-02-29")), "2026-03-01 12:00", false},
		"no birthday known":               {asks{Birthday: programme.BornDay}, facts("FREE"), "2026-07-31 00:00", false},
		"all of them":                     {asks{All: []asks{always, {Weekdays: []string{"WED"}}}}, facts("FREE"), "2026-07-08 12:00", true},
		"all but one":                     {asks{All: []asks{always, never}}, facts("FREE"), "2026-07-08 12:00", false},
		"any of them":                     {asks{Any: []asks{never, always}}, facts("FREE"), "2026-07-08 12:00", true},
		"none of them":                    {asks{Any: []asks{never, {MinTier: "TOP"}}}, facts("FREE"), "2026-07-08 12:00", false},
		"not that":                        {asks{Not: &never}, facts("FREE"), "2026-07-08 12:00", true},
		"not what is":                     {asks{Not: &always}, facts("FREE"), "2026-07-08 12:00", false},
		"beside what is asked within":     {asks{MinTier: "TOP", Any: []asks{always}}, facts("FREE"), "2026-07-08 12:00", false},
		"any of all of not, three levels": {asks{Any: []asks{{All: []asks{{Not: &never}, always}}}}, facts("FREE"), "2026-07-08 12:00", true},
	} {
		now := at(t, c.at)
		if got := eligibility.Met(p, "X", c.ask, c.facts, now); got != c.met {
			t.Errorf("%s: %v", name, got)
		}
		if missing := eligibility.WhyNot(p, "X", c.ask, c.facts, now); (len(missing) == 0) != c.met {
			t.Errorf("%s: missing %+v", name, missing)
		}
	}
}

func TestOfSeveralWaysEachIsTold(t *testing.T) {
	p := example(t)
	e := asks{MinTier: "SILVER", Any: []asks{{Segments: []string{"BIG"}}, {All: []asks{{MinTier: "GOLD"}, {YearDays: []string{"10-08"}}}}}, Not: &asks{Tiers: []string{"FREE"}}}
	now := at(t, "2026-07-08 12:00")
	day := at(t, "2026-10-08 00:00")
	want := []eligibility.Missing{
		{Cause: eligibility.TierTooLow, Wants: []string{"SILVER"}},
		{Cause: eligibility.OneOf, Options: [][]eligibility.Missing{
			{{Cause: eligibility.NotInSegment, Wants: []string{"BIG"}}},
			{{Cause: eligibility.TierTooLow, Wants: []string{"GOLD"}}, {Cause: eligibility.WrongYearDay, Wants: []string{"10-08"}, From: day}},
		}},
		{Cause: eligibility.OtherTier, Wants: []string{"FREE"}, Excluded: true},
	}
	if diff := cmp.Diff(want, eligibility.WhyNot(p, "X", e, facts("FREE"), now)); diff != "" {
		t.Errorf("missing (-want, +got)\n%s", diff)
	}
	// Who is GOLD misses the day alone, and the way that comes by itself has its date.
	want = []eligibility.Missing{{Cause: eligibility.OneOf, From: day, Options: [][]eligibility.Missing{
		{{Cause: eligibility.NotInSegment, Wants: []string{"BIG"}}},
		{{Cause: eligibility.WrongYearDay, Wants: []string{"10-08"}, From: day}},
	}}}
	if diff := cmp.Diff(want, eligibility.WhyNot(p, "X", e, facts("GOLD"), now)); diff != "" {
		t.Errorf("GOLD misses (-want, +got)\n%s", diff)
	}
	if opens, ok := eligibility.Opens(p, "X", e, facts("GOLD"), now); !ok || !opens.Equal(day) {
		t.Errorf("GOLD has it from %s, %v", opens, ok)
	}
	if opens, ok := eligibility.Opens(p, "X", e, facts("FREE"), now); ok {
		t.Errorf("FREE has it from %s", opens)
	}
	// On the day it is told why, and until when.
	reasons := []eligibility.Reason{
		{Cause: eligibility.TierTooLow, Wants: []string{"SILVER"}},
		{Cause: eligibility.TierTooLow, Wants: []string{"GOLD"}},
		{Cause: eligibility.WrongYearDay, Wants: []string{"10-08"}, Until: at(t, "2026-10-09 00:00")},
		{Cause: eligibility.OtherTier, Wants: []string{"FREE"}, Excluded: true},
	}
	if diff := cmp.Diff(reasons, eligibility.Why(p, "X", e, facts("GOLD"), day)); diff != "" {
		t.Errorf("why (-want, +got)\n%s", diff)
	}
}

func TestWhatComesByItselfIsDatedWhenAllOfItIsThereAtOnce(t *testing.T) {
	p := example(t)
	p.Festivals = []programme.Festival{{Code: "SPRING", Days: []string{"2026-02-17", "2027-02-06"}}}
	blackout, end := at(t, "2026-08-01 00:00"), at(t, "2026-09-15 00:00")
	for name, c := range map[string]struct {
		ask  asks
		want string // empty = never
	}{
		"a Friday the 13th":                {asks{Weekdays: []string{"FRI"}, MonthDays: []int{13}}, "2026-11-13 00:00"},
		"the month of birth, on a weekend": {asks{Birthday: programme.BornMonth, Weekdays: []string{"SAT", "SUN"}}, "2027-02-06 00:00"},
		"the next festival":                {asks{Festivals: []string{"SPRING"}}, "2027-02-06 00:00"},
		"not during a blackout":            {asks{MonthDays: []int{31}, Not: &asks{From: &blackout, Until: &end}}, "2026-07-31 00:00"},
		"after the blackout":               {asks{From: &blackout, MonthDays: []int{31}, Not: &asks{From: &blackout, Until: &end}}, "2026-10-31 00:00"},
		"the earlier of two ways":          {asks{Any: []asks{{YearDays: []string{"12-31"}}, {MonthDay: 9}}}, "2026-07-09 00:00"},
		"a leap day":                       {asks{YearDays: []string{"02-29"}}, "2028-02-29 00:00"},
		"31 February":                      {asks{MonthDays: []int{31}, Festivals: []string{"SPRING"}}, ""},
		"what time does not bring":         {asks{MonthDays: []int{31}, MinTier: "TOP"}, ""},
		"what is over":                     {asks{Until: &blackout, From: &end}, ""},
		"what is met is met now":           {asks{MonthDays: []int{8}}, "2026-07-08 12:00"},
	} {
		opens, ok := eligibility.Opens(p, "X", c.ask, facts("FREE", bornOn("1990-02-11")), at(t, "2026-07-08 12:00"))
		if ok != (c.want != "") || ok && !opens.Equal(at(t, c.want)) {
			t.Errorf("%s: %s, %v", name, opens.In(china), ok)
		}
	}
}

func TestShareOfMembersOfAConditionOnlyGrows(t *testing.T) {
	p, now := example(t), at(t, "2026-07-08 12:00")
	rapid.Check(t, func(t *rapid.T) {
		f := eligibility.Facts{Profile: member.Profile{ID: member.ID(rapid.StringMatching(`[0-9]{5}`).Draw(t, "member"))}}
		of, in := rapid.StringMatching(`[A-Z]{1,8}`).Draw(t, "code"), false
		for _, percent := range []int{1, 5, 10, 30, 60, 99, 100} {
			has := eligibility.Met(p, of, asks{CohortPercent: percent}, f, now)
			if in && !has {
				t.Fatalf("member %s lost %s at %d percent", f.Profile.ID, of, percent)
			}
			in = has
		}
		if !in {
			t.Fatalf("member %s is not among all", f.Profile.ID)
		}
	})
}

// Whatever conditions are put together: what is missing is missing exactly when they are not met, who has one has
// reasons, what is told to open does open then and not a moment before.
func TestWhyAndWhyNotNeverContradictWhatIsMet(t *testing.T) {
	p := example(t)
	p.Festivals = []programme.Festival{{Code: "SPRING", Days: []string{"2026-02-17", "2027-02-06"}, DaysBefore: 3}}
	start := at(t, "2026-01-01 00:00")
	moment := rapid.Custom(func(t *rapid.T) time.Time {
		return start.Add(time.Duration(rapid.IntRange(0, 2*365*24).Draw(t, "hours")) * time.Hour)
	})
	var some func(deep int) *rapid.Generator[asks]
	some = func(deep int) *rapid.Generator[asks] {
		return rapid.Custom(func(t *rapid.T) asks {
			var e asks
			kinds := 7
			if deep > 0 {
				kinds = 10
			}
			switch rapid.IntRange(0, kinds).Draw(t, "kind") {
			case 0:
				e.MinTier = rapid.SampledFrom([]string{"FREE", "SILVER", "TOP"}).Draw(t, "tier")
			case 1:
				e.Segments = []string{"BIG"}
			case 2:
				e.Weekdays = []string{rapid.SampledFrom([]string{"MON", "SAT"}).Draw(t, "weekday")}
			case 3:
				e.MonthDays = []int{rapid.IntRange(1, 31).Draw(t, "day")}
			case 4:
				e.Festivals = []string{"SPRING"}
			case 5:
				e.Birthday = rapid.SampledFrom([]string{programme.BornMonth, programme.BornDay}).Draw(t, "birthday")
			case 6:
				from := moment.Draw(t, "from")
				e.From = &from
			case 7:
				until := moment.Draw(t, "until")
				e.Until = &until
			case 8:
				e.All = rapid.SliceOfN(some(deep-1), 1, 3).Draw(t, "all")
			case 9:
				e.Any = rapid.SliceOfN(some(deep-1), 1, 3).Draw(t, "any")
			case 10:
				not := some(deep-1).Draw(t, "not")
				e.Not = &not
			}
			return e
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		e, now := some(3).Draw(t, "ask"), moment.Draw(t, "now")
		f := facts(rapid.SampledFrom([]string{"FREE", "SILVER", "TOP"}).Draw(t, "tier"), bornOn("1990-02-11"))
		if rapid.Bool().Draw(t, "big") {
			f.Segments = []string{"BIG"}
		}
		met := eligibility.Met(p, "X", e, f, now)
		if missing := eligibility.WhyNot(p, "X", e, f, now); (len(missing) == 0) != met {
			t.Fatalf("met %v, missing %+v", met, missing)
		}
		if reasons := eligibility.Why(p, "X", e, f, now); met && len(reasons) == 0 {
			t.Fatal("met for no reason")
		}
		opens, ok := eligibility.Opens(p, "X", e, f, now)
		switch {
		case met && (!ok || !opens.Equal(now)):
			t.Fatalf("met, and opens at %s, %v", opens, ok)
		case ok && !eligibility.Met(p, "X", e, f, opens):
			t.Fatalf("not met at %s, when it should open", opens)
		}
		for hour := now; !met && hour.Before(now.AddDate(0, 2, 0)) && (!ok || hour.Before(opens)); hour = hour.Add(time.Hour) {
			if eligibility.Met(p, "X", e, f, hour) {
				t.Fatalf("met at %s, but should open at %s, %v", hour, opens, ok)
			}
		}
	})
}
