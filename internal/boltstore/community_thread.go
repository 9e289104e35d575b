package boltstore

import (
	"context"
	"slices"

	"membergate/internal/community"
	"membergate/internal/cursor"
)

// Comments:
//
//	comments  comment id → { Comment, Tally: version of the tally that its counts are of }
//	threads   post or comment id, 0, order, place → comment id   what hangs directly below; the orders are "b" (best
//	          key and id), "t" (id) and "r" (reactors and id)
//	          post id, 0, "p", comment id → comment id           all comments of a post
//	heard     member id, 0, when it was published, 8 bytes, comment id → ""   what everybody can read and the member
//	          should hear of
//	appeared  post id, 0, when it was published, 8 bytes, comment id → ""   what everybody can read
var (
	comments = newBucket("comments")
	threads  = newBucket("threads")
	heard    = newBucket("heard")
	appeared = newBucket("appeared")
)

type commentRow struct {
	community.Comment
	Tally int64
}

// PutComments implements community.Store.
func (c *Community) PutComments(ctx context.Context, written []community.Comment) error {
	return c.s.write(ctx, func(t *tx) error {
		for _, each := range written {
			if err := putComment(t, commentRow{Comment: each}); err != nil {
				return err
			}
		}
		return nil
	})
}

func putComment(t *tx, row commentRow) error {
	old, _, err := get[commentRow](t, comments, []byte(row.ID))
	if err != nil {
		return err
	}
	for _, key := range threadsOf(old.Comment) {
		if err := t.drop(threads, key); err != nil {
			return err
		}
	}
	for _, key := range threadsOf(row.Comment) {
		if err := t.set(threads, key, []byte(row.ID)); err != nil {
			return err
		}
	}
	for _, key := range heardOf(old.Comment) {
		if err := t.drop(heard, key); err != nil {
			return err
		}
	}
	for _, key := range heardOf(row.Comment) {
		if err := t.set(heard, key, []byte{}); err != nil {
			return err
		}
	}
	if key := appearedAs(old.Comment); key != nil {
		if err := t.drop(appeared, key); err != nil {
			return err
		}
	}
	if key := appearedAs(row.Comment); key != nil {
		if err := t.set(appeared, key, []byte{}); err != nil {
			return err
		}
	}
	if err := putWait(t, community.OnComment, string(row.ID), old.Waits(), row.Waits(), row.Review.Undone(row.Tombstone())); err != nil {
		return err
	}
	return t.put(comments, []byte(row.ID), row)
}

// threadsOf gives the keys of a comment in threads.
func threadsOf(c community.Comment) [][]byte {
	if c.ID == "" {
		return nil
	}
	id := []byte(c.ID)
	return [][]byte{
		path(c.Under(), []byte("b"), number(c.BestKey), id), path(c.Under(), []byte("t"), id),
		path(c.Under(), []byte("r"), number(c.Counts.Reactors), id), path(string(c.Post), []byte("p"), id),
	}
}

// CommentsByIDs implements community.Store.
func (c *Community) CommentsByIDs(ctx context.Context, ids []community.CommentID) (map[community.CommentID]community.Comment, error) {
	out := make(map[community.CommentID]community.Comment, len(ids))
	err := c.s.read(ctx, func(t *tx) error {
		for _, id := range ids {
			row, ok, err := get[commentRow](t, comments, []byte(id))
			if err != nil {
				return err
			}
			if ok {
				out[id] = row.Comment
			}
		}
		return nil
	})
	return out, err
}

// Thread implements community.Store.
func (c *Community) Thread(ctx context.Context, q community.ThreadQuery) (map[string][]community.Comment, error) {
	out := make(map[string][]community.Comment, len(q.Under))
	err := c.s.read(ctx, func(t *tx) error {
		clear(out)
		for _, under := range q.Under {
			found, err := below(t, q, under)
			if err != nil {
				return err
			}
			if len(found) > 0 {
				out[under] = found
			}
		}
		return nil
	})
	return out, err
}

// below reads what hangs below one place.
func below(t *tx, q community.ThreadQuery, under string) (out []community.Comment, err error) {
	order, key := "t", func(p cursor.Place) []byte { return []byte(p.ID) }
	switch q.Sort {
	case community.Best, community.Top:
		order, key = "b", func(p cursor.Place) []byte { return append(number(p.Key), p.ID...) }
		if q.Sort == community.Top {
			order = "r"
		}
	}
	span := q.Span
	if q.Sort == community.Oldest { // the same list from its other end
		span.Backward, span.After, span.Before = true, span.Before, span.After
	}
	for _, id := range t.span(threads, path(under, []byte(order)), span, key) {
		row, ok, err := get[commentRow](t, comments, id)
		if err != nil {
			return nil, err
		}
		if !ok || !q.Audience.Lists(row.Comment) {
			continue
		}
		if out = append(out, row.Comment); len(out) == span.Limit {
			break
		}
	}
	return slices.Clip(out), nil
}
