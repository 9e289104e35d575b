package admission

import (
	"context"
	"errors"
	"time"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// recount is how long a count of accounts is good while a tier is full. Counting asks the store for all of them, so it is
// done only to find out whether there are more seats by now.
const recount = 10 * time.Minute

// count counts the open accounts and keeps the number with the seats; ErrStale asks to look at those again. Accounts only
// come, and whoever lets one leave says so before (Leave), so that a count is never above what is: at worst a seat that
// has just come into being is given ten minutes later.
func (s *Service) count(ctx context.Context, seats Seats, now time.Time) error {
	n, err := s.Accounts.CountDue(ctx, account.Ever)
	if err != nil {
		return err
	}
	seats.Accounts, seats.Counted = n, now.Truncate(time.Millisecond)
	return errors.Join(ErrStale, s.Store.SaveSeats(ctx, seats))
}

// adopt gives a seat to everybody who holds a grant of the tier without one, whoever wrote it: a seat is what counts.
func (s *Service) adopt(ctx context.Context, t programme.Tier, seats Seats) (Seats, error) {
	if t.CapPerMille == 0 {
		return seats, nil
	}
	ids, err := s.Accounts.Granted(ctx, t.Code)
	if err != nil {
		return seats, err
	}
	for _, id := range ids {
		if _, has := seats.Of(id); has {
			continue
		}
		a, err := s.account(ctx, id)
		if fault.Is(err, fault.NotFound) {
			continue // the member has left
		}
		if err != nil {
			return seats, err
		}
		for _, g := range a.Standing.Grants {
			if g.Tier == t.Code && !g.Ended {
				seats = seats.with(id, &Seat{Member: id, Route: g.Route, From: g.From, Until: g.Until, Ref: g.ID, Granted: true})
			}
		}
	}
	return seats, nil
}

// Leave is called before an account is closed: its seats are free, and it counts for no seat of others any more.
func (s *Service) Leave(ctx context.Context, who member.ID, now time.Time) error {
	for _, t := range s.Book.At(now).Tiers {
		for try := 0; t.CapPerMille > 0; try++ {
			seats, err := s.Store.Seats(ctx, t.Code)
			if err != nil {
				return err
			}
			if seats.Version == 0 {
				break // nothing was counted yet
			}
			next := seats.with(who, nil)
			next.Accounts, next.Counted = max(0, seats.Accounts-1), now.Truncate(time.Millisecond)
			if err := s.Store.SaveSeats(ctx, next); !errors.Is(err, ErrStale) || try == tries {
				if err != nil {
					return err
				}
				break
			}
			pause(ctx)
		}
	}
	return nil
}
