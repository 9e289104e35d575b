package transfer_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/storetest"
	"membergate/internal/transfer"
	"membergate/internal/wallet"
)

var start = time.Date(2026, 7, 6, 4, 0, 0, 0, time.UTC)

// retail reads the programme once: a test makes many.
var retail = sync.OnceValues(func() (*programme.Programme, error) { return programme.Load("retail-5") })

// book is a programme in which transfers of any size are free, and 3 of a further currency are worth 2 of its own.
type book struct{ programme.Programme }

func (b *book) At(time.Time) *programme.Programme { return &b.Programme }

func small(t *rapid.T) *book {
	p, err := retail()
	if err != nil {
		t.Fatal(err)
	}
	home := p.Coin()
	home.MaxBalance, home.Transfers = 400, &programme.Transfers{Min: 1, Max: 400, PerMonth: 100_000, HoldMinutes: 10}
	b := &book{*p}
	b.Currencies = []programme.Currency{home, {Code: "FAR", Region: "FAR", MaxBalance: 400, Rate: &programme.Rate{Home: 2, Here: 3}}}
	return b
}

// Whoever sends whatever to whomever, over a network that loses answers, with time that passes between: when all that was
// left is finished, no coin was lost or made.
func TestTransfersNeitherLoseNorMakeCoins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ctx, plain, store := t.Context(), storetest.Memory(), storetest.MemoryTransfers()
		b := small(t)
		far := func(string) wallet.Coins { return 400 }
		good := &transfer.Service{Store: store, Book: b, Wallets: &wallet.Service{Store: plain.Wallets, Most: 400, Mosts: far, Now: func() time.Time { return start }}}
		network := storetest.Flaky(plain, rapid.Uint64().Draw(t, "network"))
		bad := &transfer.Service{Store: storetest.FlakyTransfers(store, rapid.Uint64().Draw(t, "network")), Book: b,
			Wallets: &wallet.Service{Store: network.Wallets, Most: 400, Mosts: far, Now: func() time.Time { return start }}}
		var people []transfer.Party
		ids := map[wallet.ID]bool{}
		for i := range 3 {
			p := transfer.Party{Member: member.ID(fmt.Sprint("m", i)), Wallet: wallet.NewID()}
			if _, err := good.Wallets.Post(ctx, p.Wallet, []wallet.Posting{{Op: "earn", Kind: wallet.Earn, Coins: 300, At: start}}); err != nil {
				t.Fatal(err)
			}
			people = append(people, p)
			ids[p.Wallet], ids[p.Wallet.In("FAR")] = true, true
		}
		now := start
		for n := range rapid.IntRange(1, 25).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 12).Draw(t, "minutes")) * time.Minute)
			a := people[rapid.IntRange(0, 2).Draw(t, "from")]
			to := people[rapid.IntRange(0, 2).Draw(t, "to")]
			key := fmt.Sprint("k", rapid.IntRange(0, n).Draw(t, "key")) // sometimes one that was sent before
			coins := rapid.Int64Range(1, 250).Draw(t, "coins")
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0, 1, 2:
				_, _, _ = bad.Send(ctx, a, &to, transfer.Gift{Key: key, To: string(to.Member), Coins: coins, At: now})
			case 3:
				_, _, _ = bad.Convert(ctx, a.Member, a.Wallet, transfer.Exchange{Key: key, From: "COIN", To: "FAR", Coins: coins * 2, Expected: coins * 3, At: now})
			case 4:
				_, _, _ = bad.Convert(ctx, a.Member, a.Wallet, transfer.Exchange{Key: key, From: "FAR", To: "COIN", Coins: coins * 3, Expected: coins * 2, At: now})
			default:
				_ = bad.Sweep(ctx, now, 3)
			}
		}
		now = now.Add(time.Hour)
		if err := good.Sweep(ctx, now, 1000); err != nil {
			t.Fatal(err)
		}
		var worth, moved wallet.Coins // in thirds of a coin of the programme's own
		for id := range ids {
			heads, err := plain.Wallets.Heads(ctx, []wallet.ID{id})
			if err != nil {
				t.Fatal(err)
			}
			s := heads[id].State.At(now)
			if s.Held() != 0 {
				t.Fatalf("%s still holds %d", id, s.Held())
			}
			moved += s.LifetimeMoved
			if id.Currency() == "" {
				worth += 3 * s.Whole()
			} else {
				worth += 2 * s.Whole()
			}
		}
		if worth != 3*900 || moved != 0 {
			t.Fatalf("the coins are worth %d thirds, want %d; %d are on the way", worth, 3*900, moved)
		}
	})
}
