package redisstore

import (
	"context"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"membergate/internal/event"
)

func (e *Events) dead() string { return e.s.key("events", "dead") }

// Bury implements event.Streams.
func (e *Events) Bury(ctx context.Context, partition int, entry event.Entry, reason string) error {
	return translate(e.redis.XAdd(ctx, &redis.XAddArgs{Stream: e.dead(), Values: append(values(entry.Message),
		"reason", reason, "partition", strconv.Itoa(partition), "died", time.Now().UTC().Format(time.RFC3339))}).Err())
}

// Buried implements event.Streams.
func (e *Events) Buried(ctx context.Context, from string, n int) ([]event.Dead, error) {
	start := "-"
	if from != "" {
		start = "(" + from
	}
	found, err := e.redis.XRangeN(ctx, e.dead(), start, "+", int64(n)).Result()
	if err != nil {
		return nil, translate(err)
	}
	out := make([]event.Dead, len(found))
	for i, x := range found {
		out[i] = event.Dead{ID: x.ID, Message: told(x.Values)}
		out[i].Reason, _ = x.Values["reason"].(string)
		if s, ok := x.Values["partition"].(string); ok {
			out[i].Partition, _ = strconv.Atoi(s) // what somebody else put there stands in partition 0
		}
		if s, ok := x.Values["died"].(string); ok {
			out[i].At, _ = time.Parse(time.RFC3339, s)
		}
	}
	return out, nil
}

// Revive implements event.Streams. Cut off between the two, the event is there twice, and counts once.
func (e *Events) Revive(ctx context.Context, d event.Dead) error {
	if err := e.Publish(ctx, []event.Message{d.Message}); err != nil {
		return err
	}
	if err := e.redis.XDel(ctx, e.dead(), d.ID).Err(); err != nil {
		return translate(err)
	}
	return e.s.Save(ctx)
}

// Lag implements event.Streams: what is done is trimmed away, so a partition's length is what waits.
func (e *Events) Lag(ctx context.Context) ([]int64, int64, error) {
	pipe := e.redis.Pipeline()
	lengths := make([]*redis.IntCmd, e.partitions)
	for p := range lengths {
		lengths[p] = pipe.XLen(ctx, e.key(p))
	}
	dead := pipe.XLen(ctx, e.dead())
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, 0, translate(err)
	}
	out := make([]int64, e.partitions)
	for p, n := range lengths {
		out[p] = n.Val()
	}
	return out, dead.Val(), nil
}
