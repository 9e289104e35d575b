package main

import (
	"context"
	"log/slog"
	"time"

	"membergate/internal/clock"
	"membergate/internal/redemption"
	"membergate/internal/reward"
)

const (
	// sweepEvery is how soon what a killed process left is finished, if nobody comes back to it before.
	sweepEvery  = 30 * time.Second
	sweepAtOnce = 100
)

// finishRedemptions finishes what killed processes left.
func finishRedemptions(s *redemption.Service, now clock.Clock, log *slog.Logger) func(context.Context) error {
	return finishLater("redemptions", s.Sweep, now, log)
}

// finishLater finishes now and then what killed processes left of one kind of work.
func finishLater(what string, sweep func(ctx context.Context, at time.Time, n int) error, now clock.Clock, log *slog.Logger) func(context.Context) error {
	return func(ctx context.Context) error {
		tick := time.NewTicker(sweepEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
				if err := sweep(ctx, now.Now(ctx), sweepAtOnce); err != nil && ctx.Err() == nil {
					log.Warn("something is left unfinished", "what", what, "cause", err.Error())
				}
			}
		}
	}
}

// left takes off rewards' stock what is taken of it.
func left(ctx context.Context, st *stores, rewards []reward.Reward) ([]reward.Reward, error) {
	var ids []string
	for _, r := range rewards {
		if r.Stock != nil {
			ids = append(ids, r.ID)
		}
	}
	taken, err := st.redemptions.Taken(ctx, ids)
	for i, r := range rewards {
		if r.Stock != nil {
			n := max(0, *r.Stock-taken[r.ID])
			rewards[i].Stock = &n
		}
	}
	return rewards, err
}
