package programme

import (
	"fmt"
	"time"
)

// mostShown bounds how many things a member chooses from.
const mostShown = 20

// mostCancelMinutes bounds how long a use can be taken back: a year.
const mostCancelMinutes = 366 * 24 * 60

// signs checks that every day of the year has one sign.
func (c *check) signs() {
	c.unique("signs", c.signCodes())
	before := ""
	for i, s := range c.p.Signs {
		at := fmt.Sprintf("signs[%d]", i)
		c.text(at+".names", s.Names)
		if _, err := time.Parse(time.DateOnly, "2000-"+s.From); err != nil {
			c.add(at+".from", "is %q; allowed is a day such as 03-21", s.From)
			continue
		}
		if s.From <= before {
			c.add(at+".from", "is %q; allowed is after %s, on which the sign before begins", s.From, before)
		}
		before = s.From
	}
}

func (c *check) signCodes() []string {
	return codes(c.p.Signs, func(s Sign) string { return s.Code })
}

// likes are the codes of what members can like.
func (c *check) likes() []string {
	if c.p.Household == nil {
		return nil
	}
	return codes(c.p.Household.Preferences, func(n Named) string { return n.Code })
}

// limits checks how many of a benefit there are for all, what a use gives, and how long it can be taken back.
func (c *check) limits(at string, b Benefit) {
	c.between(at+".cancelMinutes", int64(b.CancelMinutes), 0, mostCancelMinutes)
	if b.Stock != nil {
		c.between(at+".stock.total", b.Stock.Total, 1, 1_000_000_000)
		oneOf(c, at+".stock.per", b.Stock.Per, PerMonth, PerYear, Once)
	}
	if b.Choices != nil {
		c.choices(at+".choices", *b.Choices)
	}
}

func (c *check) choices(at string, of Choices) {
	c.between(at+".show", int64(of.Show), 1, mostShown)
	c.unique(at+".options", codes(of.Options, func(o Option) string { return o.Code }))
	signs := c.signCodes()
	for i, o := range of.Options {
		at := fmt.Sprintf("%s.options[%d]", at, i)
		c.text(at+".titles", o.Titles)
		c.between(at+".value", o.Value, 1, 1_000_000_000)
		c.allKnown(at+".signs", o.Signs, signs)
		c.allKnown(at+".preferences", o.Preferences, c.likes())
	}
	if len(signs) == 0 {
		signs = []string{""}
	}
	for _, sign := range signs {
		fit := 0
		for _, o := range of.Options {
			if o.Fits(sign) {
				fit++
			}
		}
		if fit < of.Show {
			who := "everybody"
			if sign != "" {
				who = sign
			}
			c.add(at+".options", "hold %d for %s; needed are at least %d, which are shown", fit, who, of.Show)
			return
		}
	}
}
