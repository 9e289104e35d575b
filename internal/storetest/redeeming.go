package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"membergate/internal/fault"
	"membergate/internal/programme"
	"membergate/internal/redemption"
	"membergate/internal/reward"
	"membergate/internal/voucher"
	"membergate/internal/wallet"
)

// Shop is what redemption.Service needs of one engine.
type Shop struct {
	Redemptions redemption.Store
	Rewards     reward.Store
	Vouchers    voucher.Store
	Wallets     wallet.Store
}

// Redeeming tests redemption.Service on an engine: what is refused, what is exact when many want the same, what is
// given back, and that anybody can finish what somebody left.
func Redeeming(t *testing.T, s Shop) {
	group[Shop]{
		{"each refusal has its reason and leaves nothing", refusedRedemptions},
		{"one key is one redemption, from however many places", redeemOneKey},
		{"a stock is sold once, and who gets nothing keeps the coins", redeemStock},
		{"nobody gets more than a member may have", redeemLimit},
		{"a cancelled one gives coins and stock back, once", cancelRedemption},
		{"it is cancelled or shown, never both", cancelOrShow},
		{"what nobody used in time has expired", expiredCodes},
		{"a code is taken once, however many tills take it", useOnce},
		{"a used, cancelled, old or unknown code is refused", refusedCodes},
		{"a partner's code is given out once", vouchersOnce},
		{"seats are exact, and a cancelled one is there again", slotSeats},
		{"a slot is booked and given back in time only", slotTimes},
		{"over a network that loses answers nothing is lost", redeemFlaky},
	}.run(t, s)
}

var shopping = time.Date(2026, 7, 6, 4, 0, 0, 0, time.UTC)

// counter opens a service with one reward of 100 coins.
func counter(t *testing.T, ctx context.Context, s Shop, change func(*reward.Reward)) (*redemption.Service, redemption.Ask) {
	t.Helper()
	book, err := programme.LoadBook("retail-5")
	must(t, err)
	w := reward.Reward{ID: name("r"), Cost: 100}
	if change != nil {
		change(&w)
	}
	must(t, s.Rewards.PutAll(ctx, []reward.Reward{w}))
	service := &redemption.Service{
		Store: s.Redemptions, Rewards: s.Rewards, Vouchers: s.Vouchers, Book: book,
		Wallets: &wallet.Service{Store: s.Wallets, Most: 1 << 31, Now: func() time.Time { return shopping }},
	}
	return service, redemption.Ask{Key: "k", Reward: w.ID, Quantity: 1, Expected: 100, Tier: "SILVER", At: shopping}
}

// full opens a wallet with coins.
func full(t *testing.T, ctx context.Context, s *redemption.Service, coins int64) wallet.ID {
	t.Helper()
	id := wallet.NewID()
	_, err := s.Wallets.Post(ctx, id, []wallet.Posting{{Op: "earn", Kind: wallet.Earn, Coins: coins, At: shopping}})
	must(t, err)
	return id
}

func balance(t *testing.T, ctx context.Context, s *redemption.Service, id wallet.ID) wallet.State {
	t.Helper()
	heads, err := s.Wallets.Store.Heads(ctx, []wallet.ID{id})
	must(t, err)
	return heads[id].State
}

func stockOf(n int64) func(*reward.Reward) { return func(r *reward.Reward) { r.Stock = &n } }

