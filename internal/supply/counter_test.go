package supply_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/storetest"
	"membergate/internal/supply"
	"membergate/internal/wallet"
)

var start = time.Date(2026, 3, 5, 4, 0, 0, 0, time.UTC)

// purse is some members' wallets with their ledgers.
type purse struct {
	storetest.Stores
	wallets *wallet.Service
	ids     []wallet.ID
	op      int
}

func newPurse(t interface{ Fatal(...any) }, s storetest.Stores, n int) *purse {
	p := &purse{Stores: s, wallets: &wallet.Service{Store: s.Wallets, Most: 10_000, Now: func() time.Time { return start }}}
	for i := range n {
		h := account.Holder{Profile: member.Profile{ID: member.ID(fmt.Sprint("m", i)), Handle: fmt.Sprint("h", i)}}
		h.Account = account.Account{Member: h.Profile.ID, Wallet: wallet.NewID()}
		if err := s.Accounts.Create(context.Background(), h); err != nil {
			t.Fatal(err)
		}
		p.ids = append(p.ids, h.Account.Wallet)
	}
	return p
}

// post does one thing to one wallet; a refusal is no error here.
func (p *purse) post(ctx context.Context, who, kind, coins int, at time.Time) {
	p.op++
	kinds := []wallet.Kind{wallet.Earn, wallet.Earn, wallet.Spend, wallet.Clawback}
	_, _ = p.wallets.Post(ctx, p.ids[who], []wallet.Posting{{
		Op: fmt.Sprint("op-", p.op), Kind: kinds[kind], Coins: wallet.Coins(coins), At: at, Expires: at.AddDate(0, 1+coins%3, 0),
	}})
}

// want adds all ledgers up, as a reader at a moment sees them.
func (p *purse) want(t interface{ Fatal(...any) }, at time.Time) supply.Amounts {
	heads, err := p.Wallets.Heads(context.Background(), p.ids)
	if err != nil {
		t.Fatal(err)
	}
	var a supply.Amounts
	for _, e := range heads {
		s := e.State.At(at)
		a.Issued += s.LifetimeEarned
		a.ClawedBack += s.LifetimeClawed
		a.Burned += s.LifetimeSpent
		a.Expired += s.LifetimeExpired
		a.Outstanding += s.Whole()
		a.Owed += s.Owed
	}
	return a
}

var errKilled = errors.New("killed")

// rough is a store in which the caller is killed now and then, before a write or after it, in which somebody else comes
// between a read and the write, and which remembers marks that were raised, to raise them again much later.
type rough struct {
	supply.Store
	kill    func() int // 0 before, 1 after, else not
	between func()
	raised  [][]supply.Mark
}

func (r *rough) write(do func() error) error {
	switch r.kill() {
	case 0:
		return errKilled
	case 1:
		_ = do()
		return errKilled
	}
	return do()
}

func (r *rough) Save(ctx context.Context, s supply.Shard) error {
	if f := r.between; f != nil {
		r.between = nil
		f()
	}
	return r.write(func() error { return r.Store.Save(ctx, s) })
}

func (r *rough) Raise(ctx context.Context, marks []supply.Mark) error {
	r.raised = append(r.raised, marks)
	return r.write(func() error { return r.Store.Raise(ctx, marks) })
}

// exact checks that every shard's total is the sum of its wallets' marks, and every mark what its entry says.
func exact(t *rapid.T, p *purse, s supply.Store) {
	ctx := context.Background()
	marks, err := s.Marks(ctx, p.ids)
	if err != nil {
		t.Fatal(err)
	}
	shards, err := s.Shards(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var total, sum supply.Amounts
	for _, shard := range shards {
		total = add(total, shard.Total.Amounts)
		for _, m := range shard.Open {
			marks[m.Wallet] = m
		}
	}
	for id, m := range marks {
		sum = add(sum, m.Sum.Amounts)
		entry, err := p.Wallets.BySeqs(ctx, id, []int64{m.Seq})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(supply.Of(entry[m.Seq].State), m.Sum, cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("the mark at %d is not its entry (-want +got):\n%s", m.Seq, d)
		}
	}
	if total != sum {
		t.Fatalf("the shards come to %+v, the marks to %+v", total, sum)
	}
}

func add(a, b supply.Amounts) supply.Amounts {
	return supply.Amounts{Issued: a.Issued + b.Issued, ClawedBack: a.ClawedBack + b.ClawedBack, Burned: a.Burned + b.Burned,
		Expired: a.Expired + b.Expired, Outstanding: a.Outstanding + b.Outstanding, Owed: a.Owed + b.Owed}
}

func TestTheCountIsExactWhoeverIsKilledAndWhoeverComesBetween(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		p, plain := newPurse(t, storetest.Memory(), 4), storetest.MemorySupply()
		r := &rough{Store: plain, kill: func() int { return rapid.IntRange(0, 5).Draw(t, "kill") }}
		counter := func(s supply.Store) *supply.Counter {
			return &supply.Counter{Store: s, Ledger: p.Wallets, Accounts: p.Accounts}
		}
		now := start
		some := func() []wallet.ID {
			var ids []wallet.ID
			for _, id := range p.ids {
				if rapid.Bool().Draw(t, "hinted") {
					ids = append(ids, id, id)
				}
			}
			return ids
		}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			switch rapid.IntRange(0, 6).Draw(t, "what") {
			case 0, 1, 2:
				now = now.AddDate(0, 0, rapid.IntRange(0, 20).Draw(t, "days"))
				p.post(ctx, rapid.IntRange(0, 3).Draw(t, "who"), rapid.IntRange(0, 3).Draw(t, "kind"), rapid.IntRange(1, 50).Draw(t, "coins"), now)
			case 3:
				_ = counter(r).Fold(ctx, some())
			case 4: // an entry and a whole fold come between the look and the write
				r.between = func() {
					p.post(ctx, 0, 0, 7, now)
					_ = counter(plain).Fold(ctx, p.ids)
				}
				_ = counter(r).Fold(ctx, some())
				r.between = nil
			case 5: // somebody who was stopped long ago goes on
				if n := len(r.raised); n > 0 {
					_ = plain.Raise(ctx, r.raised[rapid.IntRange(0, n-1).Draw(t, "which")])
				}
			case 6:
				_, _ = counter(r).Sweep(ctx, now, func(int) {})
			}
			exact(t, p, plain)
		}
		if _, err := counter(plain).Sweep(ctx, now.Add(time.Hour), func(int) {}); err != nil {
			t.Fatal(err)
		}
		for _, at := range []time.Time{start, now, now.AddDate(0, 1, 0), now.AddDate(0, 9, 0)} {
			got, counted, err := supply.Read(ctx, plain, at)
			if err != nil || !counted {
				t.Fatal(counted, err)
			}
			if d := cmp.Diff(p.want(t, at), got); d != "" {
				t.Fatalf("at %s (-ledgers +count):\n%s", at, d)
			}
			if got.Issued-got.ClawedBack-got.Burned-got.Expired != got.Outstanding-got.Owed {
				t.Fatalf("%+v does not add up", got)
			}
		}
	})
}

