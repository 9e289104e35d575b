package programme

import (
	"fmt"
	"maps"
	"slices"
)

// evaluation checks when tiers are looked at and what protects those who fall short.
func (c *check) evaluation() {
	e := c.p.Evaluation
	oneOf(c, "evaluation.upgrade", e.Upgrade, Immediate, AtSettlement)
	if !oneOf(c, "evaluation.kind", e.Kind, RollingQuarter, AnnualWindow, Never) {
		return
	}
	if e.Kind == AnnualWindow {
		c.months(e.Months)
	} else {
		c.only("evaluation", "by kind "+string(e.Kind), "months")
	}
	if e.Kind == Never {
		c.only("evaluation", "by kind NONE", "grace")
		if e.Upgrade == AtSettlement {
			c.add("evaluation.upgrade", "is %q; allowed is IMMEDIATE, because kind NONE has no settlements", e.Upgrade)
		}
	} else if e.Grace != nil {
		c.grace("evaluation.grace", *e.Grace)
	}
}

func (c *check) months(all []int) {
	if len(all) == 0 {
		c.add("evaluation.months", "is missing; needed is at least one month")
	}
	for i, m := range all {
		at := fmt.Sprintf("evaluation.months[%d]", i)
		c.between(at, int64(m), 1, 12)
		if i > 0 && m <= all[i-1] {
			c.add(at, "is %d; allowed is more than the month before it, which is %d", m, all[i-1])
		}
	}
}

func (c *check) grace(at string, g Grace) {
	c.span(at, g.Days, g.Months)
	if len(g.RestoreBy) == 0 {
		c.add(at+".restoreBy", "is missing; allowed are %s, %s", ByShortfall, ByTheTasks)
	}
	c.allKnown(at+".restoreBy", g.RestoreBy, []string{ByShortfall, ByTheTasks})
	if slices.Contains(g.RestoreBy, ByTheTasks) {
		c.tasks(at, g.Tasks, g.TaskCodes)
	} else {
		c.only(at, "without restoreBy TASKS", "tasks", "taskCodes")
	}
}

// earning checks the earn rules: orders earn by one rule with a rate for every tier, all other events fixed amounts or
// coupons, by any number of rules.
func (c *check) earning() {
	c.unique("earn", codes(c.p.Earn, func(e Earn) string { return e.Code }))
	seen := map[string]string{}
	for i, e := range c.p.Earn {
		at := fmt.Sprintf("earn[%d]", i)
		c.text(at+".titles", e.Titles)
		c.known(at+".minTier", e.MinTier, c.tiers)
		c.between(at+".perDay", e.PerDay, 0, mostUnits)
		c.between(at+".perMember", e.PerMember, 0, mostUnits)
		c.multipliers(at+".multiply", e.Multipliers)
		if !oneOf(c, at+".event", e.Event, eventNames()...) {
			continue
		}
		c.reward(at, e)
		if first, twice := seen[e.Event]; twice && e.Event == OrderPaid {
			c.add(at+".event", "is %q, which %s has; allowed is one rule for an event", e.Event, first)
		}
		seen[e.Event] = at
		c.amount(at, e)
		c.fields(at, e)
	}
}

// sources are what coupons of rules may be for members.
var sources = []string{"COMPENSATION", "CAMPAIGN", "TIER", "INVITATION"}

// reward checks when a rule holds, for whom, and the coupon that it gives.
func (c *check) reward(at string, e Earn) {
	if e.Terms != nil {
		c.text(at+".terms", e.Terms)
	}
	if e.From != nil {
		c.ordered(at+".from", *e.From, at+".until", e.Until)
	}
	if e.Eligibility != nil {
		c.eligible(at+".eligibility", *e.Eligibility)
	}
	if e.Coupon == "" {
		c.only(at, "without a coupon", "source")
		return
	}
	c.known(at+".coupon", e.Coupon, codes(c.p.Coupons, func(t CouponTemplate) string { return t.Code }))
	oneOf(c, at+".source", e.Source, sources...)
	if e.Once == "" {
		c.add(at+".once", "is missing; needed is a field of the event, because each coupon is given once")
	}
}

func (c *check) amount(at string, e Earn) {
	if e.Event != OrderPaid {
		c.only(at, "by events other than "+OrderPaid, "rates")
		if e.Coupon == "" || c.given(at+".fixed") {
			c.between(at+".fixed", e.Fixed, 1, mostUnits)
		} else {
			c.only(at, "by a rule that gives no units", "perDay", "perMember", "multiply")
		}
		return
	}
	c.only(at, "by event "+OrderPaid, "fixed", "minTier", "eligibility", "coupon", "source", "from", "until")
	c.perTier(at+".rates", e.RateByTier, 10_000)
	for _, tier := range c.tiers {
		if _, ok := e.RateByTier[tier]; !ok {
			c.add(at+".rates."+tier, "is missing; needed are basis points for every tier")
		}
	}
}

