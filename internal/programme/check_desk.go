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
