package redisstore

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"membergate/internal/event"
)

// Inbound events are one stream a partition; {n} is the partition, and keeps its keys in one slot of a cluster:
//
//	events:{n}         stream of { id, type, member, at, data }, read by the consumer group "members"; entries that are
//	                   done are trimmed away. Not to be rebuilt: other services hand over what they will not send again
//	events:{n}:owner   name of the worker that reads the partition, for seconds; never with an embedded store
//	events:workers     sorted set of the workers that live, by the end of their lives in milliseconds
//	events:dead        stream of { id, type, member, at, data, reason, partition, died }; at most deadKept, the oldest go
const group = "members"

// patient bounds a command of the streams: no screen waits for them, and a busy server is not a broken one.
const patient = 2 * time.Second

// Events is an event.Streams.
type Events struct {
	s          *Store
	redis      redis.UniversalClient
	partitions int
}

// Events gives the streams in n partitions. They have connections of their own, because readers wait on them.
func (s *Store) Events(n int) *Events {
	o := s.options
	o.ReadTimeout, o.WriteTimeout, o.PoolTimeout, o.DialTimeout = patient, patient, patient, patient
	o.PoolSize = 2*n + 8 // a waiting reader for each partition, and room for their other commands
	client := redis.NewUniversalClient(&o)
	client.AddHook(counting{})
	if s.embedded != nil {
		client.AddHook(touching{dirty: &s.embedded.dirty})
	}
	s.also = append(s.also, client)
	return &Events{s: s, redis: client, partitions: n}
}

// Partitions implements event.Streams.
func (e *Events) Partitions() int { return e.partitions }

func (e *Events) key(partition int) string {
	return e.s.key("events", "{"+strconv.Itoa(partition)+"}")
}

// Publish implements event.Streams. An embedded store writes it down before it answers.
func (e *Events) Publish(ctx context.Context, messages []event.Message) error {
	if len(messages) == 0 {
		return nil
	}
	pipe := e.redis.Pipeline()
	for _, m := range messages {
		pipe.XAdd(ctx, &redis.XAddArgs{Stream: e.key(event.Partition(m.Member, e.partitions)), Values: values(m)})
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return translate(err)
	}
	return e.s.Save(ctx)
}

func values(m event.Message) []string {
	return []string{"id", m.ID, "type", m.Type, "member", m.Member, "at", m.At, "data", m.Data}
}

// Read implements event.Streams.
func (e *Events) Read(ctx context.Context, worker string, partition, n int, wait time.Duration) ([]event.Entry, error) {
	found, err := e.redis.XReadGroup(ctx, &redis.XReadGroupArgs{
		Group: group, Consumer: worker, Streams: []string{e.key(partition), ">"}, Count: int64(n), Block: wait,
	}).Result()
	switch {
	case errors.Is(err, redis.Nil):
		return nil, nil
	case noGroup(err):
		return nil, e.prepare(ctx, partition)
	case err != nil || len(found) == 0:
		return nil, translate(err)
	}
	return entries(found[0].Messages), nil
}

// Claim implements event.Streams.
func (e *Events) Claim(ctx context.Context, worker string, partition int, from string, n int) ([]event.Entry, string, error) {
	if from == "" {
		from = "0-0"
	}
	found, next, err := e.redis.XAutoClaim(ctx, &redis.XAutoClaimArgs{
		Stream: e.key(partition), Group: group, Consumer: worker, Start: from, Count: int64(n),
	}).Result()
	switch {
	case noGroup(err):
		return nil, "", e.prepare(ctx, partition)
	case err != nil:
		return nil, "", translate(err)
	case next != "0-0":
		return entries(found), next, nil
	case len(found) == 0: // a worker may have been killed between acknowledging and forgetting
		return nil, "", errors.Join(e.trim(ctx, partition, nil), e.tidy(ctx, partition))
	}
	return entries(found), "", nil
}

// longGone is when a consumer that has nothing to do any more is a worker that was killed: one that lives reads often.
const longGone = time.Hour

// tidy forgets the consumers of workers that were killed, once others have done what they left.
func (e *Events) tidy(ctx context.Context, partition int) error {
	all, err := e.redis.XInfoConsumers(ctx, e.key(partition), group).Result()
	if err != nil {
		return translate(err)
	}
	for _, c := range all {
		if c.Pending == 0 && c.Idle > longGone {
			if err := e.redis.XGroupDelConsumer(ctx, e.key(partition), group, c.Name).Err(); err != nil {
				return translate(err)
			}
		}
	}
	return nil
}

func noGroup(err error) bool { return err != nil && strings.Contains(err.Error(), "NOGROUP") }

// prepare makes a partition's stream and group, reading from the beginning.
func (e *Events) prepare(ctx context.Context, partition int) error {
	err := e.redis.XGroupCreateMkStream(ctx, e.key(partition), group, "0").Err()
	if err != nil && strings.Contains(err.Error(), "BUSYGROUP") {
		return nil
	}
	return translate(err)
}

func entries(all []redis.XMessage) []event.Entry {
	out := make([]event.Entry, len(all))
	for i, x := range all {
		out[i] = event.Entry{ID: x.ID, Message: told(x.Values)}
	}
	return out
}

func told(values map[string]any) event.Message {
	text := func(name string) string {
		s, _ := values[name].(string)
		return s
	}
	return event.Message{ID: text("id"), Type: text("type"), Member: text("member"), At: text("at"), Data: text("data")}
}

// Done implements event.Streams.
func (e *Events) Done(ctx context.Context, partition int, done []event.Entry) error {
	if len(done) == 0 {
		return nil
	}
	ids := make([]string, len(done))
	for i, entry := range done {
		ids[i] = entry.ID
	}
	return e.trim(ctx, partition, ids)
}

// trim acknowledges entries, if there are any, and removes all that was delivered and is done. Nothing is removed
// behind an entry that somebody may still be working on: a worker that lost its lease without knowing may have some.
func (e *Events) trim(ctx context.Context, partition int, ids []string) error {
	key := e.key(partition)
	pipe := e.redis.TxPipeline()
	if len(ids) > 0 {
		pipe.XAck(ctx, key, group, ids...)
	}
	groups, pending := pipe.XInfoGroups(ctx, key), pipe.XPending(ctx, key, group)
	if _, err := pipe.Exec(ctx); err != nil {
		return translate(err)
	}
	keep := pending.Val().Lower
	if pending.Val().Count == 0 {
		for _, g := range groups.Val() {
			if g.Name != group {
				continue
			}
			var err error
			if keep, err = after(g.LastDeliveredID); err != nil {
				return err
			}
		}
	}
	return translate(e.redis.XTrimMinID(ctx, key, keep).Err())
}

// after is the smallest id above one.
func after(id string) (string, error) {
	ms, seq, err := split(id)
	if seq == math.MaxUint64 {
		return fmt.Sprintf("%d-0", ms+1), err
	}
	return fmt.Sprintf("%d-%d", ms, seq+1), err
}

// split takes an id apart. One without a second part, which a group that never read may have, has 0 there.
func split(id string) (ms, seq uint64, err error) {
	head, tail, whole := strings.Cut(id, "-")
	ms, err = strconv.ParseUint(head, 10, 64)
	if err == nil && whole {
		seq, err = strconv.ParseUint(tail, 10, 64)
	}
	if err != nil {
		err = fmt.Errorf("redisstore: entry id %q: %w", id, err)
	}
	return ms, seq, err
}
