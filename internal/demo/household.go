package demo

import (
	"slices"
	"time"

	"membergate/internal/family"
	"membergate/internal/programme"
	"membergate/internal/tier"
)

// live puts the households together that the programme lets be families.
func (p *plan) live() {
	if p.rules.Family == nil {
		return
	}
	byName := map[string]*person{}
	for i := range p.people {
		byName[p.people[i].DisplayName] = &p.people[i]
	}
	for _, h := range p.texts.people.Families {
		roles := h.roles()
		owner := byName[roles[0].name]
		since, ok := reached(p.rules, owner.standing, p.rules.Rank(p.rules.Family.MinTier))
		if !ok || len(roles) > p.rules.Family.Capacity() || !family.MayOwn(p.rules, p.rules.Tiers[owner.rank].Code) {
			continue
		}
		c := p.luck.rand("family", h.Name)
		opened := c.between(since, since.Add(p.now.Sub(since)/3))
		f := family.Open(h.Name, owner.ID, opened)
		for _, r := range roles[1:] {
			f = f.With(byName[r.name].ID, r.role, c.between(opened, p.now.Add(-2*24*time.Hour)))
		}
		f.ID = family.ID(p.luck.name("f", h.Name))
		for i := range f.People {
			who := &f.People[i]
			who.ID = p.luck.name("fm", h.Name, string(who.Member))
			who.JoinedAt = who.JoinedAt.Truncate(time.Millisecond)
			if who.Share, who.Limit = p.terms(who.Role, c); who.Role == family.Child {
				who.Consent = &family.Consent{By: owner.ID, At: who.JoinedAt}
			}
		}
		f.CreatedAt = opened.Truncate(time.Millisecond)
		p.families = append(p.families, f)
	}
}

// reached is when a member first held a rank.
func reached(p *programme.Programme, s tier.Standing, rank int) (time.Time, bool) {
	i := slices.IndexFunc(s.History, func(c tier.Change) bool { return p.Rank(c.To) >= rank })
	if i < 0 {
		return time.Time{}, false
	}
	return s.History[i].At, true
}

// terms are how somebody shares coins and how much they may spend: young people have limits.
func (p *plan) terms(r family.Role, c chance) (family.Share, *family.Limit) {
	share := pick(c, []family.Share{
		{Mode: family.ShareAll}, {Mode: family.ShareAll}, {Mode: family.SharePercent, Percent: int64(10 * (3 + c.IntN(6)))},
		{Mode: family.ShareAboveFloor, Floor: int64(100 * (2 + c.IntN(9)))}, {Mode: family.ShareNone},
	})
	yes := int64(500)
	switch r {
	case family.Owner:
		return family.Share{Mode: family.ShareAll}, nil
	case family.Teen:
		return family.Share{Mode: family.ShareNone}, &family.Limit{PerPeriod: int64(500 * (2 + c.IntN(4))), Period: family.PerMonth, ApprovalAbove: &yes}
	case family.Child:
		return family.Share{Mode: family.ShareNone}, &family.Limit{PerPeriod: int64(100 * (1 + c.IntN(4))), Period: family.PerWeek}
	default:
		return share, nil
	}
}
