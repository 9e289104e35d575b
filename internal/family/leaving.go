package family

import (
	"slices"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// Leave is the family without a member who goes by oneself.
func (f Family) Leave(who member.ID, now time.Time) (Family, error) {
	p, in := f.Of(who)
	switch {
	case !in:
		return f, fault.Refuse(NoFamily, "", "the member is in no family")
	case !May(p.Role, LeaveByOneself):
		return f, fault.Refuse(string(GuardianDecides), "", "a guardian takes children out of a family")
	case p.Role == Owner && len(f.Active()) > 1:
		return f, fault.Refuse(string(OwnerMustTransfer), "", "the owner hands the family over first, or dissolves it")
	}
	return f.gone(who, Left, who, now).wrote(Change{At: now, By: who, What: DidLeave}), nil
}

// Remove is the family without somebody whom another one takes out. Taking out who has gone changes nothing.
func (f Family) Remove(by, who member.ID, now time.Time) (next Family, changed bool, err error) {
	v, in := f.Of(by)
	target, there := f.Of(who)
	switch {
	case !in:
		return f, false, fault.Refuse(NoFamily, "", "the member is in no family")
	case !May(v.Role, Remove):
		return f, false, fault.Refuse(NotPermitted, "", "a %s takes nobody out", v.Role)
	case !there && f.was(who):
		return f, false, nil
	case !there:
		return f, false, fault.Refuse(Unknown, "memberId", "memberId names nobody in the family")
	case !MayUpon(v, target, Remove):
		return f, false, fault.Refuse(NotPermitted, "memberId", "a %s does not take a %s out", v.Role, target.Role)
	}
	return f.gone(who, Removed, by, now).wrote(Change{At: now, By: by, What: DidRemove, Whom: who}), true, nil
}

// was tells whether a member was in the family and is no more.
func (f Family) was(who member.ID) bool {
	return slices.ContainsFunc(f.People, func(p Person) bool { return p.Member == who && p.State != Active })
}

// gone is the family without a member, on a copy; what the member had invited others to, and asked for, is taken back.
func (f Family) gone(who member.ID, how Presence, by member.ID, now time.Time) Family {
	f = f.let(who, func(p *Person) { p.State, p.LeftAt = how, now })
	return f.settled(by, now)
}

// settled is the family without the invitations that nobody stands behind any more, and without the requests of who has
// gone, on a copy where any are.
func (f Family) settled(by member.ID, now time.Time) Family {
	for n, i := range f.Invitations {
		if i.StateAt(now) == Invited && !f.stands(i) {
			f = f.answered(n, Revoked, by, now)
		}
	}
	return f.released(by, now)
}

// let changes one person, on a copy.
func (f Family) let(who member.ID, change func(*Person)) Family {
	f.People = slices.Clone(f.People)
	for i := range f.People {
		if f.People[i].Member == who {
			change(&f.People[i])
		}
	}
	return f
}

// HandOver gives the family another owner, who holds a tier that may own one; who owned it becomes a guardian. The same
// again changes nothing.
func (f Family) HandOver(p *programme.Programme, by, to member.ID, tier, birthday string, now time.Time) (next Family, changed bool, err error) {
	v, in := f.Of(by)
	target, there := f.Of(to)
	if last, ok := f.last(); in && ok && last.What == DidTransfer && last.By == by && last.Whom == to && there {
		return f, false, nil
	}
	switch {
	case !in:
		err = fault.Refuse(NoFamily, "", "the member is in no family")
	case !May(v.Role, Transfer):
		err = fault.Refuse(NotPermitted, "", "the owner alone hands a family over")
	case !there:
		err = fault.Refuse(Unknown, "memberId", "memberId names nobody in the family")
	case !MayUpon(v, target, Transfer):
		err = fault.Refuse(NotPermitted, "memberId", "the family is handed over to somebody else")
	case target.Role == Child || target.Role == Teen || !Suits(p, Owner, birthday, now):
		err = fault.Refuse(string(Unsuitable), "memberId", "families are owned by adults")
	case !MayOwn(p, tier):
		err = fault.Refuse(string(Paused), "memberId", "families are owned by the tier %s and above", p.Family.MinTier)
	}
	if err != nil {
		return f, false, err
	}
	f = f.let(by, func(p *Person) { p.Role = Guardian })
	f = f.let(to, func(p *Person) { p.Role, p.Limit = Owner, nil }).settled(by, now) // nobody limits an owner
	return f.wrote(Change{At: now, By: by, What: DidTransfer, Whom: to, Role: Owner}), true, nil
}

// Dissolve is the family when its owner has ended it: nobody is in it.
func (f Family) Dissolve(by member.ID, now time.Time) (Family, error) {
	v, in := f.Of(by)
	switch {
	case !in:
		return f, fault.Refuse(NoFamily, "", "the member is in no family")
	case !May(v.Role, Dissolve):
		return f, fault.Refuse(NotPermitted, "", "the owner alone dissolves a family")
	}
	for _, p := range f.Active() {
		how := Removed
		if p.Member == by {
			how = Left
		}
		f = f.gone(p.Member, how, by, now)
	}
	return f.wrote(Change{At: now, By: by, What: DidDissolve}), nil
}
