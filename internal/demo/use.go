package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"membergate/internal/account"
	"membergate/internal/benefit"
	"membergate/internal/eligibility"
	"membergate/internal/member"
)

// use lets a member use some benefits that have a quota. Each use has a key of its own, so that a making that was cut short
// goes on where it was.
func (w *writer) use(ctx context.Context, who *person) error {
	c := w.plan.luck.rand("uses", string(who.ID))
	if !who.grown || !who.tryOut && !c.happens(45) {
		return nil
	}
	found, err := w.Accounts.ByIDs(ctx, []member.ID{who.ID}, account.Whole)
	if err != nil {
		return err
	}
	now := w.plan.now
	facts := eligibility.Gather(w.plan.rules, found[who.ID].Profile, found[who.ID].Account.Standing.Advance(w.Book, now), now)
	service := benefit.Service{Usages: w.Usages, Uses: w.Uses, Book: w.Book}
	n := 0
	for _, offer := range benefit.Available(w.plan.rules, facts, now) {
		if offer.Quota.Unlimited || offer.Quota.Count < 2 || offer.Stock != nil || offer.Choices != nil {
			continue
		}
		for range 1 + c.Int64N(offer.Quota.Count-1) {
			at := now.Add(-time.Duration(1+c.IntN(600)) * time.Minute)
			if n++; n > mostUses {
				continue
			}
			channel := ""
			if asked := offer.Eligibility.Channels; len(asked) > 0 {
				channel = asked[0]
			}
			_, _, err := service.Use(ctx, benefit.Command{
				Key: fmt.Sprint("demo ", n), Facts: facts, Benefit: offer.Code, Order: orderID(who.ID, 0), Channel: channel, By: benefit.ByMember, At: at,
			})
			var refused *benefit.Refused
			if err != nil && !errors.As(err, &refused) {
				return err
			}
		}
	}
	return nil
}

// mostUses is how many benefits a member used, at most.
const mostUses = 4
