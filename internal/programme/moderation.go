package programme

import (
	"fmt"
	"slices"
)

// Moderation says how members report what others wrote, and how moderators decide.
type Moderation struct {
	AnswerHours int64        `yaml:"answerHours"` // within which a moderator should have looked
	AppealDays  int64        `yaml:"appealDays"`  // in which an author may appeal
	Reports     Reports      `yaml:"reports"`     //
	Reasons     []RuleReason `yaml:"reasons"`     // why moderators take something down
}

// Reports says what members may report, and what reports do.
type Reports struct {
	Reasons   []Named          `yaml:"reasons"`   // what members report
	Daily     int64            `yaml:"daily"`     // reports of one member in a day of the programme's zone
	FreshDays int64            `yaml:"freshDays"` // what members who joined less than this ago report counts nothing, but is looked at
	Trust     map[string]int64 `yaml:"trust"`     // what a report counts more from a tier on, in whole reports
	LimitAt   int64            `yaml:"limitAt"`   // hundredths of a report: from then on it is hidden until a moderator has looked
	Reporters int64            `yaml:"reporters"` // so many members at least must have reported it then
	Axis      int64            `yaml:"axis"`      // percent of a reporter's reports that moderators agree with, neither good nor bad
	Known     int64            `yaml:"known"`     // so many decided reports say nothing of a reporter yet
	Most      int64            `yaml:"most"`      // hundredths: what a reporter who is always right counts more, for every fourfold number of reports
}

// RuleReason is why moderators take something down. Its author sees the name.
type RuleReason struct {
	Code  string `yaml:"code"`
	Names Text   `yaml:"names"`
	Note  bool   `yaml:"note"` // the moderator must write what is meant
}

// Reason finds a moderators' reason by its code.
func (m *Moderation) Reason(code string) (RuleReason, bool) {
	i := slices.IndexFunc(m.Reasons, func(r RuleReason) bool { return r.Code == code })
	if i < 0 {
		return RuleReason{}, false
	}
	return m.Reasons[i], true
}

// Trusted is what a report of a member of a rank counts more, in whole reports.
func (p *Programme) Trusted(rank int) int64 {
	most := int64(0)
	for tier, n := range p.Moderation.Reports.Trust {
		if rank >= p.Rank(tier) {
			most = max(most, n)
		}
	}
	return most
}

// moderation checks how moderators decide.
func (c *check) moderation() {
	m := c.p.Moderation
	if m == nil {
		return
	}
	c.between("moderation.answerHours", m.AnswerHours, 1, 24*14)
	c.between("moderation.appealDays", m.AppealDays, 1, 3650)
	r := m.Reports
	c.named("moderation.reports.reasons", r.Reasons)
	c.between("moderation.reports.daily", r.Daily, 1, 200)
	c.between("moderation.reports.freshDays", r.FreshDays, 0, 365)
	c.perTier("moderation.reports.trust", r.Trust, 10)
	c.between("moderation.reports.limitAt", r.LimitAt, 1, 1_000_000)
	c.between("moderation.reports.reporters", r.Reporters, 1, 1000)
	c.between("moderation.reports.axis", r.Axis, 1, 99)
	c.between("moderation.reports.known", r.Known, 0, 1000)
	c.between("moderation.reports.most", r.Most, 0, 10_000)
	c.unique("moderation.reasons", codes(m.Reasons, func(o RuleReason) string { return o.Code }))
	for i, o := range m.Reasons {
		at := fmt.Sprintf("moderation.reasons[%d]", i)
		c.code(at+".code", o.Code)
		c.text(at+".names", o.Names)
	}
	if len(m.Reasons) == 0 {
		c.add("moderation.reasons", "is missing; needed is at least one")
	}
	if len(r.Reasons) == 0 {
		c.add("moderation.reports.reasons", "is missing; needed is at least one")
	}
}
