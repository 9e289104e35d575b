package redisstore

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"membergate/internal/insight"
	"membergate/internal/member"
)

func TestDeedsAreAdmittedOnceWithinBounds(t *testing.T) {
	onEvents(t, func(t *testing.T, s *Store, _ *Events) {
		b, ctx, who := s.Behaviour(), t.Context(), member.ID("17850")
		fresh, wait, err := b.Admit(ctx, who, []string{"id/a", "id/b", "id/a"}, 4, time.Minute)
		if err != nil || wait != 0 || len(fresh) != 2 {
			t.Fatalf("%v, %v, %v", fresh, wait, err)
		}
		if fresh, wait, err = b.Admit(ctx, who, []string{"id/a", "met/X/A"}, 4, time.Minute); err != nil || wait != 0 || len(fresh) != 1 || !fresh["met/X/A"] {
			t.Fatalf("again: %v, %v, %v", fresh, wait, err)
		}
		if fresh, wait, err = b.Admit(ctx, who, []string{"id/c", "id/d"}, 4, time.Minute); err != nil || len(fresh) != 0 || wait <= 0 || wait > time.Minute {
			t.Fatalf("too many: %v, %v, %v", fresh, wait, err)
		}
		if fresh, _, err = b.Admit(ctx, "other", []string{"id/a"}, 4, time.Minute); err != nil || len(fresh) != 1 {
			t.Fatalf("of somebody else: %v, %v", fresh, err)
		}
		must(t, b.Retract(ctx, who, []string{"id/b"}))
		if fresh, _, err = b.Admit(ctx, who, []string{"id/b"}, 4, time.Minute); err != nil || !fresh["id/b"] {
			t.Errorf("taken back: %v, %v", fresh, err)
		}
		// days later marks go, but for those of experiments
		b.now = func() time.Time { return time.Now().Add(behaviourKept + time.Minute) }
		if fresh, _, err = b.Admit(ctx, who, []string{"id/a", "met/X/A"}, 100, time.Minute); err != nil || len(fresh) != 1 || !fresh["id/a"] {
			t.Errorf("days later: %v, %v", fresh, err)
		}
		// of those who tell the same at once one counts
		var won atomic.Int64
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				got, _, err := b.Admit(ctx, "crowd", []string{"id/x", "id/y"}, 100, time.Minute)
				if err != nil {
					t.Error(err)
				}
				won.Add(int64(len(got)))
			})
		}
		all.Wait()
		if won.Load() != 2 {
			t.Errorf("two deeds counted %d times", won.Load())
		}
	})
}

func TestDeedsAreHandedOverInTheirOrder(t *testing.T) {
	onEvents(t, func(t *testing.T, s *Store, _ *Events) {
		b, ctx, at := s.Behaviour(), t.Context(), time.Now().UTC().Truncate(time.Millisecond)
		must(t, b.Hand(ctx, "17850", []insight.Deed{{ID: "a", Act: insight.ProductViewed, At: at, SKU: "85123A"}, {ID: "b", Act: insight.ExperimentMet, At: at, Code: "X", Variant: "A"}}))
		entries, err := s.redis.XRange(ctx, s.key("behaviour"), "-", "+").Result()
		if err != nil || len(entries) != 2 || entries[0].Values["id"] != "a" || entries[0].Values["type"] != "product_viewed" || entries[0].Values["member"] != "17850" ||
			entries[0].Values["data"] != `{"sku":"85123A"}` || entries[1].Values["data"] != `{"code":"X","variant":"A"}` {
			t.Errorf("%v, %v", entries, err)
		}
		seen, err := s.Looks().Viewed(ctx, "17850", at.Add(-time.Second))
		if err != nil || !slices.Equal(seen, []insight.View{{SKU: "85123A", At: at}}) {
			t.Errorf("%v, %v", seen, err)
		}
		b.now = func() time.Time { return time.Now().Add(behaviourKept + time.Minute) }
		must(t, b.Hand(ctx, "17850", []insight.Deed{{ID: "c", Act: insight.PageOpened, At: at, Code: "home"}}))
		if left, err := s.redis.XLen(ctx, s.key("behaviour")).Result(); err != nil || left > 1 {
			t.Errorf("%d are left, %v", left, err)
		}
		must(t, s.Looks().Unsee(ctx, "17850"))
		if left := s.redis.Keys(ctx, s.prefix+"*{17850}*").Val(); len(left) != 0 {
			t.Errorf("of who is forgotten there is %v", left)
		}
	})
}
