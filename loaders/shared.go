package loaders

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"
)

// Shared is something that is the same for everybody, kept in the process for seconds. One caller refreshes it; if
// that fails, the old value stays.
type Shared[T any] struct {
	read  func(context.Context) (T, error)
	lives time.Duration
	now   func() time.Time
	kept  atomic.Pointer[kept[T]]
	group singleflight.Group
}

type kept[T any] struct {
	value T
	until time.Time
}

// refreshWithin bounds a refresh: it belongs to no request, so no request's deadline ends it and no request's tally
// pays for it.
const refreshWithin = 2 * time.Second

// NewShared keeps what read gives for about lives: a tenth more or less, so that processes do not refresh together.
func NewShared[T any](read func(context.Context) (T, error), lives time.Duration, now func() time.Time) *Shared[T] {
	return &Shared[T]{read: read, lives: lives, now: now}
}

// Get gives the value, read anew when it is too old. A stale value is given at once while another caller refreshes,
// and when the refresh fails.
func (s *Shared[T]) Get(ctx context.Context) (T, error) {
	k := s.kept.Load()
	if k != nil && s.now().Before(k.until) {
		return k.value, nil
	}
	done := s.group.DoChan("", func() (any, error) {
		detached, cancel := context.WithTimeout(context.Background(), refreshWithin)
		defer cancel()
		v, err := s.read(detached)
		if err != nil {
			return nil, err
		}
		jitter := time.Duration(rand.Int64N(int64(s.lives)/5+1)) - s.lives/10
		s.kept.Store(&kept[T]{value: v, until: s.now().Add(s.lives + jitter)})
		return v, nil
	})
	if k != nil {
		return k.value, nil
	}
	select {
	case r := <-done:
		if r.Err != nil {
			var none T
			return none, r.Err
		}
		return r.Val.(T), nil
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
