package programme

import "fmt"

// TierOffer is an offer to buy or try a tier at a share of its price, for a while, to members of whom something holds.
type TierOffer struct {
	Code         string       `yaml:"code"`
	Version      string       `yaml:"version"` // of its terms
	Titles       Text         `yaml:"titles"`
	Terms        Text         `yaml:"terms"`
	Tier         string       `yaml:"tier"`
	Route        RouteKind    `yaml:"route"`        // PAID or TRIAL, a route of the tier
	PricePercent int64        `yaml:"pricePercent"` // of the route's fee; whole fen, rounded down
	ValidDays    int          `yaml:"validDays"`    // local days from when it is first shown; the price stays for as long
	CooldownDays int          `yaml:"cooldownDays"` // after its end it comes again no sooner; 0 = once
	Exclusive    string       `yaml:"exclusive"`    // of one name at most one is open at once; empty = beside all
	FromMonth    int          `yaml:"fromMonth"`    // from this month of being a member on, the first is 1; 0 = any
	ToMonth      int          `yaml:"toMonth"`      // until this one, which counts; 0 = any
	Eligibility  *Eligibility `yaml:"eligibility"`
	Met          *Condition   `yaml:"met"` // what the member's metrics must show
}

// Price is the fee of a route at an offer's share of it, in fen, rounded down.
func (u TierOffer) Price(fee int64) int64 { return fee * u.PricePercent / 100 }

// upgrades checks the offers.
func (c *check) upgrades() {
	c.unique("offers", codes(c.p.TierOffers, func(u TierOffer) string { return u.Code }))
	for i, u := range c.p.TierOffers {
		at := fmt.Sprintf("offers[%d]", i)
		c.filled(at+".version", u.Version)
		c.text(at+".titles", u.Titles)
		c.text(at+".terms", u.Terms)
		c.between(at+".pricePercent", u.PricePercent, 1, 100)
		c.between(at+".validDays", int64(u.ValidDays), 1, 366)
		c.between(at+".cooldownDays", int64(u.CooldownDays), 0, 3_660)
		c.between(at+".fromMonth", int64(u.FromMonth), 0, 1_200)
		c.between(at+".toMonth", int64(u.ToMonth), 0, 1_200)
		if u.ToMonth > 0 && u.ToMonth < u.FromMonth {
			c.add(at+".toMonth", "is %d; allowed is %d or more, which is fromMonth", u.ToMonth, u.FromMonth)
		}
		if u.Eligibility != nil {
			c.eligible(at+".eligibility", *u.Eligibility)
		}
		c.condition(at+".met", u.Met)
		if !oneOf(c, at+".tier", u.Tier, c.tiers...) || !oneOf(c, at+".route", u.Route, Paid, Trial) {
			continue
		}
		if t, _ := c.p.Tier(u.Tier); t.CapPerMille > 0 {
			c.add(at+".tier", "is %q, which has few seats; allowed are tiers that anybody may hold", u.Tier)
		} else if _, sold := t.Route(u.Route); !sold {
			c.add(at+".route", "is %q; allowed are routes of tier %s", u.Route, u.Tier)
		}
	}
}
