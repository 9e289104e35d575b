// Package trips counts what one request costs the stores: round trips to MongoDB and to Redis, and waves of look-ups.
// The count travels in the request's context, so stores and loaders add to it without knowing who reads it.
package trips

import (
	"context"
	"sync/atomic"
)

// Count is one request's tally. It may be added to from many goroutines.
type Count struct {
	mongo, redis, waves atomic.Int64
}

// Mongo is the number of commands sent to MongoDB, or of transactions on the embedded store that stands in for it.
func (c *Count) Mongo() int { return int(c.mongo.Load()) }

// Redis is the number of round trips to Redis; a pipeline is one.
func (c *Count) Redis() int { return int(c.redis.Load()) }

// Waves is the number of times that look-ups were sent off together, one after the other.
func (c *Count) Waves() int { return int(c.waves.Load()) }

type key struct{}

// With gives a context that counts, and the count.
func With(ctx context.Context) (context.Context, *Count) {
	c := &Count{}
	return context.WithValue(ctx, key{}, c), c
}

// From takes the count out of the context. Without one it gives a count that nobody else sees, never nil.
func From(ctx context.Context) *Count {
	if c, ok := ctx.Value(key{}).(*Count); ok {
		return c
	}
	return &Count{}
}

// Mongo notes one command to MongoDB (or one transaction on the embedded store).
func Mongo(ctx context.Context) { From(ctx).mongo.Add(1) }

// Redis notes one round trip to Redis.
func Redis(ctx context.Context) { From(ctx).redis.Add(1) }

// Wave notes that look-ups were sent off together.
func Wave(ctx context.Context) { From(ctx).waves.Add(1) }
