package family

import (
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// reached finds who does something and upon whom, if the one may do it upon the other.
func (f Family) reached(by, who member.ID, permission Permission) (actor, target Person, err error) {
	actor, in := f.Of(by)
	target, there := f.Of(who)
	switch {
	case !in:
		err = fault.Refuse(NoFamily, "", "the member is in no family")
	case !May(actor.Role, permission):
		err = fault.Refuse(NotPermitted, "", "a %s does not do that", actor.Role)
	case !there:
		err = fault.Refuse(Unknown, "memberId", "memberId names nobody in the family")
	case !MayUpon(actor, target, permission):
		err = fault.Refuse(NotPermitted, "memberId", "a %s does not do that to a %s", actor.Role, target.Role)
	}
	return actor, target, err
}

// GiveRole is the family with another role of somebody, whose birthday is given. The same role changes nothing.
func (f Family) GiveRole(p *programme.Programme, by, who member.ID, role Role, birthday string, now time.Time) (next Family, changed bool, err error) {
	actor, target, err := f.reached(by, who, ChangeRoles)
	switch {
	case err != nil:
		return f, false, err
	case target.Role == role:
		return f, false, nil
	case !MayGive(actor, target, role):
		return f, false, fault.Refuse(NotPermitted, "role", "a %s does not make a %s of a %s", actor.Role, role, target.Role)
	case !Suits(p, role, birthday, now):
		return f, false, fault.Refuse(string(Unsuitable), "role", "role is %s; it is not one for somebody of that age", role)
	}
	f = f.let(who, func(p *Person) { p.Role = role }).settled(by, now)
	return f.wrote(Change{At: now, By: by, What: DidGiveRole, Whom: who, Role: role}), true, nil
}

// SetLimit is the family with a limit of somebody, or without one. What was used of the period counts on. The same limit
// changes nothing.
func (f Family) SetLimit(by, who member.ID, limit *Limit, now time.Time) (next Family, changed bool, err error) {
	_, target, err := f.reached(by, who, ChangeRoles)
	if err == nil && limit != nil {
		err = limit.check()
	}
	if err != nil || limit.alike(target.Limit) {
		return f, false, err
	}
	what := DidLiftLimit
	if limit != nil {
		fresh := *limit
		fresh.Used, fresh.Counted = 0, time.Time{}
		if old := target.Limit; old != nil && old.Period == fresh.Period {
			fresh.Used, fresh.Counted = old.Used, old.Counted
		}
		limit, what = &fresh, DidLimit
	}
	f = f.let(who, func(p *Person) { p.Limit = limit })
	return f.wrote(Change{At: now, By: by, What: what, Whom: who}), true, nil
}

// check refuses what no limit is.
func (l Limit) check() error {
	if l.PerPeriod < 0 || l.PerPeriod > wallet.MaxCoins {
		return fault.Bad("limit", "limit.perPeriod is %d; allowed are 0 to %d", l.PerPeriod, wallet.MaxCoins)
	}
	if a := l.ApprovalAbove; a != nil && (*a < 0 || *a > wallet.MaxCoins) {
		return fault.Bad("limit", "limit.approvalAbove is %d; allowed are 0 to %d", *a, wallet.MaxCoins)
	}
	return nil
}

// alike tells whether two limits allow the same, whatever is used of them.
func (l *Limit) alike(other *Limit) bool {
	if l == nil || other == nil {
		return l == other
	}
	above := func(l *Limit) wallet.Coins {
		if l.ApprovalAbove == nil {
			return -1
		}
		return *l.ApprovalAbove
	}
	return l.PerPeriod == other.PerPeriod && l.Period == other.Period && above(l) == above(other)
}

// SetShare is the family with another share of a member's own coins. The same share changes nothing but when it was said.
func (f Family) SetShare(who member.ID, s Share, now time.Time) (next Family, changed bool, err error) {
	p, in := f.Of(who)
	switch {
	case !in:
		return f, false, fault.Refuse(NoFamily, "", "the member is in no family")
	case s.Mode == SharePercent && (s.Percent < 0 || s.Percent > 100):
		return f, false, fault.Bad("percent", "percent is %d; allowed are 0 to 100", s.Percent)
	case s.Mode == ShareAboveFloor && (s.Floor < 0 || s.Floor > wallet.MaxCoins):
		return f, false, fault.Bad("keepFloor", "keepFloor is %d; allowed are 0 to %d", s.Floor, wallet.MaxCoins)
	case p.Share == s && !p.SharedAt.IsZero() && !p.SharedAt.Before(p.TeenAt):
		return f, false, nil
	}
	f = f.let(who, func(p *Person) { p.Share, p.SharedAt = s, now })
	return f.wrote(Change{At: now, By: who, What: DidChangeShare}), true, nil
}
