package family

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
)

// changes bounds how often a family that somebody else changed is read again; each time somebody got through.
const changes = 200

// rule makes the next value of a family, or tells that nothing changes; ErrStale says that it has seen a newer one.
type rule func(Family) (next Family, changed bool, err error)

// change alters a family, and does what must follow requests that this has ended. What does not follow now is finished by
// the sweep: the change itself is made.
func (s *Service) change(ctx context.Context, find func() (Family, bool, error), none error, now time.Time, rule rule) (Family, error) {
	f, err := s.alter(ctx, find, none, now, rule)
	if err != nil {
		return f, err
	}
	return s.followed(ctx, f, now), nil
}

// alter loads a family, asks a rule for its next value and saves that, until nobody came between.
func (s *Service) alter(ctx context.Context, find func() (Family, bool, error), none error, now time.Time, rule rule) (Family, error) {
	for range changes {
		f, known, err := find()
		if err != nil {
			return f, err
		}
		if !known {
			return f, none
		}
		next, changed, err := rule(f.At(now))
		if errors.Is(err, ErrStale) {
			continue
		}
		if err != nil || !changed {
			return next, err
		}
		if err := s.unguarded(ctx, f.At(now), next, now); err != nil {
			return f, err
		}
		switch err := s.Families.Save(ctx, next); {
		case errors.Is(err, ErrStale):
			continue
		case errors.Is(err, ErrTaken):
			return f, fault.Refuse(string(AlreadyIn), "", "the member is in a family already")
		case err != nil:
			return f, err
		}
		next.Version++
		return next, s.unguarded(ctx, f.At(now), next, now) // what a child agreed to between the two
	}
	return Family{}, fault.New(fault.Unavailable, "the family is being changed by too many at once")
}

// mine changes the family that a member is in.
func (s *Service) mine(ctx context.Context, who member.ID, now time.Time, rule rule) (Family, error) {
	find := func() (Family, bool, error) { return s.Families.ByMember(ctx, who) }
	return s.change(ctx, find, fault.Refuse(NoFamily, "", "the member is in no family"), now, rule)
}

// Create opens a family of one owner. An owner who opens the only one again under the same name has done so. Refusals:
// FAMILIES_OFF, ALREADY_IN_FAMILY, OWNER_TIER_TOO_LOW, ROLE_UNSUITABLE.
func (s *Service) Create(ctx context.Context, owner account.Holder, name string, now time.Time) (Family, error) {
	p, who := s.Book.At(now), owner.Profile.ID
	if p.Family == nil {
		return Family{}, fault.Refuse(Off, "", "the programme has no families")
	}
	old, known, err := s.Families.ByMember(ctx, who)
	if err != nil {
		return Family{}, err
	}
	if known {
		if first, ok := old.Owner(); ok && first.Member == who && old.Name == name && len(old.Changes) == 1 {
			return old, nil
		}
		return Family{}, fault.Refuse(string(AlreadyIn), "", "the member is in a family already")
	}
	switch {
	case !MayOwn(p, owner.Account.Standing.Advance(s.Book, now).Held(p, now).Code):
		err = fault.Refuse(string(Paused), "", "families are owned by the tier %s and above", p.Family.MinTier)
	case !Suits(p, Owner, owner.Profile.Birthday, now):
		err = fault.Refuse(string(Unsuitable), "", "families are owned by adults")
	}
	if err != nil {
		return Family{}, err
	}
	f := Open(name, who, now).wrote(Change{At: now, By: who, What: Opened})
	if err := s.Families.Create(ctx, f); errors.Is(err, ErrTaken) { // of those that came together one won
		if old, known, err = s.Families.ByMember(ctx, who); err == nil && known && old.Name == name && len(old.Changes) == 1 {
			return old, nil
		}
		return Family{}, fault.Refuse(string(AlreadyIn), "", "the member is in a family already")
	} else if err != nil {
		return Family{}, err
	}
	return f, nil
}

// Asked is what an invitation became.
type Asked struct {
	Family     Family
	Invitation Invitation
	Token      string
	Replayed   bool
}

