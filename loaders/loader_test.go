package loaders

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"

	"membergate/internal/trips"
)

// shelf is a store in a test: it remembers what it was asked.
type shelf struct {
	mu    sync.Mutex
	calls [][]int
	gate  chan struct{} // when set, a fetch waits for it
}

func (s *shelf) fetch(_ context.Context, keys []int) (map[int]string, error) {
	s.mu.Lock()
	s.calls = append(s.calls, slices.Sorted(slices.Values(keys)))
	s.mu.Unlock()
	if s.gate != nil {
		<-s.gate
	}
	out := map[int]string{}
	for _, k := range keys {
		switch {
		case k < 0:
			return nil, errors.New("the shelf fell")
		case k == 13:
			panic("thirteen")
		case k%2 == 0:
			out[k] = fmt.Sprint(k)
		}
	}
	return out, nil
}

func TestTheWantsOfAllBranchesAreFetchedAtOnce(t *testing.T) {
	ctx, count := trips.With(t.Context())
	one, two := &shelf{}, &shelf{}
	a, b := NewLoader(one.fetch), NewLoader(two.fetch)
	waves := newWaves(3)
	waves.loaders = []interface{ flush() func(context.Context) }{a, b}
	var all sync.WaitGroup
	for i := range 3 {
		all.Go(func() {
			branch := &Branch{waves: waves}
			defer branch.Leave(ctx)
			a.Want(i*2, 100)
			branch.Arrive(ctx)
			if i == 2 {
				return // it needs no second wave
			}
			if v, ok, err := a.Load(ctx, i*2); v != fmt.Sprint(i*2) || !ok || err != nil {
				t.Errorf("key %d gives %q %t %v", i*2, v, ok, err)
			}
			b.Want(i)
			branch.Arrive(ctx)
			if _, ok, err := b.Load(ctx, i); ok != (i == 0) || err != nil {
				t.Errorf("key %d is found %t, %v", i, ok, err)
			}
		})
	}
	all.Wait()
	if len(one.calls) != 1 || !slices.Equal(one.calls[0], []int{0, 2, 4, 100}) || len(two.calls) != 1 || !slices.Equal(two.calls[0], []int{0, 1}) {
		t.Errorf("calls %v and %v, want one each", one.calls, two.calls)
	}
	if count.Waves() != 2 {
		t.Errorf("%d waves, want 2", count.Waves())
	}
}

func TestAListThatNobodyForesawCostsTwoCalls(t *testing.T) {
	s := &shelf{gate: make(chan struct{})}
	l := NewLoader(s.fetch)
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			if _, _, err := l.Load(t.Context(), i*2); err != nil {
				t.Error(err)
			}
		})
	}
	for all50 := false; !all50; { // until all others wait behind those that came first
		l.mu.Lock()
		s.mu.Lock()
		all50 = len(s.calls) == 1 && len(s.calls[0])+len(l.queue) == 50
		s.mu.Unlock()
		l.mu.Unlock()
		runtime.Gosched()
	}
	close(s.gate)
	all.Wait()
	if len(s.calls) != 2 {
		t.Errorf("%d calls, want 2", len(s.calls))
	}
}

func TestABranchNeverWaitsForItself(t *testing.T) {
	s := &shelf{}
	l := NewLoader(s.fetch)
	waves := newWaves(2)
	waves.loaders = []interface{ flush() func(context.Context) }{l}
	l.Want(4)
	branch := &Branch{waves: waves}
	if v, _, err := l.Load(t.Context(), 4); v != "4" || err != nil {
		t.Errorf("the key gives %q %v", v, err)
	}
	branch.Leave(t.Context())
	branch.Leave(t.Context())
	if waves.branches != 1 {
		t.Errorf("%d branches are left, want 1", waves.branches)
	}
}

func TestAFaultReachesWhoeverAskedAndNobodyHangs(t *testing.T) {
	l := NewLoader((&shelf{}).fetch)
	for _, key := range []int{-1, 13} {
		if _, _, err := l.Load(t.Context(), key); err == nil {
			t.Errorf("key %d gives no error", key)
		}
	}
	l.Prime(7, "seven")
	if v, ok, err := l.Load(t.Context(), 7); v != "seven" || !ok || err != nil {
		t.Errorf("the primed key gives %q %t %v", v, ok, err)
	}
}
