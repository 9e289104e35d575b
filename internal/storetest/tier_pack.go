package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	coupons "membergate/internal/coupon"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/tier"
)

// packed gives the shop's tiers coupons of their own.
func (f *freshShop) packed() *freshShop {
	p := *f.Programme
	p.Tiers = slices.Clone(p.Tiers)
	for i, codes := range [][]string{nil, {"FIVE_OFF", "LATE_20"}, {"CLAIM_20"}} {
		p.Tiers[i].Coupons = codes
	}
	f.Programme = &p
	return f
}

// payment tells that a member paid for a tier for a year from a time on.
func (f *freshShop) payment(who member.ID, code string, from time.Time) order.Told {
	return order.Told{ID: name("event"), Deed: &order.Deed{Type: "membership.paid", Member: who, At: f.at, Fields: map[string]string{},
		Payment: &tier.Payment{ID: name("P"), Tier: code, From: from, Until: from.AddDate(1, 0, 0)}}}
}

// pack are the coupons that tiers gave a member.
func (f *freshShop) pack(t *testing.T, ctx context.Context, who member.ID) (out []string) {
	t.Helper()
	for _, c := range f.vouchers(t, ctx, who) {
		if c.Source != coupons.ByTier {
			t.Errorf("one comes by %s", c.Source)
		}
		out = append(out, c.Ref+" "+c.Terms.Template)
	}
	slices.Sort(out)
	return out
}

var silverPack = []string{"SILVER FIVE_OFF", "SILVER LATE_20"}

func packKilled(t *testing.T, ctx context.Context, s Desk) {
	killedEverywhere(t, 6, func(d *doomed) (func(bool), error) {
		f := newFreshShop(t, ctx, s, 1).packed()
		who := f.people[0]
		bad := *f
		bad.Desk = Desk{s.Claims, &doomedAccounts{s.Accounts, d}, &doomedWallets{s.Wallets, d}, &doomedOrders{s.Orders, d}, &doomedCoupons{s.Coupons, d}}
		paid := f.payment(who, "SILVER", f.at)
		err := bad.orders().Tell(ctx, member.Profile{ID: who}, []order.Told{paid}, f.at)
		return func(bool) {
			_, left := f.orders().Finish(ctx, load(t, ctx, s.Accounts, who).Account) // as a sweep does
			must(t, left)
			if a := load(t, ctx, s.Accounts, who).Account; len(a.Standing.Grants) > 0 {
				same(t, "what the tier gave", f.pack(t, ctx, who), silverPack)
			}
			must(t, f.orders().Tell(ctx, member.Profile{ID: who}, []order.Told{paid}, f.at))
			same(t, "what it gave when it was told again", f.pack(t, ctx, who), silverPack)
		}, err
	})
}

func packOnce(t *testing.T, ctx context.Context, s Desk) {
	f := newFreshShop(t, ctx, s, 2).packed()
	tell := func(who member.ID, told ...order.Told) {
		t.Helper()
		must(t, f.orders().Tell(ctx, member.Profile{ID: who}, told, f.at))
	}
	who := f.people[0]
	first := f.payment(who, "SILVER", f.at)
	tell(who, first)
	f.at = f.at.Add(time.Hour)
	tell(who, order.Told{ID: name("event"), Deed: &order.Deed{Type: "membership.refunded", Member: who, At: f.at, Undoes: first.Deed.Payment.ID}})
	if held := load(t, ctx, s.Accounts, who).Account.Standing.Held(f.Programme, f.at).Code; held != "FREE" {
		t.Fatalf("after the refund %s is held", held)
	}
	f.at = f.at.Add(time.Hour)
	tell(who, f.payment(who, "SILVER", f.at))
	same(t, "after it was lost and reached again", f.pack(t, ctx, who), silverPack)
	both := append([]string{"GOLD CLAIM_20"}, silverPack...)
	tell(f.people[1], f.payment(f.people[1], "GOLD", f.at))
	same(t, "of who passed a tier on the way", f.pack(t, ctx, f.people[1]), both)
	tell(who, f.payment(who, "GOLD", f.at))
	same(t, "of who went step by step", f.pack(t, ctx, who), both)
}

func packByEveryWay(t *testing.T, ctx context.Context, s Desk) {
	f := newFreshShop(t, ctx, s, 3).packed()
	code := f.issue(t, ctx)
	for range 2 {
		_, _, err := f.service().Redeem(ctx, f.people[0], code, f.at)
		must(t, err)
	}
	same(t, "of a partner's code", f.pack(t, ctx, f.people[0]), silverPack)

	who := f.people[1]
	must(t, f.orders().Tell(ctx, member.Profile{ID: who}, []order.Told{f.payment(who, "SILVER", f.at.AddDate(0, 0, 10))}, f.at))
	same(t, "of what begins in ten days", f.pack(t, ctx, who), []string(nil))
	service := f.orders()
	service.Accounts = &mine{s.Accounts, map[member.ID]bool{who: true}}
	for range 2 {
		_, err := (&order.Sweep{Orders: service, Workers: 1}).Settle(ctx, f.at.AddDate(0, 0, 11), false)
		must(t, err)
	}
	same(t, "when a sweep found that it had begun", f.pack(t, ctx, who), silverPack)

	who = member.ID(name("newcomer"))
	f.Programme.Tiers[0].Coupons = []string{"FIVE_OFF_FIFTY"}
	must(t, f.orders().Tell(ctx, member.Profile{ID: who, JoinedAt: f.at}, nil, f.at))
	same(t, "of who joins", f.pack(t, ctx, who), []string{"FREE FIVE_OFF_FIFTY"})
	must(t, f.orders().Tell(ctx, member.Profile{ID: f.people[2]}, nil, f.at.Add(time.Hour)))
	same(t, "of who held the tier before it gave any", f.pack(t, ctx, f.people[2]), []string(nil))
}
