package programme

import (
	"fmt"
	"slices"
)

// Membership says what holds for tiers that are bought or given for a time.
type Membership struct {
	RemindDays []int    `yaml:"remindDays"` // how many local days before an end the member is reminded, most first
	Renewal    *Renewal `yaml:"renewal"`    // absent = nothing renews itself
}

// Renewal is what members agree to when they choose that a membership is paid for again. Without that choice none is.
type Renewal struct {
	Version    string `yaml:"version"`    // of the terms; a choice names it
	Texts      Text   `yaml:"texts"`      // the terms as members read them
	ChargeDays int    `yaml:"chargeDays"` // how many local days before the end the next period may be charged
}

// membership checks reminders and renewal.
func (c *check) membership() {
	m := c.p.Membership
	if m == nil {
		return
	}
	for i, days := range m.RemindDays {
		at := fmt.Sprintf("membership.remindDays[%d]", i)
		c.between(at, int64(days), 1, 366)
		if i > 0 && days >= m.RemindDays[i-1] {
			c.add(at, "is %d; allowed is less than the one before it, which is %d", days, m.RemindDays[i-1])
		}
	}
	if m.Renewal == nil {
		return
	}
	c.filled("membership.renewal.version", m.Renewal.Version)
	c.text("membership.renewal.texts", m.Renewal.Texts)
	c.between("membership.renewal.chargeDays", int64(m.Renewal.ChargeDays), 0, 60)
	if !slices.ContainsFunc(c.p.Tiers, func(t Tier) bool { _, sold := t.Route(Paid); return sold }) {
		c.add("membership.renewal", "is given; allowed is no such key, because no tier has a PAID route")
	}
}
