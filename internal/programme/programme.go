// Package programme holds a loyalty programme as data: its ladder, metrics, currencies, earning and burning rules,
// benefits, family, boards and privacy purposes. Code knows mechanisms; every number, name and text comes from here.
package programme

import (
	"time"
)

// Programme is one version of one loyalty programme. Values of it are never changed after loading.
type Programme struct {
	Code          string            `yaml:"code"`          // such as "retail-5"
	Version       string            `yaml:"version"`       // such as "2026.1"; ledger entries keep it
	Names         Text              `yaml:"names"`         //
	Region        string            `yaml:"region"`        // where it applies, such as "CN"
	TimeZone      string            `yaml:"timeZone"`      // IANA zone in which days, months and quarters are counted
	EffectiveFrom time.Time         `yaml:"effectiveFrom"` // the first version of a programme also applies to all earlier times
	EffectiveTo   *time.Time        `yaml:"effectiveTo"`   // exclusive; absent = open
	Scope         Scope             `yaml:"scope"`         // grey release: which stores, channels and share of members
	Currencies    []Currency        `yaml:"currencies"`    // the first one is the wallet's, the others are earned in other regions
	Metrics       []Metric          `yaml:"metrics"`       // qualifying facts
	Actions       map[string]string `yaml:"actions"`       // which action an event of another service counts as
	Score         *Score            `yaml:"score"`         // the weighted sum that thresholds may ask for; absent = none
	Tiers         []Tier            `yaml:"tiers"`         // by rank, lowest first
	Evaluation    Evaluation        `yaml:"evaluation"`    //
	Earn          []Earn            `yaml:"earn"`          //
	Burn          []Burn            `yaml:"burn"`          //
	Adjustments   *Adjustments      `yaml:"adjustments"`   // absent = nobody corrects units
	Benefits      []Benefit         `yaml:"benefits"`      //
	Festivals     []Festival        `yaml:"festivals"`     // times that a calendar of their own decides
	Areas         []Area            `yaml:"areas"`         // regions by the names that people know
	Signs         []Sign            `yaml:"signs"`         // of birthdays, by the day they begin; absent = none
	Family        *Family           `yaml:"family"`        // absent = no family account
	Boards        []Board           `yaml:"boards"`        //
	Groups        []Group           `yaml:"groups"`        //
	GroupRoles    []GroupRole       `yaml:"groupRoles"`    // what members can be for a group; absent = all are alike
	Contributions *Contributions    `yaml:"contributions"` // absent = nobody counts who takes part
	Posts         *Posts            `yaml:"posts"`         // absent = members write nothing
	Moderation    *Moderation       `yaml:"moderation"`    // absent = nobody reports or decides
	Lifecycle     Lifecycle         `yaml:"lifecycle"`     //
	Services      []Service         `yaml:"services"`      // response times
	Phrases       *Phrases          `yaml:"phrases"`       // absent = no words of the month
	AfterSales    *AfterSales       `yaml:"afterSales"`    // absent = no one-tap requests
	Household     *Household        `yaml:"household"`     // absent = nothing is asked of home
	Completeness  []Completing      `yaml:"completeness"`  // what makes a profile complete
	Identity      *Identity         `yaml:"identity"`      // absent = nothing that tells who members are is kept
	Privacy       Privacy           `yaml:"privacy"`       //
	Rules         []Rule            `yaml:"rules"`         // the rules as members read them
	Returns       Returns           `yaml:"returns"`       // coins that come back
	Coupons       []CouponTemplate  `yaml:"coupons"`       // what coupons are made of; absent = there are none
	Stacking      Stacking          `yaml:"stacking"`      // which coupons meet on one order
	Campaigns     []Campaign        `yaml:"campaigns"`     // where members take coupons themselves
	TierOffers    []TierOffer       `yaml:"offers"`        // tiers at a share of their price
	Invitations   *Invitations      `yaml:"invitations"`   // absent = nobody is rewarded for bringing somebody along
	Membership    *Membership       `yaml:"membership"`    // absent = no reminders before an end, and no renewal
	Notices       *Notices          `yaml:"notices"`       // absent = members are told of nothing by themselves

	Recommendations *Recommendations `yaml:"recommendations"` // absent = nothing that members do or say changes what they are recommended
	Insight         *Insight         `yaml:"insight"`         // absent = nothing is made of what members do
	Experiments     []Experiment     `yaml:"experiments"`     // of which members meet a variant each
	Equivalences    []Equivalent     `yaml:"equivalences"`    // what sums that were saved are compared with

	zone *time.Location
	file string // where it was read from, for errors about its versions
	line int

	lines map[string]int // by path, of what other versions may forbid
	shift Shift
}

