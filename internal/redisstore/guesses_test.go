package redisstore

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestWrongGuessesAreCountedExactlyAndForgottenInTime(t *testing.T) {
	onEvents(t, func(t *testing.T, s *Store, _ *Events) {
		g, last := s.Guesses(), atomic.Int64{}
		if n, err := g.Count(t.Context(), "anna"); n != 0 || err != nil {
			t.Errorf("before any: %d, %v", n, err)
		}
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				n, err := g.Wrong(t.Context(), "anna", time.Hour)
				if err != nil {
					t.Error(err)
				}
				if n == 50 {
					last.Add(1)
				}
			})
		}
		all.Wait()
		if n, err := g.Count(t.Context(), "anna"); n != 50 || err != nil || last.Load() != 1 {
			t.Errorf("after fifty: %d, %v; %d were the fiftieth", n, err, last.Load())
		}
		if n, err := g.Wrong(t.Context(), "bert", time.Hour); n != 1 || err != nil {
			t.Errorf("another's first: %d, %v", n, err)
		}
		life, err := s.redis.PTTL(t.Context(), s.key("guesses", "anna")).Result()
		if err != nil || life < 50*time.Minute || life > time.Hour {
			t.Errorf("they are remembered for %v, %v", life, err)
		}
	})
}
