package storetest

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"membergate/internal/transfer"
)

// MemoryTransfers makes the plainest transfer.Store.
func MemoryTransfers() transfer.Store { return &transfers{all: map[string]transfer.Transfer{}} }

type transfers struct {
	mu  sync.Mutex
	all map[string]transfer.Transfer
}

func (s *transfers) Create(ctx context.Context, t transfer.Transfer) error {
	return locked(ctx, &s.mu, func() error {
		if _, there := s.all[t.ID]; there {
			return transfer.ErrExists
		}
		t.Version = 1
		s.all[t.ID] = t
		return nil
	})
}

func (s *transfers) ByIDs(ctx context.Context, ids []string) (map[string]transfer.Transfer, error) {
	out := map[string]transfer.Transfer{}
	return out, locked(ctx, &s.mu, func() error {
		for _, id := range ids {
			if t, there := s.all[id]; there {
				out[id] = t
			}
		}
		return nil
	})
}

func (s *transfers) Save(ctx context.Context, t transfer.Transfer) error {
	return locked(ctx, &s.mu, func() error {
		if old, there := s.all[t.ID]; !there || old.Version != t.Version {
			return transfer.ErrStale
		}
		t.Version++
		s.all[t.ID] = t
		return nil
	})
}

func (s *transfers) list(ctx context.Context, n int, want func(transfer.Transfer) bool) (out []transfer.Transfer, err error) {
	err = locked(ctx, &s.mu, func() error {
		for _, t := range s.all {
			if want(t) {
				out = append(out, t)
			}
		}
		return nil
	})
	slices.SortFunc(out, func(a, b transfer.Transfer) int { return cmp.Compare(a.ID, b.ID) })
	return out[:min(n, len(out))], err
}

func (s *transfers) Unfinished(ctx context.Context, n int) ([]transfer.Transfer, error) {
	return s.list(ctx, n, func(t transfer.Transfer) bool { return t.Unfinished })
}

func (s *transfers) Walk(ctx context.Context, after string, n int) ([]transfer.Transfer, error) {
	return s.list(ctx, n, func(t transfer.Transfer) bool { return t.ID > after })
}

// flakyTransfers is a transfer.Store over a bad network.
type flakyTransfers struct {
	transfer.Store
	f caller
}

// caller does a call, or lets it fail.
type caller interface{ call(do func() error) error }

func (s *flakyTransfers) Create(ctx context.Context, t transfer.Transfer) error {
	return s.f.call(func() error { return s.Store.Create(ctx, t) })
}

func (s *flakyTransfers) ByIDs(ctx context.Context, ids []string) (out map[string]transfer.Transfer, err error) {
	err = s.f.call(func() error { out, err = s.Store.ByIDs(ctx, ids); return err })
	return out, err
}

func (s *flakyTransfers) Save(ctx context.Context, t transfer.Transfer) error {
	return s.f.call(func() error { return s.Store.Save(ctx, t) })
}

// FlakyTransfers gives the same store over a bad network, as Flaky does.
func FlakyTransfers(s transfer.Store, seed uint64) transfer.Store {
	return &flakyTransfers{s, &flaky{r: dice(seed)}}
}
