package report

import (
	"math"

	"membergate/internal/programme"
)

// Record is how a reporter's earlier reports were decided.
type Record struct {
	Agreed  int // moderators took down what was reported
	Refused int // moderators saw nothing wrong
}

// ScaleOf is a programme's.
func ScaleOf(r programme.Reports) Scale {
	return Scale{Axis: float64(r.Axis) / 100, Known: int(r.Known), Most: float64(r.Most) / 100}
}

// Scale says how reports are weighed. A programme has its own.
type Scale struct {
	Axis  float64 // share of agreed reports that is neither good nor bad, above 0 and below 1
	Known int     // a record of at most so many reports says nothing yet
	Most  float64 // what a perfect record adds for every fourfold number of reports
}

// Bonus is what a record adds to a report's weight, or takes from it (the formula is Discourse's): it grows
// with the logarithm of the number of reports to the base four.
func (s Scale) Bonus(r Record) float64 {
	total := r.Agreed + r.Refused
	if total <= s.Known {
		return 0
	}
	p, size := float64(r.Agreed)/float64(total), math.Log(float64(total))/math.Log(4)
	if p >= s.Axis {
		return (p - s.Axis) / (1 - s.Axis) * s.Most * size
	}
	return -(s.Axis - p) / s.Axis * s.Most * size
}

// Weight is how much a report counts, in hundredths: one, what the reporter is trusted with, and the record's bonus; never
// below 0.
func (s Scale) Weight(trust int, r Record) int64 {
	return max(0, int64(math.Round(100*(1+float64(trust)+s.Bonus(r)))))
}
