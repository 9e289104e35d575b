package offer

import (
	"context"
	"errors"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
)

// Book gives the programme in force at a time.
type Book interface {
	At(t time.Time) *programme.Programme
}

// Service makes offers, and holds to them.
type Service struct {
	Store Store
	Book  Book
}

// tries bounds how often offers that somebody else changed are read again.
const tries = 200

// Shown gives what a member is offered now. What is shown for the first time is written down, with its price and its end.
// The standing must have been advanced to now.
func (s *Service) Shown(ctx context.Context, who member.Profile, st tier.Standing, now time.Time) ([]Made, error) {
	now = now.Truncate(time.Millisecond)
	o, err := s.change(ctx, who.ID, func(o Offers) (Offers, bool, error) {
		next, made := o.With(s.Book.At(now), who, st, now)
		return next, made, nil
	})
	return o.Shown(st, now), err
}

// Accept makes an offer a promise: it may be paid until its end. Accepted again it says the same, and true for replayed.
// Refusals: NOT_FOUND, EXPIRED, ALREADY_PAID.
func (s *Service) Accept(ctx context.Context, who member.ID, st tier.Standing, id string, now time.Time) (m Made, replayed bool, err error) {
	_, err = s.change(ctx, who, func(o Offers) (Offers, bool, error) {
		var known bool
		m, known = o.ByID(id)
		switch {
		case !known:
			return o, false, fault.Refuse("NOT_FOUND", "offerId", "no such offer was made")
		case Taken(st, id):
			return o, false, fault.Refuse("ALREADY_PAID", "offerId", "the offer was paid")
		case !m.Open(now):
			return o, false, fault.Refuse("EXPIRED", "offerId", "the offer was good until %s", m.Until.UTC().Format(time.RFC3339))
		}
		if replayed = !m.AcceptedAt.IsZero(); replayed {
			return o, false, nil
		}
		m.AcceptedAt = now.Truncate(time.Millisecond)
		made := append([]Made(nil), o.Made...)
		for i := range made {
			if made[i].ID == id {
				made[i] = m
			}
		}
		o.Made = made
		return o, true, nil
	})
	return m, replayed, err
}

// Promised refuses a payment by an offer that was not made to the member, is for something else, was not accepted or is
// over: whoever took the money hears of it.
func (s *Service) Promised(ctx context.Context, who member.ID, id, code string, trial bool, at time.Time) error {
	o, err := s.Store.ByMember(ctx, who)
	if err != nil {
		return err
	}
	m, known := o.ByID(id)
	switch {
	case !known:
		return fault.Bad("data.offerId", "data.offerId is %q; no such offer was made to member %s", id, who)
	case m.Tier != code || (m.Route == programme.Trial) != trial:
		return fault.Bad("data.offerId", "data.offerId is %q, which is for tier %s by the route %s", id, m.Tier, m.Route)
	case m.AcceptedAt.IsZero() || !m.Open(at):
		return fault.Bad("data.offerId", "data.offerId is %q, which member %s has not accepted or which is over", id, who)
	}
	return nil
}

// change changes a member's offers as a rule says, unless that says that nothing changes.
func (s *Service) change(ctx context.Context, who member.ID, rule func(Offers) (Offers, bool, error)) (Offers, error) {
	for range tries {
		o, err := s.Store.ByMember(ctx, who)
		if err != nil {
			return o, err
		}
		next, changed, err := rule(o)
		if err != nil || !changed {
			return next, err
		}
		next.Member = who
		if err := s.Store.Save(ctx, next); err == nil || !errors.Is(err, ErrStale) {
			return next, err
		}
	}
	return Offers{}, fault.New(fault.Unavailable, "the offers of member %s are being changed by too many at once", who)
}
