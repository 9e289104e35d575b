package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"membergate/internal/fault"
	"membergate/internal/wallet"
)

// appendRace lets 64 writers add an entry each, at whatever place is free, without asking a service: what holds here
// holds by the store alone.
func appendRace(t *testing.T, ctx context.Context, s wallet.Store) {
	const n = 64
	id := wallet.NewID()
	errs := together(n, func(i int) error {
		for {
			heads, err := s.Heads(ctx, []wallet.ID{id})
			if err != nil {
				return err
			}
			e := entry(dice(uint64(i)), id, heads[id].Seq+1, fmt.Sprint("op-", i))
			if err := s.Append(ctx, []wallet.Entry{e}); !errors.Is(err, wallet.ErrTaken) {
				return err
			}
		}
	})
	must(t, errors.Join(errs...))
	all := ledger(t, ctx, s, id)
	seen := map[string]bool{}
	for i, e := range all {
		if e.Seq != int64(i)+1 {
			t.Fatalf("entry %d has sequence %d", i+1, e.Seq)
		}
		seen[e.Op] = true
	}
	if len(all) != n || len(seen) != n {
		t.Errorf("there are %d entries with %d ops, want %d", len(all), len(seen), n)
	}
}

// opRace lets 50 writers do one op at the same place, as an impatient app does, and then three of them another at three
// places, as processes do that saw different heads. (More than three there would only wait: DocumentDB takes a second
// for each to see that they wait for each other.)
func opRace(t *testing.T, ctx context.Context, s wallet.Store) {
	old := chain(dice(1), 2)
	must(t, s.Append(ctx, old))
	id := old[0].Wallet
	race := func(n int, op string, place func(i int) int64) {
		errs := together(n, func(i int) error {
			e := entry(dice(uint64(i)), id, place(i), op)
			e.Title = fmt.Sprint(i)
			return s.Append(ctx, []wallet.Entry{e})
		})
		winner := onlyWinner(t, errs, wallet.ErrTaken)
		found, err := s.ByOps(ctx, id, []string{op})
		must(t, err)
		if got := found[op].Title; got != fmt.Sprint(winner) {
			t.Errorf("writer %d was told that it won, but writer %s's entry is there", winner, got)
		}
	}
	race(50, "one place", func(int) int64 { return 3 })
	race(3, "three places", func(i int) int64 { return 4 + int64(i) })
	if all := ledger(t, ctx, s, id); len(all) != 4 {
		t.Errorf("there are %d entries, want 4", len(all))
	}
}

// spendRace lets 16 spenders spend 1 coin ten times each, of 100 coins.
func spendRace(t *testing.T, ctx context.Context, s wallet.Store) {
	const spenders, each, coins = 16, 10, 100
	at := time.Date(2011, 1, 2, 3, 4, 5, 0, time.UTC)
	id := wallet.NewID()
	service := &wallet.Service{Store: s, Most: 1 << 40, Now: func() time.Time { return at }}
	post := func(op string, kind wallet.Kind, n int64) error {
		_, err := service.Post(ctx, id, []wallet.Posting{{Op: op, Kind: kind, Coins: n, At: at}})
		return err
	}
	must(t, post("earn", wallet.Earn, coins))
	spent := make([]int, spenders)
	errs := together(spenders, func(i int) error {
		for k := range each {
			op := fmt.Sprintf("spend-%d-%d", i, k)
			err := post(op, wallet.Spend, 1)
			if fault.Is(err, fault.BadInput) {
				continue // nothing left
			}
			if err != nil {
				return err
			}
			spent[i]++
		}
		return nil
	})
	must(t, errors.Join(errs...))
	total := 0
	for _, n := range spent {
		total += n
	}
	heads, err := s.Heads(ctx, []wallet.ID{id})
	must(t, err)
	if head := heads[id]; total != coins || head.State.Available() != 0 || head.Seq != coins+1 || head.State.LifetimeSpent != coins {
		t.Errorf("of %d coins %d were spent; %d are left after %d entries", coins, total, head.State.Available(), head.Seq)
	}
	if proof, err := service.Prove(ctx, id); err != nil || !proof.Verified {
		t.Errorf("the ledger is not proved: %+v, %v", proof, err)
	}
}
