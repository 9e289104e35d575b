package redisstore

import (
	"context"
	"errors"
	"net"

	"github.com/redis/go-redis/v9"

	"membergate/internal/breaker"
)

// breaking keeps commands away from a server that does not answer. Each node of a cluster has one of its own: where one
// is away, the others serve.
type breaking struct{ breaker *breaker.Breaker }

// DialHook implements redis.Hook.
func (breaking) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		return next(ctx, network, address)
	}
}

// ProcessHook implements redis.Hook. A ping is let through: it is how readiness and those who wait for a server ask.
func (b breaking) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if greeting(cmd) {
			return next(ctx, cmd)
		}
		err := b.breaker.Do(ctx, func() error { return next(ctx, cmd) }, noAnswer)
		err = lost(err)
		cmd.SetErr(err)
		return err
	}
}

// ProcessPipelineHook implements redis.Hook.
func (b breaking) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		ran := false
		err := b.breaker.Do(ctx, func() error { ran = true; return next(ctx, cmds) }, noAnswer)
		if !ran {
			for _, cmd := range cmds {
				cmd.SetErr(err)
			}
		}
		return err
	}
}

// noAnswer tells whether an error means that the server did not answer. That no connection was free in this process
// says nothing of the server: those that are taken will tell.
func noAnswer(err error) bool {
	var said redis.Error
	return err != nil && !errors.As(err, &said) && !errors.Is(err, redis.ErrPoolTimeout) && !errors.Is(err, redis.ErrClosed)
}

// lost hides from the client of a cluster that a connection broke or an answer came too late: it would send the command
// again, and a counter would count twice. What was never sent, because nobody took the connection, may be tried again.
func lost(err error) error {
	var op *net.OpError
	if !noAnswer(err) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &op) && op.Op == "dial" {
		return err
	}
	return unanswered{err}
}

// unanswered is a command of which nobody knows whether it ran. It does not unwrap: see lost.
type unanswered struct{ cause error }

func (u unanswered) Error() string { return "the answer is lost: " + u.cause.Error() }
