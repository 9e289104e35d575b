package programme

import (
	"fmt"
	"slices"
)

// flagKinds are the kinds of benefits that another system can act on.
var flagKinds = []string{"ACCESS", "DELIVERY", "RETURNS", "SERVICE"}

// flags checks the rights that benefits give.
func (c *check) flags() {
	for i, b := range c.p.Benefits {
		at := fmt.Sprintf("benefits[%d].flag", i)
		if !c.given(at) {
			continue
		}
		c.code(at, b.Flag)
		if !slices.Contains(flagKinds, b.Kind) {
			c.add(at, "is not used by the kind %s; allowed is no such key", b.Kind)
		}
	}
}

func (c *check) afterSales() {
	a := c.p.AfterSales
	if a == nil {
		return
	}
	var flags, kinds []string
	for _, b := range c.p.Benefits {
		if b.Flag != "" {
			flags = append(flags, b.Flag)
		}
	}
	for _, s := range c.p.Services {
		if s.Grade == "" {
			kinds = append(kinds, s.Kind)
		}
	}
	c.filled("afterSales.flag", a.Flag)
	c.known("afterSales.flag", a.Flag, flags)
	c.filled("afterSales.service", a.Service)
	c.known("afterSales.service", a.Service, kinds)
	for key, list := range map[string][]Named{"kinds": a.Kinds, "outcomes": a.Outcomes} {
		c.named("afterSales."+key, list)
		if len(list) == 0 {
			c.add("afterSales."+key, "is missing; needed is at least one")
		}
	}
}

// mostWordLists is how many numbers a hash holds.
const mostWordLists = 4

func (c *check) phrases() {
	ph := c.p.Phrases
	if ph == nil {
		return
	}
	last := -1
	for i, l := range ph.Levels {
		at := fmt.Sprintf("phrases.levels[%d]", i)
		c.filled(at+".tier", l.Tier)
		c.known(at+".tier", l.Tier, c.tiers)
		c.filled(at+".benefit", l.Benefit)
		c.known(at+".benefit", l.Benefit, c.benefits)
		c.text(at+".hidden", l.Hidden)
		if rank := c.p.Rank(l.Tier); rank <= last && rank >= 0 {
			c.add(at+".tier", "is %q, which is not above the level before; allowed are levels from the lowest tier up", l.Tier)
		} else {
			last = rank
		}
	}
	if len(ph.Levels) == 0 {
		c.add("phrases.levels", "is missing; needed is at least one")
	}
	if n := len(ph.Words); n < 2 || n > mostWordLists {
		c.add("phrases.words", "has %d lists; allowed are 2 to %d", n, mostWordLists)
	}
	for i, list := range ph.Words {
		if len(list) < 8 {
			c.add(fmt.Sprintf("phrases.words[%d]", i), "has %d words; needed are at least 8, so that nobody guesses", len(list))
		}
		for j, w := range list {
			c.text(fmt.Sprintf("phrases.words[%d][%d]", i, j), w)
		}
	}
}
