package redisstore

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// How often somebody was wrong, so that nothing is found out by trying:
//
//	guesses:<what>  number, for the time given from the first one on; lost, as many may be tried again

// Guesses is a desk.Guesses.
type Guesses struct{ s *Store }

// Guesses gives the count of what was wrong.
func (s *Store) Guesses() *Guesses { return &Guesses{s} }

// countWrong counts one more: KEYS the number; ARGV its life in milliseconds.
const countWrong = `local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return n`

// Wrong implements desk.Guesses.
func (g *Guesses) Wrong(ctx context.Context, key string, life time.Duration) (int64, error) {
	n, err := g.s.redis.Eval(ctx, countWrong, []string{g.s.key("guesses", key)}, life.Milliseconds()).Int64()
	return n, translate(err)
}

// Count implements desk.Guesses.
func (g *Guesses) Count(ctx context.Context, key string) (int64, error) {
	n, err := g.s.redis.Get(ctx, g.s.key("guesses", key)).Int64()
	if errors.Is(err, redis.Nil) {
		return 0, nil
	}
	return n, translate(err)
}
