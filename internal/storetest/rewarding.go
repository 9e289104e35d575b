package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	coupons "membergate/internal/coupon"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/order"
)

// Rewarding tests that what rules give for events is given once, coupons too.
func Rewarding(t *testing.T, s Desk) {
	group[Desk]{
		{"a late order gives its coupon once, wherever the process is killed", compensationKilled},
		{"fifty who tell of one late order under fifty ids give one coupon", compensationAtOnce},
		{"a tier that is reached gives its coupons once, wherever the process is killed", packKilled},
		{"a tier that is lost and reached again gives nothing twice, and one that was passed gives its own", packOnce},
		{"by every way to a tier its coupons come", packByEveryWay},
	}.run(t, s)
}

// late tells that an order of a member is late.
func late(who member.ID, id, orderID string, at time.Time) order.Told {
	return order.Told{ID: id, Deed: &order.Deed{Type: "order.late", Member: who, At: at, Fields: map[string]string{"orderId": orderID, "parcelId": id}}}
}

// vouchers are the coupons that a member has.
func (f *freshShop) vouchers(t *testing.T, ctx context.Context, who member.ID) []coupons.Coupon {
	t.Helper()
	all, err := f.Desk.Coupons.Page(ctx, who, f.at, nil, 100)
	must(t, err)
	return all
}

// doomedCoupons is a coupons.Store of a process that is about to be killed.
type doomedCoupons struct {
	coupons.Store
	d *doomed
}

func (s *doomedCoupons) Add(ctx context.Context, all []coupons.Coupon) error {
	return s.d.call(func() error { return s.Store.Add(ctx, all) })
}

func (s *doomedCoupons) ByIDs(ctx context.Context, ids []string) (out map[string]coupons.Coupon, err error) {
	err = s.d.call(func() error { out, err = s.Store.ByIDs(ctx, ids); return err })
	return out, err
}

func (s *doomedOrders) Put(ctx context.Context, all []order.Record) error {
	return s.d.call(func() error { return s.Store.Put(ctx, all) })
}

func (s *doomedOrders) ByIDs(ctx context.Context, ids []string) (out map[string]order.Record, err error) {
	err = s.d.call(func() error { out, err = s.Store.ByIDs(ctx, ids); return err })
	return out, err
}

func compensationKilled(t *testing.T, ctx context.Context, s Desk) {
	for step := 0; ; step++ {
		lived := false
		for _, after := range []bool{false, true} {
			f := newFreshShop(t, ctx, s, 1)
			who := f.people[0]
			d := &doomed{left: step, after: after}
			bad := *f
			bad.Desk = Desk{s.Claims, &doomedAccounts{s.Accounts, d}, &doomedWallets{s.Wallets, d}, &doomedOrders{s.Orders, d}, &doomedCoupons{s.Coupons, d}}
			newcomer := member.Profile{ID: who}
			event := late(who, name("event"), name("order"), f.at)
			err := bad.orders().Tell(ctx, newcomer, []order.Told{event}, f.at)
			if err != nil && !fault.Is(err, fault.Unavailable) {
				t.Fatalf("killed at call %d it answers %v", step, err)
			}
			_, left := f.orders().Finish(ctx, load(t, ctx, s.Accounts, who).Account) // as a sweep does
			must(t, left)
			if n := len(f.vouchers(t, ctx, who)); n > 1 || err == nil && n != 1 {
				t.Errorf("killed at call %d (after it: %v) there are %d coupons", step, after, n)
			}
			again := late(who, name("event"), event.Deed.Fields["orderId"], f.at.Add(time.Hour))
			must(t, f.orders().Tell(ctx, newcomer, []order.Told{event, again}, f.at.Add(time.Hour)))
			all := f.vouchers(t, ctx, who)
			if len(all) != 1 || all[0].Terms.Template != "LATE_20" || all[0].Terms.Value != 2000 || all[0].Source != coupons.ByCompensation || all[0].Ref != event.Deed.Fields["orderId"] {
				t.Errorf("killed at call %d, told again under another id there are %+v", step, all)
			}
			if a := load(t, ctx, s.Accounts, who).Account; len(a.Outbox) > 0 {
				t.Errorf("the outbox holds %+v", a.Outbox)
			}
			lived = err == nil
		}
		if lived {
			if step < 6 {
				t.Errorf("it took %d calls: the test kills nothing", step)
			}
			return
		}
	}
}

func compensationAtOnce(t *testing.T, ctx context.Context, s Desk) {
	f := newFreshShop(t, ctx, s, 1)
	who, about := f.people[0], name("order")
	must(t, errors.Join(together(50, func(i int) error {
		for range 100 {
			err := f.orders().Tell(ctx, member.Profile{ID: who}, []order.Told{late(who, fmt.Sprint(about, i), about, f.at)}, f.at)
			if !fault.Is(err, fault.Unavailable) {
				return err
			}
		}
		return errors.New("a hundred tries failed")
	})...))
	if all := f.vouchers(t, ctx, who); len(all) != 1 {
		t.Errorf("there are %d coupons", len(all))
	}
}
