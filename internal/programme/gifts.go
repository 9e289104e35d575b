package programme

import "fmt"

// Winback is the coupon for members whose health score has fallen low, once for each time that it does.
type Winback struct {
	Below    int64  `yaml:"below"`    // a score that is less is low
	Coupon   string `yaml:"coupon"`   // code of its template
	OnceDays int64  `yaml:"onceDays"` // of spells that begin in one stretch of so many days, one has the coupon
	LastDays int64  `yaml:"lastDays"` // for whoever bought something within so many days; the others are not there to be won back
}

// Often are coupons by how often members buy, one in each local month.
type Often struct {
	Days    int64         `yaml:"days"` // orders of so many days count
	Coupons []OftenCoupon `yaml:"coupons"`
}

// OftenCoupon is the coupon for whoever has so many orders.
type OftenCoupon struct {
	From   int64  `yaml:"from"` // orders
	To     int64  `yaml:"to"`   // inclusive; 0 = any more
	Coupon string `yaml:"coupon"`
}

// For gives the code of the coupon for so many orders, and false if there is none for them.
func (o Often) For(orders int64) (string, bool) {
	for _, c := range o.Coupons {
		if orders >= c.From && (c.To == 0 || orders <= c.To) {
			return c.Coupon, true
		}
	}
	return "", false
}

// gifts checks the coupons that follow from what members do.
func (c *check) gifts(in *Insight) {
	template := func(at, code string) {
		if _, known := c.p.Template(code); !known {
			c.add(at, "is %q; allowed are codes of coupons", code)
		}
	}
	if w := in.Winback; w != nil {
		c.between("insight.winback.below", w.Below, 1, 100)
		c.between("insight.winback.onceDays", w.OnceDays, 1, 3660)
		c.between("insight.winback.lastDays", w.LastDays, 1, 3660)
		template("insight.winback.coupon", w.Coupon)
	}
	if in.Often == nil {
		return
	}
	c.between("insight.often.days", in.Often.Days, 1, 366)
	if len(in.Often.Coupons) == 0 {
		c.add("insight.often.coupons", "has none; allowed are 1 and more")
	}
	next := int64(1)
	for i, each := range in.Often.Coupons {
		at := fmt.Sprintf("insight.often.coupons[%d]", i)
		template(at+".coupon", each.Coupon)
		c.between(at+".from", each.From, next, 1_000_000)
		if each.To != 0 || i+1 < len(in.Often.Coupons) {
			c.between(at+".to", each.To, each.From, 1_000_000)
		}
		next = each.To + 1
	}
}
