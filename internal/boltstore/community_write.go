package boltstore

import (
	"context"
	"time"

	"membergate/internal/community"
	"membergate/internal/member"
	"membergate/internal/posting"
)

// What is being written:
//
//	slips      id of the sending → posting.Slip
//	slipsOf    author, 0, when it was sent, 8 bytes, id of the sending → ""
//	uncounted  comment id → ""   comments that are not known to be counted above them
var (
	slips     = newBucket("slips")
	slipsOf   = newBucket("slipsOf")
	uncounted = newBucket("uncounted")
)

var _ posting.Store = (*Community)(nil)

// Slip implements posting.Store.
func (c *Community) Slip(ctx context.Context, id string) (slip posting.Slip, ok bool, err error) {
	err = c.s.read(ctx, func(t *tx) (err error) {
		slip, ok, err = get[posting.Slip](t, slips, []byte(id))
		return err
	})
	return slip, ok, err
}

// PutSlip implements posting.Store.
func (c *Community) PutSlip(ctx context.Context, s posting.Slip) (kept posting.Slip, err error) {
	err = c.s.write(ctx, func(t *tx) error {
		old, ok, err := get[posting.Slip](t, slips, []byte(s.ID))
		if kept = old; err != nil || ok {
			return err
		}
		kept = s
		if err := t.mark(slipsOf, path(string(s.Author), moment(s.At), []byte(s.ID)), true); err != nil {
			return err
		}
		return t.put(slips, []byte(s.ID), s)
	})
	return kept, err
}

// SlipsOf implements posting.Store.
func (c *Community) SlipsOf(ctx context.Context, who member.ID, since time.Time, n int) (out []posting.Slip, err error) {
	err = c.s.read(ctx, func(t *tx) error {
		prefix := path(string(who))
		for k := range t.backwards(slipsOf, prefix, nil) {
			s, _, err := get[posting.Slip](t, slips, k[len(prefix)+8:])
			if err != nil || s.At.Before(since) || len(out) >= n {
				return err
			}
			out = append(out, s)
		}
		return nil
	})
	return out, err
}

// AddPost implements posting.Store.
func (c *Community) AddPost(ctx context.Context, p community.Post) (added bool, err error) {
	err = c.s.write(ctx, func(t *tx) error {
		if added = !t.has(posts, []byte(p.ID)); !added {
			return nil
		}
		return putPost(t, postRow{Post: p, Touched: time.Now()})
	})
	return added, err
}

// ChangePost implements posting.Store.
func (c *Community) ChangePost(ctx context.Context, p community.Post) error {
	return c.s.write(ctx, func(t *tx) error {
		row, ok, err := get[postRow](t, posts, []byte(p.ID))
		if err != nil {
			return err
		}
		if !ok || row.Version != p.Version {
			return posting.ErrStale
		}
		next := p
		next.Counts, next.Weight, next.HotKey = row.Counts, row.Weight, row.HotKey
		next.Version++
		row.Post, row.Touched = next, time.Now()
		return putPost(t, row)
	})
}

// AddComment implements posting.Store.
func (c *Community) AddComment(ctx context.Context, n community.Comment) (added bool, err error) {
	err = c.s.write(ctx, func(t *tx) error {
		if added = !t.has(comments, []byte(n.ID)); !added {
			return nil
		}
		if err := t.mark(uncounted, []byte(n.ID), true); err != nil {
			return err
		}
		return putComment(t, commentRow{Comment: n})
	})
	return added, err
}

// ChangeComment implements posting.Store.
func (c *Community) ChangeComment(ctx context.Context, n community.Comment) error {
	return c.s.write(ctx, func(t *tx) error {
		row, ok, err := get[commentRow](t, comments, []byte(n.ID))
		if err != nil {
			return err
		}
		if !ok || row.Version != n.Version {
			return posting.ErrStale
		}
		next := n
		next.Counts, next.Replies, next.BestKey = row.Counts, row.Replies, row.BestKey
		next.Version++
		row.Comment = next
		if err := t.mark(uncounted, []byte(n.ID), true); err != nil {
			return err
		}
		return putComment(t, row)
	})
}

// Counted implements posting.Store.
func (c *Community) Counted(ctx context.Context, versions map[community.CommentID]int64) error {
	return c.s.write(ctx, func(t *tx) error {
		for id, version := range versions {
			row, _, err := get[commentRow](t, comments, []byte(id))
			if err != nil {
				return err
			}
			if row.Version != version {
				continue
			}
			if err := t.mark(uncounted, []byte(id), false); err != nil {
				return err
			}
		}
		return nil
	})
}

// Uncounted implements posting.Store.
func (c *Community) Uncounted(ctx context.Context, n int) (out []community.Comment, err error) {
	err = c.s.read(ctx, func(t *tx) error {
		for k := range t.after(uncounted, nil) {
			if len(out) >= n {
				return nil
			}
			row, _, err := get[commentRow](t, comments, k)
			if err != nil {
				return err
			}
			out = append(out, row.Comment)
		}
		return nil
	})
	return out, err
}
