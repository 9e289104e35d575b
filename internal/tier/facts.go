package tier

import (
	"slices"
	"time"

	"membergate/internal/programme"
)

// add puts a fact in its place by time, after those at the same moment.
func (s *Standing) add(f Fact) {
	i, _ := slices.BinarySearchFunc(s.Facts, f.At, func(e Fact, t time.Time) int {
		if e.At.After(t) {
			return 1
		}
		return -1
	})
	s.Facts = slices.Insert(s.Facts, i, f)
}

// forget drops facts that can count no more at the standing's clock; those of calendar years stay a year longer,
// because the year before is judged.
func (s *Standing) forget(p *programme.Programme) {
	if s.FirstPaid.IsZero() { // of standings from before it was kept
		for _, f := range s.Facts {
			if m, _ := p.Metric(f.Metric); (m.Kind == programme.Spend || m.Kind == programme.Orders) && f.Value > 0 {
				s.ordered(f.At)
			}
		}
	}
	zone := p.Zone()
	s.Facts = slices.DeleteFunc(s.Facts, func(f Fact) bool {
		m, ok := p.Metric(f.Metric)
		switch {
		case !ok:
			return false
		case m.Window == programme.RollingMonths:
			return passed(m, f, s.Clock, zone)
		case m.Window == programme.CalendarYear:
			return f.At.In(zone).Year() < s.Clock.In(zone).Year()-1
		default:
			return false
		}
	})
}

// ordered keeps when the first order was paid.
func (s *Standing) ordered(at time.Time) {
	if s.FirstPaid.IsZero() || at.Before(s.FirstPaid) {
		s.FirstPaid = at
	}
}
