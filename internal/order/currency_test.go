package order_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/programme"
	"membergate/internal/storetest"
	"membergate/internal/wallet"
)

// abroad is a programme with a currency of which 3 are worth 2 of its own.
func abroad(t testing.TB) book {
	p := *retail5(t)
	p.Currencies = []programme.Currency{p.Coin(), {Code: "FAR", Region: "FAR", ExpiryMonths: 6, MaxBalance: 1_000_000, Rate: &programme.Rate{Home: 2, Here: 3}}}
	return book{&p}
}

func TestAnOrderAbroadEarnsThereAndItsRefundTakesBackThere(t *testing.T) {
	plain := storetest.Memory()
	bad := storetest.Flaky(plain, 5)
	far := func(string) wallet.Coins { return 1_000_000 }
	s := &order.Service{Orders: bad.Orders, Accounts: bad.Accounts, Book: abroad(t),
		Wallets: &wallet.Service{Store: bad.Wallets, Most: 2_000_000_000, Mosts: far, Now: time.Now}}
	at := local(t, "2026-07-06 12:00:00")
	apply := func(e order.Event) error {
		e.Member = "m"
		for {
			err := s.Apply(t.Context(), member.Profile{ID: "m"}, []order.Event{e}, time.Time{})
			if !fault.Is(err, fault.Unavailable) { // a bad network, which the shop's service tries again
				return err
			}
		}
	}
	paid := func(id, currency string, fen int64) order.Event {
		return order.Event{Kind: order.Paid, ID: id, At: at, Fen: fen, Channel: "STORE", Currency: currency}
	}
	for _, e := range []order.Event{
		paid("1", "FAR", 10_000), paid("2", "COIN", 20_000), paid("3", "FAR", 10_100), paid("1", "FAR", 10_000),
		{Kind: order.Refunded, ID: "r1", At: at, OrderID: "1", Fen: 5_000}, {Kind: order.Refunded, ID: "r2", At: at, OrderID: "2", Fen: 5_000},
	} {
		if err := apply(e); err != nil {
			t.Fatal(err)
		}
	}
	found, err := plain.Accounts.ByIDs(t.Context(), []member.ID{"m"}, account.Whole)
	if err != nil || len(found["m"].Account.Outbox) != 0 {
		t.Fatal(found, err)
	}
	home := found["m"].Account.Wallet
	heads, err := plain.Wallets.Heads(t.Context(), []wallet.ID{home, home.In("FAR")})
	if err != nil {
		t.Fatal(err)
	}
	a, b := heads[home].State, heads[home.In("FAR")].State
	if a.Available() != 150 || a.LifetimeEarned != 200 || heads[home].Seq != 2 {
		t.Errorf("at home there are %+v", a)
	}
	if b.LifetimeEarned != 150+151 || b.Available() != 301-75 || heads[home.In("FAR")].Seq != 3 || !b.Lots[0].Expires.Equal(local(t, "2027-02-01 00:00:00")) {
		t.Errorf("abroad there are %+v in %d entries", b, heads[home.In("FAR")].Seq)
	}
	if err := apply(paid("4", "GOLD", 100)); !fault.Is(err, fault.BadInput) {
		t.Errorf("an order in a currency that there is not: %v", err)
	}
	if all, err := plain.Orders.ByIDs(t.Context(), []string{order.OrderRecord("4")}); err != nil || len(all) > 0 {
		t.Errorf("and it is written down: %v, %v", all, err)
	}
}

func TestCurrenciesConvertWithoutARest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := func(label string) *programme.Rate {
			return &programme.Rate{Home: rapid.Int64Range(1, 10_000).Draw(t, label), Here: rapid.Int64Range(1, 10_000).Draw(t, label)}
		}
		a, b := programme.Currency{Rate: rate("a")}, programme.Currency{Rate: rate("b")}
		n := rapid.Int64Range(1, 2_000_000_000).Draw(t, "n")
		got, step := programme.Convert(n, a, b)
		over, under := a.Rate.Home*b.Rate.Here, a.Rate.Here*b.Rate.Home // of small numbers: n of them are inside 64 bits below
		if small := n % 90_000; true {
			if there, _ := programme.Convert(small, a, b); there != small*over/under {
				t.Fatalf("%d are %d, want %d", small, there, small*over/under)
			}
		}
		if n%step == 0 {
			if back, _ := programme.Convert(got, b, a); back != n {
				t.Fatalf("%d there and back are %d", n, back)
			}
		}
	})
}