func TestNothingIsToldBeforeAllWasCountedOnce(t *testing.T) {
	p, s := newPurse(t, storetest.Memory(), 3), storetest.MemorySupply()
	c := &supply.Counter{Store: s, Ledger: p.Wallets, Accounts: p.Accounts}
	p.post(t.Context(), 0, 0, 10, start)
	if err := c.Fold(t.Context(), p.ids); err != nil {
		t.Fatal(err)
	}
	if _, counted, err := supply.Read(t.Context(), s, start); counted || err != nil {
		t.Errorf("after a fold it is counted: %v, %v", counted, err)
	}
	if _, err := c.Sweep(t.Context(), start, func(int) {}); err != nil {
		t.Fatal(err)
	}
	if _, counted, err := supply.Read(t.Context(), s, start); !counted || err != nil {
		t.Errorf("after a sweep it is not counted: %v, %v", counted, err)
	}
}

func TestASweepFindsWhatHintsMissedAndThenNothing(t *testing.T) {
	p, s := newPurse(t, storetest.Memory(), 30), storetest.MemorySupply()
	c := &supply.Counter{Store: s, Ledger: p.Wallets, Accounts: p.Accounts}
	for i := range 20 {
		p.post(t.Context(), i, 0, 10, start)
	}
	for i, want := range []int{20, 20, 0} { // at first the marks are in the shards only
		found, err := c.Sweep(t.Context(), start.Add(time.Duration(i)), func(int) {})
		if err != nil || found != want {
			t.Errorf("sweep %d found %d, %v; want %d", i+1, found, err, want)
		}
	}
}

func TestManyCountersAndWritersAtOnceCountEveryCoin(t *testing.T) {
	p, s := newPurse(t, storetest.Memory(), 12), storetest.MemorySupply()
	race(t, p, s, 40)
}

// race lets writers and counters run against each other, then looks once.
func race(t *testing.T, p *purse, s supply.Store, rounds int) {
	t.Helper()
	hints := supply.NewHints()
	ledger := hints.Watch(p.Wallets)
	c := &supply.Counter{Store: s, Ledger: ledger, Accounts: p.Accounts}
	var writers, counters sync.WaitGroup
	done := make(chan struct{})
	for w := range 4 {
		writers.Go(func() {
			mine := &wallet.Service{Store: ledger, Most: 1 << 40, Now: time.Now}
			for i := range rounds {
				_, err := mine.Post(t.Context(), p.ids[(w*5+i)%len(p.ids)], []wallet.Posting{{Op: fmt.Sprintf("%d-%d", w, i), Kind: wallet.Earn, Coins: 3, At: start}})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	for k := range 3 {
		counters.Go(func() {
			for {
				err := c.Fold(t.Context(), hints.Take())
				if err == nil && k == 0 {
					_, err = c.Sweep(t.Context(), start, func(int) {})
				}
				if err != nil {
					t.Error(err)
					return
				}
				select {
				case <-hints.Told():
				case <-done:
					return
				}
			}
		})
	}
	writers.Wait()
	close(done)
	counters.Wait()
	if err := c.Fold(t.Context(), p.ids); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Sweep(t.Context(), start.Add(1), func(int) {}); err != nil {
		t.Fatal(err)
	}
	got, _, err := supply.Read(t.Context(), s, start)
	if err != nil || got.Issued != int64(4*rounds*3) || got != p.want(t, start) {
		t.Errorf("counted are %+v, %v; want %d issued", got, err, 4*rounds*3)
	}
}
