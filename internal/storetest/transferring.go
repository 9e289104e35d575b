package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/transfer"
	"membergate/internal/wallet"
)

// Bank is what transfer.Service needs of one engine.
type Bank struct {
	Transfers transfer.Store
	Wallets   wallet.Store
}

// Transferring tests transfer.Service on an engine.
func Transferring(t *testing.T, s Bank) {
	group[Bank]{
		{"coins arrive with their expiry, and repay what is owed first", sendCoins},
		{"each refusal has its reason and leaves nothing", refusedTransfers},
		{"one key is one transfer, from however many places", sendOneKey},
		{"nobody sends more in a month than may be, however many at once", sendMonth},
		{"opposite ways at once, none waits for the other and no coin is lost", sendOpposite},
		{"where there is no room for all, none arrives and all are back", sendFull},
		{"killed at any step it is fully done or fully undone, and the key still does it once", sendKilled},
		{"converted, one currency burns and the other is issued", convertCoins},
		{"a conversion that is killed at any step is fully done or fully undone", convertKilled},
	}.run(t, s)
}

var gifts = time.Date(2026, 7, 6, 4, 0, 0, 0, time.UTC)

const mostSent = 50_000 // a month, in the programme below

// retail reads the programme once: a test makes many services.
var retail = sync.OnceValues(func() (*programme.Programme, error) { return programme.Load("retail-5") })

// world is a programme with a further currency, of which 3 are worth 2 of the wallet's.
type world struct{ programme.Programme }

func (w *world) At(time.Time) *programme.Programme { return &w.Programme }

func (s Bank) service(t testing.TB) *transfer.Service {
	t.Helper()
	p, err := retail()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{*p}
	home := w.Coin()
	home.MaxBalance = 1_000_000
	home.Transfers = &programme.Transfers{MinTier: "SILVER", Min: 100, Max: 20_000, PerMonth: mostSent, HoldMinutes: 10}
	w.Currencies = []programme.Currency{home, {Code: "FAR", Region: "FAR", MaxBalance: 1_000_000, Rate: &programme.Rate{Home: 2, Here: 3}}}
	return &transfer.Service{Store: s.Transfers, Book: w, Wallets: &wallet.Service{
		Store: s.Wallets, Most: home.MaxBalance, Now: func() time.Time { return gifts },
		Mosts: func(string) wallet.Coins { return 1_000_000 },
	}}
}

