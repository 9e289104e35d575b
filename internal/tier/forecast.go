package tier

import (
	"math/bits"
	"slices"
	"time"

	"membergate/internal/clock"
	"membergate/internal/programme"
)

const (
	// paceDays is how far back growth is looked at for the pace: a quarter, so that one large order does not decide it.
	paceDays = 90
	// rollOffDays is how far ahead growth that leaves its window is told: a month, as apps show it.
	rollOffDays = 30
)

// Forecast is what is likely to happen to a tier.
type Forecast struct {
	AsOf          time.Time
	UpgradeAt     time.Time // when the next tier is reached at the recent pace; zero when that is not in sight
	WillDowngrade bool      // if nothing more happens, the next settlement finds too little for the tier now held, or it is gone by then
	ToStay        int64     // whole points, rounded up, that the next settlement will miss; 0 when it will miss none
	RollsOff      []RollOff // during the next 30 days, by day
}

// RollOff is the growth that stops counting on a local day.
type RollOff struct {
	Day    string // such as 2026-07-06
	Growth int64  // whole points, rounded down; negative where a refund leaves
}

// Forecast tells what is likely to happen after now. The standing must have been advanced to now.
func (s Standing) Forecast(book Book, now time.Time) Forecast {
	p := book.At(now)
	f := Forecast{AsOf: now, UpgradeAt: s.upgradeAt(p, now), RollsOff: s.rollsOff(p, now)}
	settlement, ok := NextSettlement(p, now)
	if !ok {
		return f
	}
	next, held := book.At(settlement), s.Held(p, now)
	if held.Code == s.Earned || held.Keep != nil { // a tier that a grant alone gives is not judged
		f.ToStay = ceilHundredths(s.Read(next, judged(next, settlement)).Missing(toKeep(held)))
	}
	f.WillDowngrade = f.ToStay > 0 || s.Advance(book, settlement).Held(next, settlement).Rank < held.Rank
	return f
}

// upgradeAt is when the next tier would be reached at the pace of the last 90 days; zero when that lies beyond the
// windows over which growth counts.
func (s Standing) upgradeAt(p *programme.Programme, now time.Time) time.Time {
	next, ok := s.Next(p, now)
	if !ok {
		return time.Time{}
	}
	if _, byScore := next.Target.Threshold(); !byScore {
		return s.metAt(p, now, wayTo(next.Target))
	}
	since := clock.AddDays(now, -paceDays, p.Zone())
	recent := Standing{Facts: slices.DeleteFunc(slices.Clone(s.Facts), func(f Fact) bool { return !f.At.After(since) })}
	missing := max(0, next.Required*100-s.Read(p, now).Score()) // 0: only an order or a settlement is waited for
	wait, ok := share(paceDays*24*time.Hour, missing, max(0, recent.Read(p, now).total()))
	if !ok || now.Add(wait).After(horizon(p, now)) {
		return time.Time{}
	}
	return lifted(p, now.Add(wait).Truncate(time.Millisecond))
}

// lifted is when a tier that is met at a time is given.
func lifted(p *programme.Programme, at time.Time) time.Time {
	if p.Evaluation.Upgrade == programme.Immediate {
		return at
	}
	next, _ := NextSettlement(p, at.Add(-1))
	return next
}

// metAt is when a condition on metrics would be met at the pace of the last 90 days, and the tier given; zero when that
// is not in sight. A year that is judged must be met before it ends.
func (s Standing) metAt(p *programme.Programme, now time.Time, asked *programme.Condition) time.Time {
	r := s.aim(p, now, asked)
	if r.Met(asked) && r.now.Before(now) {
		return lifted(p, now)
	}
	since := clock.AddDays(now, -paceDays, p.Zone())
	recent := Standing{Facts: slices.DeleteFunc(slices.Clone(s.Facts), func(f Fact) bool { return !f.At.After(since) })}
	wait, ok := r.wait(asked, func(metric string) int64 {
		m, _ := p.Metric(metric)
		m.Window = programme.Lifetime // the pace does not stop at the turn of a year
		return max(0, sum(m, recent.Facts, now, p.Zone()))
	})
	if !ok {
		return time.Time{}
	}
	at := now.Add(wait).Truncate(time.Millisecond)
	if p.Evaluation.Kind != programme.AnnualWindow {
		return lifted(p, at)
	}
	if end := yearEnd(now, p.Zone()); at.Before(end) {
		return lifted(p, end)
	}
	return time.Time{}
}

