package tier

import (
	"slices"
	"time"

	"membergate/internal/clock"
	"membergate/internal/programme"
)

// Reading is what a standing's facts add up to at one moment. Sums are taken once, when it is made.
type Reading struct {
	p    *programme.Programme
	now  time.Time
	sums map[string]int64 // by metric code, unclamped
}

// Read adds up the facts that count at now.
func (s Standing) Read(p *programme.Programme, now time.Time) Reading {
	r := Reading{p: p, now: now, sums: make(map[string]int64, len(p.Metrics))}
	for _, m := range p.Metrics {
		r.sums[m.Code] = sum(m, s.Facts, now, p.Zone())
	}
	return r
}

// Sum is a metric's total, clamped at nothing: a refund may lie in a window that its order has left.
func (r Reading) Sum(metric string) int64 { return max(0, r.sums[metric]) }

// Parts are the score's terms in hundredths, unclamped, by metric code.
func (r Reading) Parts() map[string]int64 {
	parts := map[string]int64{}
	if r.p.Score != nil {
		for _, t := range r.p.Score.Terms {
			parts[t.Metric] = r.sums[t.Metric] * t.Hundredths
		}
	}
	return parts
}

// Score is the weighted sum in hundredths, clamped at 0 once.
func (r Reading) Score() int64 { return max(0, r.total()) }

// total is the weighted sum in hundredths, unclamped.
func (r Reading) total() int64 {
	var total int64
	if r.p.Score != nil {
		for _, t := range r.p.Score.Terms {
			total += r.sums[t.Metric] * t.Hundredths
		}
	}
	return total
}

// Met tells whether a condition holds; no condition holds always.
func (r Reading) Met(c *programme.Condition) bool {
	if c == nil {
		return true
	}
	for i := range c.All {
		if !r.Met(&c.All[i]) {
			return false
		}
	}
	if len(c.Any) > 0 && !slices.ContainsFunc(c.Any, func(each programme.Condition) bool { return r.Met(&each) }) {
		return false
	}
	if c.Score != nil && r.Score() < *c.Score*100 {
		return false
	}
	return c.Metric == "" || r.Sum(c.Metric) >= r.asked(c)
}

// asked is the sum that a metric condition asks for: an average a month is asked for every month of the window.
func (r Reading) asked(c *programme.Condition) int64 {
	m, _ := r.p.Metric(c.Metric)
	switch {
	case !m.PerMonth:
		return c.AtLeast
	case m.Window == programme.CalendarYear:
		return c.AtLeast * int64(r.now.Add(-1).In(r.p.Zone()).Month()) // a month that only begins is not asked for
	default:
		return c.AtLeast * int64(max(1, m.Length))
	}
}

// Missing is how far a condition is from being met, in hundredths of a point; a metric counts in its own units, of
// which fen are hundredths already.
func (r Reading) Missing(c *programme.Condition) int64 {
	if c == nil {
		return 0
	}
	var most int64
	for i := range c.All {
		most = max(most, r.Missing(&c.All[i]))
	}
	least := int64(-1)
	for i := range c.Any {
		if n := r.Missing(&c.Any[i]); least < 0 || n < least {
			least = n
		}
	}
	most = max(most, least)
	if c.Score != nil {
		most = max(most, *c.Score*100-r.Score())
	}
	if c.Metric != "" {
		short := r.asked(c) - r.Sum(c.Metric)
		if m, _ := r.p.Metric(c.Metric); m.Kind != programme.Spend {
			short *= 100
		}
		most = max(most, short)
	}
	return most
}

// sum adds up the facts of a metric that count at now. Facts are in order of time, so a day's actions lie together.
func sum(m programme.Metric, facts []Fact, now time.Time, zone *time.Location) int64 {
	var total, day int64
	var today string
	for _, f := range facts {
		if f.Metric != m.Code || !counts(m, f, now, zone) {
			continue
		}
		if m.Kind != programme.Actions || m.DailyCap == 0 {
			total += f.Value
			continue
		}
		if d := clock.Day(f.At, zone); d != today {
			today, day = d, 0
		}
		counted := min(f.Value, m.DailyCap-day)
		day += counted
		total += counted
	}
	return total
}

// counts tells whether a fact counts at now: from its own time on and, in a rolling window, until, exclusive, the
// same local clock time Length months later (29 February: 28 February).
func counts(m programme.Metric, f Fact, now time.Time, zone *time.Location) bool {
	if f.At.After(now) {
		return false
	}
	switch m.Window {
	case programme.RollingMonths:
		return !passed(m, f, now, zone)
	case programme.CalendarYear:
		return f.At.In(zone).Year() == now.In(zone).Year()
	default:
		return true
	}
}

// passed tells whether a rolling window has passed a fact. Months have 28 to 31 days, so most facts need no calendar.
func passed(m programme.Metric, f Fact, now time.Time, zone *time.Location) bool {
	days := now.Sub(f.At) / (24 * time.Hour)
	switch {
	case days < time.Duration(m.Length*28-1):
		return false
	case days > time.Duration(m.Length*31+1):
		return true
	}
	return !now.Before(clock.AddMonths(f.At, m.Length, zone))
}
