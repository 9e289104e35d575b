package tier

import (
	"time"

	"membergate/internal/programme"
)

// Plan is a tier that can be bought or tried.
type Plan struct {
	Tier  programme.Tier
	Route programme.Route
	State string // PlanOpen, PlanTried or PlanHeld
}

// What a plan is to a member.
const (
	PlanOpen  = "OPEN"
	PlanTried = "TRIED" // a trial was had before
	PlanHeld  = "HELD"  // the tier or a higher one is held: there is nothing to try
)

// Plans are the tiers that are sold or tried, lowest first, and what they are to the member now. What is held can be bought
// all the same: the period then follows the one that runs.
func (s Standing) Plans(p *programme.Programme, now time.Time) []Plan {
	var out []Plan
	for _, t := range p.Tiers {
		for _, r := range t.Routes {
			state := PlanOpen
			switch {
			case t.CapPerMille > 0 || r.Kind != programme.Paid && r.Kind != programme.Trial:
				continue
			case r.Kind == programme.Trial && s.Tried(""):
				state = PlanTried
			case r.Kind == programme.Trial && s.Held(p, now).Rank >= t.Rank:
				state = PlanHeld
			}
			out = append(out, Plan{Tier: t, Route: r, State: state})
		}
	}
	return out
}
