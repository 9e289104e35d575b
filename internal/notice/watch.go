package notice

import (
	"context"
	"errors"

	"membergate/internal/account"
	"membergate/internal/benefit"
	"membergate/internal/coupon"
	"membergate/internal/wallet"
)

// WatchLedger gives the same ledger, which hints at every wallet that it adds to.
func (h *Hints) WatchLedger(s wallet.Store) wallet.Store {
	return wallet.Watch(s, func(id wallet.ID, _ int64) { h.Found(id) })
}

// WatchAccounts gives the same accounts, which hint at every one that they save.
func (h *Hints) WatchAccounts(s account.Store) account.Store {
	return account.Watch(s, func(a account.Account, _ int64) { h.Add(Touched{a.Member, a.Wallet.Home()}) })
}

// WatchCoupons gives the same coupons, which hint at every member who is given one or whose coupon changes.
func (h *Hints) WatchCoupons(s coupon.Store) coupon.Store { return watchedCoupons{s, h} }

type watchedCoupons struct {
	coupon.Store
	hints *Hints
}

// Add implements coupon.Store. An error does not say that nothing was added.
func (w watchedCoupons) Add(ctx context.Context, all []coupon.Coupon) error {
	err := w.Store.Add(ctx, all)
	for _, c := range all {
		w.hints.Changed(c.Member)
	}
	return err
}

// Save implements coupon.Store.
func (w watchedCoupons) Save(ctx context.Context, c coupon.Coupon) error {
	err := w.Store.Save(ctx, c)
	if !errors.Is(err, coupon.ErrStale) {
		w.hints.Changed(c.Member)
	}
	return err
}

// WatchUsages gives the same usages, which hint at every member who uses a benefit.
func (h *Hints) WatchUsages(s benefit.Store) benefit.Store { return watchedUsages{s, h} }

type watchedUsages struct {
	benefit.Store
	hints *Hints
}

// Save implements benefit.Store.
func (w watchedUsages) Save(ctx context.Context, u benefit.Usage) error {
	err := w.Store.Save(ctx, u)
	if !errors.Is(err, benefit.ErrStale) {
		w.hints.Changed(u.Member)
	}
	return err
}
