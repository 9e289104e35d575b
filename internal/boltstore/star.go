package boltstore

import (
	"cmp"
	"context"
	"slices"

	"membergate/internal/member"
	"membergate/internal/star"
)

// Stars of groups:
//
//	stars      group code, 0, month → star.Star
//	starred    member id, 0, month, group code → group code, 0, month
//	openStars  group code, 0, month → ""   while its member may not have got what comes with it
var (
	stars     = newBucket("stars")
	starred   = newBucket("starred")
	openStars = newBucket("openStars")
)

var _ star.Store = (*Community)(nil)

func starKey(s star.Star) []byte { return path(s.Group, []byte(s.Month)) }

// AddStar implements star.Store.
func (c *Community) AddStar(ctx context.Context, s star.Star) error {
	return c.s.write(ctx, func(t *tx) error {
		key := starKey(s)
		if t.has(stars, key) {
			return nil
		}
		if s.Member != "" {
			if err := t.set(starred, path(string(s.Member), []byte(s.Month), []byte(s.Group)), key); err != nil {
				return err
			}
		}
		if err := t.mark(openStars, key, s.Open); err != nil {
			return err
		}
		return t.put(stars, key, s)
	})
}

// Stars implements star.Store.
func (c *Community) Stars(ctx context.Context, groups []string, n int) (map[string][]star.Star, error) {
	out := map[string][]star.Star{}
	err := c.s.read(ctx, func(t *tx) error {
		clear(out)
		for _, g := range groups {
			for k, v := range t.backwards(stars, path(g), nil) {
				if len(out[g]) >= n {
					break
				}
				var s star.Star
				if err := decode(stars, k, v, &s); err != nil {
					return err
				}
				out[g] = append(out[g], s)
			}
		}
		return nil
	})
	return out, err
}

// StarsOf implements star.Store.
func (c *Community) StarsOf(ctx context.Context, who []member.ID, n int) (map[member.ID][]star.Star, error) {
	out := map[member.ID][]star.Star{}
	err := c.s.read(ctx, func(t *tx) error {
		clear(out)
		for _, m := range who {
			for _, key := range t.backwards(starred, path(string(m)), nil) {
				if len(out[m]) >= n {
					break
				}
				s, _, err := get[star.Star](t, stars, key)
				if err != nil {
					return err
				}
				out[m] = append(out[m], s)
			}
			slices.SortStableFunc(out[m], func(a, b star.Star) int { return cmp.Or(cmp.Compare(b.Month, a.Month), cmp.Compare(a.Group, b.Group)) })
			if len(out[m]) == 0 {
				delete(out, m)
			}
		}
		return nil
	})
	return out, err
}

// OpenStars implements star.Store.
func (c *Community) OpenStars(ctx context.Context, n int) (out []star.Star, err error) {
	err = c.s.read(ctx, func(t *tx) error {
		out = nil
		for k := range t.after(openStars, nil) {
			if len(out) >= n {
				return nil
			}
			s, _, err := get[star.Star](t, stars, k)
			if err != nil {
				return err
			}
			out = append(out, s)
		}
		return nil
	})
	return out, err
}

// CloseStar implements star.Store.
func (c *Community) CloseStar(ctx context.Context, id string) error {
	return c.s.write(ctx, func(t *tx) error {
		key := starKeyOf(id)
		s, ok, err := get[star.Star](t, stars, key)
		if err != nil || !ok {
			return err
		}
		s.Open = false
		if err := t.mark(openStars, key, false); err != nil {
			return err
		}
		return t.put(stars, key, s)
	})
}

// starKeyOf makes the key of a star's name, which ends with its month.
func starKeyOf(id string) []byte {
	const month = len("2006-01")
	if len(id) <= month {
		return []byte(id)
	}
	at := len(id) - month
	return path(id[:at-1], []byte(id[at:]))
}
