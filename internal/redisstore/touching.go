package redisstore

import (
	"context"
	"sync/atomic"

	"github.com/redis/go-redis/v9"
)

// touching notes that an embedded store may have changed, so that one that was only read is not written down again
// and again.
type touching struct {
	counting
	dirty *atomic.Bool
}

// reads are the commands that change nothing; every other one may.
var reads = map[string]bool{
	"get": true, "mget": true, "exists": true, "ttl": true, "pttl": true, "type": true, "keys": true, "scan": true, "strlen": true,
	"hget": true, "hmget": true, "hgetall": true, "hexists": true, "hlen": true, "lrange": true, "llen": true, "smembers": true,
	"sismember": true, "smismember": true, "scard": true, "zrange": true, "zrevrange": true, "zrevrangebyscore": true, "zrangebyscore": true, "zscore": true,
	"zcard": true, "zrank": true, "zrevrank": true, "xrange": true, "xlen": true, "xinfo": true, "xpending": true,
	"publish": true, "subscribe": true, "unsubscribe": true,
}

// ProcessHook implements redis.Hook.
func (t touching) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		defer t.note(cmd)
		return next(ctx, cmd)
	}
}

// ProcessPipelineHook implements redis.Hook.
func (t touching) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		defer func() {
			for _, cmd := range cmds {
				t.note(cmd)
			}
		}()
		return next(ctx, cmds)
	}
}

// note is made when the command has run: a save that began before it may have missed it, and the next one will not.
func (t touching) note(cmd redis.Cmder) {
	idle := cmd.Name() == "xreadgroup" && cmd.Err() == redis.Nil // a reader that waited for nothing
	if !reads[cmd.Name()] && !greeting(cmd) && !idle {
		t.dirty.Store(true)
	}
}
