package boltstore

import (
	"cmp"
	"context"
	"slices"

	"membergate/internal/adoption"
	"membergate/internal/community"
	"membergate/internal/member"
)

// Adopted posts:
//
//	badges    member, 0, code → adoption.Badge
//	adopting  post id → ""   while its author may not have got what comes with it
var (
	badges   = newBucket("badges")
	adopting = newBucket("adopting")
)

var _ adoption.Store = (*Community)(nil)

// Award implements adoption.Store.
func (c *Community) Award(ctx context.Context, who member.ID, b adoption.Badge) error {
	return c.s.write(ctx, func(t *tx) error {
		key := path(string(who), []byte(b.Code))
		if t.has(badges, key) {
			return nil
		}
		return t.put(badges, key, b)
	})
}

// Badges implements adoption.Store.
func (c *Community) Badges(ctx context.Context, who []member.ID) (map[member.ID][]adoption.Badge, error) {
	out := map[member.ID][]adoption.Badge{}
	err := c.s.read(ctx, func(t *tx) error {
		clear(out)
		for _, m := range who {
			prefix := path(string(m))
			for k, v := range t.from(badges, prefix, prefix) {
				var b adoption.Badge
				if err := decode(badges, k, v, &b); err != nil {
					return err
				}
				out[m] = append(out[m], b)
			}
			slices.SortFunc(out[m], func(a, b adoption.Badge) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Code, b.Code)) })
			if len(out[m]) == 0 {
				delete(out, m)
			}
		}
		return nil
	})
	return out, err
}

// Adopting implements adoption.Store.
func (c *Community) Adopting(ctx context.Context, n int) (out []community.Post, err error) {
	err = c.s.read(ctx, func(t *tx) error {
		out = nil
		for k := range t.after(adopting, nil) {
			if len(out) >= n {
				return nil
			}
			row, _, err := get[postRow](t, posts, k)
			if err != nil {
				return err
			}
			out = append(out, row.Post)
		}
		return nil
	})
	return out, err
}
