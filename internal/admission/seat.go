package admission

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"membergate/internal/account"
	"membergate/internal/clock"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
)

// Service lets members in. The way of an admission:
//
//  1. a seat is taken, in one compare-and-swap of all seats of the tier;
//  2. the member's account takes the grant, in one compare-and-swap of its own;
//  3. the seat is marked as granted.
//
// Killed between any two, whoever comes next finishes: the same wish sent again, Finish, or whoever finds the tier full.
// A seat is given up when it is needed and its holder has the grant no more.
type Service struct {
	Store    Store
	Accounts account.Store
	Book     tier.Book
}

// tries bounds how often a value that somebody else changed is read again.
const tries = 200

// take gets a member a seat and the grant. It answers the seat that the member has, and whether it was there before.
func (s *Service) take(ctx context.Context, t programme.Tier, seat Seat) (Seat, bool, error) {
	for range tries {
		seats, err := s.Store.Seats(ctx, t.Code)
		if err != nil {
			return Seat{}, false, err
		}
		mine, had := seats.Of(seat.Member)
		if had && mine.Granted { // a seat of a grant that has ended is taken anew
			holds, err := s.holds(ctx, t.Code, mine, seat.From)
			if err != nil {
				return Seat{}, false, err
			}
			if had = holds; !had {
				seats = seats.with(seat.Member, nil)
			}
		}
		if !had {
			if seats, err = s.room(ctx, t, seats, seat.From); err == nil {
				mine = seat
				err = s.Store.SaveSeats(ctx, seats.with(seat.Member, &seat))
			}
			if errors.Is(err, ErrStale) {
				pause(ctx)
				continue
			}
			if err != nil {
				return Seat{}, false, err
			}
		}
		return mine, had, s.finish(ctx, t.Code, mine)
	}
	return Seat{}, false, fault.New(fault.Unavailable, "the seats of %s are being changed by too many at once", t.Code)
}

// pause lets those go first who were here at the same moment.
func pause(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(time.Duration(1+rand.IntN(10)) * time.Millisecond):
	}
}

// room gives the seats with a free place in them, or refuses: NO_SEAT. Of a full tier it gives up the seats whose holders
// have the grant no more; that is only tried when the tier is full, so admissions are cheap before.
func (s *Service) room(ctx context.Context, t programme.Tier, seats Seats, now time.Time) (Seats, error) {
	seats, err := s.adopt(ctx, t, seats)
	if err != nil {
		return seats, err
	}
	most, bounded := Most(t, seats.Accounts)
	if !bounded || len(seats.Taken) < most {
		return seats, nil
	}
	if now.Sub(seats.Counted).Abs() >= recount {
		return seats, s.count(ctx, seats, now)
	}
	if pending := slices.DeleteFunc(slices.Clone(seats.Taken), func(seat Seat) bool { return seat.Granted }); len(pending) > 0 {
		for _, seat := range pending {
			if err := s.finish(ctx, t.Code, seat); err != nil {
				return seats, err
			}
		}
		return seats, ErrStale // marking them changed the seats
	}
	taken, err := s.stillHeld(ctx, t, seats.Taken, now)
	if err != nil {
		return seats, err
	}
	if len(taken) >= most {
		return seats, fault.Refuse("NO_SEAT", "", "all %d seats of %s are taken", most, t.Code)
	}
	seats.Taken = taken
	return seats, nil
}

// atOnce is how many holders of seats are read at once.
const atOnce = 500

// stillHeld leaves out the seats whose holders have the grant no more. What other people may see of them tells who that
// may be; only those are read whole.
func (s *Service) stillHeld(ctx context.Context, t programme.Tier, taken []Seat, now time.Time) (out []Seat, err error) {
	p := s.Book.At(now)
	for some := range slices.Chunk(taken, atOnce) {
		ids := make([]member.ID, len(some))
		for i, seat := range some {
			ids[i] = seat.Member
		}
		holders, err := s.Accounts.ByIDs(ctx, ids, account.Public)
		if err != nil {
			return nil, err
		}
		for _, seat := range some {
			h, ok := holders[seat.Member]
			if !ok {
				continue // the member has left
			}
			holds := h.Account.Standing.Badge(p, now).Rank >= t.Rank
			if !holds {
				if holds, err = s.holds(ctx, t.Code, seat, now); err != nil {
					return nil, err
				}
			}
			if holds {
				out = append(out, seat)
			}
		}
	}
	return out, nil
}

