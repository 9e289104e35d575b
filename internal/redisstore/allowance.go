package redisstore

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"membergate/internal/allowance"
)

// What callers may still ask for, by the clock of the server that keeps the bucket:
//
//	allowance:<bucket>  when the bucket will be full, in microseconds since 1970, until then; lost, the bucket is full

// Allowances is an allowance.Store.
type Allowances struct{ s *Store }

// Allowances gives the buckets of those who ask.
func (s *Store) Allowances() *Allowances { return &Allowances{s} }

// takeAllowance takes a cost out of a bucket: KEYS the bucket; ARGV how long the cost takes to come back and how long the
// whole bucket does, in microseconds. It gives 1 or 0, and the time until the bucket is full. A Lua number holds
// microseconds since 1970 exactly for another two centuries.
const takeAllowance = `local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000000 + tonumber(t[2])
local debt = math.max(tonumber(redis.call('GET', KEYS[1]) or '0') - now, 0)
local next = math.max(debt + tonumber(ARGV[1]), 0)
if tonumber(ARGV[1]) > 0 and next > tonumber(ARGV[2]) then return {0, debt} end
if next == 0 then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], string.format('%.0f', now + next), 'PX', math.ceil(next / 1000))
end
return {1, next}`

// Take implements allowance.Store: buckets lie in different slots, so each is a script of its own, and all are one round
// trip.
func (a *Allowances) Take(ctx context.Context, charges []allowance.Charge) ([]allowance.Verdict, error) {
	answers := make([]*redis.Cmd, len(charges))
	_, err := a.s.redis.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i, c := range charges {
			cost, full := c.Rate.Spans(c.Cost)
			answers[i] = pipe.Eval(ctx, takeAllowance, []string{a.s.key("allowance", c.Key)}, cost.Microseconds(), full.Microseconds())
		}
		return nil
	})
	if err != nil {
		return nil, translate(err)
	}
	out := make([]allowance.Verdict, len(charges))
	for i, c := range charges {
		said, err := answers[i].Int64Slice()
		if err != nil {
			return nil, translate(err)
		}
		out[i] = c.Rate.Answered(said[0] == 1, time.Duration(said[1])*time.Microsecond, c.Cost)
	}
	return out, nil
}
