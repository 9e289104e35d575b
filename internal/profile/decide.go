package profile

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// Decision is one of a member's decisions on a purpose, as it was made.
type Decision struct {
	Member  member.ID
	Purpose string
	member.Consent
}

// ID names a decision: the member's so-and-so-manieth on the purpose.
func (d Decision) ID() string { return fmt.Sprintf("%s %s %d", d.Member, d.Purpose, d.Number) }

// Place is where a decision lies in a member's list, newest first.
type Place struct {
	At time.Time
	ID string
}

// Place gives it.
func (d Decision) Place() Place { return Place{d.At, d.ID()} }

// Before tells whether a place comes before another one in the list.
func (p Place) Before(q Place) bool { return cmp.Or(q.At.Compare(p.At), cmp.Compare(q.ID, p.ID)) < 0 }

// Store keeps decisions that newer ones have followed. Nothing in it ever changes.
type Store interface {
	// Add adds a decision; one whose id is there stays as it is.
	Add(ctx context.Context, d Decision) error
	// Of gives at most n of a member's decisions, newest first, after a place; nil is the beginning.
	Of(ctx context.Context, who member.ID, after *Place, n int) ([]Decision, error)
}

// What a member has said to a purpose.
const (
	Granted   = "GRANTED"
	Denied    = "DENIED"    // no, and never yes
	Withdrawn = "WITHDRAWN" // no, after a yes
	Undecided = "UNDECIDED" // nothing, which is a no
)

// State is what a member has said to a purpose.
func State(p member.Profile, purpose string) string {
	c, said := p.Consents[purpose]
	switch {
	case !said:
		return Undecided
	case c.Granted:
		return Granted
	case c.Before:
		return Withdrawn
	default:
		return Denied
	}
}

// Decide writes down what a member says to a purpose, having seen a version of its text. A no takes away what was told
// under it, in the same moment. Said again it changes nothing. A child agrees to nothing without a guardian's yes, and that
// is the guardian's alone. Refusals: NOT_FOUND, POLICY_CHANGED, GUARDIAN_CONSENT_REQUIRED.
//
// A decision lies in the profile until the next one; before that is saved, the old one is added to the store. So every
// decision is in one of the two, wherever a process is killed.
func (s *Service) Decide(ctx context.Context, who member.ID, purpose string, granted bool, version, source string, now time.Time) (account.Holder, error) {
	if s.Guardians != nil && (granted || purpose == s.guardiansPurpose(now)) {
		found, err := s.Accounts.ByIDs(ctx, []member.ID{who}, account.Whole)
		if err != nil {
			return account.Holder{}, err
		}
		needed, given, err := s.Guardians.Minor(ctx, who, found[who].Profile.Birthday, now)
		switch {
		case err != nil:
			return account.Holder{}, err
		case needed && (!given || purpose == s.guardiansPurpose(now)):
			return account.Holder{}, fault.Refuse(GuardianNeeded, "purpose", "a guardian of the family decides first what may be kept of a child")
		}
	}
	h, err := s.decide(ctx, who, purpose, granted, version, source, now)
	if err != nil || !granted {
		return h, err
	}
	return s.stillGuarded(ctx, h, now)
}

func (s *Service) decide(ctx context.Context, who member.ID, purpose string, granted bool, version, source string, now time.Time) (account.Holder, error) {
	rules := s.Book.At(now)
	text, known := purposeOf(rules, purpose)
	switch {
	case !known:
		return account.Holder{}, fault.Refuse(Unknown, "purpose", "the programme has no purpose %q", purpose)
	case version != text.PolicyVersion:
		return account.Holder{}, fault.Refuse(PolicyChanged, "policyVersion", "policyVersion is %q; the text in force is %q", version, text.PolicyVersion)
	}
	return s.change(ctx, who, func(p member.Profile) (member.Profile, bool, error) {
		old, said := p.Consents[purpose]
		if said && old.Granted == granted && old.PolicyVersion == version {
			return p, false, nil
		}
		next := member.Consent{Granted: granted, At: now.UTC().Truncate(time.Millisecond), PolicyVersion: version, Source: source}
		if said {
			next.Number, next.Before = old.Number+1, old.Before || old.Granted
		}
		p.Consents = maps.Clone(p.Consents)
		if p.Consents == nil {
			p.Consents = map[string]member.Consent{}
		}
		p.Consents[purpose] = next
		if !granted {
			p = p.Forget(rules.Household, purpose)
		}
		return p, true, nil
	}, func(p member.Profile) error {
		old, said := p.Consents[purpose]
		if !said {
			return nil
		}
		if old.Granted && !granted && s.Withdrawn != nil {
			if err := s.Withdrawn(ctx, who, text, old.Number+1); err != nil {
				return err
			}
		}
		return s.Decisions.Add(ctx, Decision{who, purpose, old})
	})
}

func purposeOf(p *programme.Programme, code string) (programme.Purpose, bool) {
	for _, u := range p.Privacy.Purposes {
		if u.Code == code {
			return u, true
		}
	}
	return programme.Purpose{}, false
}

// History gives at most n of a member's decisions, newest first, after a place.
func (s *Service) History(ctx context.Context, p member.Profile, after *Place, n int) ([]Decision, error) {
	all, err := s.Decisions.Of(ctx, p.ID, after, n)
	if err != nil {
		return nil, err
	}
	for purpose, c := range p.Consents {
		d := Decision{p.ID, purpose, c}
		there := slices.ContainsFunc(all, func(e Decision) bool { return e.ID() == d.ID() })
		if !there && (after == nil || after.Before(d.Place())) {
			all = append(all, d)
		}
	}
	return Newest(all, n), nil
}

// Newest orders decisions newest first and keeps at most n of them.
func Newest(all []Decision, n int) []Decision {
	slices.SortFunc(all, func(a, b Decision) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID(), a.ID())) })
	return all[:min(n, len(all))]
}