// somebody is a member with two lots of coins.
func somebody(t testing.TB, s *transfer.Service, coins int64) transfer.Party {
	t.Helper()
	p := transfer.Party{Member: member.ID(name("member")), Name: "Lan", Tier: "SILVER", Wallet: wallet.NewID()}
	if coins > 0 {
		_, err := s.Wallets.Post(t.Context(), p.Wallet, []wallet.Posting{
			{Op: "a", Kind: wallet.Earn, Coins: coins / 2, At: gifts, Expires: gifts.AddDate(0, 1, 0)},
			{Op: "b", Kind: wallet.Earn, Coins: coins - coins/2, At: gifts, Expires: gifts.AddDate(0, 2, 0)},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func gift(to transfer.Party, coins int64) transfer.Gift {
	return transfer.Gift{Key: "k", To: string(to.Member), Coins: coins, Message: "Enjoy", At: gifts}
}

func stateOf(t testing.TB, s *transfer.Service, id wallet.ID, at time.Time) wallet.State {
	t.Helper()
	heads, err := s.Wallets.Store.Heads(t.Context(), []wallet.ID{id})
	if err != nil {
		t.Fatal(err)
	}
	return heads[id].State.At(at)
}

func sendCoins(t *testing.T, ctx context.Context, s Bank) {
	service := s.service(t)
	ann, bob := somebody(t, service, 1000), somebody(t, service, 100)
	_, err := service.Wallets.Post(ctx, bob.Wallet, []wallet.Posting{{Op: "refund", Kind: wallet.Clawback, Coins: 150, At: gifts}})
	must(t, err)
	v, replayed, err := service.Send(ctx, ann, &bob, gift(bob, 700))
	must(t, err)
	a, b := stateOf(t, service, ann.Wallet, gifts), stateOf(t, service, bob.Wallet, gifts)
	if replayed || v.State != transfer.Done || v.Unfinished || a.Available() != 300 || a.Held() != 0 || a.LifetimeMoved != -700 || a.LifetimeSpent != 0 ||
		b.Available() != 650 || b.Owed != 0 || b.LifetimeMoved != 700 || b.LifetimeEarned != 100 {
		t.Errorf("the transfer is %+v; ann %+v, bob %+v", v, a, b)
	}
	if len(b.Lots) != 2 || b.Lots[0].Free != 450 || !b.Lots[0].Expires.Equal(gifts.AddDate(0, 1, 0)) || b.Lots[1].Free != 200 {
		t.Errorf("bob's lots are %+v", b.Lots)
	}
	for _, id := range []wallet.ID{ann.Wallet, bob.Wallet} {
		proof, err := service.Wallets.Prove(ctx, id)
		if err != nil || !proof.Verified {
			t.Errorf("a chain proves as %+v, %v", proof, err)
		}
	}
}

func refusedTransfers(t *testing.T, ctx context.Context, s Bank) {
	service := s.service(t)
	ann, bob, rich := somebody(t, service, 30_000), somebody(t, service, 0), somebody(t, service, 999_950)
	guest := ann
	guest.Tier = "REGISTERED"
	for _, c := range []struct {
		want string
		from transfer.Party
		to   *transfer.Party
		n    int64
		name string
	}{
		{transfer.Unknown, ann, nil, 100, ""},
		{transfer.Self, ann, &ann, 100, ""},
		{transfer.NameChanged, ann, &bob, 100, "Mei"},
		{transfer.TierTooLow, guest, &bob, 100, ""},
		{transfer.TooFew, ann, &bob, 99, ""},
		{transfer.TooMany, ann, &bob, 20_001, ""},
		{transfer.RecipientFull, ann, &rich, 100, ""},
		{wallet.Insufficient, bob, &ann, 100, ""},
	} {
		g := gift(bob, c.n)
		g.Expected = c.name
		if _, _, err := service.Send(ctx, c.from, c.to, g); !refused(err, c.want) {
			t.Errorf("want %s, got %v", c.want, err)
		}
	}
	for field, change := range map[string]func(*transfer.Gift){
		"coins": func(g *transfer.Gift) { g.Coins = 0 }, "idempotencyKey": func(g *transfer.Gift) { g.Key = "a b" },
		"message": func(g *transfer.Gift) { g.Message = string(make([]rune, 101)) },
	} {
		g := gift(bob, 100)
		change(&g)
		var f *fault.Fault
		if _, _, err := service.Send(ctx, ann, &bob, g); !errors.As(err, &f) || f.Field != field {
			t.Errorf("a bad %s: %v", field, err)
		}
	}
	if h := headOf(t, ctx, s.Wallets, ann.Wallet); h.Seq != 2 {
		t.Errorf("ann's ledger has %d entries", h.Seq)
	}
	_, _, err := service.Send(ctx, ann, &bob, gift(bob, 100)) // the key that was refused
	must(t, err)
	if _, _, err := service.Send(ctx, ann, &bob, gift(bob, 101)); !refused(err, wallet.KeyReused) {
		t.Errorf("the key with another input: %v", err)
	}
	if v, again, err := service.Send(ctx, ann, nil, gift(bob, 100)); err != nil || !again || v.State != transfer.Done {
		t.Errorf("sent again after bob has gone: %+v, %v, %v", v, again, err)
	}
}

func sendOneKey(t *testing.T, ctx context.Context, s Bank) {
	service := s.service(t)
	ann, bob := somebody(t, service, 1000), somebody(t, service, 0)
	first := make([]bool, 50)
	errs := together(50, func(i int) error {
		v, again, err := s.service(t).Send(ctx, ann, &bob, gift(bob, 300)) // services of their own, as of many processes
		first[i] = !again
		if err == nil && v.State != transfer.Done {
			return fmt.Errorf("it is %s", v.State)
		}
		return err
	})
	must(t, errors.Join(errs...))
	n := 0
	for _, f := range first {
		if f {
			n++
		}
	}
	if a, b := stateOf(t, service, ann.Wallet, gifts), stateOf(t, service, bob.Wallet, gifts); n != 1 || a.Whole() != 700 || b.Whole() != 300 {
		t.Errorf("%d first answers; ann has %d, bob %d", n, a.Whole(), b.Whole())
	}
}

func sendMonth(t *testing.T, ctx context.Context, s Bank) {
	service := s.service(t)
	ann, bob := somebody(t, service, 500_000), somebody(t, service, 0)
	send := func(key string, at time.Time) error {
		g := gift(bob, 20_000)
		g.Key, g.At = key, at
		_, _, err := service.Send(ctx, ann, &bob, g)
		return err
	}
	errs := together(12, func(i int) error { return send(fmt.Sprint("k", i), gifts) })
	won := int64(0)
	for _, err := range errs {
		if err == nil {
			won++
		} else if !refused(err, transfer.MonthlyLimit) {
			t.Errorf("a transfer ends with %v", err)
		}
	}
	if got := stateOf(t, service, bob.Wallet, gifts).Available(); won != 2 || got != 40_000 {
		t.Errorf("%d transfers won, %d coins came; want 2 and 40,000 of %d", won, got, mostSent)
	}
	local := time.Date(2026, 7, 31, 16, 0, 0, 0, time.UTC) // the first of August in the programme's zone
	if err := send("before", local.Add(-time.Second)); !refused(err, transfer.MonthlyLimit) {
		t.Errorf("in the month's last second: %v", err)
	}
	must(t, send("after", local))
}

func sendOpposite(t *testing.T, ctx context.Context, s Bank) {
	service := s.service(t)
	ann, bob := somebody(t, service, 20_000), somebody(t, service, 20_000)
	errs := together(40, func(i int) error {
		from, to := ann, bob
		if i%2 == 1 {
			from, to = bob, ann
		}
		g := gift(to, 100+int64(i))
		g.Key = fmt.Sprint("k", i)
		_, _, err := s.service(t).Send(ctx, from, &to, g)
		return err
	})
	must(t, errors.Join(errs...))
	a, b := stateOf(t, service, ann.Wallet, gifts), stateOf(t, service, bob.Wallet, gifts)
	if a.Whole()+b.Whole() != 40_000 || a.LifetimeMoved != -b.LifetimeMoved || a.LifetimeMoved != 20 || a.Held()+b.Held() != 0 {
		t.Errorf("ann has %+v, bob %+v", a, b)
	}
}

func sendFull(t *testing.T, ctx context.Context, s Bank) {
	service := s.service(t)
	bob := somebody(t, service, 998_000)
	const senders = 8
	var all [senders]transfer.Party
	for i := range all {
		all[i] = somebody(t, service, 1000)
	}
	errs := together(senders, func(i int) error {
		_, _, err := s.service(t).Send(ctx, all[i], &bob, gift(bob, 900))
		return err
	})
	won := int64(0)
	for i, err := range errs {
		left := stateOf(t, service, all[i].Wallet, gifts)
		if err == nil {
			won++
		} else if !refused(err, transfer.RecipientFull) {
			t.Errorf("a transfer ends with %v", err)
		}
		if want := map[bool]int64{true: 100, false: 1000}[err == nil]; left.Available() != want || left.Held() != 0 || err != nil && (len(left.Lots) != 2 || left.Lots[0].Free != 500) {
			t.Errorf("sender %d has %+v after %v", i, left, err)
		}
	}
	if b := stateOf(t, service, bob.Wallet, gifts); won != 2 || b.Whole() != 998_000+1800 {
		t.Errorf("%d won, bob has %d", won, b.Whole())
	}
}