func refusedRedemptions(t *testing.T, ctx context.Context, s Shop) {
	none := int64(0)
	for name, c := range map[string]struct {
		reward func(*reward.Reward)
		ask    func(*redemption.Ask)
		want   string
	}{
		"an unknown reward":  {nil, func(a *redemption.Ask) { a.Reward = "nothing" }, redemption.Unknown},
		"a higher tier's":    {func(r *reward.Reward) { r.MinTier = "GOLD" }, nil, redemption.TierRequired},
		"another price":      {nil, func(a *redemption.Ask) { a.Expected = 99 }, redemption.PriceChanged},
		"none left":          {func(r *reward.Reward) { r.Stock = &none }, nil, redemption.OutOfStock},
		"beyond the limit":   {func(r *reward.Reward) { r.LimitPerMember = 1 }, func(a *redemption.Ask) { a.Quantity, a.Expected = 2, 200 }, redemption.LimitReached},
		"more than there is": {nil, func(a *redemption.Ask) { a.Quantity, a.Expected = 4, 400 }, wallet.Insufficient},
	} {
		service, a := counter(t, ctx, s, c.reward)
		id := full(t, ctx, service, 300)
		plain := a
		if c.ask != nil {
			c.ask(&a)
		}
		if _, _, err := service.Redeem(ctx, id, a); !refused(err, c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
		if n := len(ledger(t, ctx, s.Wallets, id)); n != 1 {
			t.Errorf("%s: %d entries are left, want the earning alone", name, n)
		}
		if c.reward == nil { // a refusal is not kept under its key
			if _, replayed, err := service.Redeem(ctx, id, plain); err != nil || replayed {
				t.Errorf("%s: the key, tried again: %v, %v", name, replayed, err)
			}
			if _, _, err := service.Redeem(ctx, id, a); !refused(err, wallet.KeyReused) {
				t.Errorf("%s: the key with another input: %v", name, err)
			}
		}
	}
	service, a := counter(t, ctx, s, nil)
	for _, n := range []int64{0, -1, 101} {
		a.Quantity = n
		if _, _, err := service.Redeem(ctx, wallet.NewID(), a); !fault.Is(err, fault.BadInput) {
			t.Errorf("a quantity of %d: %v", n, err)
		}
	}
}

func redeemOneKey(t *testing.T, ctx context.Context, s Shop) {
	service, a := counter(t, ctx, s, stockOf(5))
	id := full(t, ctx, service, 1000)
	got := make([]redemption.Redemption, 20)
	first := make([]bool, 20)
	errs := together(20, func(i int) (err error) {
		var replayed bool
		got[i], replayed, err = service.Redeem(ctx, id, a)
		first[i] = !replayed
		return err
	})
	must(t, errors.Join(errs...))
	for _, r := range got {
		if r.ID != got[0].ID || r.State != redemption.Reserved || r.Code != got[0].Code || r.Code == "" {
			t.Errorf("one is told of %+v, another of %+v", r, got[0])
		}
	}
	taken, err := s.Redemptions.Taken(ctx, []string{a.Reward})
	must(t, err)
	if b := balance(t, ctx, service, id); b.Available() != 900 || b.Held() != 0 || taken[a.Reward] != 1 {
		t.Errorf("%d available, %d held, %d taken; want 900, 0, 1", b.Available(), b.Held(), taken[a.Reward])
	}
}

func redeemStock(t *testing.T, ctx context.Context, s Shop) {
	const people, stock = 24, 5
	service, a := counter(t, ctx, s, stockOf(stock))
	ids := make([]wallet.ID, people)
	for i := range ids {
		ids[i] = full(t, ctx, service, 150)
	}
	errs := together(people, func(i int) error { _, _, err := service.Redeem(ctx, ids[i], a); return err })
	won := 0
	for i, err := range errs {
		b := balance(t, ctx, service, ids[i])
		switch {
		case err == nil && b.Available() == 50:
			won++
		case !refused(err, redemption.OutOfStock) || b.Available() != 150 || b.Held() != 0:
			t.Errorf("%v leaves %d available and %d held", err, b.Available(), b.Held())
		}
	}
	if won != stock {
		t.Errorf("%d of a stock of %d were sold", won, stock)
	}
	if _, _, err := service.Redeem(ctx, ids[0], redemption.Ask{Key: "again", Reward: a.Reward, Quantity: 1, Expected: 100, At: shopping}); !refused(err, redemption.OutOfStock) && !refused(err, wallet.Insufficient) {
		t.Errorf("after that: %v", err)
	}
}

func redeemLimit(t *testing.T, ctx context.Context, s Shop) {
	service, a := counter(t, ctx, s, func(r *reward.Reward) { r.LimitPerMember = 3 })
	id := full(t, ctx, service, 10_000)
	errs := together(12, func(i int) error {
		ask := a
		ask.Key = fmt.Sprint("k", i)
		_, _, err := service.Redeem(ctx, id, ask)
		return err
	})
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !refused(err, redemption.LimitReached) {
			t.Error(err)
		}
	}
	if won != 3 {
		t.Errorf("one member got %d, want 3", won)
	}
}

