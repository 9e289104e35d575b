package storetest

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/wallet"
)

// Flaky gives the same stores over a bad network: one call in three is answered with a fault, of those half after the
// write has happened. A list of entries is sometimes added up to a point only. Seeded, it fails alike in every run.
func Flaky(s Stores, seed uint64) Stores {
	f := &flaky{r: dice(seed)}
	return Stores{
		Accounts:   &flakyAccounts{s.Accounts, f},
		Wallets:    &flakyWallets{s.Wallets, f},
		Orders:     &flakyOrders{s.Orders, f},
		Admissions: &flakyAdmissions{s.Admissions, f},
	}
}

type flaky struct {
	mu sync.Mutex
	r  *rand.Rand
}

var errCut = errors.New("the connection was cut")

// roll gives a number from 0 to n-1.
func (f *flaky) roll(n int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.r.IntN(n)
}

// call does a call, and fails before it or after it.
func (f *flaky) call(do func() error) error {
	switch f.roll(6) {
	case 0:
		return fault.Down("store", errCut)
	case 1:
		_ = do()
		return fault.Down("store", errCut)
	default:
		return do()
	}
}

type flakyAccounts struct {
	account.Store
	f *flaky
}

func (s *flakyAccounts) Create(ctx context.Context, h account.Holder) error {
	return s.f.call(func() error { return s.Store.Create(ctx, h) })
}

func (s *flakyAccounts) Save(ctx context.Context, a account.Account) error {
	return s.f.call(func() error { return s.Store.Save(ctx, a) })
}

func (s *flakyAccounts) ByIDs(ctx context.Context, ids []member.ID, d account.Detail) (out map[member.ID]account.Holder, err error) {
	err = s.f.call(func() error { out, err = s.Store.ByIDs(ctx, ids, d); return err })
	return out, err
}

type flakyWallets struct {
	wallet.Store
	f *flaky
}

func (s *flakyWallets) Append(ctx context.Context, entries []wallet.Entry) error {
	if n := len(entries); n > 1 && s.f.roll(4) == 0 {
		if err := s.Store.Append(ctx, entries[:1+s.f.roll(n-1)]); err != nil {
			return err
		}
		return fault.Down("store", errCut)
	}
	return s.f.call(func() error { return s.Store.Append(ctx, entries) })
}

func (s *flakyWallets) Heads(ctx context.Context, ids []wallet.ID) (out map[wallet.ID]wallet.Entry, err error) {
	err = s.f.call(func() error { out, err = s.Store.Heads(ctx, ids); return err })
	return out, err
}

func (s *flakyWallets) ByOps(ctx context.Context, id wallet.ID, ops []string) (out map[string]wallet.Entry, err error) {
	err = s.f.call(func() error { out, err = s.Store.ByOps(ctx, id, ops); return err })
	return out, err
}

type flakyOrders struct {
	order.Store
	f *flaky
}

func (s *flakyOrders) Put(ctx context.Context, records []order.Record) error {
	return s.f.call(func() error {
		if n := len(records); n > 1 && s.f.roll(4) == 0 {
			records = records[:1+s.f.roll(n-1)]
			if err := s.Store.Put(ctx, records); err != nil {
				return err
			}
			return fault.Down("store", errCut)
		}
		return s.Store.Put(ctx, records)
	})
}

func (s *flakyOrders) ByIDs(ctx context.Context, ids []string) (out map[string]order.Record, err error) {
	err = s.f.call(func() error { out, err = s.Store.ByIDs(ctx, ids); return err })
	return out, err
}

func (s *flakyOrders) AddRefund(ctx context.Context, orderID string, p order.Part) (r order.Record, ok bool, err error) {
	err = s.f.call(func() error { r, ok, err = s.Store.AddRefund(ctx, orderID, p); return err })
	return r, ok, err
}

func (s *flakyOrders) Apply(ctx context.Context, ids []string) error {
	return s.f.call(func() error {
		if n := len(ids); n > 1 && s.f.roll(4) == 0 {
			_ = s.Store.Apply(ctx, ids[:1+s.f.roll(n-1)])
			return fault.Down("store", errCut)
		}
		return s.Store.Apply(ctx, ids)
	})
}
