package redisstore

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"membergate/internal/insight"
	"membergate/internal/member"
)

// What members do in apps, for the programs that learn from it:
//
//	behaviour                    stream of { id, type, member, at, data: { sku, code, variant } }, the fields of inbound
//	                             events; an entry goes when it is behaviourKept old. Whoever reads it counts an id of a
//	                             member once
//	behaviours:{17850}:told      zset of marks that were counted, by when; those of experiments stay while it lives, which
//	                             is toldLife from the last deed on
//	behaviours:{17850}:allowance number of what was told within the span that the programme says
const (
	behaviourKept = memberListLife
	toldLife      = memberListLife // whatever a member who says no while something is told leaves behind is gone in time
)

// Behaviour is an insight.Behaviour.
type Behaviour struct {
	s   *Store
	now func() time.Time
}

// Behaviour gives what members do in apps.
func (s *Store) Behaviour() *Behaviour { return &Behaviour{s, time.Now} }

func (b *Behaviour) key(who member.ID, name string) string {
	return b.s.key("behaviours", "{"+string(who)+"}", name)
}

// admit notes new marks: KEYS the allowance, the marks; ARGV the most, the span and the marks' life in milliseconds, now,
// the time before which marks go, marks … It gives the places of the new ones or, where they are too many, -1 and for how
// long.
const admit = `redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[5])
local fresh, seen = {}, {}
for n = 6, #ARGV do
  if not seen[ARGV[n]] and not redis.call('ZSCORE', KEYS[2], ARGV[n]) then fresh[#fresh + 1] = n - 6 end
  seen[ARGV[n]] = true
end
if #fresh == 0 then return fresh end
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
if used + #fresh > tonumber(ARGV[1]) then return {-1, redis.call('PTTL', KEYS[1])} end
redis.call('INCRBY', KEYS[1], #fresh)
if used == 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
for _, n in ipairs(fresh) do
  local at = ARGV[4]
  if string.sub(ARGV[n + 6], 1, 4) == 'met/' then at = '9e15' end
  redis.call('ZADD', KEYS[2], at, ARGV[n + 6])
end
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return fresh`

// Admit implements insight.Behaviour: one command.
func (b *Behaviour) Admit(ctx context.Context, who member.ID, marks []string, most int64, span time.Duration) (map[string]bool, time.Duration, error) {
	now := b.now()
	args := []any{most, span.Milliseconds(), toldLife.Milliseconds(), now.UnixMilli(), now.Add(-behaviourKept).UnixMilli()}
	for _, m := range marks {
		args = append(args, m)
	}
	got, err := b.s.redis.Eval(ctx, admit, []string{b.key(who, "allowance"), b.key(who, "told")}, args...).Int64Slice()
	if err != nil {
		return nil, 0, translate(err)
	}
	if len(got) == 2 && got[0] == -1 {
		return nil, max(time.Millisecond, time.Duration(got[1])*time.Millisecond), nil
	}
	fresh := make(map[string]bool, len(got))
	for _, n := range got {
		fresh[marks[n]] = true
	}
	return fresh, 0, nil
}

// Hand implements insight.Behaviour: one pipeline.
func (b *Behaviour) Hand(ctx context.Context, who member.ID, all []insight.Deed) error {
	pipe := b.s.redis.Pipeline()
	var looks []redis.Z
	for _, d := range all {
		data, err := json.Marshal(struct {
			SKU     string `json:"sku,omitempty"`
			Code    string `json:"code,omitempty"`
			Variant string `json:"variant,omitempty"`
		}{d.SKU, d.Code, d.Variant})
		if err != nil { // unreachable: all are text
			return err
		}
		pipe.XAdd(ctx, &redis.XAddArgs{Stream: b.s.key("behaviour"), Values: []string{
			"id", d.ID, "type", strings.ToLower(string(d.Act)), "member", string(who), "at", d.At.UTC().Format(time.RFC3339Nano), "data", string(data),
		}})
		if d.SKU != "" {
			looks = append(looks, redis.Z{Score: float64(d.At.UnixMilli()), Member: d.ID + looksParts + d.SKU})
		}
	}
	pipe.XTrimMinID(ctx, b.s.key("behaviour"), strconv.FormatInt(b.now().Add(-behaviourKept).UnixMilli(), 10))
	if len(looks) > 0 {
		key := b.s.Looks().key(who)
		pipe.ZAdd(ctx, key, looks...)
		pipe.ZRemRangeByRank(ctx, key, 0, -mostLooks-1)
		pipe.PExpire(ctx, key, looksLife)
	}
	_, err := pipe.Exec(ctx)
	return translate(err)
}

// Retract implements insight.Behaviour.
func (b *Behaviour) Retract(ctx context.Context, who member.ID, marks []string) error {
	gone := make([]any, len(marks))
	for i, m := range marks {
		gone[i] = m
	}
	return translate(b.s.redis.ZRem(ctx, b.key(who, "told"), gone...).Err())
}
