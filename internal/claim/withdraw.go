package claim

import (
	"context"
	"errors"
	"time"

	"membergate/internal/fault"
)

// Withdrawn is what became of codes that staff withdrew.
type Withdrawn struct {
	Withdrawn int // nobody can take them any more
	Taken     int // members have them, and keep what they gave
	Unknown   int // were never issued
}

// Withdraw makes codes good for nothing, from now on. Those that were taken stay as they are. Done again it says the same.
// Refusals: NOT_FOUND.
func (s *Service) Withdraw(ctx context.Context, codes []string, now time.Time) (Withdrawn, error) {
	var out Withdrawn
	if n := len(codes); n < 1 || n > mostCodes {
		return out, fault.Bad("codes", "codes has %d; allowed are 1 to %d", n, mostCodes)
	}
	for _, code := range codes {
		c, known, err := s.withdraw(ctx, hash(code), now.Truncate(time.Millisecond))
		switch {
		case err != nil:
			return out, err
		case !known:
			out.Unknown++
		case c.Member != "":
			out.Taken++
		default:
			out.Withdrawn++
		}
	}
	if out.Unknown == len(codes) {
		return out, fault.Refuse("NOT_FOUND", "codes", "no such codes were issued")
	}
	return out, nil
}

func (s *Service) withdraw(ctx context.Context, id string, now time.Time) (Claim, bool, error) {
	for range tries {
		c, known, err := s.Store.ByID(ctx, id)
		if err != nil || !known || c.Member != "" || !c.Withdrawn.IsZero() {
			return c, known, err
		}
		c.Withdrawn = now
		if err := s.Store.Save(ctx, c); !errors.Is(err, ErrStale) {
			return c, true, err
		}
	}
	return Claim{}, false, fault.New(fault.Unavailable, "the code is being taken by too many at once")
}
