package benefit

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"membergate/internal/eligibility"
	"membergate/internal/fault"
	"membergate/internal/tier"
)

// Service counts uses of benefits.
type Service struct {
	Uses Store
	Book tier.Book
}

// tries bounds how often a use that lost a race is decided anew. With n uses by one member at once each round has a
// winner, so this is how many of them are borne.
const tries = 256

// Use lets a member use a benefit once at now: exactly as often as the quota says, from however many processes. It
// gives what is left afterwards, with Fallback telling whether this use was given the fallback of the cost cap.
// ErrLocked if the member does not have the benefit, ErrUsedUp if nothing is left.
func (s *Service) Use(ctx context.Context, f eligibility.Facts, code, order string, now time.Time) (Left, error) {
	p := s.Book.At(now)
	offer, ok := ByCode(Available(p, f, now), code)
	if !ok {
		return Left{}, ErrLocked
	}
	for try := range tries {
		u, err := s.Uses.ByMember(ctx, f.Profile.ID)
		if err != nil {
			return Left{}, err
		}
		next, fallback, err := u.Use(p, offer.Benefit, order, now)
		if err != nil {
			return Left{}, err
		}
		left := next.Left(p, offer.Benefit, order, now)
		left.Fallback = fallback
		if offer.Quota.Unlimited && (offer.CostCap == nil || fallback) {
			return left, nil // nothing was counted
		}
		if err := s.Uses.Save(ctx, next); !errors.Is(err, ErrStale) {
			return left, err
		}
		if err := pause(ctx, try); err != nil {
			return Left{}, err
		}
	}
	return Left{}, fault.New(fault.Unavailable, "benefit %s is being used by too many at once", code)
}

// pause waits a random while of up to try milliseconds, so that those who race spread, or until the context ends.
func pause(ctx context.Context, try int) error {
	t := time.NewTimer(time.Duration(rand.IntN(min(try, 32)+1)) * time.Millisecond)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
