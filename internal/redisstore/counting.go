package redisstore

import (
	"context"
	"errors"
	"net"

	"github.com/redis/go-redis/v9"

	"membergate/internal/tracing"
	"membergate/internal/trips"
)

// counting notes a round trip and, in a traced request, makes a span for every command and every pipeline. A connection's own greeting is none.
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
			call := tracing.Begin(ctx, "redis", cmd.Name(), "")
			err := next(ctx, cmd)
			call.End(failure(err))
			return err
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
				call := tracing.Begin(ctx, "redis", "pipeline", "")
				err := next(ctx, cmds)
				call.End(failure(err))
				return err
			}
		}
		return next(ctx, cmds)
	}
}

// failure is an error that tells of one: that a key is not there is none, and neither is a script that Redis has
// yet to be sent.
func failure(err error) error {
	if errors.Is(err, redis.Nil) || redis.HasErrorPrefix(err, "NOSCRIPT") {
		return nil
	}
	return err
}

func greeting(cmd redis.Cmder) bool {
	switch cmd.Name() {
	case "hello", "auth", "select", "client", "readonly", "ping", "cluster", "command", "info":
		return true
	}
	return false
}
