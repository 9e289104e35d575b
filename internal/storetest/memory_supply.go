package storetest

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"membergate/internal/supply"
	"membergate/internal/wallet"
)

// MemorySupply makes the plainest supply.Store that keeps all promises.
func MemorySupply() supply.Store {
	s := newCounts()
	s.abroad = map[string]*counts{"": s}
	return s
}

func newCounts() *counts {
	return &counts{mu: &sync.Mutex{}, shards: map[int]supply.Shard{}, marks: map[wallet.ID]supply.Mark{}}
}

func (s *counts) In(currency string) supply.Store {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.abroad[currency] == nil {
		one := newCounts()
		one.mu, one.marks, one.abroad = s.mu, s.marks, s.abroad
		s.abroad[currency] = one
	}
	return s.abroad[currency]
}

type counts struct {
	mu     *sync.Mutex
	shards map[int]supply.Shard
	marks  map[wallet.ID]supply.Mark

	adjusted []supply.Adjustment
	abroad   map[string]*counts
}

func (s *counts) Shards(ctx context.Context) (out []supply.Shard, err error) {
	err = locked(ctx, s.mu, func() error {
		for _, one := range s.shards {
			out = append(out, copied(one))
		}
		slices.SortFunc(out, func(a, b supply.Shard) int { return cmp.Compare(a.N, b.N) })
		return nil
	})
	return out, err
}

func (s *counts) Shard(ctx context.Context, n int) (out supply.Shard, err error) {
	err = locked(ctx, s.mu, func() error {
		out = copied(s.shards[n])
		out.N = n
		return nil
	})
	return out, err
}

func (s *counts) Save(ctx context.Context, changed supply.Shard) error {
	return locked(ctx, s.mu, func() error {
		if s.shards[changed.N].Version != changed.Version {
			return supply.ErrStale
		}
		changed = copied(changed)
		changed.Version++
		s.shards[changed.N] = changed
		return nil
	})
}

func (s *counts) Marks(ctx context.Context, ids []wallet.ID) (map[wallet.ID]supply.Mark, error) {
	out := map[wallet.ID]supply.Mark{}
	return out, locked(ctx, s.mu, func() error {
		for _, id := range ids {
			if m, ok := s.marks[id]; ok {
				out[id] = copied(m)
			}
		}
		return nil
	})
}

func (s *counts) Raise(ctx context.Context, marks []supply.Mark) error {
	return locked(ctx, s.mu, func() error {
		for _, m := range marks {
			if s.marks[m.Wallet].Seq < m.Seq {
				s.marks[m.Wallet] = copied(m)
			}
		}
		return nil
	})
}

func (s *counts) Due(ctx context.Context, by time.Time, n int) (out []wallet.ID, err error) {
	err = locked(ctx, s.mu, func() error {
		for id, m := range s.marks {
			if len(out) < n && !m.Due.IsZero() && !m.Due.After(by) {
				out = append(out, id)
			}
		}
		return nil
	})
	return out, err
}

func (s *counts) Adjustments(ctx context.Context) (out []supply.Adjustment, err error) {
	err = locked(ctx, s.mu, func() error {
		out = slices.Clone(s.adjusted)
		slices.SortFunc(out, func(a, b supply.Adjustment) int { return a.To.Compare(b.To) })
		return nil
	})
	return out, err
}

func (s *counts) Adjust(ctx context.Context, a supply.Adjustment) (is supply.Adjustment, added bool, err error) {
	err = locked(ctx, s.mu, func() error {
		for _, old := range s.adjusted {
			if old.ID() == a.ID() {
				is = old
				return nil
			}
		}
		s.adjusted = append(s.adjusted, a)
		is, added = a, true
		return nil
	})
	return is, added, err
}

func (s *counts) Recount(ctx context.Context, marks []supply.Mark) error {
	return locked(ctx, s.mu, func() error {
		for _, m := range marks {
			s.marks[m.Wallet] = copied(m)
		}
		return nil
	})
}
