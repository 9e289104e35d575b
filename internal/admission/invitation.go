package admission

import (
	"context"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
)

// Invited lists the tiers that a member is invited to: those above the one held whose INVITED route is met. The standing
// must have been advanced to now. Whether a seat is free shows when the invitation is accepted.
func Invited(p *programme.Programme, s tier.Standing, now time.Time) []programme.Tier {
	var out []programme.Tier
	held, read := s.Held(p, now), s.Read(p, now)
	for _, t := range p.Tiers {
		if r, ok := t.Route(programme.Invited); ok && t.Rank > held.Rank && read.Met(r.When) {
			out = append(out, t)
		}
	}
	return out
}

// Accept accepts an invitation to a tier. Refusals: NOT_INVITED, NO_SEAT. Accepted again while it lasts it answers the
// same, and true for replayed.
func (s *Service) Accept(ctx context.Context, who member.ID, code string, now time.Time) (seat Seat, replayed bool, err error) {
	p := s.Book.At(now)
	t, known := p.Tier(code)
	route, ok := t.Route(programme.Invited)
	if !known || !ok {
		return Seat{}, false, fault.Refuse("NOT_FOUND", "tierId", "no tier %s invites", code)
	}
	a, err := s.account(ctx, who)
	if err != nil {
		return Seat{}, false, err
	}
	standing := a.Standing.Advance(s.Book, now)
	seats, err := s.Store.Seats(ctx, code)
	if err != nil {
		return Seat{}, false, err
	}
	mine, has := seats.Of(who)
	waiting := has && !mine.Granted
	if g, given := grantOf(standing, code, mine); !waiting && !(has && given && !g.Ended) {
		if standing.Held(p, now).Rank >= t.Rank || !standing.Read(p, now).Met(route.When) {
			return Seat{}, false, fault.Refuse("NOT_INVITED", "tierId", "the member is not invited to %s now", code)
		}
	}
	return s.take(ctx, t, newSeat(p, route, who, now))
}
