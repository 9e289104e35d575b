package redisstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"membergate/internal/member"
	"membergate/internal/recommend"
)

// Lists of recommendations, and what members do not want to see:
//
//	rec:{member:17850}:HOME               string  a member's list for a surface; dies 6 days after it was put
//	rec:{thing:product:85123A}:SIMILAR    string  what goes with a product; 30 days
//	rec:{all:}:POPULAR:product            string  everybody's lists; 30 days
//	rec:{member:17850}:hidden             set     "product:85123A" …; 180 days after the last change
//
// A list is JSON: {"v": version, "i": [[kind, id, cause, kind and id of the evidence …] …]}, best first. Another program
// may fill the same keys. Lists are rebuilt from the orders by `recommend build`.
const (
	// Members' lists end before data must be gone whose use a member no longer allows, which is after 7 days. Whoever
	// still agrees has them made anew every night.
	memberListLife = 6 * 24 * time.Hour
	// What says nothing about anybody may serve for as long as a shop that stopped rebuilding can do with it.
	sharedListLife = 30 * 24 * time.Hour
	hiddenLife     = 180 * 24 * time.Hour
)

// Lists is a recommend.Lists.
type Lists struct{ s *Store }

// Lists gives the store of recommendations.
func (s *Store) Lists() *Lists { return &Lists{s} }

type listValue struct {
	Version string     `json:"v"`
	Items   [][]string `json:"i"`
}

func (l *Lists) key(k recommend.Key) string {
	return l.s.key("rec", "{"+string(k.Of)+":"+k.ID+"}", k.Name)
}

func (l *Lists) hiddenKey(m member.ID) string {
	return l.key(recommend.Key{Of: recommend.OfMember, ID: string(m), Name: "hidden"})
}

// Get implements recommend.Lists: one pipeline.
func (l *Lists) Get(ctx context.Context, keys []recommend.Key, hider member.ID) (map[recommend.Key]recommend.List, map[recommend.Ref]bool, error) {
	pipe := l.s.redis.Pipeline()
	found := make([]*redis.StringCmd, len(keys))
	for i, k := range keys {
		found[i] = pipe.Get(ctx, l.key(k))
	}
	var hidden *redis.StringSliceCmd
	if hider != "" {
		hidden = pipe.SMembers(ctx, l.hiddenKey(hider))
	}
	if pipe.Len() == 0 {
		return nil, nil, nil
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return nil, nil, translate(err)
	}
	lists := make(map[recommend.Key]recommend.List, len(keys))
	for i, k := range keys {
		raw, err := found[i].Bytes()
		if errors.Is(err, redis.Nil) {
			continue
		}
		if err != nil {
			return nil, nil, translate(err)
		}
		if lists[k], err = readList(raw); err != nil {
			return nil, nil, fmt.Errorf("redisstore: the list at %s: %w", l.key(k), err)
		}
	}
	if hidden == nil {
		return lists, nil, nil
	}
	refs := map[recommend.Ref]bool{}
	for _, text := range hidden.Val() {
		kind, id, _ := strings.Cut(text, ":")
		refs[recommend.Ref{Kind: recommend.Kind(kind), ID: id}] = true
	}
	return lists, refs, translate(hidden.Err())
}

func readList(raw []byte) (recommend.List, error) {
	var v listValue
	if err := json.Unmarshal(raw, &v); err != nil {
		return recommend.List{}, err
	}
	list := recommend.List{Version: v.Version, Items: make([]recommend.Item, len(v.Items))}
	for i, words := range v.Items {
		if len(words) < 3 || len(words)%2 == 0 {
			return recommend.List{}, fmt.Errorf("item %d has %d words; allowed are 3, 5, 7 …", i, len(words))
		}
		item := recommend.Item{Ref: recommend.Ref{Kind: recommend.Kind(words[0]), ID: words[1]}, Cause: recommend.Cause(words[2])}
		for e := 3; e < len(words); e += 2 {
			item.Because = append(item.Because, recommend.Ref{Kind: recommend.Kind(words[e]), ID: words[e+1]})
		}
		list.Items[i] = item
	}
	return list, nil
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

func writeList(list recommend.List) ([]byte, error) {
	v := listValue{Version: list.Version, Items: make([][]string, len(list.Items))}
	for i, item := range list.Items {
		words := []string{string(item.Kind), item.ID, string(item.Cause)}
		for _, e := range item.Because {
			words = append(words, string(e.Kind), e.ID)
		}
		v.Items[i] = words
	}
	return json.Marshal(v)
}

// Hide implements recommend.Lists.
func (l *Lists) Hide(ctx context.Context, m member.ID, r recommend.Ref, on bool) error {
	key, value := l.hiddenKey(m), string(r.Kind)+":"+r.ID
	pipe := l.s.redis.Pipeline()
	if on {
		pipe.SAdd(ctx, key, value)
	} else {
		pipe.SRem(ctx, key, value)
	}
	pipe.Expire(ctx, key, hiddenLife)
	_, err := pipe.Exec(ctx)
	return translate(err)
}
