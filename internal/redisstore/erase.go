package redisstore

import (
	"context"

	"github.com/redis/go-redis/v9"

	"membergate/internal/member"
)

// eraseAtOnce is how many entries of a stream are looked through by one command.
const eraseAtOnce = 1000

// Erase deletes the list of what a member follows, what the member looked at, and what the member's events left in streams: what was chosen of
// benefits, and events that could not be applied.
func (s *Store) Erase(ctx context.Context, who member.ID) error {
	for _, key := range []string{s.Homes().list(who), s.Looks().key(who)} { // in slots of their own
		if err := s.redis.Del(ctx, key).Err(); err != nil {
			return translate(err)
		}
	}
	for _, stream := range []string{s.key("choices"), s.key("events", "dead")} {
		if err := s.eraseFrom(ctx, stream, who); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) eraseFrom(ctx context.Context, stream string, who member.ID) error {
	for from := "-"; ; {
		found, err := s.redis.XRangeN(ctx, stream, from, "+", eraseAtOnce).Result()
		if err != nil {
			return translate(err)
		}
		var gone []string
		for _, e := range found {
			if e.Values["member"] == string(who) {
				gone = append(gone, e.ID)
			}
			from = "(" + e.ID
		}
		if len(gone) > 0 {
			if err := s.redis.XDel(ctx, stream, gone...).Err(); err != nil && err != redis.Nil {
				return translate(err)
			}
		}
		if len(found) < eraseAtOnce {
			return nil
		}
	}
}

// The hashes of ids that must not come back are kept here beside the store, so that neither alone loses them when it is put
// back to what a backup holds:
//
//	erased  set of keyed hashes

// Bar keeps hashes; it may be repeated.
func (s *Store) Bar(ctx context.Context, hashes []string) error {
	if len(hashes) == 0 {
		return nil
	}
	all := make([]any, len(hashes))
	for i, h := range hashes {
		all[i] = h
	}
	return translate(s.redis.SAdd(ctx, s.key("erased"), all...).Err())
}

// Bars gives all hashes that are kept to a function, some at a time.
func (s *Store) Bars(ctx context.Context, each func([]string) error) error {
	for next := uint64(0); ; {
		some, after, err := s.redis.SScan(ctx, s.key("erased"), next, "", eraseAtOnce).Result()
		if err != nil {
			return translate(err)
		}
		if err := each(some); err != nil {
			return err
		}
		if next = after; next == 0 {
			return nil
		}
	}
}
