package redisstore

import (
	"slices"
	"testing"
	"time"

	"membergate/internal/community"
	"membergate/internal/member"
)

// homePosts are ids of posts, newest first; each two share a millisecond.
func homePosts(n int) (out []community.PostID) {
	for i := n; i > 0; i-- {
		out = append(out, community.PostID(community.IDOf(time.UnixMilli(1_700_000_000_000+int64(i/2)), [10]byte{1, byte(i >> 8), byte(i)})))
	}
	return out
}

func TestAListIsWholeOnlyWhenWhoeverBeganItFilledIt(t *testing.T) {
	onEvents(t, func(t *testing.T, s *Store, _ *Events) {
		h, ctx, who, posts := s.Homes(), t.Context(), member.ID("m1"), homePosts(9)
		at := time.UnixMilli(1_700_000_100_000).UTC()
		there := func(want bool) community.Home {
			t.Helper()
			got, ok, err := h.Home(ctx, who, "", 20)
			must(t, err)
			if ok != want {
				t.Fatalf("the list is there: %t, want %t", ok, want)
			}
			return got
		}
		there(false)
		must(t, h.PushHomes(ctx, map[member.ID][]community.PostID{who: posts[:1]}))
		there(false) // nothing is pushed to a list that is not there
		first, err := h.OpenHome(ctx, who, 5)
		must(t, err)
		there(false)
		second, err := h.OpenHome(ctx, who, 6)
		must(t, err)
		must(t, h.FillHome(ctx, who, first, at, posts))
		there(false)
		must(t, h.PushHomes(ctx, map[member.ID][]community.PostID{who: posts[:2]}))
		must(t, h.FillHome(ctx, who, second, at, posts[4:]))
		got := there(true)
		if want := slices.Concat(posts[:2], posts[4:]); !slices.Equal(got.Posts, want) || got.Ties != 6 || !got.Mark.Equal(at) || !got.Ended || got.Floor != "" {
			t.Errorf("the list is %+v, want posts %v", got, want)
		}
		must(t, h.PushHomes(ctx, map[member.ID][]community.PostID{who: posts[:4], "nobody": posts}))
		if again := there(true); !slices.Equal(again.Posts, posts) {
			t.Errorf("pushed again it is %v", again.Posts)
		}
		if _, ok, err := h.Home(ctx, "nobody", "", 20); ok || err != nil {
			t.Errorf("somebody without a list has one: %v", err)
		}
	})
}

func TestAListKeepsTheNewestAndTellsItsFloor(t *testing.T) {
	onEvents(t, func(t *testing.T, s *Store, _ *Events) {
		h, ctx, who, posts := s.Homes(), t.Context(), member.ID("m2"), homePosts(community.HomeMost+30)
		nonce, err := h.OpenHome(ctx, who, 1)
		must(t, err)
		must(t, h.FillHome(ctx, who, nonce, time.UnixMilli(1_700_000_100_000), posts[30:]))
		must(t, h.PushHomes(ctx, map[member.ID][]community.PostID{who: posts[:30]}))
		floor := posts[community.HomeMost-1]
		var below community.PostID
		var all []community.PostID
		for {
			got, ok, err := h.Home(ctx, who, below, 37)
			must(t, err)
			if !ok || got.Floor != floor {
				t.Fatalf("there: %t; the floor is %s, want %s", ok, got.Floor, floor)
			}
			if all = append(all, got.Posts...); got.Ended || len(got.Posts) == 0 {
				break
			}
			below = got.Posts[len(got.Posts)-1]
		}
		if !slices.Equal(all, posts[:community.HomeMost]) {
			t.Errorf("paged through it has %d posts, want the newest %d", len(all), community.HomeMost)
		}
		if life := s.redis.PTTL(ctx, h.list(who)).Val(); life > community.HomeLife || life < community.HomeLife-time.Minute {
			t.Errorf("it lives for %v", life)
		}
		for _, wrong := range []error{h.PushHomes(ctx, map[member.ID][]community.PostID{who: {"no id"}}), h.FillHome(ctx, who, nonce, time.Now(), []community.PostID{"no id"})} {
			if wrong == nil {
				t.Error("what is no id is kept")
			}
		}
		if _, _, err := h.Home(ctx, who, "no id", 5); err == nil {
			t.Error("a place that is no id is taken")
		}
	})
}

func TestWhatIsPushedEverywhereIsTheLeastOfAllBuckets(t *testing.T) {
	onEvents(t, func(t *testing.T, s *Store, _ *Events) {
		h, ctx := s.Homes(), t.Context()
		if got, err := h.Spread(ctx); err != nil || got != (community.Spread{}) && !got.To.IsZero() && got.To.Before(got.From) {
			t.Fatalf("at first it is %+v, %v", got, err)
		}
		want := community.Spread{From: time.UnixMilli(1_700_000_000_000).UTC(), To: time.UnixMilli(1_700_000_050_000).UTC()}
		must(t, h.SetSpread(ctx, want))
		if got, err := h.Spread(ctx); err != nil || got != want {
			t.Errorf("it is %+v, %v", got, err)
		}
		if s.embedded != nil {
			return
		}
		must(t, s.redis.Del(ctx, h.key(17, "spread")).Err())
		if got, err := h.Spread(ctx); err != nil || got.To.After(got.From) {
			t.Errorf("with one bucket lost it is %+v, %v", got, err)
		}
		nonce, err := h.OpenHome(ctx, "m3", 1)
		must(t, err)
		must(t, h.FillHome(ctx, "m3", nonce, want.From, nil))
		if got, ok, err := h.Home(ctx, "m3", "", 5); err != nil || !ok || homeBucket("m3") != 17 && got.Done != want {
			t.Errorf("a list says %+v, %t, %v", got, ok, err)
		}
	})
}