// perTier asks for numbers from 0 under codes of tiers.
func (c *check) perTier(path string, all map[string]int64, high int64) {
	for _, tier := range slices.Sorted(maps.Keys(all)) {
		if !slices.Contains(c.tiers, tier) {
			c.add(path+"."+tier, "names no tier; allowed %s", these(c.tiers))
		}
		c.between(path+"."+tier, all[tier], 0, high)
	}
}

// fields asks that a rule looks only at fields that its event has.
func (c *check) fields(at string, e Earn) {
	has := events[e.Event]
	c.known(at+".once", e.Once, has)
	for _, field := range slices.Sorted(maps.Keys(e.Match)) {
		if !slices.Contains(has, field) {
			c.add(at+".match."+field, "is no field of %s; allowed %s", e.Event, these(has))
		} else if len(e.Match[field]) == 0 {
			c.add(at+".match."+field, "is an empty list; needed is at least one value")
		}
	}
}

func (c *check) multipliers(path string, all []Multiplier) {
	for i, m := range all {
		at := fmt.Sprintf("%s[%d]", path, i)
		c.between(at+".percent", m.Percent, 1, 100_000)
		c.text(at+".names", m.Names)
		c.allKnown(at+".channels", m.Channels, channels)
		if m.Eligibility != nil {
			c.eligible(at+".eligibility", *m.Eligibility)
		}
		if m.Eligibility != nil && !c.given(at+".when") {
			c.only(at, "without when", "day")
			continue
		}
		if !oneOf(c, at+".when", m.When, BirthdayMonth, MonthDay) {
			continue
		}
		if m.When == MonthDay {
			c.between(at+".day", int64(m.Day), 1, 31)
		} else {
			c.only(at, "by when "+string(m.When), "day")
		}
	}
}

// burning checks the ways to spend.
func (c *check) burning() {
	seen := map[BurnKind]string{}
	for i, b := range c.p.Burn {
		at := fmt.Sprintf("burn[%d]", i)
		c.known(at+".minTier", b.MinTier, c.tiers)
		c.multipliers(at+".multiply", b.Multiply)
		for j := range b.Multiply {
			c.only(fmt.Sprintf("%s.multiply[%d]", at, j), "by ways to spend", "eligibility")
		}
		c.between(at+".cost", b.Cost, 0, mostUnits)
		oneOf(c, at+".sink", b.Sink, Destroy, Return)
		if !oneOf(c, at+".kind", b.Kind, Checkout, Item, Auction, Vote, Donation, Exchange) {
			continue
		}
		if first, twice := seen[b.Kind]; twice {
			c.add(at+".kind", "is %q, which %s has; allowed is once", b.Kind, first)
		}
		seen[b.Kind] = at
		if b.Kind == Item {
			c.item(at, b)
			continue
		}
		c.only(at, "by kind "+string(b.Kind), "cancelMinutes", "codeDays", "codeGraceHours", "slotCancelHours")
		if b.Kind != Checkout {
			c.only(at, "by kind "+string(b.Kind), "maxPercentOfOrder")
			c.between(at+".holdMinutes", int64(b.HoldMinutes), 0, 10_080)
			continue
		}
		c.between(at+".maxPercentOfOrder", b.MaxPercentOfOrder, 1, 100)
		c.between(at+".holdMinutes", int64(b.HoldMinutes), 1, 10_080)
		c.only(at, "by kind CHECKOUT", "cost")
		if len(c.p.Currencies) > 0 && c.p.Currencies[0].ParityPerYuan == 0 {
			c.add(at+".kind", "is %q; allowed is that only for a currency with parityPerYuan", b.Kind)
		}
	}
}

// returns checks what becomes of units that come back.
func (c *check) returns() {
	c.between("returns.graceHours", int64(c.p.Returns.GraceHours), 1, 8_760)
}

// item checks the terms on which rewards are had. Each of them must be said: an absent one would be a promise that
// nobody made.
func (c *check) item(at string, b Burn) {
	c.only(at, "by kind "+string(b.Kind), "maxPercentOfOrder", "multiply", "cost")
	c.between(at+".holdMinutes", int64(b.HoldMinutes), 1, 10_080)
	c.between(at+".codeDays", int64(b.CodeDays), 1, 3_650)
	for key, n := range map[string]int{"cancelMinutes": b.CancelMinutes, "codeGraceHours": b.CodeGraceHours, "slotCancelHours": b.SlotCancelHours} {
		if !c.given(at + "." + key) {
			c.add(at+"."+key, "is missing; needed is 0 to 10080")
			continue
		}
		c.between(at+"."+key, int64(n), 0, 10_080)
	}
}
