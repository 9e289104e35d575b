package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"membergate/internal/account"
	"membergate/internal/supply"
	"membergate/internal/wallet"
)

const (
	// supplyAfter is how long changes of wallets are gathered before they are counted together.
	supplyAfter = 500 * time.Millisecond
	// supplyShare keeps counting to a fifth of the time: the busier the store, the more changes are counted together.
	supplyShare = 4
	// supplyEvery is how often all wallets are looked at, for changes whose process was lost before it counted them.
	supplyEvery = 10 * time.Minute
	// supplyLastly is what the last count gets when the process stops.
	supplyLastly = 2 * time.Second
	// supplyHeld is how long one waits while the count is being rebuilt.
	supplyHeld = 5 * time.Second
	// supplyShards is how many parts of the count are written at the same time.
	supplyShards = 8
)

// counter counts the coins of these stores.
func (s *stores) counter(rules book) *supply.Counter {
	ledger := s.ledger
	if s.busy != nil {
		ledger = s.busy.ledger
	}
	c := &supply.Counter{
		Store: s.supply, Ledger: ledger, Accounts: s.accounts, AtOnce: supplyShards,
		Abroad: func() []string { return abroad(rules) },
	}
	if s.relay != nil {
		c.Found = func(ctx context.Context, ids []wallet.ID) error {
			s.relay.Found(ids...)
			s.marks.Found(ids...)
			return errors.Join(s.relay.Carry(ctx), s.marks.Carry(ctx))
		}
	}
	return c
}

// abroad are the programme's further currencies. No version takes one away, so the newest has all of them.
func abroad(rules book) []string {
	var out []string
	for _, c := range rules.At(account.Ever).Currencies[1:] {
		out = append(out, c.Code)
	}
	return out
}

// keepSupply counts all coins, and then what changes, until the context ends; what it knows of then it still counts.
// Any number of processes may do so.
func keepSupply(st *stores, rules book, hints *supply.Hints, log *slog.Logger) func(context.Context) error {
	c := st.counter(rules)
	fold := func(ctx context.Context, ids []wallet.ID) error {
		if err := errors.Join(st.relay.Carry(ctx), st.marks.Carry(ctx)); err != nil {
			return err
		}
		return c.Fold(ctx, ids)
	}
	return func(ctx context.Context) error {
		sweep := time.NewTicker(supplyEvery)
		defer sweep.Stop()
		countAll(ctx, c, log)
		gather := supplyAfter
		for {
			select {
			case <-ctx.Done():
				lastly, end := context.WithTimeout(context.WithoutCancel(ctx), supplyLastly)
				defer end()
				if err := fold(lastly, hints.Take()); err != nil {
					log.Warn("the last coins were not counted; the next process will", "cause", err.Error())
				}
				return nil
			case <-sweep.C:
				countAll(ctx, c, log)
			case <-hints.Told():
				wait(ctx, gather)
				ids, began := hints.Take(), time.Now()
				err := fold(ctx, ids)
				gather = max(supplyAfter, supplyShare*time.Since(began))
				if errors.Is(err, supply.ErrHeld) {
					hints.Add(ids...)
					wait(ctx, supplyHeld)
				} else if err != nil {
					hints.Add(ids...)
					if ctx.Err() == nil {
						log.Warn("coins cannot be counted now; they will be", "wallets", len(ids), "cause", err.Error())
						wait(ctx, supplyAfter)
					}
				}
			}
		}
	}
}

func countAll(ctx context.Context, c *supply.Counter, log *slog.Logger) {
	began := time.Now()
	found, err := c.Sweep(ctx, began, func(int) {})
	switch {
	case ctx.Err() != nil, errors.Is(err, supply.ErrHeld):
	case err != nil:
		log.Warn("not all coins could be counted; it is tried again", "cause", err.Error(), "after", supplyEvery)
	case found > 0:
		log.Info("coins were counted", "wallets", found, "took", time.Since(began).Round(time.Millisecond).String())
	}
}
