package desk

import (
	"slices"
	"time"

	"membergate/internal/benefit"
	"membergate/internal/eligibility"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
)

// Flag is a right that another system acts on, such as returns free of freight.
type Flag struct {
	Code  string
	Offer benefit.Offer // that gives it
	Left  benefit.Left
}

// Usable tells whether anything is left of it.
func (f Flag) Usable() bool { return f.Left.Unlimited || f.Left.Remaining > 0 }

// Flags are a member's rights at now, in the programme's order. Of several benefits that give one right the first of
// which something is left counts.
func Flags(p *programme.Programme, offers []benefit.Offer, used benefit.Usage, now time.Time) []Flag {
	var out []Flag
	for _, o := range offers {
		if o.Flag == "" {
			continue
		}
		f := Flag{Code: o.Flag, Offer: o, Left: used.Left(p, o.Benefit, "", now)}
		switch i := slices.IndexFunc(out, func(g Flag) bool { return g.Code == o.Flag }); {
		case i < 0:
			out = append(out, f)
		case !out[i].Usable() && f.Usable():
			out[i] = f
		}
	}
	return out
}

// FlagsOf gathers what is needed for Flags; the standing must have been advanced to now.
func FlagsOf(p *programme.Programme, who member.Profile, s tier.Standing, used benefit.Usage, now time.Time) []Flag {
	return Flags(p, benefit.Available(p, eligibility.Gather(p, who, s, now), now), used, now)
}
