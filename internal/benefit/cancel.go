package benefit

import (
	"context"
	"errors"
	"time"

	"membergate/internal/member"
)

// Undo is a wish to take a use back.
type Undo struct {
	Member member.ID
	Use    string // id
	By     string // ByMember, within the time that the benefit gives; else who does it, at any time
	For    string // what the use belongs to elsewhere; empty for none
	At     time.Time
}

// Cancel takes a use back: what it counted and took is there again. Cancelling what is cancelled changes nothing.
func (s *Service) Cancel(ctx context.Context, c Undo) (Use, error) {
	defer s.members.take(string(c.Member))()
	for try := range tries {
		u, err := s.usage(ctx, c.Member)
		if err != nil {
			return Use{}, err
		}
		r, known, err := s.Uses.ByID(ctx, c.Use)
		switch {
		case err != nil:
			return Use{}, err
		case !known || r.Member != c.Member:
			return Use{}, refuse(Unknown, "useId", "useId names no use that is known")
		case r.State == Cancelled:
			return r, nil
		case r.For != c.For:
			return r, refuse(NotCancellable, "useId", "the use belongs to something else and goes with that")
		case c.By == ByMember && !c.At.Before(r.CancelUntil):
			return r, refuse(NotCancellable, "useId", "the use cannot be taken back any more")
		}
		next := u.uncount(r)
		r.State, r.EndedAt, r.EndedBy = Cancelled, c.At, c.By
		next.Steps = append(next.Steps, Step{Back: true, Use: r})
		switch err := s.Usages.Save(ctx, next); {
		case errors.Is(err, ErrStale):
			if err := pause(ctx, try); err != nil {
				return Use{}, err
			}
			continue
		case err != nil:
			return Use{}, err
		}
		next.Version++
		r.Version++
		_, _, err = s.settle(ctx, next)
		return r, err
	}
	return Use{}, busy("the use")
}
