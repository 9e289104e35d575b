package programme

import "time"

// Earn is one rule by which an event earns units, or a coupon. Orders earn by one rule; other events by any number, each
// for itself.
type Earn struct {
	Code        string           `yaml:"code"`
	Event       string           `yaml:"event"`     // such as order.paid
	Titles      Text             `yaml:"titles"`    // what the ledger entry says
	RateByTier  map[string]int64 `yaml:"rates"`     // order.paid: basis points of the fen paid, by tier
	Fixed       int64            `yaml:"fixed"`     // other events: units
	Multipliers []Multiplier     `yaml:"multiply"`  //
	PerDay      int64            `yaml:"perDay"`    // most units a local day; 0 = no cap
	PerMember   int64            `yaml:"perMember"` // most units a member ever; 0 = no cap
	Once        string           `yaml:"once"`      // the field of the event that may earn once only

	MinTier string              `yaml:"minTier"` // earned by this tier and above; empty = all
	Match   map[string][]string `yaml:"match"`   // fields of the event that must have one of these values

	Terms       Text         `yaml:"terms"`       // the rule as members read it, caps included
	From        *time.Time   `yaml:"from"`        // absent = as long as the version
	Until       *time.Time   `yaml:"until"`       // exclusive
	Eligibility *Eligibility `yaml:"eligibility"` // who earns, and when; absent = everybody. Not of order.paid
	Coupon      string       `yaml:"coupon"`      // the coupon that is given, once for each value of Once; empty = none
	Source      string       `yaml:"source"`      // of the coupon: what it is for members, such as COMPENSATION
}

// Runs tells whether the rule holds at a time.
func (e Earn) Runs(at time.Time) bool {
	return (e.From == nil || !at.Before(*e.From)) && (e.Until == nil || at.Before(*e.Until))
}

// MultiplierWhen says when a multiplier applies.
type MultiplierWhen string

// When multipliers apply.
const (
	BirthdayMonth MultiplierWhen = "BIRTHDAY_MONTH" // in the member's birthday month, local time
	MonthDay      MultiplierWhen = "MONTH_DAY"      // on the Day-th of a month, local time
)

// Multiplier multiplies by Percent of 100: 300 is three times, 150 one and a half. Both When and Eligibility must hold,
// where they are given; one of them is.
type Multiplier struct {
	When     MultiplierWhen `yaml:"when"`
	Day      int            `yaml:"day"`
	Channels []string       `yaml:"channels"` // empty = all
	Percent  int64          `yaml:"percent"`
	Names    Text           `yaml:"names"`

	Eligibility *Eligibility `yaml:"eligibility"` // of earning: for whom and when; absent = everybody
}

// BurnKind says what units are spent on.
type BurnKind string

// The kinds of burning.
const (
	Checkout BurnKind = "CHECKOUT"
	Item     BurnKind = "ITEM"
	Auction  BurnKind = "AUCTION"
	Vote     BurnKind = "VOTE"
	Donation BurnKind = "DONATION"
	Exchange BurnKind = "EXCHANGE"
)

// Burn is one way to spend units, with its limits.
type Burn struct {
	Kind              BurnKind     `yaml:"kind"`
	MinTier           string       `yaml:"minTier"`
	MaxPercentOfOrder int64        `yaml:"maxPercentOfOrder"` // CHECKOUT: most of an order's amount
	HoldMinutes       int          `yaml:"holdMinutes"`       // how long units are set aside before they are spent
	CancelMinutes     int          `yaml:"cancelMinutes"`     // ITEM: how long it can be taken back while its code has not been shown
	CodeDays          int          `yaml:"codeDays"`          // ITEM: how long its code is good
	CodeGraceHours    int          `yaml:"codeGraceHours"`    // ITEM: how much longer a till still takes the code
	SlotCancelHours   int          `yaml:"slotCancelHours"`   // ITEM: how long before a slot begins its seat can be given back
	Multiply          []Multiplier `yaml:"multiply"`          // what a unit is worth on some days
	Sink              string       `yaml:"sink"`              // DESTROY or RETURN
	Cost              int64        `yaml:"cost"`              // units for one vote or seedling; 0 = the thing has its own price
}

// Burning finds the way to spend of a kind, and false if the programme has none.
func (p *Programme) Burning(k BurnKind) (Burn, bool) {
	for _, b := range p.Burn {
		if b.Kind == k {
			return b, true
		}
	}
	return Burn{}, false
}

// What becomes of units that were spent.
const (
	Destroy = "DESTROY" // they are gone and shown as destroyed
	Return  = "RETURN"  // they go back to the issuer
)

// Earning finds the first earn rule of an event.
func (p *Programme) Earning(event string) (Earn, bool) { return p.EarnRule(event, "") }

// EarnRule finds the earn rule of an event by its code; the first one by an empty code.
func (p *Programme) EarnRule(event, code string) (Earn, bool) {
	for _, e := range p.Earn {
		if e.Event == event && (code == "" || e.Code == code) {
			return e, true
		}
	}
	return Earn{}, false
}

// EarnRules are all earn rules of an event, in the programme's order.
func (p *Programme) EarnRules(event string) (out []Earn) {
	for _, e := range p.Earn {
		if e.Event == event {
			out = append(out, e)
		}
	}
	return out
}

// EarnRate is the basis points of the fen paid that an order earns at a tier, with what the index adds, never below 0; 0
// where the programme earns nothing.
func (p *Programme) EarnRate(tier string) int64 {
	e, ok := p.Earning("order.paid")
	if !ok {
		return 0
	}
	return max(0, e.RateByTier[tier]+p.shift.BasisPoints)
}
