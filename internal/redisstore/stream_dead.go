package redisstore

import (
	"context"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"membergate/internal/event"
)

func (e *Events) dead() string { return e.s.key("events", "dead") }

// deadKept bounds the dead: a service that sends nothing but mistakes for days must not fill the memory that the good
// events need. At a kilobyte each they take 20 MB, and nobody looks through more by hand.
const deadKept = 20_000

// Bury implements event.Streams.
func (e *Events) Bury(ctx context.Context, partition int, entry event.Entry, reason string) (bool, error) {
	pipe := e.redis.Pipeline()
	before := pipe.XLen(ctx, e.dead())
	pipe.XAdd(ctx, &redis.XAddArgs{Stream: e.dead(), Values: append(values(entry.Message),
		"reason", reason, "partition", strconv.Itoa(partition), "died", time.Now().UTC().Format(time.RFC3339))})
	pipe.XTrimMaxLen(ctx, e.dead(), deadKept)
	_, err := pipe.Exec(ctx)
	return before.Val() >= deadKept, translate(err)
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

// Oldest implements event.Streams: what is done is trimmed away, so it is a partition's first entry.
func (e *Events) Oldest(ctx context.Context) ([]time.Time, error) {
	pipe := e.redis.Pipeline()
	first := make([]*redis.XMessageSliceCmd, e.partitions)
	for p := range first {
		first[p] = pipe.XRangeN(ctx, e.key(p), "-", "+", 1)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, translate(err)
	}
	out := make([]time.Time, e.partitions)
	for p, found := range first {
		if len(found.Val()) > 0 {
			if ms, _, err := split(found.Val()[0].ID); err == nil {
				out[p] = time.UnixMilli(int64(ms)) //nolint:gosec // a time
			}
		}
	}
	return out, nil
}
