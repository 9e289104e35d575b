package redisstore

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// silent keeps the client from writing lines of its own, with addresses in them, among the program's JSON: whatever goes
// wrong comes back as an error, and the caller logs that.
type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

func init() { redis.SetLogger(silent{}) }