// wait is how long a condition takes at a pace, told as what each metric gained in 90 days; false if that is longer than
// what was gained stays counted.
func (r Reading) wait(c *programme.Condition, gained func(metric string) int64) (longest time.Duration, ok bool) {
	for i := range c.All {
		d, ok := r.wait(&c.All[i], gained)
		if !ok {
			return 0, false
		}
		longest = max(longest, d)
	}
	shortest, found := time.Duration(0), len(c.Any) == 0
	for i := range c.Any {
		if d, ok := r.wait(&c.Any[i], gained); ok && (!found || d < shortest) {
			shortest, found = d, true
		}
	}
	if !found || c.Score != nil && !r.Met(c) {
		return 0, false
	}
	longest = max(longest, shortest)
	if c.Metric == "" {
		return longest, true
	}
	d, ok := share(paceDays*24*time.Hour, max(0, r.asked(c)-r.Sum(c.Metric)), gained(c.Metric))
	m, _ := r.p.Metric(c.Metric)
	if months := m.Length; m.Window == programme.RollingMonths && d > time.Duration(months)*30*24*time.Hour {
		return 0, false
	}
	return max(longest, d), ok && d < farMonths*30*24*time.Hour
}

// share is d × part / whole; false if that is more than a time can be, or whole is nothing.
func share(d time.Duration, part, whole int64) (time.Duration, bool) {
	if part == 0 {
		return 0, true
	}
	high, low := bits.Mul64(uint64(d), uint64(part))
	if high >= uint64(whole) {
		return 0, false
	}
	q, _ := bits.Div64(high, low, uint64(whole))
	return time.Duration(q), q < 1<<63
}

// farMonths ends every look ahead where growth never stops counting: ten years.
const farMonths = 120

// horizon is when all that counts for the score now will have stopped to count.
func horizon(p *programme.Programme, now time.Time) time.Time {
	end := now
	for _, t := range p.Score.Terms {
		switch m, _ := p.Metric(t.Metric); m.Window {
		case programme.RollingMonths:
			end = later(end, clock.AddMonths(now, m.Length, p.Zone()))
		case programme.CalendarYear:
			end = later(end, yearEnd(now, p.Zone()))
		default:
			end = later(end, clock.AddMonths(now, farMonths, p.Zone()))
		}
	}
	return end
}

// rollsOff adds up by local day what stops counting during the next 30 days.
func (s Standing) rollsOff(p *programme.Programme, now time.Time) []RollOff {
	if p.Score == nil {
		return nil
	}
	end := clock.AddDays(now, rollOffDays, p.Zone())
	var moments []time.Time
	for _, f := range s.Facts {
		if t, ok := leaves(p, f); ok && !f.At.After(now) && t.After(now) && !t.After(end) {
			moments = append(moments, t)
		}
	}
	slices.SortFunc(moments, time.Time.Compare)
	var out []RollOff
	before := s.Read(p, now).total()
	for i, t := range moments {
		day := clock.Day(t, p.Zone())
		if i+1 < len(moments) && clock.Day(moments[i+1], p.Zone()) == day {
			continue // the last one of a day tells for all
		}
		after := s.until(now).Read(p, t).total()
		if growth := floorDiv(before-after, 100); growth != 0 {
			out = append(out, RollOff{Day: day, Growth: growth})
		}
		before = after
	}
	return out
}

// until is the standing with the facts up to a moment only.
func (s Standing) until(t time.Time) Standing {
	return Standing{Facts: slices.DeleteFunc(slices.Clone(s.Facts), func(f Fact) bool { return f.At.After(t) })}
}

// leaves tells when a fact stops counting, and false where it never does.
func leaves(p *programme.Programme, f Fact) (time.Time, bool) {
	switch m, _ := p.Metric(f.Metric); m.Window {
	case programme.RollingMonths:
		return clock.AddMonths(f.At, m.Length, p.Zone()), true
	case programme.CalendarYear:
		return yearEnd(f.At, p.Zone()), true
	default:
		return time.Time{}, false
	}
}

// yearEnd is 00:00 local time of the next year's first day.
func yearEnd(t time.Time, zone *time.Location) time.Time {
	return time.Date(t.In(zone).Year()+1, 1, 1, 0, 0, 0, 0, zone).UTC()
}
