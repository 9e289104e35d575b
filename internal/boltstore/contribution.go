package boltstore

import (
	"context"
	"time"

	"membergate/internal/community"
	"membergate/internal/contribution"
	"membergate/internal/member"
)

// Contributions:
//
//	boards    board's id → contribution.Board
//	unlisted  member id → since when the member does not want to be on boards
var (
	boards   = newBucket("boards")
	unlisted = newBucket("unlisted")
)

var _ contribution.Store = (*Community)(nil)

func postWriting(p community.Post) contribution.Writing {
	return contribution.Writing{ID: string(p.ID), Author: p.Author, Live: p.Live(), Reactors: p.Counts.Reactors, Board: p.Board,
		Visibility: string(p.Visibility), Adopted: !p.Adopted.At.IsZero()}
}

func commentWriting(c community.Comment) contribution.Writing {
	return contribution.Writing{ID: string(c.ID), Author: c.Author, Live: c.Readable(), Reactors: c.Counts.Reactors, Post: string(c.Post)}
}

// PostsOf implements contribution.Store.
func (c *Community) PostsOf(ctx context.Context, above, below string, n int) ([]contribution.Writing, error) {
	return writingsOf(ctx, c.s, posts, above, below, n, func(row postRow) contribution.Writing { return postWriting(row.Post) })
}

// CommentsOf implements contribution.Store.
func (c *Community) CommentsOf(ctx context.Context, above, below string, n int) ([]contribution.Writing, error) {
	return writingsOf(ctx, c.s, comments, above, below, n, func(row commentRow) contribution.Writing { return commentWriting(row.Comment) })
}

// writingsOf walks a bucket whose keys are ids.
func writingsOf[R any](ctx context.Context, s *Store, of bucket, above, below string, n int, what func(R) contribution.Writing) (out []contribution.Writing, err error) {
	err = s.read(ctx, func(t *tx) error {
		out = nil
		for k, v := range t.after(of, []byte(above)) {
			if len(out) >= n || string(k) >= below {
				return nil
			}
			var row R
			if err := decode(of, k, v, &row); err != nil {
				return err
			}
			out = append(out, what(row))
		}
		return nil
	})
	return out, err
}

// PostsByID implements contribution.Store.
func (c *Community) PostsByID(ctx context.Context, ids []string) (map[string]contribution.Writing, error) {
	out := make(map[string]contribution.Writing, len(ids))
	err := c.s.read(ctx, func(t *tx) error {
		for _, id := range ids {
			row, ok, err := get[postRow](t, posts, []byte(id))
			if err != nil {
				return err
			}
			if ok {
				out[id] = postWriting(row.Post)
			}
		}
		return nil
	})
	return out, err
}

// OwnMarks implements contribution.Store.
func (c *Community) OwnMarks(ctx context.Context, of, on []contribution.Writing) (map[string]bool, error) {
	out := map[string]bool{}
	err := c.s.read(ctx, func(t *tx) error {
		clear(out)
		for kind, all := range map[community.SubjectKind][]contribution.Writing{community.OnPost: of, community.OnComment: on} {
			for _, w := range all {
				m, _, err := get[community.Mark](t, marks, markKey(community.Subject{Kind: kind, ID: w.ID}, w.Author))
				if err != nil {
					return err
				}
				if len(m.Reactions()) > 0 {
					out[w.ID] = true
				}
			}
		}
		return nil
	})
	return out, err
}

// SaveBoard implements contribution.Store.
func (c *Community) SaveBoard(ctx context.Context, b contribution.Board) error {
	return c.s.write(ctx, func(t *tx) error {
		old, ok, err := get[contribution.Board](t, boards, []byte(b.ID))
		if err != nil || ok && !old.At.Before(b.At) {
			return err
		}
		return t.put(boards, []byte(b.ID), b)
	})
}

// LoadBoard implements contribution.Store.
func (c *Community) LoadBoard(ctx context.Context, id string, since time.Time) (b contribution.Board, ok bool, err error) {
	err = c.s.read(ctx, func(t *tx) error {
		b, ok, err = get[contribution.Board](t, boards, []byte(id))
		return err
	})
	if b.At.Equal(since) {
		b.Entries = nil
	}
	return b, ok, err
}

// SetHidden implements contribution.Store.
func (c *Community) SetHidden(ctx context.Context, who member.ID, hidden bool, at time.Time) error {
	return c.s.write(ctx, func(t *tx) error {
		switch {
		case !hidden:
			return t.drop(unlisted, []byte(who))
		case t.has(unlisted, []byte(who)):
			return nil
		default:
			return t.put(unlisted, []byte(who), at)
		}
	})
}

// Hidden implements contribution.Store.
func (c *Community) Hidden(ctx context.Context, since time.Time) (out []member.ID, err error) {
	err = c.s.read(ctx, func(t *tx) error {
		out = nil
		for k, v := range t.after(unlisted, nil) {
			var at time.Time
			if err := decode(unlisted, k, v, &at); err != nil {
				return err
			}
			if !at.Before(since) {
				out = append(out, member.ID(k))
			}
		}
		return nil
	})
	return out, err
}

// HiddenOf implements contribution.Store.
func (c *Community) HiddenOf(ctx context.Context, who []member.ID) (map[member.ID]bool, error) {
	out := map[member.ID]bool{}
	err := c.s.read(ctx, func(t *tx) error {
		for _, m := range who {
			if t.has(unlisted, []byte(m)) {
				out[m] = true
			}
		}
		return nil
	})
	return out, err
}
