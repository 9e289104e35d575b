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
