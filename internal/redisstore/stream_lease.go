package redisstore

import (
	"context"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// lease takes or renews a partition: KEYS[1] its owner, ARGV[1] the worker, ARGV[2] milliseconds.
const lease = `local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`

// release gives a partition back if it is the worker's.
const release = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`

func (e *Events) owner(partition int) string { return e.key(partition) + ":owner" }

func (e *Events) workers() string { return e.s.key("events", "workers") }

// Join implements event.Streams. An embedded store has this process alone.
func (e *Events) Join(ctx context.Context, worker string, life time.Duration) (int, error) {
	if e.s.embedded != nil {
		return 1, nil
	}
	now := time.Now()
	pipe := e.redis.Pipeline()
	pipe.ZAdd(ctx, e.workers(), redis.Z{Score: float64(now.Add(life).UnixMilli()), Member: worker})
	pipe.ZRemRangeByScore(ctx, e.workers(), "-inf", strconv.FormatInt(now.UnixMilli(), 10))
	alive := pipe.ZCard(ctx, e.workers())
	_, err := pipe.Exec(ctx)
	return int(alive.Val()), translate(err)
}

// Lease implements event.Streams.
func (e *Events) Lease(ctx context.Context, worker string, partitions []int, life time.Duration) ([]int, error) {
	if e.s.embedded != nil || len(partitions) == 0 {
		return partitions, nil
	}
	pipe := e.redis.Pipeline()
	answers := make([]*redis.Cmd, len(partitions))
	for i, p := range partitions {
		answers[i] = pipe.Eval(ctx, lease, []string{e.owner(p)}, worker, life.Milliseconds())
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, translate(err)
	}
	var held []int
	for i, p := range partitions {
		if n, err := answers[i].Int(); err == nil && n == 1 {
			held = append(held, p)
		}
	}
	return held, nil
}

// Release implements event.Streams. The worker is no consumer of these partitions any more, unless something was
// delivered to it that is not done: that would be lost with it.
func (e *Events) Release(ctx context.Context, worker string, partitions []int) error {
	if len(partitions) == 0 {
		return nil
	}
	for _, p := range partitions {
		pending, err := e.redis.XPending(ctx, e.key(p), group).Result()
		if err == nil && pending.Consumers[worker] == 0 {
			err = e.redis.XGroupDelConsumer(ctx, e.key(p), group, worker).Err()
		}
		if err != nil && !noGroup(err) {
			return translate(err)
		}
	}
	if e.s.embedded != nil {
		return nil
	}
	pipe := e.redis.Pipeline()
	for _, p := range partitions {
		pipe.Eval(ctx, release, []string{e.owner(p)}, worker)
	}
	_, err := pipe.Exec(ctx)
	return translate(err)
}

// Leave implements event.Streams.
func (e *Events) Leave(ctx context.Context, worker string) error {
	if e.s.embedded != nil {
		return nil
	}
	return translate(e.redis.ZRem(ctx, e.workers(), worker).Err())
}
