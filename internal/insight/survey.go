package insight

import (
	"context"
	"time"

	"membergate/internal/account"
	"membergate/internal/member"
)

const (
	// fresh is how long the marks between fifths hold: members move by days, all of them together by weeks.
	fresh = 24 * time.Hour
	// surveyed is how many members are read at once.
	surveyed = 200
)

// Survey makes the marks between fifths of all members who agreed, unless they are of today, and gives how many members
// were counted. It reads every member once, and gives those who come seldom what the programme has for them.
func (s *Service) Survey(ctx context.Context, now time.Time) (int64, error) {
	in := s.Book.At(now).Insight
	if in == nil {
		return 0, nil
	}
	old, err := s.Notes.Fifths(ctx)
	if err != nil || !old.At.IsZero() && now.Sub(old.At) < fresh && !old.At.After(now) {
		return 0, err
	}
	var all []Buying
	for after := member.ID(""); ; {
		page, err := s.Accounts.Walk(ctx, after, surveyed)
		if err != nil {
			return 0, err
		}
		if len(page) == 0 {
			break
		}
		after = page[len(page)-1].Profile.ID
		var agreed []member.ID
		var members []account.Holder
		for _, h := range page {
			if h.Profile.Agreed(in.Purpose) {
				agreed, members = append(agreed, h.Profile.ID), append(members, h)
			}
		}
		bought, err := s.Orders.Purchases(ctx, agreed, mostOrders)
		if err != nil {
			return 0, err
		}
		if err := s.greet(ctx, members, bought, now); err != nil {
			return 0, err
		}
		for _, orders := range bought {
			if b, ok := buying(orders, in.RFMDays, now); ok {
				all = append(all, b)
			}
		}
	}
	next := fifthsOf(all, now)
	return next.Members, s.Notes.PutFifths(ctx, next)
}
