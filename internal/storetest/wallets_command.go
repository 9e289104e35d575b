package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"membergate/internal/wallet"
)

// customer makes a wallet with some coins, a service of it, and a command that spends one of them.
func customer(t *testing.T, s wallet.Store, coins int64) (*wallet.Service, wallet.ID, func(key, input string) wallet.Command) {
	t.Helper()
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	service := &wallet.Service{Store: s, Most: 1 << 31, Now: func() time.Time { return at }}
	id := wallet.NewID()
	_, err := service.Post(t.Context(), id, []wallet.Posting{{Op: "earn", Kind: wallet.Earn, Coins: coins, At: at}})
	must(t, err)
	return service, id, func(key, input string) wallet.Command {
		return wallet.Command{Op: "spend:" + key, Input: input, At: at, Decide: func(context.Context, wallet.Entry) (wallet.Posting, error) {
			return wallet.Posting{Kind: wallet.Spend, Coins: 1}, nil
		}}
	}
}

// tenOf200 sends 200 spendings at once at a balance worth 10.
func tenOf200(t *testing.T, ctx context.Context, s wallet.Store) {
	service, id, spend := customer(t, s, 10)
	errs := together(200, func(i int) error {
		_, err := service.Do(ctx, id, spend(fmt.Sprint(i), ""))
		return err
	})
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !refused(err, wallet.Insufficient) {
			t.Errorf("a spending ends with %v", err)
		}
	}
	if all := ledger(t, ctx, s, id); won != 10 || len(all) != 11 || all[10].State.Available() != 0 {
		t.Errorf("%d spendings won, %d entries are there; want 10 and 11", won, len(all))
	}
}

// oneKeyFiftyTimes sends one key from 50 places, and much later once more: an entry lasts for ever.
func oneKeyFiftyTimes(t *testing.T, ctx context.Context, s wallet.Store) {
	service, id, spend := customer(t, s, 1000)
	made := make([]wallet.Done, 50)
	errs := together(50, func(i int) (err error) {
		made[i], err = service.Do(ctx, id, spend("key", "this"))
		return err
	})
	must(t, errors.Join(errs...))
	first := 0
	for _, d := range made {
		if !d.Replayed {
			first++
		}
		if d.Entry.Hash != made[0].Entry.Hash {
			t.Errorf("one sending is told of entry %d, another of %d", d.Entry.Seq, made[0].Entry.Seq)
		}
	}
	if n := len(ledger(t, ctx, s, id)); n != 2 || first != 1 {
		t.Errorf("%d entries and %d first answers; want 2 and 1", n, first)
	}
	for i := range 300 {
		_, err := service.Do(ctx, id, spend(fmt.Sprint("other ", i), ""))
		must(t, err)
	}
	if d, err := service.Do(ctx, id, spend("key", "this")); err != nil || !d.Replayed || d.Entry.Seq != made[0].Entry.Seq {
		t.Errorf("sent again after 300 others it is entry %d, %v", d.Entry.Seq, err)
	}
	if _, err := service.Do(ctx, id, spend("key", "that")); !refused(err, wallet.KeyReused) {
		t.Errorf("the key for something else gives %v", err)
	}
}

// oneEndOfAHold captures, releases and lapses one hold from many places at once.
func oneEndOfAHold(t *testing.T, ctx context.Context, s wallet.Store) {
	service, id, spend := customer(t, s, 100)
	c := spend("hold", "")
	at := c.At
	c.Decide = func(context.Context, wallet.Entry) (wallet.Posting, error) {
		return wallet.Posting{Kind: wallet.SetAside, Coins: 60, Until: at.Add(time.Minute)}, nil
	}
	h, _, err := service.Hold(ctx, id, c)
	must(t, err)
	won := 0
	errs := together(32, func(i int) error {
		c := spend(fmt.Sprint("end ", i), "")
		if i%4 == 0 {
			c.At = at.Add(time.Hour) // too late: the hold is over
		}
		_, _, err := service.Settle(ctx, id, wallet.End{Hold: h.Seq, Coins: int64(i%2) * 50}, c)
		return err
	})
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !refused(err, wallet.HoldEnded) && !refused(err, wallet.HoldExpired):
			t.Errorf("an end of the hold is answered with %v", err)
		}
	}
	v, known, err := service.Find(ctx, id, h.Seq, at)
	must(t, err)
	ends := 0
	for _, e := range ledger(t, ctx, s, id) {
		if e.Of == h.Seq {
			ends++
		}
	}
	if won > 1 || ends > 1 || !known || won == 1 && v.State == wallet.Held {
		t.Errorf("%d ends won, the ledger has %d, the hold is %+v", won, ends, v)
	}
}
