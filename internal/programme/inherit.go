package programme

import "time"

// Offered tells whether a benefit is live and valid at a time. One that is valid from the version's own start is valid
// as early as the version applies.
func (p *Programme) Offered(b Benefit, at time.Time) bool {
	begun := !b.ValidFrom.After(p.EffectiveFrom) || !at.Before(b.ValidFrom)
	return b.State == Live && begun && (b.ValidUntil == nil || at.Before(*b.ValidUntil))
}

// BenefitsOf lists what a tier brings at a time, in the programme's order: its own benefits and the lower tiers', less
// those that another one of them replaces. Who of its members may have each is for the rest of the eligibility to say.
func (p *Programme) BenefitsOf(tier string, at time.Time) []Benefit {
	rank := p.Rank(tier)
	var reached []Benefit
	replaced := map[string]bool{}
	for _, b := range p.Benefits {
		if p.Offered(b, at) && max(0, p.Rank(b.Eligibility.MinTier)) <= rank {
			reached = append(reached, b)
			replaced[b.Replaces] = true
		}
	}
	var all []Benefit
	for _, b := range reached {
		if !replaced[b.Code] {
			all = append(all, b)
		}
	}
	return all
}
