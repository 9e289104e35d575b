package redisstore

import (
	"context"
	"encoding/hex"
	"fmt"

	"membergate/internal/community"
)

// Orders of the hot feed that members page through:
//
//	ranking:<version>  string, 16 bytes for each post's id, hottest first; dies community.RankingLife after it was read
//	                   last. Lost, pages go on in the newest order

// Rankings is a community.Rankings.
type Rankings struct{ s *Store }

// Rankings gives the store of orders of the hot feed.
func (s *Store) Rankings() *Rankings { return &Rankings{s} }

// idBytes is the length of a post's id.
const idBytes = 16

// Keep implements community.Rankings.
func (r *Rankings) Keep(ctx context.Context, of community.Ranking) error {
	all := make([]byte, 0, idBytes*len(of.Posts))
	for _, id := range of.Posts {
		raw, err := hex.DecodeString(string(id))
		if err != nil || len(raw) != idBytes {
			return fmt.Errorf("redisstore: %q is no id of a post", id)
		}
		all = append(all, raw...)
	}
	return translate(r.s.redis.Set(ctx, r.s.key("ranking", of.Version), all, community.RankingLife).Err())
}

// Part implements community.Rankings: one pipeline.
func (r *Rankings) Part(ctx context.Context, version string, from, n int) ([]community.PostID, bool, error) {
	key := r.s.key("ranking", version)
	pipe := r.s.redis.Pipeline()
	there := pipe.PExpire(ctx, key, community.RankingLife)
	part := pipe.GetRange(ctx, key, int64(from*idBytes), int64((from+n)*idBytes-1))
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, false, translate(err)
	}
	raw := part.Val()
	out := make([]community.PostID, 0, len(raw)/idBytes)
	for i := 0; i+idBytes <= len(raw); i += idBytes {
		out = append(out, community.PostID(hex.EncodeToString([]byte(raw[i:i+idBytes]))))
	}
	return out, there.Val(), nil
}
