package boltstore

import (
	"bytes"
	"context"
	"slices"
	"time"

	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/member"
)

// Whom and what too many follow for pushing:
//
//	wide  kind, ":", member or topic id → { Kind, To, At }
var wide = newBucket("wide")

var _ community.HomeStore = (*Community)(nil)

type wideRow struct {
	community.WideKey
	At time.Time
}

// Newest implements community.HomeStore.
func (c *Community) Newest(ctx context.Context, authors []member.ID, topics []community.TopicID, n int) (out []community.PostID, err error) {
	if len(authors)+len(topics) == 0 {
		return nil, nil
	}
	err = c.s.read(ctx, func(t *tx) error {
		out = nil
		for _, list := range listsFor(community.Query{Authors: authors, Topics: topics}) {
			left := n
			for _, id := range t.backwards(feeds, path(list), nil) {
				if left--; left < 0 {
					break
				}
				out = append(out, community.PostID(id))
			}
		}
		return nil
	})
	slices.Sort(out)
	out = slices.Compact(out)
	slices.Reverse(out)
	return out[:min(len(out), n)], err
}

// Touched implements community.HomeStore.
func (c *Community) Touched(ctx context.Context, after, until time.Time, n int) (out []community.Touch, err error) {
	err = c.s.read(ctx, func(t *tx) error {
		out = nil
		return touched(t, after, func(k []byte, row postRow) bool {
			if bytes.Compare(k[:8], moment(until)) > 0 || len(out) >= n {
				return false
			}
			out = append(out, community.Touch{ID: row.ID, Author: row.Author, Topics: row.Topics, Gone: !row.DeletedAt.IsZero(), At: row.Touched.UTC().Truncate(time.Millisecond)})
			return true
		})
	})
	return out, err
}

// touched walks the posts that were touched after a time, in that order.
func touched(t *tx, after time.Time, each func(k []byte, row postRow) bool) error {
	for k := range t.after(touches, moment(after.Add(time.Millisecond))) {
		row, ok, err := get[postRow](t, posts, k[8:])
		if err != nil {
			return err
		}
		if ok && !each(k, row) {
			return nil
		}
	}
	return nil
}

// Followers implements community.HomeStore.
func (c *Community) Followers(ctx context.Context, k community.TieKind, to string, n int) (out []member.ID, err error) {
	prefix := followerKey(k, to, "")
	err = c.s.read(ctx, func(t *tx) error {
		out = nil
		for k := range t.from(followers, prefix, prefix) {
			if len(out) >= n {
				return nil
			}
			out = append(out, member.ID(k[len(prefix):]))
		}
		return nil
	})
	return out, err
}

// Wide implements community.HomeStore.
func (c *Community) Wide(ctx context.Context) (out community.Wide, err error) {
	err = c.s.read(ctx, func(t *tx) error {
		out = community.Wide{}
		for k, v := range t.after(wide, nil) {
			var row wideRow
			if err := decode(wide, k, v, &row); err != nil {
				return err
			}
			out[row.WideKey] = row.At
		}
		return nil
	})
	return out, err
}

// AddWide implements community.HomeStore.
func (c *Community) AddWide(ctx context.Context, k community.TieKind, to string, at time.Time) error {
	key := []byte(string(k) + ":" + to)
	return c.s.write(ctx, func(t *tx) error {
		if t.has(wide, key) {
			return nil
		}
		return t.put(wide, key, wideRow{community.WideKey{Kind: k, To: to}, at.UTC()})
	})
}

// Beside implements community.HomeStore: one transaction.
func (c *Community) Beside(ctx context.Context, q community.BesideQuery) (out community.Beside, err error) {
	audience := q.Audience
	audience.Words = nil
	of := community.Query{Authors: q.ByWide, Topics: q.OnWide, Audience: audience, Span: cursor.Span{Limit: q.Limit}}
	if q.Below != "" {
		of.Span.After = &cursor.Place{ID: string(q.Below)}
	}
	err = c.s.read(ctx, func(t *tx) error {
		out = community.Beside{}
		for _, id := range q.Posts {
			row, ok, err := get[postRow](t, posts, []byte(id))
			if err != nil {
				return err
			}
			if ok {
				out.Kept = append(out.Kept, row.Post)
			}
		}
		if len(q.ByWide)+len(q.OnWide) > 0 {
			if out.Wide, err = page(t, of); err != nil {
				return err
			}
		}
		return touched(t, q.Since, func(_ []byte, row postRow) bool {
			followed := slices.Contains(q.Authors, row.Author) ||
				slices.ContainsFunc(row.Topics, func(on community.TopicID) bool { return slices.Contains(q.Topics, on) })
			if followed && audience.Has(row.Post) && (q.Below == "" || row.ID < q.Below) {
				out.Fresh = append(out.Fresh, row.Post)
			}
			return true
		})
	})
	out.Fresh = firstOf(of, out.Fresh)
	out.Wide = firstOf(of, out.Wide)
	return out, err
}
