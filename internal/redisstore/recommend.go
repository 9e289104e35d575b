package redisstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"membergate/internal/member"
	"membergate/internal/recommend"
)

// Lists of recommendations, and what is known of members beside them:
//
//	rec:{member:17850}:HOME               string  a member's list for a surface; dies 6 days after it was put
//	rec:{thing:product:85123A}:SIMILAR    string  what goes with a product; 30 days
//	rec:{thing:product:85123A}:SETS       string  what makes sets with a product whole; 30 days
//	rec:{all:}:POPULAR:product            string  everybody's lists; 30 days
//	rec:{all:}:BUILD                      string  what is kept of the last making of lists; 30 days
//	rec:{member:17850}:taste              string  a copy of what the member said; 1 hour. An embedded store writes none down
//	rec:{member:17850}:trace              string  what the member did with recommendations in the last days
//	rec:{member:17850}:told               zset    marks of events that were counted, by when
//
// How lists look is said in docs/recommendations.md: another program may fill the same keys. `recommend build` makes them
// from the orders.
const (
	// Members' lists end before data must be gone whose use a member no longer allows, which is after 7 days. Whoever
	// still agrees has them made anew every night.
	memberListLife = 6 * 24 * time.Hour
	// What says nothing about anybody may serve for as long as a shop that stopped rebuilding can do with it.
	sharedListLife = 30 * 24 * time.Hour
	// A copy is as good as what it was made from: whoever changes that changes it. It ends so that members who do not come
	// again cost nothing.
	tasteLife = time.Hour
)

// Lists is a recommend.Lists.
type Lists struct{ s *Store }

// Lists gives the store of recommendations.
func (s *Store) Lists() *Lists { return &Lists{s} }

func (l *Lists) key(k recommend.Key) string {
	return l.s.key("rec", "{"+string(k.Of)+":"+k.ID+"}", k.Name)
}

// ofMember is the key of something that is a member's.
func (l *Lists) ofMember(m member.ID, name string) string {
	return l.key(recommend.Key{Of: recommend.OfMember, ID: string(m), Name: name})
}

// Get implements recommend.Lists: one pipeline.
func (l *Lists) Get(ctx context.Context, keys []recommend.Key, of member.ID) (map[recommend.Key]recommend.List, recommend.Known, error) {
	var known recommend.Known
	pipe := l.s.redis.Pipeline()
	found := make([]*redis.StringCmd, len(keys))
	for i, k := range keys {
		found[i] = pipe.Get(ctx, l.key(k))
	}
	var taste, trace *redis.StringCmd
	if of != "" {
		taste, trace = pipe.Get(ctx, l.ofMember(of, tasteName)), pipe.Get(ctx, l.ofMember(of, traceName))
	}
	if pipe.Len() == 0 {
		return nil, known, nil
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return nil, known, translate(err)
	}
	lists := make(map[recommend.Key]recommend.List, len(keys))
	for i, k := range keys {
		raw, err := found[i].Bytes()
		if errors.Is(err, redis.Nil) {
			continue
		}
		if err != nil {
			return nil, known, translate(err)
		}
		if lists[k], err = readList(raw); err != nil {
			return nil, known, fmt.Errorf("redisstore: the list at %s: %w", l.key(k), err)
		}
	}
	if of == "" {
		return lists, known, nil
	}
	raw, err := taste.Bytes()
	if err == nil {
		known.Tasted = true
		known.Taste, err = readTaste(of, raw)
	}
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, known, fmt.Errorf("redisstore: %s: %w", l.ofMember(of, tasteName), translate(err))
	}
	if known.Trace, err = l.trace(of, trace); err != nil {
		return nil, known, err
	}
	return lists, known, nil
}

// Put implements recommend.Lists: one pipeline. An empty list takes the place of an older one by removing it.
func (l *Lists) Put(ctx context.Context, lists map[recommend.Key]recommend.List) error {
	if len(lists) == 0 {
		return nil
	}
	pipe := l.s.redis.Pipeline()
	for k, list := range lists {
		if len(list.Items) == 0 {
			pipe.Del(ctx, l.key(k))
			continue
		}
		raw, err := writeList(list)
		if err != nil {
			return err
		}
		life := sharedListLife
		if k.Of == recommend.OfMember {
			life = memberListLife
		}
		pipe.Set(ctx, l.key(k), raw, life)
	}
	_, err := pipe.Exec(ctx)
	return translate(err)
}

// buildName is the name of what is kept of the last making of lists.
const buildName = "BUILD"

// buildValue is that as it is stored. Times are in milliseconds since 1970.
type buildValue struct {
	Version string    `json:"v"`
	At      int64     `json:"at"`
	Made    int64     `json:"made,omitempty"`
	Done    bool      `json:"done"`
	Bound   uint64    `json:"bound,omitempty"`
	Learned int64     `json:"learned"`
	Fresh   []float64 `json:"fresh"`
	All     []float64 `json:"all"`
}

// Built implements recommend.Lists.
func (l *Lists) Built(ctx context.Context) (recommend.Build, error) {
	raw, err := l.s.redis.Get(ctx, l.key(recommend.Key{Of: recommend.OfAll, Name: buildName})).Bytes()
	if errors.Is(err, redis.Nil) {
		return recommend.Build{}, nil
	}
	if err != nil {
		return recommend.Build{}, translate(err)
	}
	var v buildValue
	if err := json.Unmarshal(raw, &v); err != nil {
		return recommend.Build{}, nil // what cannot be read is as good as none: all is made anew
	}
	b := recommend.Build{Version: v.Version, At: time.UnixMilli(v.At).UTC(), Done: v.Done, Bound: v.Bound, Learned: time.UnixMilli(v.Learned).UTC(), Fresh: v.Fresh, All: v.All}
	if v.Made != 0 {
		b.Made = time.UnixMilli(v.Made).UTC()
	}
	return b, nil
}

// Building implements recommend.Lists.
func (l *Lists) Building(ctx context.Context, b recommend.Build) error {
	v := buildValue{b.Version, b.At.UnixMilli(), 0, b.Done, b.Bound, b.Learned.UnixMilli(), b.Fresh, b.All}
	if !b.Made.IsZero() {
		v.Made = b.Made.UnixMilli()
	}
	raw, err := json.Marshal(v)
	if err != nil { // unreachable: text and finite numbers
		return err
	}
	return translate(l.s.redis.Set(ctx, l.key(recommend.Key{Of: recommend.OfAll, Name: buildName}), raw, sharedListLife).Err())
}
