package redisstore

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// What is kept for minutes while somebody signs in: codes that were sent to phones, as hashes, and what providers answered,
// sealed:
//
//	brief:<what>  the text, for the time given; lost, a new code is asked for

// Brief is a signin.Brief.
type Brief struct{ s *Store }

// Brief gives the memory of minutes.
func (s *Store) Brief() *Brief { return &Brief{s} }

// Keep implements signin.Brief.
func (b *Brief) Keep(ctx context.Context, key, text string, life time.Duration) error {
	return translate(b.s.redis.Set(ctx, b.s.key("brief", key), text, life).Err())
}

// Kept implements signin.Brief.
func (b *Brief) Kept(ctx context.Context, key string) (string, bool, error) {
	text, err := b.s.redis.Get(ctx, b.s.key("brief", key)).Result()
	if errors.Is(err, redis.Nil) {
		return "", false, nil
	}
	return text, err == nil, translate(err)
}

// Drop implements signin.Brief.
func (b *Brief) Drop(ctx context.Context, key string) (bool, error) {
	n, err := b.s.redis.Del(ctx, b.s.key("brief", key)).Result()
	return n == 1, translate(err)
}

// First implements signin.Brief.
func (b *Brief) First(ctx context.Context, key string, life time.Duration) (bool, error) {
	first, err := b.s.redis.SetNX(ctx, b.s.key("brief", key), 1, life).Result()
	return first, translate(err)
}
