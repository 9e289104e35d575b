package main

import (
	"context"
	"log/slog"
	"time"

	"membergate/internal/recommend"
)

// listsEvery is how often it is looked whether the lists of recommendations are still there. They live for days and
// may be lost with the cache at any time; until they are made again, answers fall back to the shop's shelf.
const listsEvery = 10 * time.Minute

// keepLists makes the lists of recommendations anew whenever they are gone, until the context ends.
func keepLists(st *stores, rules book, log *slog.Logger) func(context.Context) error {
	return func(ctx context.Context) error {
		tick := time.NewTicker(listsEvery)
		defer tick.Stop()
		for {
			if err := remakeLists(ctx, st, rules, log); err != nil && ctx.Err() == nil {
				log.Warn("the lists of recommendations cannot be made now", "cause", err.Error())
			}
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
		}
	}
}

func remakeLists(ctx context.Context, st *stores, rules book, log *slog.Logger) error {
	lists, popular := st.cache.Lists(), recommend.PopularList(recommend.OfProduct)
	found, _, err := lists.Get(ctx, []recommend.Key{popular}, "")
	if err != nil || len(found) > 0 {
		return err
	}
	plan, _, err := listPlan(ctx, st, rules, time.Now())
	if err != nil {
		return err
	}
	listed := st.listsMade(&plan)
	built, err := recommend.Rebuild(ctx, st.orders, lists, time.Time{}, plan)
	if err == nil {
		err = listed(ctx)
	}
	if err == nil && built.Orders > 0 {
		log.Info("the lists of recommendations were made", "lists", built.Lists, "orders", built.Orders)
	}
	return err
}
