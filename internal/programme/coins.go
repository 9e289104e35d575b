package programme

import (
	"slices"
	"time"

	"membergate/internal/clock"
)

// Expires is when units of a currency that come in at a time die: at the end of the local month that lies the
// currency's months after it. Zero is never.
func (p *Programme) Expires(c Currency, at time.Time) time.Time {
	if c.ExpiryMonths == 0 {
		return time.Time{}
	}
	return clock.MonthStart(at, c.ExpiryMonths+1, p.Zone())
}

// Adjustments is how staff may correct members' units: one proposes, another decides.
type Adjustments struct {
	MaxCoins    int64      `yaml:"maxCoins"`    // most units that one adjustment moves, in or out
	DecideHours int        `yaml:"decideHours"` // then a proposal that nobody decided expires
	Categories  []Category `yaml:"categories"`  // why, as the member reads it
}

// Category is a kind of reason.
type Category struct {
	Code  string `yaml:"code"`
	Names Text   `yaml:"names"`
}

// Category finds a category by its code.
func (a *Adjustments) Category(code string) (Category, bool) {
	i := slices.IndexFunc(a.Categories, func(c Category) bool { return c.Code == code })
	if i < 0 {
		return Category{}, false
	}
	return a.Categories[i], true
}

// Transfers is how members may send units to one another.
type Transfers struct {
	MinTier     string `yaml:"minTier"`     // sent by this tier and above; empty = all
	Min         int64  `yaml:"min"`         // fewest units of one transfer
	Max         int64  `yaml:"max"`         // most units of one transfer
	PerMonth    int64  `yaml:"perMonth"`    // most units that one member sends in a local month
	HoldMinutes int    `yaml:"holdMinutes"` // how long units wait for a transfer that somebody left half done
}

// Rate is what a further currency is worth: Home units of the wallet's currency are Here units of this one.
type Rate struct {
	Home int64 `yaml:"home"`
	Here int64 `yaml:"here"`
}

// Currency finds a currency by its code.
func (p *Programme) Currency(code string) (Currency, bool) {
	i := slices.IndexFunc(p.Currencies, func(c Currency) bool { return c.Code == code })
	if i < 0 {
		return Currency{}, false
	}
	return p.Currencies[i], true
}

// rate is what the currency is worth; the wallet's own has no rate and is worth itself.
func (c Currency) rate() Rate {
	if c.Rate == nil {
		return Rate{Home: 1, Here: 1}
	}
	return *c.Rate
}

// Convert gives the units of a currency that are worth n of another one, rounded down, and the fewest units that are
// worth a whole number: only multiples of them convert exactly.
func Convert(n int64, from, to Currency) (units, step int64) {
	a, b := from.rate(), to.rate()
	over, under := a.Home*b.Here, a.Here*b.Home
	g := gcd(over, under)
	over, under = over/g, under/g
	return n/under*over + n%under*over/under, under
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
