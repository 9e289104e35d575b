package eligibility

import (
	"slices"
	"time"

	"membergate/internal/programme"
)

// Cause names a condition, and so why a member may not have something.
type Cause string

// The causes. Apps show a text for each; more may come.
const (
	TierTooLow     Cause = "TIER"       // Wants names the lowest tier that may have it
	OtherTier      Cause = "TIER_EXACT" // Wants names the tiers that may have it
	NotInSegment   Cause = "SEGMENT"    // Wants names the segments, any of which would do
	NotInStage     Cause = "STAGE"      // Wants names the stages of life with the shop, any of which would do
	OtherHousehold Cause = "LIFE_STAGE" // Wants names the stages of a household's life, any of which would do
	NoPreference   Cause = "PREFERENCE" // Wants names the likes, any of which would do
	NotInRegion    Cause = "REGION"     // Wants names the areas and regions, any of which would do
	WrongChannel   Cause = "CHANNEL"    // Wants names the channels, any of which would do
	WrongStore     Cause = "STORE"      // Wants names the stores, any of which would do
	NotYet         Cause = "NOT_YET"    // From is when it begins
	Ended          Cause = "ENDED"      // its time has passed
	WrongWeekday   Cause = "WEEKDAY"    // Wants names the days of the week: MON to SUN
	WrongMonthDay  Cause = "MONTH_DAY"  // Wants names the days of the month
	WrongYearDay   Cause = "YEAR_DAY"   // Wants names the days of the year, such as 10-08
	NoFestival     Cause = "FESTIVAL"   // Wants names the festivals
	NoBirthday     Cause = "BIRTHDAY"   // Wants is MONTH or DAY; From is zero when no birthday is known
	NoConsent      Cause = "NO_CONSENT" // Wants names the purpose that asks for a yes
	NotInCohort    Cause = "COHORT"     // it is there for a share of members
	OneOf          Cause = "ONE_OF"     // Options are the ways, of which one would do
)

// Missing is one condition that a member does not meet.
type Missing struct {
	Cause    Cause
	Wants    []string
	Excluded bool        // the condition must not hold, but does
	From     time.Time   // when it is met by itself; zero if it is not
	Options  [][]Missing // of OneOf: what each way misses
}

// Reason is one condition that a member meets.
type Reason struct {
	Cause    Cause
	Wants    []string
	Excluded bool      // the condition must not hold, and does not
	Until    time.Time // when it ends by itself, exclusive; zero if it does not, or not within four years
}

// WhyNot lists the conditions that a member does not meet at now, all of which are needed: nothing when all are met.
func WhyNot(p *programme.Programme, of string, e programme.Eligibility, f Facts, now time.Time) []Missing {
	return asking{p, of, f, now}.missing(e, true)
}

// missing lists what is needed for conditions to come out as wanted.
func (a asking) missing(e programme.Eligibility, want bool) []Missing {
	if a.met(e) == want {
		return nil
	}
	if want {
		return a.all(e)
	}
	var ways [][]Missing // that any one condition fails is enough
	for _, l := range a.leaves(e) {
		ways = append(ways, []Missing{a.miss(l, false)})
	}
	for _, part := range e.All {
		ways = append(ways, a.missing(part, false))
	}
	if len(e.Any) > 0 {
		var every []Missing
		for _, part := range e.Any {
			every = append(every, a.missing(part, false)...)
		}
		ways = append(ways, every)
	}
	if e.Not != nil {
		ways = append(ways, a.missing(*e.Not, true))
	}
	return oneOf(ways)
}

// all lists what is needed for every condition of a level to hold.
func (a asking) all(e programme.Eligibility) []Missing {
	var out []Missing
	for _, l := range a.leaves(e) {
		if !l.holds(a.now) {
			out = append(out, a.miss(l, true))
		}
	}
	for _, part := range e.All {
		out = append(out, a.missing(part, true)...)
	}
	if len(e.Any) > 0 && !slices.ContainsFunc(e.Any, a.met) {
		var ways [][]Missing
		for _, part := range e.Any {
			if !Over(part, a.now) {
				ways = append(ways, a.missing(part, true))
			}
		}
		out = append(out, oneOf(ways)...)
	}
	if e.Not != nil {
		out = append(out, a.missing(*e.Not, false)...)
	}
	return out
}

