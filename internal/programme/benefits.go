package programme

import "time"

// Layer is how a benefit is meant: the basics, an upgrade, or a feeling.
type Layer string

// The layers of benefits.
const (
	Basic     Layer = "BASIC"
	Upgrade   Layer = "UPGRADE"
	Emotional Layer = "EMOTIONAL"
)

// Stage is how far a benefit is rolled out.
type Stage string

// The stages of a benefit.
const (
	Draft   Stage = "DRAFT"
	Grey    Stage = "GREY"
	Live    Stage = "LIVE"
	Retired Stage = "RETIRED"
)

// Benefit is something that some members may have, with its quota, cost cap, terms and validity.
type Benefit struct {
	Code        string      `yaml:"code"`     // one of several versions of a benefit has the same
	Version     string      `yaml:"version"`  // of its terms; empty = the programme's version
	Kind        string      `yaml:"kind"`     // what it is for machines: COUPON, DELIVERY, SERVICE, ACCESS, GIFT, DISCOUNT …
	Layer       Layer       `yaml:"layer"`    //
	Category    string      `yaml:"category"` // how apps group it
	Titles      Text        `yaml:"titles"`   //
	Terms       Text        `yaml:"terms"`    // caps included: nothing is unlimited in small print only
	Owner       string      `yaml:"owner"`    // the desk that answers for it
	Eligibility Eligibility `yaml:"eligibility"`
	Quota       Quota       `yaml:"quota"`
	CostCap     *CostCap    `yaml:"costCap"`
	Stock       *Stock      `yaml:"stock"`   // how many there are for all members; absent = enough
	Choices     *Choices    `yaml:"choices"` // what a use gives one of; absent = nothing is chosen
	// CancelMinutes is how long the member may take a use back.
	CancelMinutes int        `yaml:"cancelMinutes"` // 0 = not at all
	Value         int64      `yaml:"value"`         // fen, units or percent, by kind
	ValidFrom     time.Time  `yaml:"validFrom"`
	ValidUntil    *time.Time `yaml:"validUntil"`
	State         Stage      `yaml:"state"`
	Scope         Scope      `yaml:"scope"`    // GREY: to whom
	Flag          string     `yaml:"flag"`     // the right that other systems act on; empty = none
	Replaces      string     `yaml:"replaces"` // the lower tier's benefit that this one takes the place of
	Coupon        string     `yaml:"coupon"`   // the template of the coupon that a use gives; empty = none
}

// Period is the span in which a quota counts.
type Period string

// The periods of a quota.
const (
	PerOrder Period = "ORDER"
	PerMonth Period = "MONTH"
	PerYear  Period = "YEAR"
	Once     Period = "ONCE"
)

// Quota is how often a benefit may be used in a period.
type Quota struct {
	Unlimited bool   `yaml:"unlimited"`
	Count     int64  `yaml:"count"`
	Per       Period `yaml:"per"`
}

// CostCap is what a benefit may cost for one member in a year, and what is given beyond it.
type CostCap struct {
	FenPerYear int64 `yaml:"fenPerYear"`
	Fallback   Text  `yaml:"fallback"`
}

// Service is a response time for a kind of request, by tier.
type Service struct {
	Kind           string `yaml:"kind"`
	Grade          string `yaml:"grade"`  // of a kind that has several, such as MAJOR; empty = all of them
	Titles         Text   `yaml:"titles"` //
	Tier           string `yaml:"tier"`   // and above; empty = all
	RespondSeconds int64  `yaml:"respondSeconds"`
	PlanSeconds    int64  `yaml:"planSeconds"`
	ResolveSeconds int64  `yaml:"resolveSeconds"`
}
