package wallet_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"membergate/internal/fault"
	"membergate/internal/storetest"
	"membergate/internal/wallet"
)

// forgetful keeps no ops: what is sent again is written again. Every fourth answer gets lost behind the write.
type forgetful struct {
	wallet.Store
	entries []wallet.Entry
	writes  int
}

func (f *forgetful) Append(_ context.Context, added []wallet.Entry) error {
	if len(added) > 0 && added[0].Seq != int64(len(f.entries))+1 {
		return wallet.ErrTaken
	}
	f.entries = append(f.entries, added...)
	if f.writes++; f.writes%4 == 0 {
		return fault.New(fault.Unavailable, "the answer got lost")
	}
	return nil
}

func (f *forgetful) Heads(_ context.Context, ids []wallet.ID) (map[wallet.ID]wallet.Entry, error) {
	if len(f.entries) == 0 {
		return nil, nil
	}
	return map[wallet.ID]wallet.Entry{ids[0]: f.entries[len(f.entries)-1]}, nil
}

func (f *forgetful) ByOps(context.Context, wallet.ID, []string) (map[string]wallet.Entry, error) {
	return nil, nil
}

func (f *forgetful) BySeqs(_ context.Context, _ wallet.ID, seqs []int64) (map[int64]wallet.Entry, error) {
	return map[int64]wallet.Entry{seqs[0]: f.entries[seqs[0]-1]}, nil
}

func (f *forgetful) Chain(_ context.Context, _ wallet.ID, after int64, n int) ([]wallet.Entry, error) {
	return f.entries[after:min(len(f.entries), int(after)+n)], nil
}

// losing says that it wrote what it did not.
type losing struct {
	wallet.Store
	writes int
}

func (l *losing) Append(ctx context.Context, added []wallet.Entry) error {
	if l.writes++; l.writes%10 == 0 {
		return nil
	}
	return l.Store.Append(ctx, added)
}

// minting reads a coin more out of the newest entry than was written into it.
type minting struct{ wallet.Store }

func (m minting) Heads(ctx context.Context, ids []wallet.ID) (map[wallet.ID]wallet.Entry, error) {
	found, err := m.Store.Heads(ctx, ids)
	for id, e := range found {
		if e.Seq%10 == 0 && len(e.State.Lots) > 0 {
			e.State.Lots[0].Free++
			found[id] = e
		}
	}
	return found, err
}

func TestTheModelNoticesStoresThatLoseOrMakeCoins(t *testing.T) {
	for name, s := range map[string]wallet.Store{
		"a sending that is not recognised when it comes again": &forgetful{},
		"a write that was confirmed and lost":                  &losing{Store: storetest.Memory().Wallets},
		"a coin that nobody earned":                            minting{storetest.Memory().Wallets},
	} {
		t.Run(name, func(t *testing.T) {
			if err := storetest.WalletWalk(t.Context(), s, 200, rand.New(rand.NewPCG(1, 1)).IntN); err == nil {
				t.Error("200 steps went by and nothing was noticed")
			}
		})
	}
	if err := storetest.WalletWalk(t.Context(), storetest.Memory().Wallets, 200, rand.New(rand.NewPCG(1, 1)).IntN); err != nil {
		t.Errorf("the same walk over a good store: %v", err)
	}
}
