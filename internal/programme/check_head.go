package programme

import (
	"fmt"
	"time"
	_ "time/tzdata" // so that every machine knows a programme's zone
)

// mostUnits is the most that a wallet may hold: apps read coins as 32-bit numbers.
const mostUnits = 2_000_000_000

// head checks what a programme is called, and where and when it applies.
func (c *check) head() {
	c.code("code", c.p.Code)
	c.filled("version", c.p.Version)
	c.text("names", c.p.Names)
	c.filled("region", c.p.Region)
	c.zone() // before any time is shown
	c.moment("effectiveFrom", c.p.EffectiveFrom)
	c.ordered("effectiveFrom", c.p.EffectiveFrom, "effectiveTo", c.p.EffectiveTo)
	c.scope("scope", c.p.Scope)
}

// zone finds the time zone.
func (c *check) zone() {
	if c.p.TimeZone == "" {
		c.add("timeZone", "is missing; needed is an IANA time zone such as Asia/Shanghai")
		return
	}
	zone, err := time.LoadLocation(c.p.TimeZone)
	if err != nil || c.p.TimeZone == "Local" { // the machine's zone would make two machines count differently
		c.add("timeZone", "is %q; allowed is an IANA time zone such as Asia/Shanghai", c.p.TimeZone)
		return
	}
	c.p.zone = zone
}

func (c *check) scope(path string, s Scope) {
	c.allKnown(path+".channels", s.Channels, channels)
	c.regions(path+".regions", s.Regions)
	c.between(path+".cohortPercent", int64(s.CohortPercent), 0, 100)
}

func (c *check) currencies() {
	if len(c.p.Currencies) == 0 {
		c.add("currencies", "is missing; needed is at least one currency, the wallet's first")
	}
	c.unique("currencies", codes(c.p.Currencies, func(u Currency) string { return u.Code }))
	for i, u := range c.p.Currencies {
		at := fmt.Sprintf("currencies[%d]", i)
		c.text(at+".names", u.Names)
		c.between(at+".parityPerYuan", u.ParityPerYuan, 0, 1_000_000)
		if u.ParityPerYuan == 0 {
			c.only(at, "without parityPerYuan", "parityLockedUntil")
		}
		c.between(at+".expiryMonths", int64(u.ExpiryMonths), 0, 120)
		c.between(at+".reservePercent", u.ReservePercent, 0, 100)
		c.between(at+".maxBalance", u.MaxBalance, 1, mostUnits)
		if u.Index != nil {
			c.index(at+".index", *u.Index)
		}
		c.transfers(at, u)
		c.regional(at, i, u)
	}
}

func (c *check) index(at string, x Index) {
	c.between(at+".low", x.Low, 1, 10_000)
	c.between(at+".high", x.High, 1, 10_000)
	if x.High <= x.Low {
		c.add(at+".high", "is %d; allowed is more than low, which is %d", x.High, x.Low)
	}
	c.between(at+".stepBasisPoints", x.StepBasisPoints, 1, 1_000)
	c.between(at+".floorBasisPoints", x.FloorBasis, -10_000, 0)
	c.between(at+".ceilBasisPoints", x.CeilBasis, 0, 10_000)
	oneOf(c, at+".period", x.Period, Monthly, Quarterly)
}

// rules checks the rules as members read them: nobody is bound by what was not told.
func (c *check) rules() {
	c.unique("rules", codes(c.p.Rules, func(r Rule) string { return r.Code }))
	if len(c.p.Rules) == 0 {
		c.add("rules", "is missing; needed is at least one rule that members can read")
	}
	for i, r := range c.p.Rules {
		at := fmt.Sprintf("rules[%d]", i)
		c.text(at+".titles", r.Titles)
		c.text(at+".texts", r.Texts)
		c.moment(at+".effectiveFrom", r.EffectiveFrom)
		c.ordered(at+".effectiveFrom", r.EffectiveFrom, at+".effectiveTo", r.EffectiveTo)
	}
}
