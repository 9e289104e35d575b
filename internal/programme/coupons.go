package programme

import "time"

// CouponKind is what a coupon takes off an order.
type CouponKind string

// The kinds of coupons.
const (
	Off      CouponKind = "OFF"      // an amount, off any order
	OffOver  CouponKind = "OFF_OVER" // an amount, off an order of at least another amount
	Percent  CouponKind = "PERCENT"  // a share of the order, up to an amount
	Delivery CouponKind = "DELIVERY" // the fee of the delivery, or a part of it
	GiftAlso CouponKind = "GIFT"     // nothing; something is put into the parcel
)

// CouponTemplate is what coupons are made of. A coupon keeps what its template said when it was issued.
type CouponTemplate struct {
	Code        string      `yaml:"code"`
	Kind        CouponKind  `yaml:"kind"`
	Version     string      `yaml:"version"`     // of these terms; members see it
	Titles      Text        `yaml:"titles"`      //
	Terms       Text        `yaml:"terms"`       // caps included
	Value       int64       `yaml:"value"`       // OFF, OFF_OVER: fen; PERCENT: percent; DELIVERY: most fen of the fee, 0 = all of it; GIFT: what the gift is worth, in fen
	MinOrderFen int64       `yaml:"minOrderFen"` // what the goods that it is for must come to, before any coupon; 0 = anything
	MaxOffFen   int64       `yaml:"maxOffFen"`   // PERCENT: most that it takes off
	Channels    []string    `yaml:"channels"`    // where it may be used; empty = everywhere
	Regions     []string    `yaml:"regions"`     // whose members may use it; empty = all
	Stores      []string    `yaml:"stores"`      // in which stores; empty = all, and online
	Categories  []string    `yaml:"categories"`  // for which goods; empty = the whole order
	FirstOrder  bool        `yaml:"firstOrder"`  // only for who has never paid an order
	Eligibility Eligibility `yaml:"eligibility"` // who may take it where members take it themselves
	Validity    Validity    `yaml:"validity"`    //
	Group       string      `yaml:"group"`       // the stacking group
	MaxPerIssue int64       `yaml:"maxPerIssue"` // most that one of the staff gives a member at once; 0 = staff give none
}

// Validity is how long a coupon is good from its issue on: exactly one of the three.
type Validity struct {
	Days     int        `yaml:"days"`     // until the same local time so many days later
	MonthEnd bool       `yaml:"monthEnd"` // until the local month ends
	Until    *time.Time `yaml:"until"`    // exclusive
}

// Stacking says which coupons meet on one order, and in which order they are applied.
type Stacking struct {
	Most           int64         `yaml:"most"`           // coupons on one order
	Percent        string        `yaml:"percent"`        // FIRST: shares are taken before amounts; LAST: after them, of what is left
	Groups         []CouponGroup `yaml:"groups"`         //
	HoldMinutes    int           `yaml:"holdMinutes"`    // how long a coupon is kept for an order that is not paid yet
	ReturnOnRefund bool          `yaml:"returnOnRefund"` // a full refund of its order gives a coupon back, unless it is over
}

// When shares of an order are taken.
const (
	PercentFirst = "FIRST"
	PercentLast  = "LAST"
)

// CouponGroup is a group of coupons that keep to one rule.
type CouponGroup struct {
	Code  string   `yaml:"code"`
	Names Text     `yaml:"names"`
	Most  int64    `yaml:"most"` // of this group on one order
	With  []string `yaml:"with"` // other groups that may be on the same order; it is enough if one of the two names the other
}

// Campaign is an occasion on which members take a coupon themselves, each once, as long as there are some.
type Campaign struct {
	Code     string    `yaml:"code"`
	Titles   Text      `yaml:"titles"`
	Terms    Text      `yaml:"terms"`
	Template string    `yaml:"template"`
	From     time.Time `yaml:"from"`
	Until    time.Time `yaml:"until"` // exclusive
	Stock    int64     `yaml:"stock"` // how many there are for all; 0 = as many as are wanted
}

// Template finds a coupon's template by its code.
func (p *Programme) Template(code string) (CouponTemplate, bool) {
	for _, t := range p.Coupons {
		if t.Code == code {
			return t, true
		}
	}
	return CouponTemplate{}, false
}

// Campaign finds a campaign by its code.
func (p *Programme) Campaign(code string) (Campaign, bool) {
	for _, c := range p.Campaigns {
		if c.Code == code {
			return c, true
		}
	}
	return Campaign{}, false
}

// Group finds a stacking group by its code. What the programme does not know any more stands alone.
func (s Stacking) Group(code string) CouponGroup {
	for _, g := range s.Groups {
		if g.Code == code {
			return g
		}
	}
	return CouponGroup{Code: code, Most: 1}
}
