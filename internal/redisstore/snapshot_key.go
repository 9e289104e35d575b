package redisstore

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// read takes one key of any type.
func read(ctx context.Context, client *redis.Client, key string) (k kept, err error) {
	k.Key = []byte(key)
	if k.Type, err = client.Type(ctx, key).Result(); err != nil {
		return k, err
	}
	life, err := client.PTTL(ctx, key).Result()
	if err != nil {
		return k, err
	}
	if life > 0 {
		k.Expires = time.Now().Add(life).UTC().Truncate(time.Second).Add(time.Second) // whole seconds: unchanged, it stays the same
	}
	var list []string
	switch k.Type {
	case "string":
		k.Text, err = client.Get(ctx, key).Bytes()
	case "list":
		list, err = client.LRange(ctx, key, 0, -1).Result()
	case "set":
		list, err = client.SMembers(ctx, key).Result()
		slices.Sort(list)
	case "hash":
		var fields map[string]string
		fields, err = client.HGetAll(ctx, key).Result()
		for _, f := range slices.Sorted(maps.Keys(fields)) {
			list = append(list, f, fields[f])
		}
	case "zset":
		k.Scores, err = client.ZRangeWithScores(ctx, key, 0, -1).Result()
	case "stream":
		k.Stream, k.Groups, err = readStream(ctx, client, key)
	case "none":
		err = redis.Nil
	default:
		err = fmt.Errorf("type %s is not kept", k.Type)
	}
	for _, text := range list {
		k.List = append(k.List, []byte(text))
	}
	return k, err
}

func readStream(ctx context.Context, client *redis.Client, key string) (out []message, groups []consumer, err error) {
	entries, err := client.XRange(ctx, key, "-", "+").Result()
	if err != nil {
		return nil, nil, err
	}
	for _, x := range entries {
		m := message{ID: x.ID, Values: map[string]string{}}
		for name, v := range x.Values {
			m.Values[name] = fmt.Sprint(v)
		}
		out = append(out, m)
	}
	found, err := client.XInfoGroups(ctx, key).Result()
	if err != nil {
		return nil, nil, err
	}
	for _, g := range found {
		c := consumer{Name: g.Name, Last: g.LastDeliveredID}
		if g.Pending > 0 {
			if c.Last, err = beforePending(ctx, client, key, g.Name, out); err != nil {
				return nil, nil, err
			}
		}
		groups = append(groups, c)
	}
	slices.SortFunc(groups, func(a, b consumer) int { return strings.Compare(a.Name, b.Name) })
	return out, groups, nil
}

// beforePending is the entry before a group's first one that was never acknowledged.
func beforePending(ctx context.Context, client *redis.Client, key, group string, entries []message) (string, error) {
	pending, err := client.XPending(ctx, key, group).Result()
	if err != nil {
		return "", err
	}
	last := "0-0"
	for _, m := range entries {
		if m.ID == pending.Lower {
			break
		}
		last = m.ID
	}
	return last, nil
}

// write puts one key back.
func write(ctx context.Context, client *redis.Client, k kept) error {
	key := string(k.Key)
	list := make([]any, len(k.List))
	for i, raw := range k.List {
		list[i] = raw
	}
	pipe := client.TxPipeline()
	switch k.Type {
	case "string":
		pipe.Set(ctx, key, k.Text, 0)
	case "list":
		pipe.RPush(ctx, key, list...)
	case "set":
		pipe.SAdd(ctx, key, list...)
	case "hash":
		pipe.HSet(ctx, key, list...)
	case "zset":
		pipe.ZAdd(ctx, key, k.Scores...)
	case "stream":
		for _, m := range k.Stream {
			pipe.XAdd(ctx, &redis.XAddArgs{Stream: key, ID: m.ID, Values: m.Values})
		}
		for _, g := range k.Groups {
			pipe.XGroupCreateMkStream(ctx, key, g.Name, g.Last)
		}
	}
	if !k.Expires.IsZero() {
		pipe.PExpireAt(ctx, key, k.Expires)
	}
	_, err := pipe.Exec(ctx)
	return err
}