// tokenPurpose is that of the keys that tokens are made with.
const tokenPurpose = "family invitation"

// Invite asks somebody into the member's family, once for a key. Refusals: FAMILIES_OFF, NOT_IN_FAMILY, NOT_PERMITTED,
// OWNER_TIER_TOO_LOW, FAMILY_FULL, INVITE_LIMIT, IDEMPOTENCY_CONFLICT.
func (s *Service) Invite(ctx context.Context, by member.ID, key string, role Role, now time.Time) (out Asked, err error) {
	p := s.Book.At(now)
	if p.Family == nil {
		return out, fault.Refuse(Off, "", "the programme has no families")
	}
	if err := checkKey(key); err != nil {
		return out, err
	}
	all, err := s.Families.Memberships(ctx, by)
	if err != nil {
		return out, err
	}
	out.Family, err = s.mine(ctx, by, now, func(f Family) (Family, bool, error) {
		g, err := s.Gate(ctx, f, now)
		if err != nil {
			return f, false, err
		}
		w := Inviting{By: by, Role: role, At: now, Before: sentElsewhere(all, f.ID, by, now, p.Zone())}
		for _, hash := range s.Keys.Hashes(tokenPurpose, string(f.ID)+"\x00"+string(by)+"\x00"+key) {
			_, token, _ := strings.Cut(hash, ":")
			w.Tokens = append(w.Tokens, token)
		}
		var next Family
		next, out.Invitation, out.Token, out.Replayed, err = f.Invite(p, g, w)
		return next, !out.Replayed, err
	})
	return out, err
}

// Revoke takes an invitation back. Refusals: NOT_FOUND, NOT_PERMITTED, INVITE_USED, INVITE_EXPIRED.
func (s *Service) Revoke(ctx context.Context, by member.ID, of ID, id string, now time.Time) (f Family, made Invitation, err error) {
	find := func() (Family, bool, error) { return s.Families.ByMember(ctx, by) }
	none := fault.Refuse(Unknown, "invitationId", "invitationId names no invitation that is known")
	f, err = s.change(ctx, find, none, now, func(f Family) (Family, bool, error) {
		if f.ID != of {
			return f, false, none
		}
		next, i, changed, err := f.Revoke(by, id, now)
		made = i
		return next, changed, err
	})
	return f, made, err
}

// Answer accepts or turns down the invitation behind a token. Refusals: FAMILIES_OFF, NOT_FOUND, INVITE_USED,
// INVITE_EXPIRED, ALREADY_IN_FAMILY, COOLDOWN, OWNER_TIER_TOO_LOW, FAMILY_FULL, ROLE_UNSUITABLE, GUARDIAN_CONSENT_REQUIRED.
func (s *Service) Answer(ctx context.Context, c Candidate, token string, accept, consent bool, now time.Time) (Family, error) {
	p := s.Book.At(now)
	if p.Family == nil {
		return Family{}, fault.Refuse(Off, "", "the programme has no families")
	}
	r := Reply{Hash: HashToken(token), Accept: accept, Consent: consent}
	find := func() (Family, bool, error) {
		f, known, err := s.Families.ByInvitation(ctx, r.Hash)
		return f, known && !c.hidden(f), err // what is hidden costs as much as what is unknown
	}
	none := fault.Refuse(Unknown, "token", "token is of no invitation that is known")
	f, err := s.change(ctx, find, none, now, func(f Family) (Family, bool, error) {
		g, err := s.Gate(ctx, f, now)
		if err != nil {
			return f, false, err
		}
		if c.Families, err = s.Families.Memberships(ctx, c.Member); err != nil {
			return f, false, err
		}
		if slices.ContainsFunc(c.Families, func(o Family) bool { return o.ID == f.ID && o.Version > f.Version }) {
			return f, false, ErrStale // an earlier sending of the same answer came between the two readings
		}
		return f.Answer(p, g, c, r, now)
	})
	if joined, in := f.Of(c.Member); err == nil && accept && in && s.Wards != nil && f.Guarded(joined) {
		err = s.Wards.GuardianAgreed(ctx, c.Member, now)
	}
	return f, err
}
