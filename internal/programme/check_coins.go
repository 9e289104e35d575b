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

// mostTransfers bounds how many transfers a month's limit allows: so many are added up when another one is asked for.
const mostTransfers = 1000

// transfers checks what members may send. All that is sent in a month may come back at once to a wallet that is full by
// then, and must still be a number that apps can read.
func (c *check) transfers(at string, u Currency) {
	t := u.Transfers
	if t == nil {
		return
	}
	at += ".transfers"
	c.known(at+".minTier", t.MinTier, c.tiers)
	c.between(at+".min", t.Min, 1, u.MaxBalance)
	c.between(at+".max", t.Max, max(1, t.Min), u.MaxBalance)
	c.between(at+".perMonth", t.PerMonth, max(1, t.Max), min(100_000_000, mostTransfers*max(1, t.Min)))
	c.between(at+".holdMinutes", int64(t.HoldMinutes), 1, 1440)
}

// regional checks what a further currency is worth. The wallet's own has no rate: it is what the others are worth.
func (c *check) regional(at string, i int, u Currency) {
	if i == 0 {
		c.only(at, "by the wallet's currency, which is the first", "region", "rate")
		return
	}
	c.filled(at+".region", u.Region)
	if u.Rate == nil {
		c.add(at+".rate", "is missing; needed is what the currency is worth, such as {home: 1, here: 1}")
		return
	}
	c.between(at+".rate.home", u.Rate.Home, 1, 10_000)
	c.between(at+".rate.here", u.Rate.Here, 1, 10_000)
}
