package programme

import (
	"fmt"
	"regexp"
	"slices"
	"time"
)

const (
	mostDeep       = 4  // levels of conditions within conditions: more nobody can be told of
	mostConditions = 32 // of one thing
	mostAround     = 60 // days that a festival goes on before or after its day
)

// eligible checks the conditions under which members have something.
func (c *check) eligible(at string, e Eligibility) {
	if n := e.size(); n > mostConditions {
		c.add(at, "asks %d conditions; allowed are %d", n, mostConditions)
	}
	c.asked(at, e, 1)
}

func (c *check) asked(at string, e Eligibility, deep int) {
	if deep > mostDeep {
		c.add(at, "lies %d levels deep; allowed are %d", deep, mostDeep)
		return
	}
	c.known(at+".minTier", e.MinTier, c.tiers)
	c.listed(at+".tiers", e.Tiers, c.tiers)
	c.listed(at+".segments", e.Segments, c.segments)
	c.listed(at+".stages", e.Stages, c.stages)
	c.listed(at+".channels", e.Channels, channels)
	c.listed(at+".weekdays", e.Weekdays, weekdays)
	c.listed(at+".festivals", e.Festivals, codes(c.p.Festivals, func(f Festival) string { return f.Code }))
	c.regions(at+".regions", e.Regions)
	var home Household
	if c.p.Household != nil {
		home = *c.p.Household
	}
	named := func(list []Named) []string { return codes(list, func(n Named) string { return n.Code }) }
	c.listed(at+".lifeStages", e.LifeStages, named(home.LifeStages))
	c.listed(at+".preferences", e.Preferences, named(home.Preferences))
	c.some(at+".stores", len(e.Stores))
	for i, store := range e.Stores {
		c.code(fmt.Sprintf("%s.stores[%d]", at, i), store)
	}
	c.known(at+".consent", e.Consent, c.purposes)
	c.known(at+".birthday", e.Birthday, []string{BornMonth, BornDay})
	c.between(at+".cohortPercent", int64(e.CohortPercent), 0, 100)
	c.days(at, e)
	if e.From != nil {
		c.ordered(at+".from", *e.From, at+".until", e.Until)
	}
	c.parts(at, e, deep)
}

// days checks the days of months and years.
func (c *check) days(at string, e Eligibility) {
	c.between(at+".monthDay", int64(e.MonthDay), 0, 31)
	c.some(at+".monthDays", len(e.MonthDays))
	for i, day := range e.MonthDays {
		c.between(fmt.Sprintf("%s.monthDays[%d]", at, i), int64(day), 1, 31)
	}
	c.some(at+".yearDays", len(e.YearDays))
	for i, day := range e.YearDays {
		if _, err := time.Parse(time.DateOnly, "2000-"+day); err != nil {
			c.add(fmt.Sprintf("%s.yearDays[%d]", at, i), "is %q; allowed is a day such as 10-08", day)
		}
	}
}

// parts checks the conditions within conditions; each asks something.
func (c *check) parts(at string, e Eligibility, deep int) {
	c.some(at+".all", len(e.All))
	c.some(at+".any", len(e.Any))
	part := func(at string, e Eligibility) {
		if e.size() == 0 {
			c.add(at, "asks nothing; needed is a condition")
			return
		}
		c.asked(at, e, deep+1)
	}
	for i, each := range e.All {
		part(fmt.Sprintf("%s.all[%d]", at, i), each)
	}
	for i, each := range e.Any {
		part(fmt.Sprintf("%s.any[%d]", at, i), each)
	}
	if e.Not != nil {
		part(at+".not", *e.Not)
	}
}

// size counts the conditions, those within others included.
func (e Eligibility) size() int {
	n := 0
	for _, asked := range []bool{
		e.MinTier != "", len(e.Tiers) > 0, len(e.Segments) > 0, len(e.Stages) > 0, len(e.LifeStages) > 0, len(e.Preferences) > 0,
		len(e.Regions) > 0, len(e.Channels) > 0, len(e.Stores) > 0, e.From != nil || e.Until != nil, len(e.Weekdays) > 0,
		e.MonthDay != 0, len(e.MonthDays) > 0, len(e.YearDays) > 0, len(e.Festivals) > 0, e.Birthday != "", e.Consent != "", e.CohortPercent != 0,
	} {
		if asked {
			n++
		}
	}
	for _, each := range append(slices.Clone(e.All), e.Any...) {
		n += each.size()
	}
	if e.Not != nil {
		n += e.Not.size()
	}
	return n
}

// some refuses a list that is given and empty: it would ask for one of nothing.
func (c *check) some(path string, n int) {
	if n == 0 && c.given(path) {
		c.add(path, "is an empty list; needed is at least one, or no such key")
	}
}

// listed asks that a list which is given holds something, and nothing unknown.
func (c *check) listed(path string, list, all []string) {
	c.some(path, len(list))
	c.allKnown(path, list, all)
}

// regions checks a list of regions: areas of the programme, or regions by their ISO 3166 codes.
func (c *check) regions(path string, list []string) {
	c.some(path, len(list))
	for i, v := range list {
		if _, known := c.p.Area(v); !known && !isoPattern.MatchString(v) {
			c.add(fmt.Sprintf("%s[%d]", path, i), "is %q; allowed are the programme's areas, and regions such as CN or CN-BJ", v)
		}
	}
}

var isoPattern = regexp.MustCompile(`^[A-Z]{2}(-[A-Z0-9]{1,3})?$`)

// calendar checks the festivals and the areas.
func (c *check) calendar() {
	c.unique("festivals", codes(c.p.Festivals, func(f Festival) string { return f.Code }))
	for i, f := range c.p.Festivals {
		at := fmt.Sprintf("festivals[%d]", i)
		c.text(at+".names", f.Names)
		c.between(at+".daysBefore", int64(f.DaysBefore), 0, mostAround)
		c.between(at+".daysAfter", int64(f.DaysAfter), 0, mostAround)
		if len(f.Days) == 0 {
			c.add(at+".days", "is missing; needed is at least one day such as 2026-02-17")
		}
		before := ""
		for j, day := range f.Days {
			at := fmt.Sprintf("%s.days[%d]", at, j)
			if _, err := time.Parse(time.DateOnly, day); err != nil {
				c.add(at, "is %q; allowed is a day such as 2026-02-17", day)
			} else if day <= before {
				c.add(at, "is %q; allowed is after %s, the day before it", day, before)
			}
			before = day
		}
	}
	c.unique("areas", codes(c.p.Areas, func(a Area) string { return a.Code }))
	for i, a := range c.p.Areas {
		at := fmt.Sprintf("areas[%d]", i)
		c.text(at+".names", a.Names)
		if len(a.Regions) == 0 {
			c.add(at+".regions", "is missing; needed is at least one region such as CN-BJ")
		}
		for j, r := range a.Regions {
			if !isoPattern.MatchString(r) {
				c.add(fmt.Sprintf("%s.regions[%d]", at, j), "is %q; allowed are regions such as CN or CN-BJ", r)
			}
		}
	}
}
