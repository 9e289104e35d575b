package redisstore

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestOfManyAtOnceOneIsTheFirst(t *testing.T) {
	onEvents(t, func(t *testing.T, s *Store, _ *Events) {
		var firsts atomic.Int64
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				first, err := s.Seen().Once(t.Context(), "AAAAAAAA/1", 2*time.Minute)
				if err != nil {
					t.Error(err)
				} else if first {
					firsts.Add(1)
				}
			})
		}
		all.Wait()
		if n := firsts.Load(); n != 1 {
			t.Errorf("%d were the first", n)
		}
		if first, err := s.Seen().Once(t.Context(), "AAAAAAAA/2", 2*time.Minute); err != nil || !first {
			t.Errorf("the next step's is the first: %v, %v", first, err)
		}
		life, err := s.redis.PTTL(t.Context(), s.key("seen", "AAAAAAAA/1")).Result()
		if err != nil || life < time.Minute || life > 2*time.Minute {
			t.Errorf("it is remembered for %v, %v", life, err)
		}
	})
}
