package checkout_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"membergate/internal/checkout"
	"membergate/internal/fault"
	"membergate/internal/programme"
	"membergate/internal/storetest"
	"membergate/internal/wallet"
)

var (
	plainDay  = time.Date(2026, 7, 6, 4, 0, 0, 0, time.UTC)
	memberDay = time.Date(2026, 7, 7, 16, 0, 0, 0, time.UTC) // the 8th, 00:00 in Shanghai
)

func book(t testing.TB, preset string) *programme.Book {
	t.Helper()
	b, err := programme.LoadBook(preset)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAnOrderOf1001FenTakes300CoinsOnOtherDaysAnd200OnMemberDay(t *testing.T) {
	p := book(t, "retail-5").At(plainDay)
	for name, c := range map[string]struct {
		at        time.Time
		channel   string
		available wallet.Coins
		coins     wallet.Coins
		fen       int64
		by        string
	}{
		"another day":                  {plainDay, "STORE", 1000, 300, 300, checkout.ByShare},
		"member day":                   {memberDay, "STORE", 1000, 200, 300, checkout.ByShare},
		"member day, online":           {memberDay, "MINI_PROGRAM", 1000, 300, 300, checkout.ByShare},
		"the moment before member day": {memberDay.Add(-1), "STORE", 1000, 300, 300, checkout.ByShare},
		"few coins":                    {plainDay, "STORE", 120, 120, 120, checkout.ByBalance},
		"few coins on member day":      {memberDay, "STORE", 101, 101, 151, checkout.ByBalance},
	} {
		t.Run(name, func(t *testing.T) {
			terms, ok := checkout.At(p, c.channel, c.at)
			plans := terms.Plans(1001, c.available)
			if !ok || len(plans) != 1 || plans[0].Coins != c.coins || plans[0].Fen != c.fen || plans[0].CappedBy != c.by {
				t.Errorf("plans %+v; want %d coins for %d fen, by %s", plans, c.coins, c.fen, c.by)
			}
		})
	}
}

func TestAPlanIsTheFewestCoinsForTheMostFenThatMayBe(t *testing.T) {
	p := book(t, "retail-5").At(plainDay)
	rapid.Check(t, func(r *rapid.T) {
		at := rapid.SampledFrom([]time.Time{plainDay, memberDay}).Draw(r, "at")
		terms, _ := checkout.At(p, "STORE", at)
		order, have := rapid.Int64Range(1, 5000).Draw(r, "order"), rapid.Int64Range(0, 3000).Draw(r, "coins")
		best := wallet.Coins(0)
		for n := wallet.Coins(0); n <= have; n++ {
			if v := terms.Value(n); v <= order*30/100 && v > terms.Value(best) {
				best = n
			}
		}
		plans := terms.Plans(order, have)
		if best == 0 && len(plans) > 0 || best > 0 && (len(plans) != 1 || plans[0].Coins != best) {
			r.Fatalf("an order of %d with %d coins: %+v; want %d coins", order, have, plans, best)
		}
	})
}

// till is a checkout with one wallet of 1,000 coins.
func till(t *testing.T, preset string) (*checkout.Service, wallet.ID) {
	t.Helper()
	wallets := &wallet.Service{Store: storetest.Memory().Wallets, Most: 1 << 31, Now: func() time.Time { return plainDay }}
	id := wallet.NewID()
	if _, err := wallets.Post(t.Context(), id, []wallet.Posting{{Op: "earn", Kind: wallet.Earn, Coins: 1000, At: plainDay}}); err != nil {
		t.Fatal(err)
	}
	return &checkout.Service{Wallets: wallets, Book: book(t, preset)}, id
}

func ask(key string, coins wallet.Coins) checkout.Ask {
	return checkout.Ask{Key: key, Order: "A-1", OrderFen: 1001, Coins: coins, Channel: "ONLINE_FLAGSHIP", At: plainDay}
}

func code(err error) string {
	var r *fault.Refusal
	if errors.As(err, &r) {
		return r.Code
	}
	return fmt.Sprint(err)
}

func TestTheShareOfAnOrderBoundsAllItsHoldsOpenAndCaptured(t *testing.T) {
	s, id := till(t, "retail-5")
	ctx := t.Context()
	first, _, err := s.Hold(ctx, id, ask("1", 200))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Hold(ctx, id, ask("2", 101)); code(err) != checkout.ShareExceeded {
		t.Errorf("101 more while 200 are held: %v", err)
	}
	if _, _, err := s.Settle(ctx, id, "pay", first.Seq, 150, plainDay); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Hold(ctx, id, ask("3", 151)); code(err) != checkout.ShareExceeded {
		t.Errorf("151 more after 150 were spent: %v", err)
	}
	second, _, err := s.Hold(ctx, id, ask("4", 150))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Settle(ctx, id, "no", second.Seq, 0, plainDay); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Hold(ctx, id, ask("5", 150)); err != nil {
		t.Errorf("what was let go counts no more: %v", err)
	}
	other := ask("6", 300)
	other.Order = "A-2"
	if _, _, err := s.Hold(ctx, id, other); err != nil {
		t.Errorf("another order has its own share: %v", err)
	}
}

func TestHoldsOfOneOrderRaceForItsShare(t *testing.T) {
	s, id := till(t, "retail-5")
	var all sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for i := range 20 {
		all.Go(func() {
			h, _, err := s.Hold(context.Background(), id, ask(fmt.Sprint("k", i), 100))
			if err == nil && i%2 == 0 {
				_, _, err = s.Settle(context.Background(), id, fmt.Sprint("s", i), h.Seq, wallet.All, plainDay)
			}
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else if code(err) != checkout.ShareExceeded {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if won != 3 {
		t.Errorf("%d holds of 100 fit into a share of 300, want 3", won)
	}
}

func TestOnMemberDayTheHoldsTimeDecidesAlsoWhenItIsPaidLater(t *testing.T) {
	s, id := till(t, "retail-5")
	a := ask("1", 200)
	a.Channel, a.At = "STORE", memberDay
	h, _, err := s.Hold(t.Context(), id, a)
	if err != nil || h.Fen != 300 || h.Percent != 150 || h.Until != memberDay.Add(15*time.Minute) {
		t.Fatalf("the hold is %+v, %v", h, err)
	}
	if _, _, err := s.Settle(t.Context(), id, "pay", h.Seq, 101, memberDay.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	page, err := s.Wallets.Store.Page(t.Context(), id, wallet.Query{Kinds: []wallet.Kind{wallet.Spend}, Ref: "A-1", Limit: 1})
	if err != nil || len(page) != 1 || page[0].Fen != 151 || page[0].Claim != 101 {
		t.Errorf("the spending is %+v, %v; want 101 coins for 151 fen", page, err)
	}
}

func TestWhatCannotBeHeldIsRefusedWithItsReason(t *testing.T) {
	s, id := till(t, "retail-5")
	rich := ask("1", 1001)
	rich.OrderFen = 1_000_000
	if _, _, err := s.Hold(t.Context(), id, rich); code(err) != wallet.Insufficient {
		t.Errorf("more than there is: %v", err)
	}
	if _, replayed, err := s.Hold(t.Context(), id, ask("1", 10)); err != nil || replayed {
		t.Errorf("a refusal is kept under its key: %v, %v", replayed, err)
	}
	if _, replayed, err := s.Hold(t.Context(), id, ask("1", 10)); err != nil || !replayed {
		t.Errorf("sent again: %v, %v", replayed, err)
	}
	for name, change := range map[string]func(*checkout.Ask){
		"coins": func(a *checkout.Ask) { a.Coins++ }, "order": func(a *checkout.Ask) { a.Order = "B" },
		"amount": func(a *checkout.Ask) { a.OrderFen++ }, "channel": func(a *checkout.Ask) { a.Channel = "STORE" },
	} {
		a := ask("1", 10)
		change(&a)
		if _, _, err := s.Hold(t.Context(), id, a); code(err) != wallet.KeyReused {
			t.Errorf("the key with another %s: %v", name, err)
		}
	}
	for name, change := range map[string]func(*checkout.Ask){
		"no key": func(a *checkout.Ask) { a.Key = "" }, "no order": func(a *checkout.Ask) { a.Order = "" },
		"no coins": func(a *checkout.Ask) { a.Coins = 0 }, "too many coins": func(a *checkout.Ask) { a.Coins = 2_000_000_001 },
		"no amount": func(a *checkout.Ask) { a.OrderFen = 0 }, "too large an amount": func(a *checkout.Ask) { a.OrderFen = checkout.MaxFen + 1 },
	} {
		a := ask("2", 10)
		change(&a)
		var r *fault.Refusal
		if _, _, err := s.Hold(t.Context(), id, a); !fault.Is(err, fault.BadInput) || errors.As(err, &r) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// shut is a programme that takes no coins at a checkout.
type shut struct{ *programme.Programme }

func (s shut) At(time.Time) *programme.Programme { return s.Programme }

func TestAProgrammeWithoutCheckoutTakesNoCoins(t *testing.T) {
	s, id := till(t, "retail-5")
	rules := *s.Book.At(plainDay)
	rules.Burn = nil
	s.Book = shut{&rules}
	if _, _, err := s.Hold(t.Context(), id, ask("1", 10)); code(err) != checkout.NotOffered {
		t.Errorf("a hold gives %v", err)
	}
}
