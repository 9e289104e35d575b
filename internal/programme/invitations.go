package programme

import (
	"fmt"
	"strings"
	"time"
)

// Invitations says what members get for bringing somebody along, and what those get who come.
type Invitations struct {
	Version   string              `yaml:"version"`   // of the terms; members see it
	Titles    Text                `yaml:"titles"`    //
	Terms     Text                `yaml:"terms"`     // caps included
	Share     Text                `yaml:"share"`     // what the inviter sends on; {code} stands for the code
	Condition InvitationCondition `yaml:"condition"` // when Inviter and Invitee are given
	Welcome   []InvitationReward  `yaml:"welcome"`   // to the invitee, on joining
	Invitee   []InvitationReward  `yaml:"invitee"`   // to the invitee, once the condition is met
	Inviter   []InvitationReward  `yaml:"inviter"`   // to the inviter, once the condition is met
	Action    string              `yaml:"action"`    // what it counts as for the inviter; empty = nothing
	Cap       *InvitationCap      `yaml:"cap"`       // absent = as many as come
}

// InvitationCondition is what the invitee must have done.
type InvitationCondition string

// The conditions.
const (
	OnJoining    InvitationCondition = "JOINED"      // nothing more
	OnFirstOrder InvitationCondition = "FIRST_ORDER" // paid an order
)

// InvitationRewardKind is what an invitation gives.
type InvitationRewardKind string

// The kinds of rewards.
const (
	RewardUnits  InvitationRewardKind = "COINS"
	RewardDays   InvitationRewardKind = "MEMBERSHIP_DAYS"
	RewardCoupon InvitationRewardKind = "COUPON"
)

// InvitationReward is one thing that an invitation gives to one of the two.
type InvitationReward struct {
	Kind   InvitationRewardKind `yaml:"kind"`
	Coins  int64                `yaml:"coins"`  // COINS: units
	Tier   string               `yaml:"tier"`   // MEMBERSHIP_DAYS: which tier
	Days   int                  `yaml:"days"`   // MEMBERSHIP_DAYS: local days, behind what there is of the tier
	Coupon string               `yaml:"coupon"` // COUPON: the template
}

// InvitationCap bounds how many invitees one inviter is rewarded for. Those beyond it have their own rewards all the same.
type InvitationCap struct {
	Count int64  `yaml:"count"`
	Per   Period `yaml:"per"` // MONTH, YEAR or ONCE, by the local time at which the condition was met
}

// Window names the period of a cap that a time lies in.
func (c InvitationCap) Window(at time.Time, zone *time.Location) string {
	switch c.Per {
	case PerMonth:
		return at.In(zone).Format("2006-01")
	case PerYear:
		return at.In(zone).Format("2006")
	default:
		return "ever"
	}
}

// ShareCode is where the code stands in what is sent on.
const ShareCode = "{code}"

const (
	mostInvitationDays = 366
	mostInvited        = 1_000 // in one period of a cap: an inviter's document lists them
)

// invitations checks what bringing somebody along gives.
func (c *check) invitations() {
	v := c.p.Invitations
	if v == nil {
		return
	}
	c.filled("invitations.version", v.Version)
	c.text("invitations.titles", v.Titles)
	c.text("invitations.terms", v.Terms)
	c.text("invitations.share", v.Share)
	for _, locale := range locales {
		if text, given := v.Share[locale]; given && !strings.Contains(text, ShareCode) {
			c.add("invitations.share."+locale, "says nothing of %s; needed is a text in which the code stands there", ShareCode)
		}
	}
	oneOf(c, "invitations.condition", v.Condition, OnJoining, OnFirstOrder)
	if len(v.Welcome)+len(v.Invitee)+len(v.Inviter) == 0 {
		c.add("invitations.inviter", "is missing, and so are invitee and welcome; needed is at least one reward")
	}
	for name, all := range map[string][]InvitationReward{"welcome": v.Welcome, "invitee": v.Invitee, "inviter": v.Inviter} {
		for i, r := range all {
			c.invitationReward(fmt.Sprintf("invitations.%s[%d]", name, i), r)
		}
	}
	c.known("invitations.action", v.Action, c.actionCodes())
	if v.Cap != nil {
		c.between("invitations.cap.count", v.Cap.Count, 1, mostInvited)
		oneOf(c, "invitations.cap.per", v.Cap.Per, PerMonth, PerYear, Once)
	}
}

func (c *check) invitationReward(at string, r InvitationReward) {
	if !oneOf(c, at+".kind", r.Kind, RewardUnits, RewardDays, RewardCoupon) {
		return
	}
	unused := map[InvitationRewardKind][]string{
		RewardUnits: {"tier", "days", "coupon"}, RewardDays: {"coins", "coupon"}, RewardCoupon: {"coins", "tier", "days"},
	}
	c.only(at, "by kind "+string(r.Kind), unused[r.Kind]...)
	switch r.Kind {
	case RewardUnits:
		c.between(at+".coins", r.Coins, 1, mostUnits)
	case RewardCoupon:
		if !c.given(at + ".coupon") {
			c.add(at+".coupon", "is missing; needed is the code of a coupon's template")
		}
		c.known(at+".coupon", r.Coupon, c.templates)
	case RewardDays:
		c.between(at+".days", int64(r.Days), 1, mostInvitationDays)
		if !oneOf(c, at+".tier", r.Tier, c.tiers...) {
			return
		}
		t, _ := c.p.Tier(r.Tier)
		if _, ok := t.Route(ByDays); !ok || t.CapPerMille > 0 {
			c.add(at+".tier", "is %q; allowed are tiers with a DAYS route that anybody may hold", r.Tier)
		}
	}
}
