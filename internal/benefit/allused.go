package benefit

import (
	"slices"
	"time"

	"membergate/internal/eligibility"
	"membergate/internal/programme"
)

// Exhausted is a benefit of which a member has used everything that there is in the window, and which comes back.
type Exhausted struct {
	Offer
	Window string    // such as "2026-07"
	At     time.Time // of the last use
	Until  time.Time // when there is more
}

// AllUsed lists those of a member's benefits that are used up at now, in the programme's order. A use that is not decided
// yet is not counted: it may find the stock empty.
func AllUsed(p *programme.Programme, f eligibility.Facts, u Usage, now time.Time) []Exhausted {
	if len(u.Counts) == 0 {
		return nil
	}
	var out []Exhausted
	for _, o := range Available(p, f, now) {
		left := u.Left(p, o.Benefit, "", now)
		undecided := slices.ContainsFunc(u.Steps, func(s Step) bool { return s.Use.Benefit == o.Code })
		if left.Unlimited || left.Remaining > 0 || left.ResetsAt.IsZero() || undecided {
			continue
		}
		e := Exhausted{Offer: o, Until: left.ResetsAt}
		e.Window, _ = window(o.Quota.Per, "", now, p.Zone())
		for _, c := range u.Counts {
			if c.Benefit == o.Code && c.Window == e.Window {
				e.At = c.Last
			}
		}
		out = append(out, e)
	}
	return out
}
