// Package profile is how members change what is kept of them: their name, their consents, what they tell of home. Each
// change is one compare-and-swap of the profile.
package profile

import (
	"context"
	"errors"
	"slices"
	"time"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
)

// Codes of refusals that are made here.
const (
	Changed        = "CONFLICT"          // the profile has another version by now
	NameLength     = "NAME_LENGTH"       // too short or too long
	NameCharacters = "NAME_CHARACTERS"   // characters that a name may not hold
	BirthdayTaken  = "BIRTHDAY_SET"      // only staff changes it
	BirthdayWrong  = "BIRTHDAY_WRONG"    // no day, or none that anybody alive was born on
	LocaleUnknown  = "LOCALE_UNKNOWN"    //
	ZoneUnknown    = "TIME_ZONE_UNKNOWN" // no IANA zone
	UploadUnknown  = "UPLOAD_UNKNOWN"    //
	Unknown        = "NOT_FOUND"         // no such purpose or member
	PolicyChanged  = "POLICY_CHANGED"    // the text that was agreed to is not the one in force
	ConsentNeeded  = "CONSENT_REQUIRED"  // Refusal.Of names the purpose
	NotAsked       = "NOT_ASKED"         // the programme does not ask for the fact
	UnknownCode    = "UNKNOWN_CODE"      // none of the programme's
	TooMany        = "TOO_MANY"          //
	OutOfRange     = "OUT_OF_RANGE"      //
)

// Service changes profiles.
type Service struct {
	Accounts  account.Store
	Decisions Store
	Book      tier.Book
	Guardians Guardians // nil = children may do what everybody may
	Names     Names     // nil = every name that can be read may be shown

	// Withdrawn hears of a no that takes back a yes, ahead of each saving; number is that of the decision. Nil where nobody
	// listens.
	Withdrawn func(ctx context.Context, who member.ID, purpose programme.Purpose, number int) error
}

// Names says which names others may be shown.
type Names interface {
	// Name refuses one that they may not, with NAME_REFUSED, or with NAME_UNCHECKED where it cannot be told now.
	Name(ctx context.Context, who member.ID, name string, now time.Time) error
}

// changes bounds how often a profile that somebody else changed is read again; each time somebody got through.
const changes = 200

// change loads the member's profile, asks a rule for the next one and saves it, until nobody came between. The rule says
// whether anything is to be saved. before runs ahead of each saving.
func (s *Service) change(ctx context.Context, who member.ID, rule func(member.Profile) (member.Profile, bool, error),
	before func(member.Profile) error) (account.Holder, error) {
	for range changes {
		found, err := s.Accounts.ByIDs(ctx, []member.ID{who}, account.Whole)
		if err != nil {
			return account.Holder{}, err
		}
		h, known := found[who]
		if !known {
			return account.Holder{}, fault.Refuse(Unknown, "memberId", "the member is not known")
		}
		next, changed, err := rule(h.Profile)
		if err != nil || !changed {
			return h, err
		}
		if before != nil {
			if err := before(h.Profile); err != nil {
				return h, err
			}
		}
		if err = s.Accounts.SaveProfile(ctx, next); errors.Is(err, account.ErrStale) {
			continue
		}
		if err != nil {
			return h, err
		}
		next.Version++
		h.Profile = next
		return h, nil
	}
	return account.Holder{}, fault.New(fault.Unavailable, "the profile is being changed by too many at once")
}

// sorted gives a list without repetitions, in order; nil for an empty one.
func sorted(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return slices.Compact(slices.Sorted(slices.Values(list)))
}
