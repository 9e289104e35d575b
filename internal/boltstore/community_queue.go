package boltstore

import (
	"context"

	"membergate/internal/community"
	"membergate/internal/report"
)

// What moderators find posts and comments by:
//
//	waits   kind of subject, 0, since when somebody has to look, 8 bytes, id → ""
//	undone  kind of subject, 0, id → ""   of whose review something is left to do
var (
	waits  = newBucket("waits")
	undone = newBucket("undone")
)

var _ report.Contents = (*Community)(nil)

// putWait keeps the lists of moderators for a post or comment that is replaced.
func putWait(t *tx, kind community.SubjectKind, id string, old, now community.Wait, left bool) error {
	if old.Cause != "" {
		if err := t.mark(waits, path(string(kind), moment(old.Since), []byte(id)), false); err != nil {
			return err
		}
	}
	if now.Cause != "" {
		if err := t.mark(waits, path(string(kind), moment(now.Since), []byte(id)), true); err != nil {
			return err
		}
	}
	return t.mark(undone, path(string(kind), []byte(id)), left)
}

// content reads a post or a comment.
func content(t *tx, kind community.SubjectKind, id []byte) (report.Content, error) {
	if kind == community.OnComment {
		row, _, err := get[commentRow](t, comments, id)
		return report.Content{Comment: &row.Comment}, err
	}
	row, _, err := get[postRow](t, posts, id)
	return report.Content{Post: &row.Post}, err
}

// Queue implements report.Contents.
func (c *Community) Queue(ctx context.Context, q report.Queue) (out []report.Content, err error) {
	err = c.s.read(ctx, func(t *tx) error {
		out = nil
		for _, kind := range []community.SubjectKind{community.OnPost, community.OnComment} {
			if q.Kind != "" && q.Kind != kind {
				continue
			}
			prefix := path(string(kind))
			start, n := prefix, 0
			if q.After != nil {
				start = path(string(kind), moment(q.After.At), []byte(q.After.ID+"\x00")) // the first key behind it
			}
			for k := range t.from(waits, prefix, start) {
				if n >= q.Limit {
					break
				}
				found, err := content(t, kind, k[len(prefix)+8:])
				if err != nil {
					return err
				}
				if q.Cause == "" || found.Waits().Cause == q.Cause {
					out, n = append(out, found), n+1
				}
			}
		}
		return nil
	})
	return report.First(out, q.Limit), err
}

// Undone implements report.Contents.
func (c *Community) Undone(ctx context.Context, n int) (out []report.Content, err error) {
	err = c.s.read(ctx, func(t *tx) error {
		out = nil
		for _, kind := range []community.SubjectKind{community.OnPost, community.OnComment} {
			prefix := path(string(kind))
			for k := range t.from(undone, prefix, prefix) {
				if len(out) >= n {
					return nil
				}
				found, err := content(t, kind, k[len(prefix):])
				if err != nil {
					return err
				}
				out = append(out, found)
			}
		}
		return nil
	})
	return out, err
}

// indexWaits puts into the moderators' queue what was held back before there was one, and tells how much it was.
func indexWaits(t *tx) (n int, err error) {
	type waiting struct {
		kind community.SubjectKind
		id   string
		wait community.Wait
	}
	var found []waiting
	for k, v := range t.after(posts, nil) {
		var row postRow
		if err := decode(posts, k, v, &row); err != nil {
			return n, err
		}
		found = append(found, waiting{community.OnPost, string(k), row.Waits()})
	}
	for k, v := range t.after(comments, nil) {
		var row commentRow
		if err := decode(comments, k, v, &row); err != nil {
			return n, err
		}
		found = append(found, waiting{community.OnComment, string(k), row.Waits()})
	}
	for _, w := range found {
		if w.wait.Cause == "" {
			continue
		}
		n++
		if err := putWait(t, w.kind, w.id, community.Wait{}, w.wait, false); err != nil {
			return n, err
		}
	}
	return n, nil
}
