package redisstore

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// kept is one key of a snapshot: the field of its type is filled. Bytes are kept as they are.
type kept struct {
	Key     []byte     `json:"key"`
	Expires time.Time  `json:"expires,omitzero"`
	Text    []byte     `json:"text,omitempty"`
	List    [][]byte   `json:"list,omitempty"`   // also a set, sorted, and a hash: field, value, field, value …
	Type    string     `json:"type"`             // string, list, set, hash, zset or stream
	Scores  []redis.Z  `json:"scores,omitempty"` // members as text
	Stream  []message  `json:"stream,omitempty"`
	Groups  []consumer `json:"groups,omitempty"`
}

// message is an entry of a stream.
type message struct {
	ID     string            `json:"id"`
	Values map[string]string `json:"values"`
}

// consumer is a group that reads a stream. What was delivered but never acknowledged is delivered again.
type consumer struct {
	Name string `json:"name"`
	Last string `json:"last"`
}

// save writes all keys down in one atomic replacement of the file, if anything changed since the last time.
func (e *embedded) save(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.path == "" || !e.dirty.Swap(false) {
		return nil
	}
	if err := e.write(ctx); err != nil {
		e.dirty.Store(true)
		return err
	}
	return e.forget()
}

func (e *embedded) write(ctx context.Context) error {
	keys, err := e.client.Keys(ctx, "*").Result()
	if err != nil {
		return translate(err)
	}
	slices.Sort(keys)
	all := make([]kept, 0, len(keys))
	for _, key := range keys {
		if strings.HasSuffix(key, "}:"+tasteName) {
			continue // a copy, which a process that is killed would bring back older than what it was made from
		}
		k, err := read(ctx, e.client, key)
		if errors.Is(err, redis.Nil) {
			continue // it ended meanwhile
		}
		if err != nil {
			return fmt.Errorf("snapshot of key %q: %w", key, translate(err))
		}
		all = append(all, k)
	}
	raw, err := json.Marshal(all)
	if err != nil || bytes.Equal(raw, e.last) {
		return err
	}
	if err := replace(e.path, raw); err != nil {
		return err
	}
	e.last = raw
	return nil
}

// replace makes a file hold bytes, or stay as it is.
func replace(path string, raw []byte) error {
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// restore puts the snapshot's keys into an empty server, and then the journal's.
func (e *embedded) restore(ctx context.Context) error {
	if e.path == "" {
		return nil
	}
	if err := e.restoreSnapshot(ctx); err != nil {
		return err
	}
	now := time.Now()
	all, err := e.remember(now)
	for _, n := range all {
		if err := e.client.SetNX(ctx, n.Key, 1, n.Expires.Sub(now)).Err(); err != nil {
			return err
		}
		e.dirty.Store(true) // the next snapshot holds them, and empties the journal
	}
	return err
}

func (e *embedded) restoreSnapshot(ctx context.Context) error {
	raw, err := os.ReadFile(e.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var all []kept
	if err := json.Unmarshal(raw, &all); err != nil {
		return err
	}
	for _, k := range all {
		if !k.Expires.IsZero() && !k.Expires.After(time.Now()) {
			continue
		}
		if err := write(ctx, e.client, k); err != nil {
			return fmt.Errorf("key %q: %w", k.Key, err)
		}
	}
	e.last = raw
	return nil
}
