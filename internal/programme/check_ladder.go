package programme

import (
	"fmt"
	"slices"
)

// ladder checks the tiers: ranks without a gap, a free start, routes that can be walked, thresholds that rise.
func (c *check) ladder() {
	if len(c.p.Tiers) == 0 {
		c.add("tiers", "is missing; needed is at least one tier")
	}
	c.unique("tiers", c.tiers)
	steps := map[string]step{}
	for i, t := range c.p.Tiers {
		at := fmt.Sprintf("tiers[%d]", i)
		if t.Rank != i || !c.given(at+".rank") {
			c.add(at+".rank", "is %d; allowed is %d, because tiers count up from 0", t.Rank, i)
		}
		c.text(at+".names", t.Names)
		c.between(at+".capPerMille", int64(t.CapPerMille), 0, 1_000)
		c.routes(at, i, t)
		c.keeping(at, i, t)
		c.allKnown(at+".coupons", t.Coupons, c.templates)
		for j, r := range t.Routes {
			if r.Kind == Earned {
				c.rising(at, steps, c.asks(fmt.Sprintf("%s.routes[%d].when", at, j), r.When))
			}
		}
	}
}

func (c *check) routes(at string, i int, t Tier) {
	if len(t.Routes) == 0 {
		c.add(at+".routes", "is missing; needed is at least one route to the tier")
		return
	}
	if _, free := t.Route(Free); free != (i == 0) {
		if i == 0 {
			c.add(at+".routes", "has no FREE route; needed is one, because members start at the lowest tier")
		} else {
			c.add(at+".routes", "has a FREE route; allowed is that only for the lowest tier")
		}
	}
	var seen []RouteKind
	for j, r := range t.Routes {
		route := fmt.Sprintf("%s.routes[%d]", at, j)
		if slices.Contains(seen, r.Kind) {
			c.add(route+".kind", "is %q a second time; allowed is once for a tier", r.Kind)
		}
		seen = append(seen, r.Kind)
		c.route(route, r)
		if t.CapPerMille > 0 && !slices.Contains(seated, r.Kind) {
			c.add(route+".kind", "is %q; allowed with capPerMille are %s and %s, which take a seat", r.Kind, Invited, Reviewed)
		}
	}
}

// seated are the routes on which whoever gets in takes one of a tier's few seats.
var seated = []RouteKind{Invited, Reviewed}

// routeKeys are the keys that each kind of route uses.
var routeKeys = map[RouteKind][]string{
	Free:     {},
	Earned:   {"when"},
	Paid:     {"feeFen", "days", "months"},
	Invited:  {"when", "months"},
	Reviewed: {"when", "months", "reviewHours", "minScore"},
	ByTasks:  {"tasks", "taskCodes", "days", "months"},
	Partner:  {"partnerSpendFen", "months", "coins"},
	Trial:    {"feeFen", "days"},
	ByDays:   {"days"},
}

func (c *check) route(at string, r Route) {
	if !oneOf(c, at+".kind", r.Kind, Free, Earned, Paid, Invited, Reviewed, ByTasks, Partner, Trial, ByDays) {
		return
	}
	for _, key := range []string{"when", "feeFen", "days", "months", "tasks", "taskCodes", "reviewHours", "minScore", "partnerSpendFen", "coins"} {
		if !slices.Contains(routeKeys[r.Kind], key) {
			c.only(at, "by kind "+string(r.Kind), key)
		}
	}
	c.condition(at+".when", r.When)
	c.between(at+".months", int64(r.Months), 0, 120)
	c.between(at+".partnerSpendFen", r.PartnerSpendFen, 0, 1_000_000_000_000)
	c.between(at+".coins", r.Coins, 0, mostUnits)
	switch r.Kind {
	case Earned, Invited, Reviewed:
		if r.When == nil {
			c.add(at+".when", "is missing; needed is a condition")
		}
	case Paid:
		c.between(at+".feeFen", r.FeeFen, 1, 100_000_000)
		c.span(at, r.Days, r.Months)
	case Trial:
		c.between(at+".feeFen", r.FeeFen, 0, 100_000_000)
		c.between(at+".days", int64(r.Days), 1, 366)
	case ByDays:
		c.between(at+".days", int64(r.Days), 0, 366)
	case ByTasks:
		c.between(at+".days", int64(r.Days), 1, 366)
		c.tasks(at, r.Tasks, r.TaskCodes)
	}
	if r.Kind == Reviewed {
		c.between(at+".reviewHours", int64(r.ReviewHours), 1, 720)
		c.between(at+".minScore", int64(r.MinScore), 1, 100)
	}
}

// span asks for a length in days or in months.
func (c *check) span(at string, days, months int) {
	if n := len(slices.DeleteFunc([]string{"days", "months"}, func(k string) bool { return !c.given(at + "." + k) })); n != 1 {
		c.add(at, "gives %d of days, months; allowed is exactly one", n)
		return
	}
	if c.given(at + ".days") {
		c.between(at+".days", int64(days), 1, 3_660)
	} else {
		c.between(at+".months", int64(months), 1, 120)
	}
}

// tasks asks for a number of tasks, and that there are as many where they are named.
func (c *check) tasks(at string, n int, named []string) {
	c.between(at+".tasks", int64(n), 1, 100)
	if c.given(at+".taskCodes") && len(named) < n {
		c.add(at+".taskCodes", "names %d; allowed is at least %d, the number of tasks", len(named), n)
	}
	for i, v := range named {
		c.code(fmt.Sprintf("%s.taskCodes[%d]", at, i), v)
	}
}

// keeping checks what a settlement asks of the holder, and that it asks something where there are settlements.
func (c *check) keeping(at string, i int, t Tier) {
	c.condition(at+".keep", t.Keep)
	_, earned := t.Route(Earned)
	switch {
	case c.p.Evaluation.Kind == Never:
		c.only(at, "with evaluation NONE", "keep")
	case i > 0 && !earned && t.Keep == nil:
		c.add(at+".keep", "is missing; needed is a condition, because the tier has no EARNED route")
	}
}

// step is what the highest tier so far asks of a score or a metric, and where.
type step struct {
	n    int64
	path string
}

// asks gathers the least that a condition asks of the score and of every metric in it.
func (c *check) asks(at string, when *Condition) map[string]step {
	all := map[string]step{}
	if when == nil {
		return all
	}
	put := func(key string, s step) {
		if old, ok := all[key]; !ok || s.n < old.n {
			all[key] = s
		}
	}
	if when.Score != nil {
		put("", step{*when.Score, at + ".score"})
	}
	if when.Metric != "" {
		put(when.Metric, step{when.AtLeast, at + ".atLeast"})
	}
	for form, parts := range map[string][]Condition{"all": when.All, "any": when.Any} {
		for i := range parts {
			for key, s := range c.asks(fmt.Sprintf("%s.%s[%d]", at, form, i), &parts[i]) {
				put(key, s)
			}
		}
	}
	return all
}

// rising asks that a higher tier asks more of the score, and no less of a metric, than the tiers below it.
func (c *check) rising(at string, below map[string]step, here map[string]step) {
	for key, s := range here {
		if b, ok := below[key]; ok && (s.n < b.n || key == "" && s.n == b.n) {
			atLeast := map[bool]string{true: "more than", false: "at least"}[key == ""]
			c.add(s.path, "is %d; allowed is %s %d, which %s asks for", s.n, atLeast, b.n, b.path)
			continue
		}
		below[key] = s
	}
}
