package redisstore

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"membergate/internal/allowance"
)

func TestABucketGivesWhatItHoldsWhoeverAsksAtOnce(t *testing.T) {
	onEvents(t, func(t *testing.T, s *Store, _ *Events) {
		buckets, granted := s.Allowances(), atomic.Int64{}
		rate := allowance.Rate{Most: 100, Each: time.Hour}
		charge := func(key string, cost int) allowance.Verdict {
			v, err := buckets.Take(t.Context(), []allowance.Charge{{Key: key, Rate: rate, Cost: cost}})
			if err != nil {
				t.Error(err)
				return allowance.Verdict{}
			}
			return v[0]
		}
		var all sync.WaitGroup
		for range 60 {
			all.Go(func() {
				if charge("anna", 3).Granted {
					granted.Add(1)
				}
			})
		}
		all.Wait()
		if n := granted.Load(); n != 33 {
			t.Errorf("%d times 3 of 100 were given; want 33", n)
		}
		if v := charge("anna", 3); v.Granted || v.Left != 1 || v.Wait < time.Hour || v.Wait > 2*time.Hour {
			t.Errorf("the empty bucket says %+v; want one left, and less than two hours to wait", v)
		}
		if v := charge("anna", -10); !v.Granted || v.Left != 11 {
			t.Errorf("given back: %+v; want 11 left", v)
		}
		if v := charge("anna", -1000); !v.Granted || v.Left != 100 {
			t.Errorf("more than it holds given back: %+v", v)
		}
		if n, err := s.redis.Exists(t.Context(), s.key("allowance", "anna")).Result(); err != nil || n != 0 {
			t.Errorf("of a full bucket something is kept: %d, %v", n, err)
		}
		both, err := buckets.Take(t.Context(), []allowance.Charge{{Key: "bert", Rate: rate, Cost: 60}, {Key: "bert", Rate: rate, Cost: 60}, {Key: "cleo", Rate: rate, Cost: 60}})
		if err != nil || !both[0].Granted || both[1].Granted || !both[2].Granted || both[1].Left != 40 {
			t.Errorf("several at once: %+v, %v", both, err)
		}
		life, err := s.redis.PTTL(t.Context(), s.key("allowance", "bert")).Result()
		if err != nil || life <= 59*time.Hour || life > 60*time.Hour {
			t.Errorf("the bucket is remembered for %v, %v", life, err)
		}
	})
}
