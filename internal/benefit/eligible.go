package benefit

import (
	"time"

	"membergate/internal/eligibility"
	"membergate/internal/programme"
)

// missing lists what stands between a member and a benefit: nothing when it is the member's now.
func missing(p *programme.Programme, b programme.Benefit, f eligibility.Facts, now time.Time) []eligibility.Missing {
	e := b.Eligibility
	if b.ValidFrom.After(p.EffectiveFrom) && (e.From == nil || e.From.Before(b.ValidFrom)) {
		e.From = &b.ValidFrom // what is valid since its version took effect is valid whenever that version applies
	}
	return eligibility.WhyNot(p, b.Code, e, f, now)
}

// shown tells whether a member may know of a benefit at all: it is rolled out to the member and not over.
func shown(b programme.Benefit, f eligibility.Facts, now time.Time) bool {
	if over(b, now) {
		return false
	}
	switch b.State {
	case programme.Live:
		return true
	case programme.Grey:
		return eligibility.InScope(b.Code, b.Scope, f)
	default:
		return false
	}
}

// over tells whether a benefit's time has passed.
func over(b programme.Benefit, now time.Time) bool {
	return b.ValidUntil != nil && !now.Before(*b.ValidUntil) || eligibility.Over(b.Eligibility, now)
}
