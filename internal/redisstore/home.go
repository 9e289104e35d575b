package redisstore

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"membergate/internal/community"
	"membergate/internal/member"
)

// Lists of what members follow:
//
//	home:{17}:17850   sorted set: ids of posts, by the milliseconds that they begin with; and below them, as numbers made
//	                  negative, "m" the mark in milliseconds (1 = not whole yet), "n" the number of whoever made the list
//	                  and "t" the version of its ties. Dies community.HomeLife after its first page was read last
//	home:{17}:spread  string, "from:to" in milliseconds: what is pushed to all lists of the bucket
//
// A member's bucket is what a cluster places the keys by, so a list and what is said of it are lost together, or not.
// An embedded store writes its keys down one after the other, so there the second kind is not kept at all. Lost, lists
// are made again from ties and posts when they are read.
const homeBuckets = 64

// Homes is a community.Homes.
type Homes struct{ s *Store }

// Homes gives the store of what members follow.
func (s *Store) Homes() *Homes { return &Homes{s} }

func homeBucket(m member.ID) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(m))
	return int(h.Sum32() % homeBuckets)
}

func (h *Homes) key(bucket int, name string) string {
	return h.s.key("home", fmt.Sprintf("{%d}", bucket), name)
}

func (h *Homes) list(m member.ID) string { return h.key(homeBucket(m), "m"+string(m)) }

// spreads are what is pushed everywhere, of an embedded store.
type spreads struct {
	atomic.Pointer[community.Spread]
}

func (s *spreads) get() community.Spread {
	if all := s.Load(); all != nil {
		return *all
	}
	return community.Spread{}
}

// postBorn is the score of a post.
func postBorn(id community.PostID) (int64, error) {
	if len(id) != 2*idBytes {
		return 0, fmt.Errorf("redisstore: %q is no id of a post", id)
	}
	return strconv.ParseInt(string(id[:12]), 16, 64)
}

// sameBorn is how many posts of one millisecond a look allows for: more of them make it a look that tells less.
const sameBorn = 8

// Home implements community.Homes: one transaction.
func (h *Homes) Home(ctx context.Context, m member.ID, below community.PostID, n int) (community.Home, bool, error) {
	key, top := h.list(m), "+inf"
	if below != "" {
		born, err := postBorn(below)
		if err != nil {
			return community.Home{}, false, err
		}
		top, n = strconv.FormatInt(born, 10), n+sameBorn
	}
	done := h.s.spread.get()
	pipe := h.s.redis.TxPipeline()
	said := pipe.Get(ctx, h.key(homeBucket(m), "spread"))
	first := pipe.ZRangeWithScores(ctx, key, 0, 3)
	size := pipe.ZCard(ctx, key)
	part := pipe.ZRevRangeByScore(ctx, key, &redis.ZRangeBy{Min: "0", Max: top, Count: int64(n)})
	if below == "" {
		pipe.PExpire(ctx, key, community.HomeLife)
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return community.Home{}, false, translate(err)
	}
	about := map[string]int64{}
	out := community.Home{Done: done}
	for _, z := range first.Val() {
		if name, _ := z.Member.(string); z.Score < 0 {
			about[name] = -int64(z.Score)
		} else if size.Val() >= homeMarks+community.HomeMost {
			out.Floor = community.PostID(name)
		}
	}
	if len(about) != homeMarks || about["m"] <= 1 {
		return community.Home{}, false, nil
	}
	out.Ties, out.Mark, out.Ended = about["t"], time.UnixMilli(about["m"]).UTC(), len(part.Val()) < n
	for _, id := range part.Val() {
		if below == "" || community.PostID(id) < below {
			out.Posts = append(out.Posts, community.PostID(id))
		}
	}
	if h.s.embedded == nil {
		out.Done = readSpread(said.Val())
	}
	return out, true, nil
}

// homeMarks is how many members of a list are no posts.
const homeMarks = 3

func readSpread(text string) community.Spread {
	from, to, _ := strings.Cut(text, ":")
	a, errA := strconv.ParseInt(from, 10, 64)
	b, errB := strconv.ParseInt(to, 10, 64)
	if errA != nil || errB != nil {
		return community.Spread{}
	}
	return community.Spread{From: time.UnixMilli(a).UTC(), To: time.UnixMilli(b).UTC()}
}

// OpenHome implements community.Homes.
func (h *Homes) OpenHome(ctx context.Context, m member.ID, ties int64) (int64, error) {
	nonce, key := 1+rand.Int64N(1<<50), h.list(m)
	pipe := h.s.redis.TxPipeline()
	pipe.Del(ctx, key)
	pipe.ZAdd(ctx, key, redis.Z{Score: -1, Member: "m"}, redis.Z{Score: -float64(nonce), Member: "n"}, redis.Z{Score: -float64(max(ties, 1)), Member: "t"})
	pipe.PExpire(ctx, key, community.HomeLife)
	_, err := pipe.Exec(ctx)
	return nonce, translate(err)
}

