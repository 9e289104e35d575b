package family

import (
	"context"
	"time"

	"membergate/internal/account"
	"membergate/internal/clock"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/wallet"
)

// Leave takes a member out of the family by the member's own wish. Whose last family was left already has done so.
// Refusals: NOT_IN_FAMILY, CONFIRMATION_REQUIRED, GUARDIAN_DECIDES, OWNER_MUST_TRANSFER.
func (s *Service) Leave(ctx context.Context, who member.ID, confirm bool, now time.Time) error {
	return s.end(ctx, who, confirm, now, DidLeave, func(f Family) (Family, bool, error) {
		next, err := f.Leave(who, now)
		return next, true, err
	})
}

// Dissolve ends a family for all. Refusals: NOT_IN_FAMILY, CONFIRMATION_REQUIRED, NOT_PERMITTED.
func (s *Service) Dissolve(ctx context.Context, who member.ID, confirm bool, now time.Time) error {
	return s.end(ctx, who, confirm, now, DidDissolve, func(f Family) (Family, bool, error) {
		next, err := f.Dissolve(who, now)
		return next, true, err
	})
}

// end does what ends somebody's membership. Whoever is in no family, and did this to the last one, has done it.
func (s *Service) end(ctx context.Context, who member.ID, confirm bool, now time.Time, done Deed, rule rule) error {
	if !confirm {
		return fault.Refuse(Unconfirmed, "confirm", "confirm is false; needed is true")
	}
	f, known, err := s.Families.ByMember(ctx, who)
	if err != nil {
		return err
	}
	if known {
		find := func() (Family, bool, error) { return s.Families.ByID(ctx, f.ID) }
		_, err = s.change(ctx, find, fault.Refuse(NoFamily, "", "the member is in no family"), now, func(f Family) (Family, bool, error) {
			if _, in := f.Of(who); !in && f.ended(who, done) { // by another sending that came together with this one
				return f, false, nil
			}
			return rule(f)
		})
		return err
	}
	all, err := s.Families.Memberships(ctx, who)
	if err != nil {
		return err
	}
	for _, f := range all {
		if f.ended(who, done) {
			return nil
		}
	}
	return fault.Refuse(NoFamily, "", "the member is in no family")
}

// ended tells whether a member has ended the membership in the family by a deed.
func (f Family) ended(who member.ID, done Deed) bool {
	for _, p := range f.People {
		if p.Member != who || p.State != Left {
			continue
		}
		for _, c := range f.Changes {
			if c.By == who && c.What == done && c.At.Equal(p.LeftAt) {
				return true
			}
		}
	}
	return false
}

// Remove takes somebody out. Refusals: NOT_IN_FAMILY, NOT_PERMITTED, NOT_FOUND.
func (s *Service) Remove(ctx context.Context, by, who member.ID, now time.Time) (Family, error) {
	return s.mine(ctx, by, now, func(f Family) (Family, bool, error) { return f.Remove(by, who, now) })
}

// HandOver gives the family another owner. Refusals: NOT_IN_FAMILY, NOT_PERMITTED, NOT_FOUND, ROLE_UNSUITABLE,
// OWNER_TIER_TOO_LOW.
func (s *Service) HandOver(ctx context.Context, by, to member.ID, now time.Time) (Family, error) {
	h, err := s.holder(ctx, to)
	if err != nil {
		return Family{}, err
	}
	p := s.Book.At(now)
	held := h.Account.Standing.Advance(s.Book, now).Held(p, now).Code
	return s.mine(ctx, by, now, func(f Family) (Family, bool, error) { return f.HandOver(p, by, to, held, h.Profile.Birthday, now) })
}

// GiveRole gives somebody another role. Refusals: NOT_IN_FAMILY, NOT_PERMITTED, NOT_FOUND, ROLE_UNSUITABLE.
func (s *Service) GiveRole(ctx context.Context, by, who member.ID, role Role, now time.Time) (Family, error) {
	h, err := s.holder(ctx, who)
	if err != nil {
		return Family{}, err
	}
	p := s.Book.At(now)
	return s.mine(ctx, by, now, func(f Family) (Family, bool, error) {
		return f.GiveRole(p, by, who, role, h.Profile.Birthday, now)
	})
}

// SetLimit limits what somebody spends; nil lifts the limit. Refusals: NOT_IN_FAMILY, NOT_PERMITTED, NOT_FOUND.
func (s *Service) SetLimit(ctx context.Context, by, who member.ID, limit *Limit, now time.Time) (Family, error) {
	return s.mine(ctx, by, now, func(f Family) (Family, bool, error) { return f.SetLimit(by, who, limit, now) })
}

// SetShare says how much of their coins a member lets the family draw. Refusal: NOT_IN_FAMILY.
func (s *Service) SetShare(ctx context.Context, who member.ID, share Share, now time.Time) (Family, error) {
	return s.mine(ctx, who, now, func(f Family) (Family, bool, error) { return f.SetShare(who, share, now) })
}

// holder is a member's account, empty where nobody is known by that name: then the family knows nobody either.
func (s *Service) holder(ctx context.Context, who member.ID) (account.Holder, error) {
	found, err := s.Accounts.ByIDs(ctx, []member.ID{who}, account.Whole)
	return found[who], err
}

// sentElsewhere counts the invitations of a local day that a member sent in other families than one.
func sentElsewhere(all []Family, here ID, by member.ID, now time.Time, zone *time.Location) (n int) {
	today := clock.DayStart(now, zone)
	for _, f := range all {
		for _, i := range f.Invitations {
			if f.ID != here && i.InvitedBy == by && !i.CreatedAt.Before(today) {
				n++
			}
		}
	}
	return n
}

// checkKey refuses what is no idempotency key.
func checkKey(key string) error {
	_, err := wallet.OpKey("familyInvite", key)
	return err
}