// holds tells whether the grant of a seat still counts at a time. A standing that has lost it is kept as it is then, so
// that no event that comes late can bring the grant back after the seat is somebody else's.
func (s *Service) holds(ctx context.Context, code string, seat Seat, now time.Time) (bool, error) {
	holds := false
	err := s.change(ctx, seat.Member, func(old tier.Standing) (tier.Standing, bool) {
		next := old.Advance(s.Book, now)
		g, ok := grantOf(next, code, seat)
		holds = ok && !g.Ended && (g.Until.IsZero() || now.Before(g.Until))
		return next, !holds && ok && old.DueBy(s.Book, now)
	})
	return holds, err
}

// grantOf finds the grant that a seat led to.
func grantOf(s tier.Standing, code string, seat Seat) (tier.Grant, bool) {
	for _, g := range s.Grants {
		if g.Tier == code && g.Route == seat.Route && g.From.Equal(seat.From) {
			return g, true
		}
	}
	return tier.Grant{}, false
}

// finish gives the grant of a seat, unless it was given, and marks the seat.
func (s *Service) finish(ctx context.Context, code string, seat Seat) error {
	if seat.Granted {
		return nil
	}
	err := s.change(ctx, seat.Member, func(old tier.Standing) (tier.Standing, bool) {
		if _, ok := grantOf(old, code, seat); ok {
			return old, false
		}
		return old.Advance(s.Book, seat.From).Give(s.Book, tier.Grant{Tier: code, Route: seat.Route, From: seat.From, Until: seat.Until}), true
	})
	if err != nil {
		return err
	}
	for range tries {
		seats, err := s.Store.Seats(ctx, code)
		if err != nil {
			return err
		}
		mine, ok := seats.Of(seat.Member)
		if !ok || mine.Granted || !mine.From.Equal(seat.From) {
			return nil
		}
		mine.Granted = true
		if err := s.Store.SaveSeats(ctx, seats.with(seat.Member, &mine)); !errors.Is(err, ErrStale) {
			return err
		}
		pause(ctx)
	}
	return nil // the mark saves work only
}

// Finish gives the grants of seats that a process which was killed had taken, in all tiers that have seats.
func (s *Service) Finish(ctx context.Context, now time.Time) error {
	for _, t := range s.Book.At(now).Tiers {
		if t.CapPerMille == 0 {
			continue
		}
		seats, err := s.Store.Seats(ctx, t.Code)
		if err != nil {
			return err
		}
		for _, seat := range seats.Taken {
			if err := s.finish(ctx, t.Code, seat); err != nil {
				return err
			}
		}
	}
	return nil
}

// change changes a member's standing; f may run more than once and says whether there is anything to keep.
func (s *Service) change(ctx context.Context, who member.ID, f func(tier.Standing) (tier.Standing, bool)) error {
	for range tries {
		a, err := s.account(ctx, who)
		if err != nil {
			return err
		}
		next, changed := f(a.Standing)
		if !changed {
			return nil
		}
		before := a.Standing
		a.Standing = next.Foreseen(s.Book)
		a = a.Reached(s.Book, before)
		if err := s.Accounts.Save(ctx, a); !errors.Is(err, account.ErrStale) {
			return err
		}
		pause(ctx)
	}
	return fault.New(fault.Unavailable, "member %s is being changed by too many at once", who)
}

func (s *Service) account(ctx context.Context, who member.ID) (account.Account, error) {
	found, err := s.Accounts.ByIDs(ctx, []member.ID{who}, account.Whole)
	if err != nil {
		return account.Account{}, err
	}
	h, ok := found[who]
	if !ok {
		return account.Account{}, fault.New(fault.NotFound, "the member is not known")
	}
	return h.Account, nil
}

// newSeat is a seat by a route from a moment on, for as long as the route says.
func newSeat(p *programme.Programme, r programme.Route, who member.ID, now time.Time) Seat {
	seat := Seat{Member: who, Route: r.Kind, From: now.Truncate(time.Millisecond)}
	if r.Months > 0 {
		seat.Until = clock.AddMonths(seat.From, r.Months, p.Zone())
	}
	return seat
}
