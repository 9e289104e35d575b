package main

import (
	"context"
	"log/slog"
	"time"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/recommend"
)

// ordered lets paid orders count in recommendations from the next request on, of members who agreed. What cannot be noted
// now is known when the lists are made the next time. now is programme time; where events move it, it is nil.
func (s *stores) ordered(rules book, now func() time.Time, log *slog.Logger) func(context.Context, []order.Event) {
	service := &recommend.Service{Lists: s.cache.Lists(), Tastes: s.tastes}
	accounts := s.accounts
	if s.busy != nil {
		accounts = s.busy.accounts
	}
	return func(ctx context.Context, paid []order.Event) {
		if err := noteOrders(ctx, service, accounts, rules, now, paid); err != nil {
			log.Warn("orders count in recommendations only when the lists are made the next time", "orders", len(paid), "cause", err.Error())
		}
	}
}

func noteOrders(ctx context.Context, service *recommend.Service, accounts account.Store, rules book, now func() time.Time, paid []order.Event) error {
	who := paid[0].Member
	latest := paid[0].At
	for _, e := range paid {
		if e.At.After(latest) {
			latest = e.At
		}
	}
	if now != nil {
		latest = now()
	}
	var fresh []order.Event
	for _, e := range paid {
		if recommend.OrderCounts(e.At, latest) {
			fresh = append(fresh, e)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	found, err := accounts.ByIDs(ctx, []member.ID{who}, account.Whole)
	if err != nil || !found[who].Profile.Agreed(recommend.Purpose) {
		return err
	}
	for _, e := range fresh {
		var skus []string
		for _, l := range e.Lines {
			skus = append(skus, l.SKU)
		}
		a := recommend.Asked{Member: who, Personal: true, Now: e.At, Rules: rules.At(e.At).Recommendations}
		if err := service.Order(ctx, a, skus); err != nil {
			return err
		}
	}
	return nil
}
