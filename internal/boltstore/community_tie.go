package boltstore

import (
	"context"
	"slices"
	"time"

	"membergate/internal/community"
	"membergate/internal/member"
)

// Ties and groups:
//
//	ties      member id → { Follows, Topics, Blocks, Mutes, Words, Version }
//	followers kind, ":", member or topic id, 0, member id → ""   who follows it
//	blockers  member id, 0, member id → ""   who blocked the first one
//	circles   group code, 0, member id → ""
var (
	ties      = newBucket("ties")
	blockers  = newBucket("blockers")
	followers = newBucket("followers")
	circles   = newBucket("circles")
)

// Ties implements community.Store.
func (c *Community) Ties(ctx context.Context, m member.ID) (out community.Ties, err error) {
	err = c.s.read(ctx, func(t *tx) error {
		if out, _, err = get[community.Ties](t, ties, []byte(m)); err != nil {
			return err
		}
		prefix := path(string(m))
		for k := range t.from(blockers, prefix, prefix) {
			out.BlockedBy = append(out.BlockedBy, member.ID(k[len(prefix):]))
		}
		return nil
	})
	return out, err
}

// SetTie implements community.Store.
func (c *Community) SetTie(ctx context.Context, m member.ID, k community.TieKind, to string, on bool, bound int) error {
	return c.s.write(ctx, func(t *tx) error {
		all, _, err := get[community.Ties](t, ties, []byte(m))
		if err != nil {
			return err
		}
		if on && bound > 0 && !all.Has(k, to) && all.Count(k) >= bound {
			return community.ErrFull
		}
		switch k {
		case community.Follow:
			all.Follows, all.Version = listed(all.Follows, member.ID(to), on), all.Version+1
		case community.FollowTopic:
			all.Topics, all.Version = listed(all.Topics, community.TopicID(to), on), all.Version+1
		case community.Mute:
			all.Mutes = listed(all.Mutes, member.ID(to), on)
		case community.MutedWord:
			all.Words = listed(all.Words, to, on)
		case community.Block:
			all.Blocks = listed(all.Blocks, member.ID(to), on)
			if err := t.mark(blockers, path(to, []byte(m)), on); err != nil {
				return err
			}
		}
		if k == community.Follow || k == community.FollowTopic {
			if err := t.mark(followers, followerKey(k, to, m), on); err != nil {
				return err
			}
		}
		return t.put(ties, []byte(m), all)
	})
}

func followerKey(k community.TieKind, to string, m member.ID) []byte {
	return path(string(k)+":"+to, []byte(m))
}

// follow notes who follows all that is followed by a member, or forgets it.
func follow(t *tx, m member.ID, all community.Ties, on bool) error {
	for _, to := range all.Follows {
		if err := t.mark(followers, followerKey(community.Follow, string(to), m), on); err != nil {
			return err
		}
	}
	for _, to := range all.Topics {
		if err := t.mark(followers, followerKey(community.FollowTopic, string(to), m), on); err != nil {
			return err
		}
	}
	return nil
}

// indexFollowers notes it of a file of before it was.
func indexFollowers(t *tx) error {
	known := map[member.ID]community.Ties{}
	for k, v := range t.after(ties, nil) {
		var all community.Ties
		if err := decode(ties, k, v, &all); err != nil {
			return err
		}
		known[member.ID(k)] = all
	}
	for m, all := range known {
		if err := follow(t, m, all, true); err != nil {
			return err
		}
	}
	return nil
}

// PutTies implements community.Store.
func (c *Community) PutTies(ctx context.Context, all map[member.ID]community.Ties) error {
	return c.s.write(ctx, func(t *tx) error {
		for m, next := range all {
			old, _, err := get[community.Ties](t, ties, []byte(m))
			if err != nil {
				return err
			}
			for _, other := range old.Blocks {
				if err := t.mark(blockers, path(string(other), []byte(m)), false); err != nil {
					return err
				}
			}
			for _, other := range next.Blocks {
				if err := t.mark(blockers, path(string(other), []byte(m)), true); err != nil {
					return err
				}
			}
			if err := follow(t, m, old, false); err != nil {
				return err
			}
			if err := follow(t, m, next, true); err != nil {
				return err
			}
			next.BlockedBy, next.Version = nil, max(old.Version+1, time.Now().UnixMilli())
			if err := t.put(ties, []byte(m), next); err != nil {
				return err
			}
		}
		return nil
	})
}

// listed makes a value be in a list once, at its end, or not at all.
func listed[V comparable](list []V, v V, on bool) []V {
	switch there := slices.Contains(list, v); {
	case there == on:
		return list
	case on:
		return append(list, v)
	default:
		return slices.DeleteFunc(list, func(each V) bool { return each == v })
	}
}

// Circles implements community.Store.
func (c *Community) Circles(ctx context.Context, codes []string, m member.ID) (map[string]community.Circle, error) {
	out := make(map[string]community.Circle, len(codes))
	err := c.s.read(ctx, func(t *tx) error {
		for _, code := range codes {
			out[code] = community.Circle{Members: seats(t, code), Joined: m != "" && t.has(circles, path(code, []byte(m)))}
		}
		return nil
	})
	return out, err
}

func seats(t *tx, code string) (n int64) {
	prefix := path(code)
	for range t.from(circles, prefix, prefix) {
		n++
	}
	return n
}

// SetCircle implements community.Store.
func (c *Community) SetCircle(ctx context.Context, code string, m member.ID, on bool, bound int) error {
	key := path(code, []byte(m))
	return c.s.write(ctx, func(t *tx) error {
		if on && bound > 0 && !t.has(circles, key) && seats(t, code) >= int64(bound) {
			return community.ErrFull
		}
		if !on {
			if err := giveUpRole(t, code, m); err != nil {
				return err
			}
		}
		return t.mark(circles, key, on)
	})
}
