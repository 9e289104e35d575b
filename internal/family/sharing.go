package family

import (
	"slices"
	"time"

	"membergate/internal/clock"
	"membergate/internal/programme"
	"membergate/internal/tier"
)

// Gate is how a family stands to the tier that its owner must hold.
type Gate struct {
	Open  bool      // discount and pool are shared
	Until time.Time // when sharing pauses unless the owner rises again; zero while the owner's tier is high enough, and when paused
	Tier  programme.Tier
}

// OwnerGate tells whether a family shares at now: while its owner holds the lowest tier that may own a family or a
// higher one, and for the programme's grace days after the owner fell below it. The owner's standing must be whole and
// advanced to now. The tier is the one that gives the discount: the owner's, or in the grace days the lowest one that
// shares. False if the programme has no families.
func OwnerGate(p *programme.Programme, owner tier.Standing, now time.Time) (Gate, bool) {
	if p.Family == nil {
		return Gate{}, false
	}
	held := owner.Held(p, now)
	if MayOwn(p, held.Code) {
		return Gate{Open: true, Tier: held}, true
	}
	lowest, _ := p.Tier(p.Family.MinTier)
	end := clock.AddDays(fellBelow(p, owner, lowest.Rank), p.Family.GraceDays, p.Zone())
	if now.Before(end) {
		return Gate{Open: true, Until: end, Tier: lowest}, true
	}
	return Gate{Tier: held}, true
}

// MayOwn tells whether a holder of a tier may open or take over a family.
func MayOwn(p *programme.Programme, tier string) bool {
	return p.Family != nil && p.Rank(tier) >= p.Rank(p.Family.MinTier)
}

// fellBelow is when the standing last fell from a rank to below it; zero, which no grace reaches, if it never held
// such a rank.
func fellBelow(p *programme.Programme, s tier.Standing, rank int) time.Time {
	var since time.Time
	for _, c := range slices.Backward(s.History) {
		if p.Rank(c.To) >= rank {
			return since
		}
		since = c.At
	}
	return time.Time{}
}

// Discount is what a family shares: percent of the price by the tier that gives it.
type Discount struct {
	Tier    programme.Tier
	Percent int64
}

// SharedDiscount is the discount behind a gate, and false when there is none or sharing is paused. A tier without a
// percent of its own has that of the next one below it.
func SharedDiscount(p *programme.Programme, g Gate) (Discount, bool) {
	if p.Family == nil || !g.Open {
		return Discount{}, false
	}
	d := Discount{Tier: g.Tier}
	for _, t := range p.Tiers { // lowest first, so the highest one named wins
		if n, named := p.Family.DiscountPercent[t.Code]; named && t.Rank <= g.Tier.Rank {
			d.Percent = n
		}
	}
	return d, d.Percent > 0
}
