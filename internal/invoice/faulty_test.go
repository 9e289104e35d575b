package invoice_test

import (
	"context"
	"math/rand/v2"
	"sync"

	"membergate/internal/account"
	"membergate/internal/wallet"
)

// faulty is a store whose power fails now and then, before a write or right after it, when it has happened all the
// same. The number of writes until then grows with the seed, so that an import ends at last.
type faulty struct {
	account.Store
	inner wallet.Store
	mu    sync.Mutex
	dice  *rand.Rand
	left  int
}

func newFaulty(seed int64, accounts account.Store, ledger wallet.Store) *faulty {
	dice := rand.New(rand.NewPCG(uint64(seed), 7))
	return &faulty{Store: accounts, inner: ledger, dice: dice, left: 20 + dice.IntN(60*int(seed))}
}

// write does a write, or fails around it.
func (f *faulty) write(do func() error) error {
	f.mu.Lock()
	f.left--
	fails, happened := f.left <= 0, f.dice.IntN(2) == 0
	f.mu.Unlock()
	if !fails {
		return do()
	}
	if happened {
		_ = do()
	}
	return errPower
}

func (f *faulty) Create(ctx context.Context, h account.Holder) error {
	return f.write(func() error { return f.Store.Create(ctx, h) })
}

func (f *faulty) Save(ctx context.Context, a account.Account) error {
	return f.write(func() error { return f.Store.Save(ctx, a) })
}

func (f *faulty) ledger() wallet.Store { return faultyLedger{f.inner, f} }

type faultyLedger struct {
	wallet.Store
	f *faulty
}

func (l faultyLedger) Append(ctx context.Context, entries []wallet.Entry) error {
	return l.f.write(func() error { return l.Store.Append(ctx, entries) })
}
