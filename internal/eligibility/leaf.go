package eligibility

import (
	"slices"
	"strconv"
	"time"

	"membergate/internal/clock"
	"membergate/internal/programme"
)

// leaf is a condition that is not made of others.
type leaf struct {
	cause Cause
	wants []string
	holds func(at time.Time) bool
	turns turning
	date  time.Time // of byDates: when it turns
}

// turning is how a leaf's answer changes as time goes by, with all that is known of the member as it is.
type turning int

const (
	never   turning = iota // it asks nothing of time
	daily                  // at local midnights
	byDates                // once, at its date
)

// leaves are the conditions of one level, in the order in which they are told.
func (a asking) leaves(e programme.Eligibility) []leaf {
	var out []leaf
	fixed := func(asked bool, c Cause, wants []string, met func() bool) {
		if asked {
			out = append(out, leaf{cause: c, wants: wants, holds: func(time.Time) bool { return met() }})
		}
	}
	byDay := func(asked bool, c Cause, wants []string, on func(local time.Time) bool) {
		if asked {
			out = append(out, leaf{cause: c, wants: wants, holds: func(at time.Time) bool { return on(at.In(a.p.Zone())) }, turns: daily})
		}
	}
	f := a.f
	fixed(e.MinTier != "", TierTooLow, []string{e.MinTier}, func() bool { return a.p.Rank(f.Tier) >= a.p.Rank(e.MinTier) })
	fixed(len(e.Tiers) > 0, OtherTier, e.Tiers, func() bool { return slices.Contains(e.Tiers, f.Tier) })
	fixed(len(e.Segments) > 0, NotInSegment, e.Segments, func() bool { return anyOf(e.Segments, f.Segments) })
	fixed(len(e.Stages) > 0, NotInStage, e.Stages, func() bool { return anyOf(e.Stages, f.Stages) })
	fixed(len(e.LifeStages) > 0, OtherHousehold, e.LifeStages, func() bool { return slices.Contains(e.LifeStages, f.Told.Household.LifeStage) })
	fixed(len(e.Preferences) > 0, NoPreference, e.Preferences, func() bool { return anyOf(e.Preferences, f.Told.Preferences) })
	fixed(len(e.Regions) > 0, NotInRegion, e.Regions, func() bool { return a.p.InRegion(e.Regions, f.Region) })
	fixed(len(e.Channels) > 0, WrongChannel, e.Channels, func() bool { return hereOrAnywhere(e.Channels, f.Channel) })
	fixed(len(e.Stores) > 0, WrongStore, e.Stores, func() bool { return hereOrAnywhere(e.Stores, f.Store) })
	if e.From != nil {
		out = append(out, leaf{cause: NotYet, holds: func(at time.Time) bool { return !at.Before(*e.From) }, turns: byDates, date: *e.From})
	}
	if e.Until != nil {
		out = append(out, leaf{cause: Ended, holds: func(at time.Time) bool { return at.Before(*e.Until) }, turns: byDates, date: *e.Until})
	}
	byDay(len(e.Weekdays) > 0, WrongWeekday, e.Weekdays, func(t time.Time) bool {
		return slices.Contains(e.Weekdays, programme.Weekday(t.Weekday()))
	})
	days := monthDays(e)
	byDay(len(days) > 0, WrongMonthDay, texts(days), func(t time.Time) bool { return slices.Contains(days, t.Day()) })
	byDay(len(e.YearDays) > 0, WrongYearDay, e.YearDays, func(t time.Time) bool { return slices.Contains(e.YearDays, t.Format("01-02")) })
	byDay(len(e.Festivals) > 0, NoFestival, e.Festivals, func(t time.Time) bool {
		return slices.ContainsFunc(e.Festivals, func(code string) bool {
			festival, _ := a.p.Festival(code)
			return festival.On(t.Format(time.DateOnly))
		})
	})
	byDay(e.Birthday != "", NoBirthday, []string{e.Birthday}, func(t time.Time) bool {
		if e.Birthday == programme.BornDay {
			return f.Profile.BornOn(t)
		}
		return f.Profile.BornIn(t, a.p.Zone())
	})
	fixed(e.Consent != "", NoConsent, []string{e.Consent}, func() bool { return f.Profile.Agreed(e.Consent) })
	fixed(e.CohortPercent != 0, NotInCohort, nil, func() bool { return InCohort(a.of, f.Profile.ID, e.CohortPercent) })
	return out
}

// monthDays are the days of a month that conditions name in either way.
func monthDays(e programme.Eligibility) []int {
	if e.MonthDay == 0 {
		return e.MonthDays
	}
	return append([]int{e.MonthDay}, e.MonthDays...)
}

func texts(numbers []int) []string {
	var out []string
	for _, n := range numbers {
		out = append(out, strconv.Itoa(n))
	}
	return out
}

// ahead is how far days are looked through: a leap day comes within it.
const ahead = 4*366 + 1

// next is the first moment from t on at which the leaf holds, or does not; false if none is near.
func (l leaf) next(want bool, t time.Time, zone *time.Location) (time.Time, bool) {
	if l.holds(t) == want {
		return t, true
	}
	switch l.turns {
	case byDates:
		if l.date.After(t) {
			return l.date.UTC(), true
		}
	case daily:
		for n := 1; n <= ahead; n++ {
			if day := clock.AddDays(clock.DayStart(t, zone), n, zone); l.holds(day) == want {
				return day, true
			}
		}
	}
	return time.Time{}, false
}
