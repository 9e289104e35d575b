package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"membergate/internal/account"
	claims "membergate/internal/claim"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/wallet"
)

// gifted issues one code that comes with coins.
func (f *freshShop) gifted(t *testing.T, ctx context.Context, coins int64) string {
	t.Helper()
	codes, err := f.service().Issue(ctx, claims.Issue{Tier: "SILVER", Count: 1, Partner: "The gym", Coins: coins, Expires: f.at.AddDate(0, 1, 0)}, "clerk", f.at)
	must(t, err)
	return codes[0]
}

// coins are those that a member has, and how many entries the wallet's ledger has.
func (f *freshShop) coins(t *testing.T, ctx context.Context, who member.ID) (wallet.Coins, int64) {
	t.Helper()
	id := load(t, ctx, f.Accounts, who).Account.Wallet
	heads, err := f.Wallets.Heads(ctx, []wallet.ID{id})
	must(t, err)
	return heads[id].State.Available(), heads[id].Seq
}

// doomedAccounts, doomedClaims and doomedOrders are stores of a process that is about to be killed.
type doomedAccounts struct {
	account.Store
	d *doomed
}

func (s *doomedAccounts) ByIDs(ctx context.Context, ids []member.ID, d account.Detail) (out map[member.ID]account.Holder, err error) {
	err = s.d.call(func() error { out, err = s.Store.ByIDs(ctx, ids, d); return err })
	return out, err
}

func (s *doomedAccounts) Save(ctx context.Context, a account.Account) error {
	return s.d.call(func() error { return s.Store.Save(ctx, a) })
}

type doomedClaims struct {
	claims.Store
	d *doomed
}

func (s *doomedClaims) ByID(ctx context.Context, id string) (c claims.Claim, ok bool, err error) {
	err = s.d.call(func() error { c, ok, err = s.Store.ByID(ctx, id); return err })
	return c, ok, err
}

func (s *doomedClaims) Save(ctx context.Context, c claims.Claim) error {
	return s.d.call(func() error { return s.Store.Save(ctx, c) })
}

type doomedOrders struct {
	order.Store
	d *doomed
}

func (s *doomedOrders) Apply(ctx context.Context, ids []string) error {
	return s.d.call(func() error { return s.Store.Apply(ctx, ids) })
}

func claimKilled(t *testing.T, ctx context.Context, s Desk) {
	for step := 0; ; step++ {
		done := false
		for _, after := range []bool{false, true} {
			f := newFreshShop(t, ctx, s, 1)
			who, code := f.people[0], f.gifted(t, ctx, 100)
			d := &doomed{left: step, after: after}
			bad := *f
			bad.Desk = Desk{&doomedClaims{s.Claims, d}, &doomedAccounts{s.Accounts, d}, &doomedWallets{s.Wallets, d}, &doomedOrders{s.Orders, d}, s.Coupons}
			_, _, err := bad.service().Redeem(ctx, who, code, f.at)
			if err != nil && !fault.Is(err, fault.Unavailable) {
				t.Fatalf("killed at call %d it answers %v", step, err)
			}
			must(t, f.service().Sweep(ctx, f.at, 1_000_000))
			_, err2 := f.orders().Finish(ctx, load(t, ctx, s.Accounts, who).Account)
			must(t, err2)
			grants := f.grants(t, ctx, who)
			coins, entries := f.coins(t, ctx, who)
			if n := int64(len(grants)); coins != 100*n || entries != n || n > 1 || err == nil && n != 1 {
				t.Errorf("killed at call %d (after it: %v) there are %d grants and %d coins in %d entries", step, after, n, coins, entries)
			}
			for range 2 { // the app sends it again
				if _, _, err := f.service().Redeem(ctx, who, code, f.at); err != nil {
					t.Errorf("sent again: %v", err)
				}
			}
			if coins, entries := f.coins(t, ctx, who); coins != 100 || entries != 1 || len(f.grants(t, ctx, who)) != 1 {
				t.Errorf("killed at call %d, sent again there are %d coins in %d entries", step, coins, entries)
			}
			done = err == nil
		}
		if done {
			if step < 6 {
				t.Errorf("it took %d calls: the test kills nothing", step)
			}
			return
		}
	}
}

func withdrawnClaims(t *testing.T, ctx context.Context, s Desk) {
	f := newFreshShop(t, ctx, s, 2)
	free, taken := f.gifted(t, ctx, 5), f.gifted(t, ctx, 5)
	if _, _, err := f.service().Redeem(ctx, f.people[0], taken, f.at); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		w, err := f.service().Withdraw(ctx, []string{free, taken, "made up"}, f.at)
		must(t, err)
		same(t, "what was withdrawn", w, claims.Withdrawn{Withdrawn: 1, Taken: 1, Unknown: 1})
	}
	if _, _, err := f.service().Redeem(ctx, f.people[1], free, f.at); storeCode(err) != "WITHDRAWN" {
		t.Errorf("a code that was withdrawn gives %v", err)
	}
	if _, replayed, err := f.service().Redeem(ctx, f.people[0], taken, f.at); err != nil || !replayed {
		t.Errorf("the one that was taken gives %v", err)
	}
	if coins, _ := f.coins(t, ctx, f.people[0]); coins != 5 || len(f.grants(t, ctx, f.people[1])) != 0 {
		t.Errorf("the one who took it has %d coins", coins)
	}
	if _, err := f.service().Withdraw(ctx, nil, f.at); !fault.Is(err, fault.BadInput) {
		t.Errorf("no codes at all: %v", err)
	}
}

func withdrawnBeside(t *testing.T, ctx context.Context, s Desk) {
	f := newFreshShop(t, ctx, s, 50)
	code := f.gifted(t, ctx, 7)
	withdrawn := make([]claims.Withdrawn, 20)
	errs := together(70, func(i int) (err error) {
		if i < 20 {
			withdrawn[i], err = f.service().Withdraw(ctx, []string{code}, f.at)
			return err
		}
		if _, _, err := f.service().Redeem(ctx, f.people[i-20], code, f.at); storeCode(err) == "ALREADY_CLAIMED" || storeCode(err) == "WITHDRAWN" {
			return fmt.Errorf("refused: %s", storeCode(err))
		} else if err != nil {
			return errors.Join(errors.New("broken"), err)
		}
		return nil
	})
	must(t, errors.Join(errs[:20]...))
	have := 0
	for i, err := range errs[20:] {
		coins, _ := f.coins(t, ctx, f.people[i])
		if err == nil {
			have++
		}
		if (err == nil) != (coins == 7) {
			t.Errorf("member %d has %d coins and was told %v", i, coins, err)
		}
	}
	if taken := withdrawn[0].Taken; have != taken || have > 1 {
		t.Errorf("%d have it, and those who withdrew it were told %+v", have, withdrawn[0])
	}
}
