package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"

	"membergate/internal/fault"
)

// translate is the one place that knows the client's errors. No answer, for whatever reason, is a fault of the cache.
// A missing key (redis.Nil) and a cancelled context stay themselves; what is left is our own mistake.
func translate(err error) error {
	var said redis.Error
	switch {
	case err == nil, errors.Is(err, redis.Nil):
		return err
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.As(err, &said) && !unavailable(said):
		return fmt.Errorf("redisstore: %w", err)
	default:
		return fault.Down("cache", err)
	}
}

// unavailable tells whether a server's answer means that it cannot serve now: it is loading, failing over, full.
func unavailable(err redis.Error) bool {
	for _, word := range []string{"LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "OOM", "MISCONF", "BUSY ", "MOVED", "ASK", "NOREPLICAS", "max number of clients"} {
		if strings.HasPrefix(err.Error(), word) || strings.HasPrefix(err.Error(), "ERR "+word) {
			return true
		}
	}
	return false
}
