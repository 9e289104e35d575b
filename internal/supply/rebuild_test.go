package supply_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"membergate/internal/storetest"
	"membergate/internal/supply"
	"membergate/internal/wallet"
)

// spoil makes the count wrong in every way: totals and marks say what no ledger does.
func spoil(t *testing.T, p *purse, s supply.Store) {
	t.Helper()
	for n := range supply.Shards {
		shard, err := s.Shard(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Raise(t.Context(), shard.Open); err != nil {
			t.Fatal(err)
		}
		shard.Total.Amounts.Issued += 1000
		shard.Total.Amounts.Outstanding -= 7
		if err := s.Save(t.Context(), shard); err != nil {
			t.Fatal(err)
		}
	}
	marks, err := s.Marks(t.Context(), p.ids)
	if err != nil {
		t.Fatal(err)
	}
	for i, id := range p.ids {
		if m, ok := marks[id]; ok && i%2 == 0 {
			m.Sum.Amounts.Burned += 5
			if err := s.Recount(t.Context(), []supply.Mark{m}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// rebuilds spoils the count and rebuilds it while coins move and counters count.
func rebuilds(t *testing.T, p *purse, s supply.Store, posts int) {
	c := &supply.Counter{Store: s, Ledger: p.Wallets, Accounts: p.Accounts, AtOnce: 4}
	luck := rand.New(rand.NewPCG(1, 2))
	for range 5 * len(p.ids) {
		p.post(t.Context(), luck.IntN(len(p.ids)), luck.IntN(4), 1+luck.IntN(50), start)
	}
	if _, err := c.Sweep(t.Context(), start, func(int) {}); err != nil {
		t.Fatal(err)
	}
	spoil(t, p, s)
	var all sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := c.Fold(t.Context(), p.ids); err != nil && !errors.Is(err, supply.ErrHeld) {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Go(func() {
		for range posts {
			p.post(t.Context(), luck.IntN(len(p.ids)), luck.IntN(4), 1+luck.IntN(50), start)
		}
	})
	got, err := c.Rebuild(t.Context(), func(int) {})
	if err != nil || got.Shards != supply.Shards || got.Marks == 0 || got.Wallets != len(p.ids) {
		t.Errorf("put right: %+v, %v", got, err)
	}
	close(stop)
	all.Wait()
	if err := c.Fold(t.Context(), p.ids); err != nil {
		t.Fatal(err)
	}
	for _, at := range []time.Time{start, start.AddDate(0, 2, 0), start.AddDate(1, 0, 0)} {
		amounts, counted, err := supply.Read(t.Context(), s, at)
		if want := p.want(t, at); err != nil || !counted || amounts != want {
			t.Errorf("at %s: %+v, %v; want %+v", at, amounts, err, want)
		}
	}
	if again, err := c.Rebuild(t.Context(), func(int) {}); err != nil || again.Marks != 0 || again.Shards != 0 {
		t.Errorf("rebuilt again: %+v, %v", again, err)
	}
}

// A rebuild that was cut short keeps nobody away for longer than its lease, and the next one puts all right.
func TestARebuildThatIsCutShortIsDoneAgain(t *testing.T) {
	p, s := newPurse(t, storetest.Memory(), 9), storetest.MemorySupply()
	now := start
	c := &supply.Counter{Store: s, Ledger: p.Wallets, Accounts: p.Accounts, Now: func() time.Time { return now }}
	for who := range p.ids {
		p.post(t.Context(), who, 0, 10, start)
	}
	if _, err := c.Sweep(t.Context(), start, func(int) {}); err != nil {
		t.Fatal(err)
	}
	spoil(t, p, s)
	dead, kill := context.WithCancel(t.Context())
	killed := errors.New("killed")
	func() {
		defer func() { _ = recover() }()
		_, _ = c.Rebuild(dead, func(int) { panic(killed) }) // nothing is let go
	}()
	kill()
	p.post(t.Context(), 0, 0, 3, start)
	if err := c.Fold(t.Context(), p.ids); !errors.Is(err, supply.ErrHeld) {
		t.Errorf("counted while it was held: %v", err)
	}
	if _, err := c.Rebuild(t.Context(), func(int) {}); !errors.Is(err, supply.ErrHeld) {
		t.Errorf("rebuilt by two at once: %v", err)
	}
	now = now.Add(2 * time.Minute)
	if err := c.Fold(t.Context(), []wallet.ID{p.ids[0]}); err != nil {
		t.Errorf("the dead one still keeps counters away: %v", err)
	}
	if _, err := c.Rebuild(t.Context(), func(int) {}); err != nil {
		t.Fatal(err)
	}
	amounts, _, err := supply.Read(t.Context(), s, start)
	if want := p.want(t, start); err != nil || amounts != want {
		t.Errorf("%+v, %v; want %+v", amounts, err, want)
	}
}
