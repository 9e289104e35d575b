package benefit

import (
	"time"

	"membergate/internal/eligibility"
	"membergate/internal/programme"
)

// asked is what a benefit asks of members, its own beginning included.
func asked(p *programme.Programme, b programme.Benefit) programme.Eligibility {
	e := b.Eligibility
	if from := starts(p, b); e.From == nil || e.From.Before(from) {
		if !from.IsZero() {
			e.From = &from
		}
	}
	return e
}

// starts is when a version of a benefit takes over. The first one of those that are valid since the programme's version
// took effect is valid whenever that version applies, which may be all earlier times: that is the zero time.
func starts(p *programme.Programme, b programme.Benefit) time.Time {
	if b.ValidFrom.After(p.EffectiveFrom) {
		return b.ValidFrom
	}
	for _, other := range p.Benefits {
		if other.Code == b.Code && other.ValidFrom.Before(b.ValidFrom) {
			return b.ValidFrom
		}
	}
	return time.Time{}
}

// visible tells whether a member may know of a benefit: it is live, or on trial with the member among those who try it.
func visible(p *programme.Programme, f eligibility.Facts) func(b programme.Benefit) bool {
	return func(b programme.Benefit) bool {
		return b.State == programme.Live || b.State == programme.Grey && eligibility.InScope(p, b.Code, b.Scope, f)
	}
}

// versions picks, of the versions of each benefit that may be seen, the one that counts at now: the newest that has
// begun, else the first to begin. What is over is left out, and no older version comes back for it.
func versions(p *programme.Programme, now time.Time, seen func(b programme.Benefit) bool) []Offer {
	best := map[string]int{}
	for i, b := range p.Benefits {
		if !seen(b) {
			continue
		}
		j, other := best[b.Code]
		if !other || takesOver(starts(p, b), starts(p, p.Benefits[j]), now) {
			best[b.Code] = i
		}
	}
	var out []Offer
	for i, b := range p.Benefits {
		if j, known := best[b.Code]; known && i == j && !over(b, now) {
			out = append(out, Offer{b, i})
		}
	}
	return out
}

// takesOver tells whether a version that starts at one time counts before one that starts at another.
func takesOver(at, other, now time.Time) bool {
	begun, otherBegun := !now.Before(at), !now.Before(other)
	if begun && otherBegun {
		return at.After(other)
	}
	return begun || !otherBegun && at.Before(other)
}

// over tells whether a benefit's time has passed.
func over(b programme.Benefit, now time.Time) bool {
	return b.ValidUntil != nil && !now.Before(*b.ValidUntil) || eligibility.Over(b.Eligibility, now)
}
