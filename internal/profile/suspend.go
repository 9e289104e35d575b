package profile

import (
	"context"
	"slices"
	"time"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
)

// Codes of refusals of suspensions.
const (
	ReasonUnknown = "UNKNOWN_REASON" // the programme's moderators have no such reason
	OwnAccount    = "OWN_ACCOUNT"    // nobody decides about the own suspension
)

// Suspend stops a member from changing anything, for one of the moderators' reasons, or lets the member go on where the reason is
// empty. The same write keeps who of the staff it was, when, and why. What is so already changes nothing. Refusals: NOT_FOUND,
// UNKNOWN_REASON, OWN_ACCOUNT.
func (s *Service) Suspend(ctx context.Context, who member.ID, reason, by string, now time.Time) (account.Holder, error) {
	if string(who) == by {
		return account.Holder{}, fault.Refuse(OwnAccount, "memberId", "memberId is the asker's own; somebody else of the staff decides")
	}
	m := s.Book.At(now).Moderation
	if reason != "" {
		if m == nil {
			return account.Holder{}, fault.Refuse(ReasonUnknown, "reason", "reason is %q; the programme has none", reason)
		}
		if _, known := m.Reason(reason); !known {
			return account.Holder{}, fault.Refuse(ReasonUnknown, "reason", "reason is %q; allowed are the programme's moderation.reasons", reason)
		}
	}
	at := now.UTC().Truncate(time.Millisecond)
	return s.change(ctx, who, func(p member.Profile) (member.Profile, bool, error) {
		var next *member.Suspension
		field := "suspended"
		if reason != "" {
			next, field = &member.Suspension{Reason: reason, At: at}, field+":"+reason
		}
		switch was := p.Suspension; {
		case was == nil && next == nil, was != nil && next != nil && was.Reason == next.Reason:
			return p, false, nil
		case was != nil && next != nil:
			next.At = was.At // for another reason now, but since then
		}
		p.Suspension = next
		p.Corrections = append(slices.Clone(p.Corrections), member.Correction{Field: field, By: by, At: at})
		return p, true, nil
	}, nil)
}
