package profile

import (
	"context"
	"maps"
	"slices"
	"time"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
)

// GuardianNeeded refuses to keep anything of a child without a guardian's yes.
const GuardianNeeded = "GUARDIAN_CONSENT_REQUIRED"

// Guardians knows of whom nothing is kept without a guardian's yes.
type Guardians interface {
	// Minor tells whether that is needed of somebody with a birthday, who may be a child in a family too, and whether it was
	// given.
	Minor(ctx context.Context, who member.ID, birthday string, now time.Time) (needed, given bool, err error)
}

// fromGuardian is the source of decisions that guardians make, or that end with them.
const fromGuardian = "guardian"

// guarded refuses to keep something of a child without a guardian's yes.
func (s *Service) guarded(ctx context.Context, who member.ID, birthday, field string, now time.Time) error {
	if s.Guardians == nil {
		return nil
	}
	needed, given, err := s.Guardians.Minor(ctx, who, birthday, now)
	if err == nil && needed && !given {
		err = fault.Refuse(GuardianNeeded, field, "nothing is kept of a child without a guardian's consent, which a guardian of the family gives")
	}
	return err
}

// stillGuarded gives a member as it is once a child without a guardian's yes has agreed to nothing. It follows a change, for
// who was a child's guardian may have gone meanwhile.
func (s *Service) stillGuarded(ctx context.Context, h account.Holder, now time.Time) (account.Holder, error) {
	who := h.Profile.ID
	if s.Guardians == nil {
		return h, nil
	}
	needed, given, err := s.Guardians.Minor(ctx, who, h.Profile.Birthday, now)
	if err != nil || !needed || given {
		return h, err
	}
	if err := s.GuardianEnded(ctx, who, now); err != nil {
		return h, err
	}
	found, err := s.Accounts.ByIDs(ctx, []member.ID{who}, account.Whole)
	if again, known := found[who]; known {
		h = again
	}
	return h, err
}

// guardiansPurpose is the purpose that guardians decide on; empty where there is none.
func (s *Service) guardiansPurpose(now time.Time) string {
	if f := s.Book.At(now).Family; f != nil {
		return f.ConsentPurpose
	}
	return ""
}

// GuardianAgreed writes a guardian's yes down among the child's decisions.
func (s *Service) GuardianAgreed(ctx context.Context, child member.ID, now time.Time) error {
	text, known := purposeOf(s.Book.At(now), s.guardiansPurpose(now))
	if !known {
		return nil
	}
	_, err := s.decide(ctx, child, text.Code, true, text.PolicyVersion, fromGuardian, now)
	return err
}

// GuardianEnded takes back all that a child has said yes to, and the guardian's yes; what was kept under it is deleted.
func (s *Service) GuardianEnded(ctx context.Context, child member.ID, now time.Time) error {
	found, err := s.Accounts.ByIDs(ctx, []member.ID{child}, account.Whole)
	if err != nil {
		return err
	}
	consents := found[child].Profile.Consents
	for _, purpose := range slices.Sorted(maps.Keys(consents)) {
		text, known := purposeOf(s.Book.At(now), purpose)
		if !known || !consents[purpose].Granted {
			continue
		}
		if _, err := s.decide(ctx, child, purpose, false, text.PolicyVersion, fromGuardian, now); err != nil {
			return err
		}
	}
	return nil
}

// GuardianCorrects changes a child's birthday, by a guardian. Refusals: NOT_FOUND, BIRTHDAY_WRONG.
func (s *Service) GuardianCorrects(ctx context.Context, child member.ID, birthday, by string, now time.Time) (account.Holder, error) {
	return s.CorrectBirthday(ctx, child, birthday, by, now)
}
