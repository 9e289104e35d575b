package eligibility

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"membergate/internal/clock"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// Cause is why a member may not have something now.
type Cause string

// The causes. Apps show a text for each; more may come.
const (
	TierTooLow    Cause = "TIER"       // Wants names the lowest tier that may have it
	NotInSegment  Cause = "SEGMENT"    // Wants names the segments, any of which would do
	NotInStage    Cause = "STAGE"      // Wants names the stages of life, any of which would do
	NotInRegion   Cause = "REGION"     // Wants names the regions, any of which would do
	WrongChannel  Cause = "CHANNEL"    // Wants names the channels, any of which would do
	NotYet        Cause = "NOT_YET"    // From is when it begins
	WrongMonthDay Cause = "MONTH_DAY"  // From is the start of the next day on which it is there
	NoBirthday    Cause = "BIRTHDAY"   // From is the start of the next birthday month; zero when no birthday is known
	NoConsent     Cause = "NO_CONSENT" // Wants names the purpose that asks for a yes
)

// Missing is one condition that a member does not meet.
type Missing struct {
	Cause Cause
	Wants []string
	From  time.Time
}

// WhyNot lists the conditions that a member does not meet at now: nothing when all are met. Of is the code of what is
// asked about. Dates that have passed are not missing: see Over.
func WhyNot(p *programme.Programme, of string, e programme.Eligibility, f Facts, now time.Time) []Missing {
	var out []Missing
	ask := func(met bool, m Missing) {
		if !met {
			out = append(out, m)
		}
	}
	ask(e.MinTier == "" || p.Rank(f.Tier) >= p.Rank(e.MinTier), Missing{Cause: TierTooLow, Wants: []string{e.MinTier}})
	ask(anyOf(e.Segments, f.Segments), Missing{Cause: NotInSegment, Wants: e.Segments})
	ask(anyOf(e.Stages, f.Stages), Missing{Cause: NotInStage, Wants: e.Stages})
	ask(inRegion(e.Regions, f.Region), Missing{Cause: NotInRegion, Wants: e.Regions})
	ask(hereOrAnywhere(e.Channels, f.Channel), Missing{Cause: WrongChannel, Wants: e.Channels})
	if e.From != nil {
		ask(!now.Before(*e.From), Missing{Cause: NotYet, From: *e.From})
	}
	ask(e.MonthDay == 0 || now.In(p.Zone()).Day() == e.MonthDay,
		Missing{Cause: WrongMonthDay, From: nextMonthDay(e.MonthDay, now, p.Zone())})
	ask(!e.Birthday || f.Profile.BornIn(now, p.Zone()), Missing{Cause: NoBirthday, From: nextBirthday(f.Profile, now, p.Zone())})
	ask(e.Consent == "" || f.Profile.Agreed(e.Consent), Missing{Cause: NoConsent, Wants: []string{e.Consent}})
	return out
}

// Met tells whether a member meets all conditions at now. Of is the code of what is asked about.
func Met(p *programme.Programme, of string, e programme.Eligibility, f Facts, now time.Time) bool {
	return !Over(e, now) && len(WhyNot(p, of, e, f, now)) == 0
}

// Over tells whether the time in which the conditions can be met has passed.
func Over(e programme.Eligibility, now time.Time) bool {
	return e.Until != nil && !now.Before(*e.Until)
}

// InScope tells whether a member is among those to whom something is rolled out. Of is its code.
func InScope(of string, s programme.Scope, f Facts) bool {
	return hereOrAnywhere(s.Stores, f.Store) && hereOrAnywhere(s.Channels, f.Channel) &&
		inRegion(s.Regions, f.Region) && InCohort(of, f.Profile.ID, s.CohortPercent)
}

// anyOf tells whether one of those that are asked for is there; nothing asked is met.
func anyOf(asked, there []string) bool {
	return len(asked) == 0 || slices.ContainsFunc(asked, func(a string) bool { return slices.Contains(there, a) })
}

// hereOrAnywhere tells whether a place is among those asked for. No place means that all are asked about at once.
func hereOrAnywhere(asked []string, place string) bool {
	return len(asked) == 0 || place == "" || slices.Contains(asked, place)
}

// inRegion tells whether a region is one of those asked for, or lies in one: "CN-BJ" lies in "CN".
func inRegion(asked []string, region string) bool {
	return len(asked) == 0 || slices.ContainsFunc(asked, func(a string) bool {
		return region == a || strings.HasPrefix(region, a+"-")
	})
}

// InCohort tells whether a member belongs to a share of all members; 0 percent is all. Who is in stays in when the
// share grows, and each code has another share.
func InCohort(code string, id member.ID, percent int) bool {
	if percent == 0 {
		return true
	}
	h := sha256.Sum256([]byte(code + "\x00" + string(id)))
	return binary.BigEndian.Uint64(h[:8])%100 < uint64(percent)
}

// nextMonthDay is the start of the next day of the month with that number; months without it are passed over.
func nextMonthDay(day int, now time.Time, zone *time.Location) time.Time {
	for n := range 3 { // of two months in a row one has 31 days
		first := clock.MonthStart(now, n, zone).In(zone)
		at := time.Date(first.Year(), first.Month(), day, 0, 0, 0, 0, zone)
		if at.Month() == first.Month() && at.After(now) {
			return at.UTC()
		}
	}
	return time.Time{}
}

// nextBirthday is the start of the next birthday month after now, zero when no birthday is known.
func nextBirthday(who member.Profile, now time.Time, zone *time.Location) time.Time {
	for n := 1; n <= 12; n++ {
		if at := clock.MonthStart(now, n, zone); who.BornIn(at, zone) {
			return at
		}
	}
	return time.Time{}
}
