package membership

import (
	"context"
	"slices"
	"time"

	"membergate/internal/account"
	"membergate/internal/clock"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
)

// Due is a renewal that may be charged now.
type Due struct {
	Holder  account.Holder
	Renewal tier.Renewal
	From    time.Time // the period that it pays for
	Until   time.Time // exclusive
}

// Mark is a place in the list of what is due.
type Mark struct {
	account.Mark
	Tier string // the last one of that member; empty = behind none of theirs
}

// duePage is how many members are read at once.
const duePage = 50

// Due lists at most n renewals that may be charged now, behind a mark: by the earliest end of the member's memberships,
// the member's id, and the tier. What was switched off, given back, has ended or would cost more than was agreed to is
// not among them.
func (s *Service) Due(ctx context.Context, now time.Time, after Mark, n int) ([]Due, error) {
	p := s.Book.At(now)
	if p.Membership == nil || p.Membership.Renewal == nil || n <= 0 {
		return nil, nil
	}
	by := clock.AddDays(now, p.Membership.Renewal.ChargeDays+1, p.Zone()) // a day is not always 24 hours
	var out []Due
	if after.Tier != "" { // the member of the mark may have more
		found, err := s.Accounts.ByIDs(ctx, []member.ID{after.Member}, account.Whole)
		if err != nil {
			return nil, err
		}
		for _, d := range s.of(p, found[after.Member], now) {
			if d.Renewal.Tier > after.Tier {
				out = append(out, d)
			}
		}
	}
	for place := after.Mark; len(out) < n; {
		page, err := s.Accounts.Ending(ctx, by, place, duePage)
		if err != nil {
			return nil, err
		}
		for _, h := range page {
			out = append(out, s.of(p, h, now)...)
			place = account.Mark{At: h.Account.EndsAt(), Member: h.Profile.ID}
		}
		if len(page) < duePage {
			break
		}
	}
	return out[:min(n, len(out))], nil
}

// Place is where a renewal stands in the list.
func (d Due) Place() Mark {
	return Mark{Mark: account.Mark{At: d.Holder.Account.EndsAt(), Member: d.Holder.Profile.ID}, Tier: d.Renewal.Tier}
}

// of are a member's renewals that may be charged now, by tier.
func (s *Service) of(p *programme.Programme, h account.Holder, now time.Time) []Due {
	if h.Profile.ID == "" {
		return nil
	}
	st := h.Account.Standing.Advance(s.Book, now)
	var out []Due
	for _, t := range p.Tiers {
		r, ok := st.Renewal(p, t.Code, now)
		if !ok || !r.On || now.Before(r.ChargeFrom(p)) {
			continue
		}
		from, until := r.Next(p)
		out = append(out, Due{Holder: h, Renewal: r, From: from, Until: until})
	}
	slices.SortFunc(out, func(a, b Due) int {
		if a.Renewal.Tier < b.Renewal.Tier {
			return -1
		}
		return 1
	})
	return out
}
