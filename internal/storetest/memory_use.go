package storetest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"membergate/internal/benefit"
	"membergate/internal/member"
)

// MemoryCounters makes the plainest stores of benefits' uses that keep all promises.
func MemoryCounters() Counters {
	return Counters{
		Usages: &memoryUsages{all: map[member.ID]benefit.Usage{}},
		Uses:   &memoryUses{all: map[string]benefit.Use{}},
		Stock:  &memoryStock{ops: map[[2]string]int64{}, taken: map[string]int64{}},
	}
}

type memoryUsages struct {
	mu  sync.Mutex
	all map[member.ID]benefit.Usage
}

func (s *memoryUsages) ByMember(ctx context.Context, id member.ID) (u benefit.Usage, err error) {
	err = locked(ctx, &s.mu, func() error {
		u = s.all[id]
		u.Member, u.Counts, u.Steps = id, slices.Clone(u.Counts), slices.Clone(u.Steps)
		return nil
	})
	return u, err
}

func (s *memoryUsages) ByMembers(ctx context.Context, ids []member.ID) (map[member.ID]benefit.Usage, error) {
	out := map[member.ID]benefit.Usage{}
	err := locked(ctx, &s.mu, func() error {
		for _, id := range ids {
			if u, known := s.all[id]; known {
				u.Counts, u.Steps = slices.Clone(u.Counts), slices.Clone(u.Steps)
				out[id] = u
			}
		}
		return nil
	})
	return out, err
}

func (s *memoryUsages) Save(ctx context.Context, u benefit.Usage) error {
	return locked(ctx, &s.mu, func() error {
		if s.all[u.Member].Version != u.Version {
			return benefit.ErrStale
		}
		u.Version++
		u.Counts, u.Steps = slices.Clone(u.Counts), slices.Clone(u.Steps)
		s.all[u.Member] = u
		return nil
	})
}

func (s *memoryUsages) Unfinished(ctx context.Context, n int) (out []member.ID, err error) {
	err = locked(ctx, &s.mu, func() error {
		for _, id := range slices.Sorted(maps.Keys(s.all)) {
			if len(s.all[id].Steps) > 0 && len(out) < n {
				out = append(out, id)
			}
		}
		return nil
	})
	return out, err
}

type memoryUses struct {
	mu  sync.Mutex
	all map[string]benefit.Use
}

func (s *memoryUses) Create(ctx context.Context, u benefit.Use) error {
	return locked(ctx, &s.mu, func() error {
		if _, there := s.all[u.ID]; there {
			return benefit.ErrExists
		}
		u.Version = 1
		s.all[u.ID] = u
		return nil
	})
}

func (s *memoryUses) ByID(ctx context.Context, id string) (u benefit.Use, ok bool, err error) {
	err = locked(ctx, &s.mu, func() error {
		u, ok = s.all[id]
		return nil
	})
	return u, ok, err
}

func (s *memoryUses) Save(ctx context.Context, u benefit.Use) error {
	return locked(ctx, &s.mu, func() error {
		if old, there := s.all[u.ID]; !there || old.Version != u.Version {
			return benefit.ErrStale
		}
		u.Version++
		s.all[u.ID] = u
		return nil
	})
}

func (s *memoryUses) Page(ctx context.Context, id member.ID, after *benefit.Place, n int) (out []benefit.Use, err error) {
	order := func(a, b benefit.Place) int { return cmp.Or(b.At.Compare(a.At), strings.Compare(b.ID, a.ID)) }
	err = locked(ctx, &s.mu, func() error {
		for _, u := range s.all {
			if u.Member == id && (after == nil || order(*after, u.Place()) < 0) {
				out = append(out, u)
			}
		}
		return nil
	})
	slices.SortFunc(out, func(a, b benefit.Use) int { return order(a.Place(), b.Place()) })
	return out[:min(n, len(out))], err
}

type memoryStock struct {
	mu    sync.Mutex
	ops   map[[2]string]int64
	taken map[string]int64
}

func (s *memoryStock) Move(ctx context.Context, of, op string, n, most int64) (moved int64, err error) {
	err = locked(ctx, &s.mu, func() error {
		before, decided := s.ops[[2]string{of, op}]
		if moved = n; decided {
			moved = before
			return nil
		}
		if n > 0 && n > most-s.taken[of] {
			moved = 0
		}
		s.ops[[2]string{of, op}] = moved
		s.taken[of] += moved
		return nil
	})
	return moved, err
}

func (s *memoryStock) Taken(ctx context.Context, of []string) (map[string]int64, error) {
	out := map[string]int64{}
	err := locked(ctx, &s.mu, func() error {
		for _, name := range of {
			if n := s.taken[name]; n != 0 {
				out[name] = n
			}
		}
		return nil
	})
	return out, err
}

// through gives the same stores, every call of which goes through a caller.
func (s Counters) through(c caller) Counters {
	return Counters{&calledUsages{s.Usages, c}, &calledUses{s.Uses, c}, &calledStock{s.Stock, c}}
}

// FlakyCounters gives the same stores over a bad network, as Flaky does.
func FlakyCounters(s Counters, seed uint64) Counters { return s.through(&flaky{r: dice(seed)}) }

type calledUsages struct {
	benefit.Store
	c caller
}

func (s *calledUsages) ByMember(ctx context.Context, id member.ID) (u benefit.Usage, err error) {
	err = s.c.call(func() error { u, err = s.Store.ByMember(ctx, id); return err })
	return u, err
}

func (s *calledUsages) Save(ctx context.Context, u benefit.Usage) error {
	return s.c.call(func() error { return s.Store.Save(ctx, u) })
}

type calledUses struct {
	benefit.UseStore
	c caller
}

func (s *calledUses) Create(ctx context.Context, u benefit.Use) error {
	return s.c.call(func() error { return s.UseStore.Create(ctx, u) })
}

func (s *calledUses) ByID(ctx context.Context, id string) (u benefit.Use, ok bool, err error) {
	err = s.c.call(func() error { u, ok, err = s.UseStore.ByID(ctx, id); return err })
	return u, ok, err
}

func (s *calledUses) Save(ctx context.Context, u benefit.Use) error {
	return s.c.call(func() error { return s.UseStore.Save(ctx, u) })
}

type calledStock struct {
	benefit.Stock
	c caller
}

func (s *calledStock) Move(ctx context.Context, of, op string, n, most int64) (moved int64, err error) {
	err = s.c.call(func() error { moved, err = s.Stock.Move(ctx, of, op, n, most); return err })
	return moved, err
}

func (s *calledStock) Taken(ctx context.Context, of []string) (out map[string]int64, err error) {
	err = s.c.call(func() error { out, err = s.Stock.Taken(ctx, of); return err })
	return out, err
}
