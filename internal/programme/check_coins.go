package programme

import "fmt"

// adjustments checks what staff may correct.
func (c *check) adjustments() {
	a := c.p.Adjustments
	if a == nil {
		return
	}
	c.between("adjustments.maxCoins", a.MaxCoins, 1, mostUnits)
	c.between("adjustments.decideHours", int64(a.DecideHours), 1, 720)
	if len(a.Categories) == 0 {
		c.add("adjustments.categories", "is missing; needed is at least one reason that members can read")
	}
	c.unique("adjustments.categories", codes(a.Categories, func(g Category) string { return g.Code }))
	for i, g := range a.Categories {
		c.text(fmt.Sprintf("adjustments.categories[%d].names", i), g.Names)
	}
}