// Zone is the programme's time zone.
func (p *Programme) Zone() *time.Location {
	if p.zone == nil {
		return time.UTC
	}
	return p.zone
}

// Text is a text by locale: zh-CN, zh-TW, en. zh-CN is always there.
type Text map[string]string

// In gives the text in a locale, else in Simplified Chinese.
func (t Text) In(locale string) string {
	if s, ok := t[locale]; ok {
		return s
	}
	return t["zh-CN"]
}

// Returns says what becomes of units that come back when their time is over.
type Returns struct {
	GraceHours int `yaml:"graceHours"` // how much longer units live that died while they were held, or spent on what was taken back
}

// Scope limits a programme or a benefit to stores, regions, channels and a stable share of members.
type Scope struct {
	Stores        []string `yaml:"stores"`
	Regions       []string `yaml:"regions"`
	Channels      []string `yaml:"channels"`
	CohortPercent int      `yaml:"cohortPercent"` // 0 = all
}

// Currency is what members earn and spend.
type Currency struct {
	Code              string     `yaml:"code"`
	Names             Text       `yaml:"names"`
	ParityPerYuan     int64      `yaml:"parityPerYuan"`     // units for one yuan; 0 = no parity
	ParityLockedUntil *time.Time `yaml:"parityLockedUntil"` // until then the parity cannot change
	ExpiryMonths      int        `yaml:"expiryMonths"`      // units die at the end of the local month this many months after earning; 0 = never
	LedgerPublic      bool       `yaml:"ledgerPublic"`
	ReservePercent    int64      `yaml:"reservePercent"` // share of outstanding units kept in reserve
	MaxBalance        int64      `yaml:"maxBalance"`     // most units a wallet holds
	Index             *Index     `yaml:"index"`          // inflation index; absent = none
	Transfers         *Transfers `yaml:"transfers"`      // how members may send units to one another; absent = not at all
	Region            string     `yaml:"region"`         // of a further currency: where it is earned, such as GLOBAL
	Rate              *Rate      `yaml:"rate"`           // of a further currency: what it is worth, fixed; units convert both ways
}

// Index is the inflation index of a currency: outside low…high the earn rate moves by a step (tenths of a percent point).
type Index struct {
	High            int64  `yaml:"high"`
	Low             int64  `yaml:"low"`
	StepBasisPoints int64  `yaml:"stepBasisPoints"`
	FloorBasis      int64  `yaml:"floorBasisPoints"`
	CeilBasis       int64  `yaml:"ceilBasisPoints"`
	Period          string `yaml:"period"` // MONTH or QUARTER
}

// How often the index is looked at.
const (
	Monthly   = "MONTH"
	Quarterly = "QUARTER"
)

// Rule is one rule of the programme as members read it, with its validity.
type Rule struct {
	Code          string     `yaml:"code"`
	Titles        Text       `yaml:"titles"`
	Texts         Text       `yaml:"texts"`
	EffectiveFrom time.Time  `yaml:"effectiveFrom"`
	EffectiveTo   *time.Time `yaml:"effectiveTo"`
}

// Tier finds a tier by its code.
func (p *Programme) Tier(code string) (Tier, bool) {
	for _, t := range p.Tiers {
		if t.Code == code {
			return t, true
		}
	}
	return Tier{}, false
}

// Rank is the rank of a tier code, -1 for none.
func (p *Programme) Rank(code string) int {
	if t, ok := p.Tier(code); ok {
		return t.Rank
	}
	return -1
}

// Coin is the wallet's currency.
func (p *Programme) Coin() Currency { return p.Currencies[0] }

// Metric finds a metric by its code.
func (p *Programme) Metric(code string) (Metric, bool) {
	for _, m := range p.Metrics {
		if m.Code == code {
			return m, true
		}
	}
	return Metric{}, false
}
