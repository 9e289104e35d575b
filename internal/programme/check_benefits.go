package programme

import (
	"fmt"
)

// offers checks the benefits: who may have each, how often, at what cost, and under which terms.
func (c *check) offers() {
	c.versions()
	for i, b := range c.p.Benefits {
		at := fmt.Sprintf("benefits[%d]", i)
		oneOf(c, at+".kind", b.Kind, benefitKinds...)
		oneOf(c, at+".layer", b.Layer, Basic, Upgrade, Emotional)
		c.filled(at+".category", b.Category)
		c.text(at+".titles", b.Titles)
		c.terms(at, b)
		c.filled(at+".owner", b.Owner)
		c.between(at+".value", b.Value, 0, 1_000_000_000)
		c.moment(at+".validFrom", b.ValidFrom)
		c.ordered(at+".validFrom", b.ValidFrom, at+".validUntil", b.ValidUntil)
		c.eligible(at+".eligibility", b.Eligibility)
		c.quota(at+".quota", b.Quota)
		if b.CostCap != nil {
			c.between(at+".costCap.fenPerYear", b.CostCap.FenPerYear, 1, 1_000_000_000)
			c.text(at+".costCap.fallback", b.CostCap.Fallback)
		}
		c.limits(at, b)
		c.replaces(at+".replaces", b)
		c.known(at+".coupon", b.Coupon, c.templates)
		if !oneOf(c, at+".state", b.State, Draft, Grey, Live, Retired) {
			continue
		}
		c.scope(at+".scope", b.Scope)
		if b.State != Grey {
			c.only(at, "in state "+string(b.State), "scope")
		} else if !c.given(at + ".scope") {
			c.add(at+".scope", "is missing; needed is for whom a GREY benefit is")
		}
	}
}

func (c *check) quota(at string, q Quota) {
	if q.Unlimited {
		c.only(at, "when unlimited", "count", "per")
		return
	}
	if !c.given(at) {
		c.add(at, "is missing; needed is a count or unlimited")
		return
	}
	c.between(at+".count", q.Count, 1, 1_000_000)
	oneOf(c, at+".per", q.Per, PerOrder, PerMonth, PerYear, Once)
}

// replaces asks that a benefit takes the place of a lower tier's: then no two can replace each other in a ring.
func (c *check) replaces(at string, b Benefit) {
	if !c.known(at, b.Replaces, c.benefits) || b.Replaces == "" {
		return
	}
	for _, lower := range c.p.Benefits {
		if lower.Code == b.Replaces && c.p.lowest(lower.Eligibility) >= c.p.lowest(b.Eligibility) {
			c.add(at, "is %q, whose tier is not lower; allowed is a lower tier's benefit", b.Replaces)
		}
	}
}

// services checks the response times.
func (c *check) services() {
	seen := map[[3]string]string{}
	for i, s := range c.p.Services {
		at := fmt.Sprintf("services[%d]", i)
		c.filled(at+".kind", s.Kind)
		c.known(at+".tier", s.Tier, c.tiers)
		c.text(at+".titles", s.Titles)
		if first, twice := seen[[3]string{s.Kind, s.Grade, s.Tier}]; twice {
			c.add(at+".kind", "is %q for the same tier as %s; allowed is once", s.Kind, first)
		}
		seen[[3]string{s.Kind, s.Grade, s.Tier}] = at
		before, name := int64(0), ""
		for _, each := range []struct {
			key     string
			seconds int64
		}{{"respondSeconds", s.RespondSeconds}, {"planSeconds", s.PlanSeconds}, {"resolveSeconds", s.ResolveSeconds}} {
			if !c.given(at + "." + each.key) {
				continue
			}
			c.between(at+"."+each.key, each.seconds, 1, 31_536_000)
			if each.seconds < before {
				c.add(at+"."+each.key, "is %d; allowed is at least %s, which is %d", each.seconds, name, before)
			}
			before, name = each.seconds, each.key
		}
		if name == "" {
			c.add(at, "gives no time; needed is respondSeconds, planSeconds or resolveSeconds")
		}
	}
}
