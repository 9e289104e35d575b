package supply_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"membergate/internal/storetest"
	"membergate/internal/supply"
	"membergate/internal/wallet"
)

// dying is a ledger whose process ends at one of its writes.
type dying struct {
	wallet.Store
	mu   sync.Mutex
	left int
	kill func()
}

func (d *dying) Append(ctx context.Context, entries []wallet.Entry) error {
	d.mu.Lock()
	d.left--
	ends := d.left < 0
	d.mu.Unlock()
	err := d.Store.Append(ctx, entries)
	if ends {
		d.kill()
	}
	return err
}

// lapse lets coins die in the wallets of a purse: two sweeps at once, of which one is killed again and again.
func lapse(t *testing.T, p *purse, s supply.Store) {
	t.Helper()
	ctx := t.Context()
	for i := range p.ids {
		for n := range 5 {
			p.post(ctx, i, n%4, 10+n+i, start.AddDate(0, n, i))
		}
	}
	counter := func(l wallet.Store) *supply.Counter {
		return &supply.Counter{Store: s, Ledger: l, Accounts: p.Accounts, AtOnce: 4}
	}
	if _, err := counter(p.Wallets).Sweep(ctx, start, func(int) {}); err != nil {
		t.Fatal(err)
	}
	by := start.AddDate(0, 8, 0)
	want := p.want(t, by)
	sweep := func(ctx context.Context, l wallet.Store) error {
		one := supply.Lapse{Wallets: &wallet.Service{Store: l, Most: 10_000, Now: func() time.Time { return by }},
			Counter: counter(l), Programme: func(time.Time) string { return "test" }, AtOnce: 3}
		for {
			b, err := one.Batch(ctx, by, 4)
			if err != nil || b.Found == 0 {
				return err
			}
		}
	}
	var other sync.WaitGroup
	other.Go(func() {
		for n := range 8 {
			within, kill := context.WithCancel(ctx)
			_ = sweep(within, &dying{Store: p.Wallets, left: n, kill: kill})
			kill()
		}
	})
	if err := sweep(ctx, p.Wallets); err != nil {
		t.Error(err)
	}
	other.Wait()
	if err := sweep(ctx, p.Wallets); err != nil { // of what the killed one had in hand
		t.Error(err)
	}
	heads, err := p.Wallets.Heads(ctx, p.ids)
	if err != nil {
		t.Fatal(err)
	}
	written := 0
	for id, e := range heads {
		if due := e.State.NextDue(); !due.IsZero() && !due.After(by) {
			t.Errorf("in wallet %s something is due since %s", id, due)
		}
		if e.Kind == wallet.Expire {
			written++
		}
		if proof, err := p.wallets.Prove(ctx, id); err != nil || !proof.Verified {
			t.Errorf("wallet %s is not proved: %v", id, err)
		}
	}
	if written == 0 {
		t.Error("no coins died: the test tries nothing")
	}
	got, whole, err := supply.Read(ctx, s, by)
	if err != nil || !whole || got != want || p.want(t, by) != want {
		t.Errorf("counted are %+v (whole %t, error %v), in the ledgers %+v; want %+v", got, whole, err, p.want(t, by), want)
	}
}

func TestCoinsThatDieAreWrittenAndCountedOnce(t *testing.T) {
	lapse(t, newPurse(t, storetest.Memory(), 9), storetest.MemorySupply())
}
