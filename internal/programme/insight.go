package programme

import (
	"fmt"
	"maps"
	"slices"
)

// Insight says what is made of a member's doings, for the member to see and under the member's consent.
type Insight struct {
	Purpose  string       `yaml:"purpose"`  // under which all of it is made; without a yes nothing is read or kept
	Portrait Portrait     `yaml:"portrait"` // shares of categories
	Health   []HealthPart `yaml:"health"`   // the parts of the health score; their weights add up to 100
	RFMDays  int64        `yaml:"rfmDays"`  // so far back orders count for recency, frequency and money
	Tags     Tags         `yaml:"tags"`     // what a data platform says of members
	Winback  *Winback     `yaml:"winback"`  // nil = nobody is won back
	Often    *Often       `yaml:"often"`    // nil = no coupon follows from how often members buy
	Tracking Intake       `yaml:"tracking"` // how much apps may tell of what a member does
}

// Portrait says what counts as much as what in the shares of categories.
type Portrait struct {
	Days   int64 `yaml:"days"`   // so far back
	Viewed int64 `yaml:"viewed"` // what a look at a product counts
	Bought int64 `yaml:"bought"` // what a line of an order counts
}

// HealthPart is one part of the health score: whole while its cause is fresh, nothing when it is long ago, and falling
// evenly between.
type HealthPart struct {
	Code      string `yaml:"code"` // one of HealthParts
	Weight    int64  `yaml:"weight"`
	FreshDays int64  `yaml:"freshDays"`
	GoneDays  int64  `yaml:"goneDays"`
}

// What the parts of the health score look at: the last time that a member signed in, paid an order, wrote a review and
// spent coins.
const (
	LastSignIn   = "SIGN_IN"
	LastOrder    = "ORDER"
	LastReview   = "REVIEW"
	LastSpending = "COINS"
)

// HealthParts are all of them.
var HealthParts = []string{LastSignIn, LastOrder, LastReview, LastSpending}

// Tags bounds what a data platform says of a member.
type Tags struct {
	Groups   int64             `yaml:"groups"`   // so many groups of tags a member has at most
	KeepDays int64             `yaml:"keepDays"` // a tag that is not told again for so long is not shown
	Purposes map[string]string `yaml:"purposes"` // groups that need a consent of their own: group to purpose
	Refused  []string          `yaml:"refused"`  // groups that are never kept, such as sensitive ones without a purpose
}

// Needs gives the purposes that a tag of a group needs a yes to.
func (i Insight) Needs(group string) []string {
	if own, ok := i.Tags.Purposes[group]; ok {
		return []string{i.Purpose, own}
	}
	return []string{i.Purpose}
}

// Takes tells whether tags of a group may be kept at all.
func (t Tags) Takes(group string) bool { return !slices.Contains(t.Refused, group) }

// insight checks what is made of members' doings.
func (c *check) insight() {
	in := c.p.Insight
	if in == nil {
		return
	}
	c.filled("insight.purpose", in.Purpose)
	c.known("insight.purpose", in.Purpose, c.purposes)
	c.between("insight.portrait.days", in.Portrait.Days, 1, 366)
	c.between("insight.portrait.viewed", in.Portrait.Viewed, 0, 1000)
	c.between("insight.portrait.bought", in.Portrait.Bought, 1, 1000)
	c.between("insight.rfmDays", in.RFMDays, 1, 3660)
	c.between("insight.tags.groups", in.Tags.Groups, 1, 1000)
	c.between("insight.tags.keepDays", in.Tags.KeepDays, 1, 3660)
	for _, group := range slices.Sorted(maps.Keys(in.Tags.Purposes)) {
		c.known("insight.tags.purposes."+group, in.Tags.Purposes[group], c.purposes)
		if !in.Tags.Takes(group) {
			c.add("insight.tags.refused", "holds %q, which has a purpose; allowed is one of both", group)
		}
	}
	c.between("insight.tracking.batch", in.Tracking.Batch, 1, 100)
	c.between("insight.tracking.most", in.Tracking.Most, 1, 100_000)
	c.between("insight.tracking.minutes", in.Tracking.Minutes, 1, 60*24)
	c.between("insight.tracking.days", in.Tracking.Days, 1, 5) // what is told lives six days in all
	sum, seen := int64(0), map[string]bool{}
	for i, part := range in.Health {
		at := fmt.Sprintf("insight.health[%d]", i)
		if oneOf(c, at+".code", part.Code, HealthParts...) && seen[part.Code] {
			c.add(at+".code", "is %q, which another part has; allowed is each once", part.Code)
		}
		seen[part.Code] = true
		c.between(at+".weight", part.Weight, 1, 100)
		c.between(at+".freshDays", part.FreshDays, 0, 3660)
		c.between(at+".goneDays", part.GoneDays, part.FreshDays+1, 3661)
		sum += part.Weight
	}
	c.gifts(in)
	if len(in.Health) > 0 && sum != 100 {
		c.add("insight.health", "has weights that add up to %d; allowed is 100", sum)
	}
}
