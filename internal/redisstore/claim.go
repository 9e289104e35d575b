package redisstore

import (
	"context"
	"time"
)

// Who does a kind of work that one process does for all:
//
//	sweeps:<job>  name of the worker that does it, for seconds; never with an embedded store

// Claims is a sweep.Claims.
type Claims struct{ s *Store }

// Claims gives the store of claims.
func (s *Store) Claims() *Claims { return &Claims{s} }

// Claim implements sweep.Claims. An embedded store has this process alone.
func (c *Claims) Claim(ctx context.Context, job, worker string, life time.Duration) (bool, error) {
	if c.s.embedded != nil {
		return true, nil
	}
	got, err := c.s.redis.Eval(ctx, lease, []string{c.s.key("sweeps", job)}, worker, life.Milliseconds()).Int()
	return got == 1, translate(err)
}

// Drop implements sweep.Claims.
func (c *Claims) Drop(ctx context.Context, job, worker string) error {
	if c.s.embedded != nil {
		return nil
	}
	return translate(c.s.redis.Eval(ctx, release, []string{c.s.key("sweeps", job)}, worker).Err())
}
