package redisstore

import (
	"context"
	"time"
)

// What counts once within a time, such as a code that is shown at a till:
//
//	seen:<what>  1, for the time given; lost, a code could be read again until it is old. An embedded store writes it
//	             down at once, so that it outlasts a process that is killed.

// Seen is a desk.Seen.
type Seen struct{ s *Store }

// Seen gives the memory of what was seen.
func (s *Store) Seen() *Seen { return &Seen{s} }

// Once implements desk.Seen.
func (q *Seen) Once(ctx context.Context, key string, life time.Duration) (bool, error) {
	name := q.s.key("seen", key)
	first, err := q.s.redis.SetNX(ctx, name, 1, life).Result()
	if err != nil || !first || q.s.embedded == nil {
		return first, translate(err)
	}
	if err := q.s.embedded.note(name, life); err != nil {
		return false, err
	}
	return true, nil
}
