package programme

import (
	"fmt"
	"slices"
	"strings"
)

func (c *check) family() {
	f := c.p.Family
	if f == nil {
		return
	}
	c.known("family.minTier", f.MinTier, c.tiers)
	c.between("family.maxRelatives", int64(f.MaxRelatives), 1, 50)
	c.perTier("family.discountPercent", f.DiscountPercent, 100)
	for _, tier := range c.tiers {
		if _, ok := f.DiscountPercent[tier]; ok && c.p.Rank(tier) < c.p.Rank(f.MinTier) {
			c.add("family.discountPercent."+tier, "is for a tier below minTier, which is %s; allowed is no such key", f.MinTier)
		}
	}
	if f.CommonDraw {
		oneOf(c, "family.drawOrder", f.DrawOrder, ExpiringFirst, Proportional, Requested)
		c.between("family.drawMax", f.DrawMax, 0, 2_000_000_000)
	} else {
		c.only("family", "without commonDraw", "drawOrder", "drawMax")
	}
	c.between("family.cooldownDays", int64(f.CooldownDays), 0, 3_660)
	c.between("family.invitationDays", int64(f.InvitationDays), 1, 366)
	c.between("family.invitesPerDay", int64(f.InvitesPerDay), 1, 1_000)
	c.between("family.approvalHours", int64(f.ApprovalHours), 1, 720)
	c.between("family.graceDays", int64(f.GraceDays), 0, 3_660)
	c.between("family.adultAge", int64(f.AdultAge), 1, 120)
	c.between("family.consentAge", int64(f.ConsentAge), 1, 120)
	c.known("family.consentPurpose", f.ConsentPurpose, c.purposes)
	if f.ConsentAge > f.AdultAge {
		c.add("family.consentAge", "is %d; allowed is at most adultAge, which is %d", f.ConsentAge, f.AdultAge)
	}
}

// community checks boards and groups.
func (c *check) community() {
	c.unique("boards", codes(c.p.Boards, func(b Board) string { return b.Code }))
	for i, b := range c.p.Boards {
		at := fmt.Sprintf("boards[%d]", i)
		c.text(at+".titles", b.Titles)
		c.text(at+".descriptions", b.Descriptions)
		c.known(at+".postMinTier", b.PostMinTier, c.tiers)
		c.allKnown(at+".postRoles", b.PostRoles, roles)
	}
	c.unique("groups", codes(c.p.Groups, func(g Group) string { return g.Code }))
	for i, g := range c.p.Groups {
		at := fmt.Sprintf("groups[%d]", i)
		c.filled(at+".kind", g.Kind)
		c.text(at+".titles", g.Titles)
		c.known(at+".minTier", g.MinTier, c.tiers)
		c.known(at+".segment", g.Segment, c.segments)
		c.between(at+".maxSize", int64(g.MaxSize), 0, 1_000_000)
	}
}

// lifecycle checks that every day since joining has exactly one stage, and that those since the last order follow on
// one another.
func (c *check) lifecycle() {
	c.unique("lifecycle.stages", c.stages)
	next := map[string]int{SinceJoined: 0, SinceLastOrder: -1} // -1: may begin on any day
	for i, s := range c.p.Lifecycle.Stages {
		at := fmt.Sprintf("lifecycle.stages[%d]", i)
		c.text(at+".names", s.Names)
		c.between(at+".fromDays", int64(s.FromDays), 0, 36_600)
		if s.ToDays != 0 && s.ToDays < s.FromDays {
			c.add(at+".toDays", "is %d; allowed is at least fromDays, which is %d", s.ToDays, s.FromDays)
		}
		if !oneOf(c, at+".since", s.Since, SinceJoined, SinceLastOrder) {
			continue
		}
		switch want := next[s.Since]; {
		case want == ended:
			c.add(at+".fromDays", "is %d; allowed is no stage after one without toDays", s.FromDays)
		case want >= 0 && s.FromDays != want:
			c.add(at+".fromDays", "is %d; allowed is %d, the day after the stage before", s.FromDays, want)
		}
		if next[s.Since] = s.ToDays + 1; s.ToDays == 0 {
			next[s.Since] = ended
		}
	}
	if n := next[SinceJoined]; n > 0 {
		c.add("lifecycle.stages", "ends on day %d after joining; needed is a last stage without toDays", n-1)
	}
	c.unique("lifecycle.segments", c.segments)
	for i, s := range c.p.Lifecycle.Segments {
		at := fmt.Sprintf("lifecycle.segments[%d]", i)
		c.text(at+".names", s.Names)
		c.condition(at+".when", s.When)
		if !s.Named() {
			c.only(at, "without when", "consent")
			continue
		}
		// Who a member is taken to be was inferred from what the member did: it needs a yes of its own.
		c.filled(at+".consent", s.Consent)
		c.known(at+".consent", s.Consent, c.purposes)
	}
}

// ended marks that the stages of a kind have had their open end.
const ended = -2

// privacy checks the purposes and that no promise is weaker than what the law or our own word asks.
func (c *check) privacy() {
	p := c.p.Privacy
	c.between("privacy.deletionDays", int64(p.DeletionDays), 1, 7)        // deleted within 7 days
	c.between("privacy.closureUndoDays", int64(p.ClosureUndoDays), 1, 14) // with deletionDays within 15 working days
	c.between("privacy.useLogDays", int64(p.UseLogDays), 183, 3660)       // logs are kept for half a year at least
	c.between("privacy.exportHours", int64(p.ExportHours), 1, 24)         // a link to everything lives a day
	c.between("privacy.breachHours", int64(p.BreachHours), 1, 72)         // told within 72 hours
	c.between("privacy.tokenMinutes", int64(p.TokenMinutes), 1, 30)       // a token for raw data lives 30 minutes
	c.between("privacy.phoneHideTail", int64(p.PhoneHide), 4, 11)         // at least the last four digits are hidden
	c.between("privacy.rawKeepYears", int64(p.RawKeepYears), 1, 100)      // records of reading raw data
	c.allKnown("privacy.rawApprovers", p.RawApprovers, roles)
	if len(p.RawApprovers) < 2 {
		c.add("privacy.rawApprovers", "names %d; allowed is at least 2 of %s", len(p.RawApprovers), strings.Join(roles, ", "))
	}
	c.unique("privacy.purposes", c.purposes)
	if !slices.ContainsFunc(p.Purposes, func(u Purpose) bool { return u.Code != "" }) {
		c.add("privacy.purposes", "is missing; needed is at least one purpose")
	}
	for i, u := range p.Purposes {
		at := fmt.Sprintf("privacy.purposes[%d]", i)
		c.text(at+".titles", u.Titles)
		c.text(at+".descriptions", u.Descriptions)
		c.filled(at+".policyVersion", u.PolicyVersion)
		c.allKnown(at+".deletes", u.Deletes, Deletable)
	}
}