// fillHome makes a list whole: KEYS[1]; ARGV: its number, its mark, how many posts it keeps, ids.
const fillHome = `
if tonumber(redis.call('ZSCORE', KEYS[1], 'n') or 0) ~= -tonumber(ARGV[1]) then return 0 end
for i = 1, #ARGV[4], 32 do
	local id = string.sub(ARGV[4], i, i + 31)
	redis.call('ZADD', KEYS[1], string.format('%.0f', tonumber(string.sub(id, 1, 12), 16)), id)
end
redis.call('ZADD', KEYS[1], '-' .. ARGV[2], 'm')
redis.call('ZREMRANGEBYRANK', KEYS[1], 3, -(ARGV[3] + 1))
return 1`

// FillHome implements community.Homes.
func (h *Homes) FillHome(ctx context.Context, m member.ID, nonce int64, mark time.Time, posts []community.PostID) error {
	ids, err := joined(posts)
	if err != nil {
		return err
	}
	return translate(h.s.redis.Eval(ctx, fillHome, []string{h.list(m)}, nonce, strconv.FormatInt(mark.UnixMilli(), 10), community.HomeMost, ids).Err())
}

func joined(posts []community.PostID) (string, error) {
	var all strings.Builder
	for _, id := range posts {
		if _, err := postBorn(id); err != nil {
			return "", err
		}
		all.WriteString(string(id))
	}
	return all.String(), nil
}

// pushHomes adds posts to lists that are there: KEYS; ARGV: how many posts each keeps, and for each key its ids.
const pushHomes = `
for k = 1, #KEYS do
	if redis.call('EXISTS', KEYS[k]) == 1 then
		for i = 1, #ARGV[k + 1], 32 do
			local id = string.sub(ARGV[k + 1], i, i + 31)
			redis.call('ZADD', KEYS[k], string.format('%.0f', tonumber(string.sub(id, 1, 12), 16)), id)
		end
		redis.call('ZREMRANGEBYRANK', KEYS[k], 3, -(ARGV[1] + 1))
	end
end
return 1`

// pushAtOnce bounds the lists of one script, which nothing else runs beside.
const pushAtOnce = 100

// PushHomes implements community.Homes.
func (h *Homes) PushHomes(ctx context.Context, posts map[member.ID][]community.PostID) error {
	buckets := map[int][]member.ID{}
	for _, m := range slices.Sorted(maps.Keys(posts)) {
		buckets[homeBucket(m)] = append(buckets[homeBucket(m)], m)
	}
	pipe := h.s.redis.Pipeline()
	for _, bucket := range slices.Sorted(maps.Keys(buckets)) {
		for some := range slices.Chunk(buckets[bucket], pushAtOnce) {
			keys, args := []string{}, []any{community.HomeMost}
			for _, m := range some {
				ids, err := joined(posts[m])
				if err != nil {
					return err
				}
				keys, args = append(keys, h.list(m)), append(args, ids)
			}
			pipe.Eval(ctx, pushHomes, keys, args...)
		}
	}
	if pipe.Len() == 0 {
		return nil
	}
	_, err := pipe.Exec(ctx)
	return translate(err)
}

// Spread implements community.Homes: what is pushed to the lists of every bucket.
func (h *Homes) Spread(ctx context.Context) (community.Spread, error) {
	if h.s.embedded != nil {
		return h.s.spread.get(), nil
	}
	pipe := h.s.redis.Pipeline()
	all := make([]*redis.StringCmd, homeBuckets)
	for b := range all {
		all[b] = pipe.Get(ctx, h.key(b, "spread"))
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return community.Spread{}, translate(err)
	}
	out := readSpread(all[0].Val())
	for _, each := range all {
		s := readSpread(each.Val())
		if s.From.After(out.From) {
			out.From = s.From
		}
		if s.To.Before(out.To) {
			out.To = s.To
		}
	}
	return out, nil
}

// SetSpread implements community.Homes.
func (h *Homes) SetSpread(ctx context.Context, of community.Spread) error {
	if h.s.embedded != nil {
		h.s.spread.Store(&of)
		return nil
	}
	pipe := h.s.redis.Pipeline()
	for b := range homeBuckets {
		pipe.Set(ctx, h.key(b, "spread"), fmt.Sprintf("%d:%d", of.From.UnixMilli(), of.To.UnixMilli()), community.HomeLife)
	}
	_, err := pipe.Exec(ctx)
	return translate(err)
}
