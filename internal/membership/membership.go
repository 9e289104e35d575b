// Package membership is what members decide about tiers that are bought: whether one is paid for again, and whether to
// try one for a while. It also tells a payment service what it is asked to charge, and charges nothing itself.
package membership

import (
	"context"
	"errors"
	"time"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
)

// Service keeps members' decisions in their standings: each is one compare-and-swap, so that it counts at once.
type Service struct {
	Accounts account.Store
	Book     tier.Book
}

// tries bounds how often an account that somebody else changed is read again.
const tries = 200

// Wish is what a member says about renewal.
type Wish struct {
	Tier   string
	On     bool
	Terms  string // version of the terms that were shown; asked for with a yes alone
	Source string // where it is said, such as APP
}

// Renew writes down a member's decision, and gives the standing after it. Said again it changes nothing, and answers
// true for replayed. A no is always taken. Refusals: NOT_FOUND, NOT_RENEWABLE, TERMS_CHANGED.
func (s *Service) Renew(ctx context.Context, who member.ID, w Wish, now time.Time) (replayed bool, err error) {
	now = now.Truncate(time.Millisecond)
	err = s.change(ctx, who, now, func(p *programme.Programme, st tier.Standing) (tier.Standing, bool, error) {
		if _, known := p.Tier(w.Tier); !known {
			return st, false, fault.Refuse("NOT_FOUND", "tierId", "there is no such tier")
		}
		r, can := st.Renewal(p, w.Tier, now)
		switch {
		case w.On && !can:
			return st, false, fault.Refuse("NOT_RENEWABLE", "tierId", "nothing that was bought of tier %s can be renewed now", w.Tier)
		case w.On && w.Terms != p.Membership.Renewal.Version:
			return st, false, fault.Refuse("TERMS_CHANGED", "termsVersion", "the terms are of version %s", p.Membership.Renewal.Version)
		case w.On == r.On:
			replayed = true
			return st, false, nil
		}
		c := tier.Choice{Tier: w.Tier, On: w.On, At: now, Source: w.Source}
		if w.On {
			c.Terms, c.Fen = w.Terms, r.Fen
		}
		replayed = false
		return st.Chosen(c), true, nil
	})
	return replayed, err
}

// Try begins a trial that costs nothing. One that has begun answers true for replayed. Refusals: NOT_FOUND,
// PAYMENT_NEEDED, ALREADY_TRIED, ALREADY_HELD.
func (s *Service) Try(ctx context.Context, who member.ID, code string, now time.Time) (g tier.Grant, replayed bool, err error) {
	now = now.Truncate(time.Millisecond)
	err = s.change(ctx, who, now, func(p *programme.Programme, st tier.Standing) (tier.Standing, bool, error) {
		t, _ := p.Tier(code)
		r, ok := t.Route(programme.Trial)
		if !ok || t.CapPerMille > 0 {
			return st, false, fault.Refuse("NOT_FOUND", "tierId", "no such tier can be tried")
		}
		if g, replayed = st.Grant(tier.TrialGrant(code)); replayed {
			return st, false, nil
		}
		switch {
		case r.FeeFen > 0:
			return st, false, fault.Refuse("PAYMENT_NEEDED", "tierId", "the trial costs %d fen, and begins when they are paid", r.FeeFen)
		case st.Tried(""):
			return st, false, fault.Refuse("ALREADY_TRIED", "tierId", "a trial is had once")
		case st.Held(p, now).Rank >= t.Rank:
			return st, false, fault.Refuse("ALREADY_HELD", "tierId", "the tier is held already")
		}
		st = st.Try(s.Book, code, now)
		g, _ = st.Grant(tier.TrialGrant(code))
		return st, true, nil
	})
	return g, replayed, err
}

// change changes a member's standing, advanced to now, as a rule says, unless that says that nothing changes.
func (s *Service) change(ctx context.Context, who member.ID, now time.Time, rule func(*programme.Programme, tier.Standing) (tier.Standing, bool, error)) error {
	for range tries {
		found, err := s.Accounts.ByIDs(ctx, []member.ID{who}, account.Whole)
		if err != nil {
			return err
		}
		h, known := found[who]
		if !known {
			return fault.New(fault.Unauthenticated, "the member is not known here")
		}
		a := h.Account
		next, changed, err := rule(s.Book.At(now), a.Standing.Advance(s.Book, now))
		if err != nil || !changed {
			return err
		}
		before := a.Standing
		a.Standing = next.Foreseen(s.Book)
		a = a.Reached(s.Book, before)
		if err := s.Accounts.Save(ctx, a); !errors.Is(err, account.ErrStale) {
			return err
		}
	}
	return fault.New(fault.Unavailable, "member %s is being changed by too many at once", who)
}