func cancelRedemption(t *testing.T, ctx context.Context, s Shop) {
	service, a := counter(t, ctx, s, stockOf(1))
	id := full(t, ctx, service, 100)
	r, _, err := service.Redeem(ctx, id, a)
	must(t, err)
	errs := together(8, func(int) error { _, err := service.Cancel(ctx, id, r.ID, shopping.Add(time.Minute)); return err })
	must(t, errors.Join(errs...))
	taken, err := s.Redemptions.Taken(ctx, []string{a.Reward})
	must(t, err)
	if b := balance(t, ctx, service, id); b.Available() != 100 || b.LifetimeSpent != 0 || taken[a.Reward] != 0 {
		t.Errorf("%d available, %d spent, %d taken; want 100, 0, 0", b.Available(), b.LifetimeSpent, taken[a.Reward])
	}
	a.Key = "second"
	r, _, err = service.Redeem(ctx, id, a)
	must(t, err)
	if _, err := service.Cancel(ctx, wallet.NewID(), r.ID, shopping); !refused(err, redemption.Unknown) {
		t.Errorf("another wallet's: %v", err)
	}
	if _, err := service.Cancel(ctx, id, r.ID, r.CancelUntil); !refused(err, redemption.NotCancellable) {
		t.Errorf("after ten minutes: %v", err)
	}
}

func cancelOrShow(t *testing.T, ctx context.Context, s Shop) {
	service, a := counter(t, ctx, s, nil)
	for n := range 5 {
		id := full(t, ctx, service, 100)
		a.Key = fmt.Sprint(n)
		r, _, err := service.Redeem(ctx, id, a)
		must(t, err)
		errs := together(2, func(i int) error {
			end := service.Cancel
			if i == 1 {
				end = service.Show
			}
			_, err := end(ctx, id, r.ID, shopping)
			return err
		})
		cancelled, shown := errs[0] == nil, errs[1] == nil
		if cancelled == shown || balance(t, ctx, service, id).Available() == 100 != cancelled {
			t.Errorf("cancelled: %v, shown: %v", errs[0], errs[1])
		}
	}
}

func redeemFlaky(t *testing.T, ctx context.Context, s Shop) {
	service, a := counter(t, ctx, s, stockOf(3))
	bad := *service
	bad.Wallets = &wallet.Service{Store: Flaky(Stores{Wallets: s.Wallets}, 7).Wallets, Most: service.Wallets.Most, Now: service.Wallets.Now}
	for n := range 6 {
		id := full(t, ctx, service, 100)
		a.Key = fmt.Sprint(n)
		var err error
		for range 500 {
			if _, _, err = bad.Redeem(ctx, id, a); !fault.Is(err, fault.Unavailable) {
				break
			}
		}
		if n < 3 != (err == nil) || n >= 3 && !refused(err, redemption.OutOfStock) {
			t.Errorf("the %d. of a stock of 3: %v", n+1, err)
		}
		must(t, service.Sweep(ctx, shopping, 100))
		if b := balance(t, ctx, service, id); b.Held() != 0 || b.Available() != map[bool]int64{true: 0, false: 100}[n < 3] {
			t.Errorf("the %d. has %d available and %d held", n+1, b.Available(), b.Held())
		}
	}
}
