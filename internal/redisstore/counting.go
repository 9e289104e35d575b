package redisstore

import (
	"context"
	"net"

	"github.com/redis/go-redis/v9"

	"membergate/internal/trips"
)

// counting notes a round trip for every command and every pipeline. A connection's own greeting is none.
type counting struct{}

// DialHook implements redis.Hook.
func (counting) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		return next(ctx, network, address)
	}
}

// ProcessHook implements redis.Hook.
func (counting) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if !greeting(cmd) {
			trips.Redis(ctx)
		}
		return next(ctx, cmd)
	}
}

// ProcessPipelineHook implements redis.Hook.
func (counting) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		for _, cmd := range cmds {
			if !greeting(cmd) {
				trips.Redis(ctx)
				break
			}
		}
		return next(ctx, cmds)
	}
}

func greeting(cmd redis.Cmder) bool {
	switch cmd.Name() {
	case "hello", "auth", "select", "client", "readonly", "ping", "cluster", "command", "info":
		return true
	}
	return false
}
