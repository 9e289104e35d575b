package redisstore

import (
	"context"
	"time"
)

// What counts once within a time, such as a code that is shown at a till:
//
//	seen:<what>  1, for the time given; lost, a code could be read again until it is old

// Seen is a desk.Seen.
type Seen struct{ s *Store }

// Seen gives the memory of what was seen.
func (s *Store) Seen() *Seen { return &Seen{s} }

// Once implements desk.Seen.
func (q *Seen) Once(ctx context.Context, key string, life time.Duration) (bool, error) {
	first, err := q.s.redis.SetNX(ctx, q.s.key("seen", key), 1, life).Result()
	return first, translate(err)
}
