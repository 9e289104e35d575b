package programme

import "time"

// Offered tells whether a benefit is live and valid at a time. One that is valid from the version's own start is valid
// as early as the version applies.
func (p *Programme) Offered(b Benefit, at time.Time) bool {
	begun := !b.ValidFrom.After(p.EffectiveFrom) || !at.Before(b.ValidFrom)
	return b.State == Live && begun && (b.ValidUntil == nil || at.Before(*b.ValidUntil))
}