// oneOf is what is missing when one of several ways would do; each is missing something.
func oneOf(ways [][]Missing) []Missing {
	if len(ways) == 1 {
		return ways[0]
	}
	m := Missing{Cause: OneOf, Options: ways}
	for _, way := range ways {
		if from := ByItself(way); !from.IsZero() && (m.From.IsZero() || from.Before(m.From)) {
			m.From = from
		}
	}
	return []Missing{m}
}

func (a asking) miss(l leaf, want bool) Missing {
	from, _ := l.next(want, a.now, a.p.Zone())
	return Missing{Cause: l.cause, Wants: l.wants, Excluded: !want, From: from}
}

// ByItself is the last of the times at which what is missing is met by itself; zero if something of it is not. What
// comes by itself at different times need not be there at once: see Opens.
func ByItself(missing []Missing) time.Time {
	var last time.Time
	for _, m := range missing {
		if m.From.IsZero() {
			return time.Time{}
		}
		if m.From.After(last) {
			last = m.From
		}
	}
	return last
}

// Why lists the conditions that a member meets at now: of several ways those that are open.
func Why(p *programme.Programme, of string, e programme.Eligibility, f Facts, now time.Time) []Reason {
	return asking{p, of, f, now}.reasons(e, true)
}

func (a asking) reasons(e programme.Eligibility, want bool) []Reason {
	var out []Reason
	for _, l := range a.leaves(e) {
		if l.holds(a.now) == want {
			until, _ := l.next(!want, a.now, a.p.Zone())
			out = append(out, Reason{l.cause, l.wants, !want, until})
		}
	}
	for _, part := range append(slices.Clone(e.All), e.Any...) {
		if a.met(part) == want {
			out = append(out, a.reasons(part, want)...)
		}
	}
	if e.Not != nil && a.met(*e.Not) != want {
		out = append(out, a.reasons(*e.Not, !want)...)
	}
	return out
}

// Opens is the first moment from now on at which a member meets all conditions, were nothing to change but time; false
// if there is none within four years.
func Opens(p *programme.Programme, of string, e programme.Eligibility, f Facts, now time.Time) (time.Time, bool) {
	return asking{p, of, f, now}.next(e, true, now)
}

// mostTurns bounds how often conditions that are met at different times are tried against one another.
const mostTurns = 200

// next is the first moment from t on at which conditions come out as wanted.
func (a asking) next(e programme.Eligibility, want bool, t time.Time) (time.Time, bool) {
	var parts []func(t time.Time) (time.Time, bool)
	for _, l := range a.leaves(e) {
		parts = append(parts, func(t time.Time) (time.Time, bool) { return l.next(want, t, a.p.Zone()) })
	}
	for _, part := range e.All {
		parts = append(parts, func(t time.Time) (time.Time, bool) { return a.next(part, want, t) })
	}
	if len(e.Any) > 0 {
		parts = append(parts, func(t time.Time) (time.Time, bool) {
			var ways []func(t time.Time) (time.Time, bool)
			for _, part := range e.Any {
				ways = append(ways, func(t time.Time) (time.Time, bool) { return a.next(part, want, t) })
			}
			return together(ways, !want, t)
		})
	}
	if e.Not != nil {
		parts = append(parts, func(t time.Time) (time.Time, bool) { return a.next(*e.Not, !want, t) })
	}
	return together(parts, want, t)
}

// together is the first moment from t on that suits all parts at once, or any one of them.
func together(parts []func(t time.Time) (time.Time, bool), all bool, t time.Time) (time.Time, bool) {
	if !all {
		var first time.Time
		for _, part := range parts {
			if at, ok := part(t); ok && (first.IsZero() || at.Before(first)) {
				first = at
			}
		}
		return first, !first.IsZero()
	}
	for range mostTurns {
		at := t
		for _, part := range parts {
			next, ok := part(at)
			if !ok {
				return time.Time{}, false
			}
			at = next
		}
		if at.Equal(t) {
			return t, true
		}
		t = at
	}
	return time.Time{}, false
}
