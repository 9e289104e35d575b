package family

import (
	"context"
	"errors"
	"time"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// Wards does what follows a guardian's word on what is kept of a child.
type Wards interface {
	// GuardianAgreed notes a guardian's yes with the child. Told again it changes nothing.
	GuardianAgreed(ctx context.Context, child member.ID, now time.Time) error
	// GuardianEnded ends all that the child has said yes to. Told again it changes nothing.
	GuardianEnded(ctx context.Context, child member.ID, now time.Time) error
	// GuardianCorrects changes a child's birthday.
	GuardianCorrects(ctx context.Context, child member.ID, birthday, by string, now time.Time) (account.Holder, error)
}

// Guarded tells whether a guardian of the family said yes to what is kept of a child, and still is one.
func (f Family) Guarded(p Person) bool {
	if p.State != Active || p.Role != Child || p.Consent == nil {
		return false
	}
	by, in := f.Of(p.Consent.By)
	return in && MayUpon(by, p, ChangeRoles)
}

// Minor tells whether a guardian's yes is needed to keep anything of a member at now: who is a child by the birthday, or in
// the family that the member is in (the zero value for none); and whether there is one. The family must be as it is at now.
func Minor(p *programme.Programme, f Family, who member.ID, birthday string, now time.Time) (needed, given bool) {
	teen, _ := ages(p, birthday)
	person, in := f.Of(who)
	child := in && person.Role == Child
	return p.Family != nil && (child || now.Before(teen)), child && f.Guarded(person)
}

// Minor is the same, of the member's family as it is kept. Of whoever is known to be old enough nothing is read.
func (s *Service) Minor(ctx context.Context, who member.ID, birthday string, now time.Time) (needed, given bool, err error) {
	p := s.Book.At(now)
	if teen, _ := ages(p, birthday); p.Family == nil || !teen.IsZero() && !now.Before(teen) {
		return false, false, nil
	}
	f, _, err := s.Families.ByMember(ctx, who)
	if err != nil {
		return false, false, err
	}
	needed, given = Minor(p, f.At(now), who, birthday, now)
	return needed, given, nil
}

// ward finds a child that somebody decides for.
func (f Family) ward(by, child member.ID) (Person, error) {
	v, in := f.Of(by)
	target, there := f.Of(child)
	switch {
	case !in:
		return target, fault.Refuse(NoFamily, "", "the member is in no family")
	case !May(v.Role, ChangeRoles):
		return target, fault.Refuse(NotPermitted, "", "a %s decides for no child", v.Role)
	case !there:
		return target, fault.Refuse(Unknown, "memberId", "memberId names nobody in the family")
	case target.Role != Child || !MayUpon(v, target, ChangeRoles):
		return target, fault.Refuse(NotPermitted, "memberId", "a %s does not decide for a %s", v.Role, target.Role)
	}
	return target, nil
}

// Agree is the family after a guardian's yes or no to what is kept of a child. The same again changes nothing.
func (f Family) Agree(by, child member.ID, yes bool, now time.Time) (next Family, changed bool, err error) {
	target, err := f.ward(by, child)
	if err != nil || yes == f.Guarded(target) {
		return f, false, err
	}
	return f.let(child, func(p *Person) {
		if p.Consent = nil; yes {
			p.Consent = &Consent{By: by, At: now}
		}
	}), true, nil
}

// Guard is what a guardian decides for a child; nil leaves as it is.
type Guard struct {
	Consent  *bool
	Birthday *string
}

// Guard does what a guardian decides for a child: a yes or no to what is kept of it, and the right birthday. A no ends first
// what the child has said yes to, so that nothing stands without a guardian. Refusals: FAMILIES_OFF, NOT_IN_FAMILY,
// NOT_PERMITTED, NOT_FOUND, BIRTHDAY_WRONG, ROLE_UNSUITABLE.
func (s *Service) Guard(ctx context.Context, by, child member.ID, g Guard, now time.Time) (Family, error) {
	p := s.Book.At(now)
	if p.Family == nil {
		return Family{}, fault.Refuse(Off, "", "the programme has no families")
	}
	find := func() (Family, bool, error) { return s.Families.ByMember(ctx, by) }
	none := fault.Refuse(NoFamily, "", "the member is in no family")
	f, err := s.change(ctx, find, none, now, func(f Family) (Family, bool, error) {
		if g.Birthday != nil && !Suits(p, Child, *g.Birthday, now) {
			return f, false, fault.Refuse(string(Unsuitable), "birthday", "birthday is %s; somebody born then is no child", *g.Birthday)
		}
		if g.Consent == nil {
			_, err := f.ward(by, child)
			return f, false, err
		}
		return f.Agree(by, child, *g.Consent, now)
	})
	if err != nil {
		return f, err
	}
	if g.Consent != nil && *g.Consent {
		if err := s.Wards.GuardianAgreed(ctx, child, now); err != nil {
			return f, err
		}
	}
	if g.Birthday == nil {
		return f, nil
	}
	if _, err := s.Wards.GuardianCorrects(ctx, child, *g.Birthday, string(by), now); err != nil {
		return f, err
	}
	return s.change(ctx, find, none, now, func(f Family) (Family, bool, error) {
		target, in := f.Of(child)
		teen, adult := ages(p, *g.Birthday)
		if !in || target.TeenAt.Equal(teen) && target.AdultAt.Equal(adult) {
			return f, false, nil
		}
		return f.let(child, func(p *Person) { p.TeenAt, p.AdultAt = teen, adult }), true, nil
	})
}

// unguarded ends what children have said yes to, of whom a change of the family takes the guardian's yes away. It comes
// before the change: killed between the two, a child has agreed to nothing and the guardian still is one.
func (s *Service) unguarded(ctx context.Context, was, next Family, now time.Time) (wrong error) {
	if s.Wards == nil {
		return nil
	}
	for _, p := range was.People {
		if !was.Guarded(p) {
			continue
		}
		if left, in := next.Of(p.Member); !in || left.Role == Child && !next.Guarded(left) {
			wrong = errors.Join(wrong, s.Wards.GuardianEnded(ctx, p.Member, now))
		}
	}
	return wrong
}
