package programme

import (
	"fmt"
	"slices"
)

const (
	mostFen       = 1_000_000_000 // 10 million yuan, as orders
	mostTemplates = 200
	mostStacked   = 4 // coupons on one order: the best set of them is found by trying
)

// coupons checks the templates of coupons, how they stack, and where members take them.
func (c *check) coupons() {
	if len(c.p.Coupons) == 0 {
		c.only("", "without coupons", "stacking", "campaigns")
		return
	}
	if len(c.p.Coupons) > mostTemplates {
		c.add("coupons", "has %d templates; allowed are %d", len(c.p.Coupons), mostTemplates)
	}
	c.unique("coupons", c.templates)
	groups := c.stacking()
	for i, t := range c.p.Coupons {
		at := fmt.Sprintf("coupons[%d]", i)
		c.filled(at+".version", t.Version)
		c.text(at+".titles", t.Titles)
		c.text(at+".terms", t.Terms)
		c.allKnown(at+".channels", t.Channels, channels)
		c.eligible(at+".eligibility", t.Eligibility)
		c.validity(at+".validity", t.Validity)
		c.between(at+".minOrderFen", t.MinOrderFen, 0, mostFen)
		c.between(at+".maxPerIssue", t.MaxPerIssue, 0, 100)
		if !c.given(at + ".group") {
			c.add(at+".group", "is missing; needed is the code of a stacking group")
		}
		c.known(at+".group", t.Group, groups)
		c.worth(at, t)
	}
	c.campaigns()
}

// worth checks what a coupon takes off.
func (c *check) worth(at string, t CouponTemplate) {
	if !oneOf(c, at+".kind", t.Kind, Off, OffOver, Percent, Delivery, GiftAlso) {
		return
	}
	if t.Kind == Percent {
		c.between(at+".value", t.Value, 1, 100)
		c.between(at+".maxOffFen", t.MaxOffFen, 1, mostFen)
	} else {
		c.only(at, "by kind "+string(t.Kind), "maxOffFen")
	}
	switch t.Kind {
	case Off:
		c.between(at+".value", t.Value, 1, mostFen)
		c.only(at, "by kind OFF; with a threshold it is OFF_OVER", "minOrderFen")
	case OffOver:
		c.between(at+".value", t.Value, 1, mostFen)
		if t.MinOrderFen < t.Value {
			c.add(at+".minOrderFen", "is %d; allowed is value, which is %d, and more", t.MinOrderFen, t.Value)
		}
	case Delivery:
		c.between(at+".value", t.Value, 0, mostFen)
		c.only(at, "by kind DELIVERY", "categories")
	case GiftAlso:
		c.between(at+".value", t.Value, 0, mostFen)
	}
}

func (c *check) validity(at string, v Validity) {
	n := 0
	for _, given := range []bool{v.Days != 0, v.MonthEnd, v.Until != nil} {
		if given {
			n++
		}
	}
	if n != 1 {
		c.add(at, "says %d times how long it lasts; needed is exactly one of days, monthEnd, until", n)
	}
	if v.Days != 0 {
		c.between(at+".days", int64(v.Days), 1, 3_650)
	}
}

// stacking checks how coupons meet, and gives the codes of the groups.
func (c *check) stacking() []string {
	s := c.p.Stacking
	all := codes(s.Groups, func(g CouponGroup) string { return g.Code })
	if !c.given("stacking") {
		c.add("stacking", "is missing; needed is how coupons meet on one order")
		return all
	}
	c.between("stacking.most", s.Most, 1, mostStacked)
	c.between("stacking.holdMinutes", int64(s.HoldMinutes), 1, 1_440)
	oneOf(c, "stacking.percent", s.Percent, PercentFirst, PercentLast)
	c.unique("stacking.groups", all)
	for i, g := range s.Groups {
		at := fmt.Sprintf("stacking.groups[%d]", i)
		c.text(at+".names", g.Names)
		c.between(at+".most", g.Most, 1, mostStacked)
		c.allKnown(at+".with", g.With, all)
		if slices.Contains(g.With, g.Code) {
			c.add(at+".with", "names the group itself; allowed are others, because most says how many of its own may meet")
		}
	}
	return all
}

func (c *check) campaigns() {
	c.unique("campaigns", codes(c.p.Campaigns, func(g Campaign) string { return g.Code }))
	for i, g := range c.p.Campaigns {
		at := fmt.Sprintf("campaigns[%d]", i)
		c.text(at+".titles", g.Titles)
		c.text(at+".terms", g.Terms)
		if !c.given(at + ".template") {
			c.add(at+".template", "is missing; needed is the code of a coupon's template")
		}
		c.known(at+".template", g.Template, c.templates)
		c.moment(at+".from", g.From)
		c.moment(at+".until", g.Until)
		c.ordered(at+".from", g.From, at+".until", &g.Until)
		c.between(at+".stock", g.Stock, 0, 1_000_000_000)
	}
}
