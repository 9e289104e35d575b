package demo

import (
	"context"
	"errors"
	"time"

	"membergate/internal/account"
	"membergate/internal/benefit"
	"membergate/internal/eligibility"
	"membergate/internal/member"
)

// use lets a member use some benefits that have a quota. Every use raises the usage's version by one, so that the
// version tells where a making that was cut short goes on.
func (w *writer) use(ctx context.Context, who *person) error {
	c := w.plan.luck.rand("uses", string(who.ID))
	if !who.grown || !who.tryOut && !c.happens(45) {
		return nil
	}
	found, err := w.Accounts.ByIDs(ctx, []member.ID{who.ID}, account.Whole)
	if err != nil {
		return err
	}
	used, err := w.Uses.ByMember(ctx, who.ID)
	if err != nil {
		return err
	}
	now := w.plan.now
	facts := eligibility.Gather(w.plan.rules, found[who.ID].Profile, found[who.ID].Account.Standing.Advance(w.Book, now), now)
	service := benefit.Service{Uses: w.Uses, Book: w.Book}
	n := int64(0)
	for _, offer := range benefit.Available(w.plan.rules, facts, now) {
		if offer.Quota.Unlimited || offer.Quota.Count < 2 {
			continue
		}
		for range 1 + c.Int64N(offer.Quota.Count-1) {
			at := now.Add(-time.Duration(1+c.IntN(600)) * time.Minute)
			if n++; n <= used.Version || n > mostUses {
				continue
			}
			_, err := service.Use(ctx, facts, offer.Code, orderID(who.ID, 0), at)
			if err != nil && !errors.Is(err, benefit.ErrUsedUp) && !errors.Is(err, benefit.ErrLocked) {
				return err
			}
		}
	}
	return nil
}

// mostUses is how many benefits a member used, at most.
const mostUses = 4
