package redisstore

import (
	"slices"
	"testing"
	"time"

	"membergate/internal/community"
)

func TestARankingIsReadInParts(t *testing.T) {
	onEvents(t, func(t *testing.T, s *Store, _ *Events) {
		r := s.Rankings()
		all := community.Ranking{Version: "v"}
		for i := range 2500 {
			all.Posts = append(all.Posts, community.PostID(community.IDOf(time.UnixMilli(int64(i)), [10]byte{1, byte(i)})))
		}
		for range 2 {
			if err := r.Keep(t.Context(), all); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct{ from, n int }{{0, 3}, {998, 5}, {2490, 25}, {2500, 5}, {9000, 5}} {
			got, ok, err := r.Part(t.Context(), "v", c.from, c.n)
			from := min(c.from, 2500)
			if err != nil || !ok || !slices.Equal(got, all.Posts[from:min(from+c.n, 2500)]) {
				t.Errorf("from %d: %v, %t, %v", c.from, got, ok, err)
			}
		}
		if life := s.redis.PTTL(t.Context(), s.key("ranking", "v")).Val(); life > community.RankingLife || life < community.RankingLife-time.Minute {
			t.Errorf("it lives for %v", life)
		}
		if got, ok, err := r.Part(t.Context(), "unknown", 0, 5); err != nil || ok || len(got) > 0 {
			t.Errorf("an unknown one gives %v, %t, %v", got, ok, err)
		}
		if err := r.Keep(t.Context(), community.Ranking{Version: "w", Posts: []community.PostID{"no id"}}); err == nil {
			t.Error("what is no id is kept")
		}
	})
}
