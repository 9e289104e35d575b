package redisstore

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"membergate/internal/insight"
	"membergate/internal/member"
)

// What members looked at, for their portraits:
//
//	looks:{17850}  zset of "event id, stock-keeping unit", parted by \x1f, by when; at most mostLooks of the newest, for
//	               looksLife from the last one on. Lost, portraits know of purchases alone
const (
	looksLife  = 6 * 24 * time.Hour
	mostLooks  = 300
	looksParts = "\x1f"
)

// Looks is an insight.Looks.
type Looks struct{ s *Store }

// Looks gives what members looked at.
func (s *Store) Looks() *Looks { return &Looks{s} }

func (l *Looks) key(who member.ID) string { return l.s.key("looks", "{"+string(who)+"}") }

// See implements insight.Looks: one pipeline.
func (l *Looks) See(ctx context.Context, who member.ID, all []insight.Look) error {
	if len(all) == 0 {
		return nil
	}
	added := make([]redis.Z, len(all))
	for i, v := range all {
		added[i] = redis.Z{Score: float64(v.At.UnixMilli()), Member: v.ID + looksParts + v.SKU}
	}
	pipe, key := l.s.redis.Pipeline(), l.key(who)
	pipe.ZAdd(ctx, key, added...)
	pipe.ZRemRangeByRank(ctx, key, 0, -mostLooks-1)
	pipe.PExpire(ctx, key, looksLife)
	_, err := pipe.Exec(ctx)
	return translate(err)
}

// Viewed implements insight.Looks.
func (l *Looks) Viewed(ctx context.Context, who member.ID, since time.Time) (out []insight.View, err error) {
	found, err := l.s.redis.ZRangeByScoreWithScores(ctx, l.key(who), &redis.ZRangeBy{Min: strconv.FormatInt(since.UnixMilli(), 10), Max: "+inf"}).Result()
	if err != nil {
		return nil, translate(err)
	}
	for _, one := range found {
		text, _ := one.Member.(string)
		_, sku, _ := strings.Cut(text, looksParts)
		out = append(out, insight.View{SKU: sku, At: time.UnixMilli(int64(one.Score)).UTC()})
	}
	return out, nil
}

// Unsee implements insight.Looks.
func (l *Looks) Unsee(ctx context.Context, who member.ID) error {
	b := l.s.Behaviour()
	pipe := l.s.redis.Pipeline() // the keys of a member share a slot, and need not
	pipe.Del(ctx, l.key(who))
	pipe.Del(ctx, b.key(who, "told"), b.key(who, "allowance"))
	_, err := pipe.Exec(ctx)
	return translate(err)
}
