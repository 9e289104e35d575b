package boltstore

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/member"
)

// Marks:
//
//	marks      subject, 0, member id → community.Mark   the subject is "post:"id or "comment:"id
//	unsettled  subject, 0, member id → ""               marks whose counting is not known to have ended
//	markers    member id, 0, post id → ""               posts that the member has ever marked
var (
	marks     = newBucket("marks")
	unsettled = newBucket("unsettled")
	markers   = newBucket("markers")
)

func subjectName(s community.Subject) string { return string(s.Kind) + ":" + s.ID }

func markKey(s community.Subject, m member.ID) []byte { return path(subjectName(s), []byte(m)) }

// Marks implements community.Store.
func (c *Community) Marks(ctx context.Context, m member.ID, subjects []community.Subject) (map[community.Subject]community.Mark, error) {
	out := make(map[community.Subject]community.Mark, len(subjects))
	err := c.s.read(ctx, func(t *tx) error {
		for _, s := range subjects {
			mark, ok, err := get[community.Mark](t, marks, markKey(s, m))
			if err != nil {
				return err
			}
			if ok && len(mark.On) > 0 {
				out[s] = mark
			}
		}
		return nil
	})
	return out, err
}

// SetMark implements community.Store.
func (c *Community) SetMark(
	ctx context.Context, m member.ID, s community.Subject, k community.Kind, on bool, at time.Time,
) (mark community.Mark, changed bool, err error) {
	key := markKey(s, m)
	err = c.s.write(ctx, func(t *tx) error {
		if mark, _, err = get[community.Mark](t, marks, key); err != nil {
			return err
		}
		if changed = mark.Has(k) != on; !changed {
			return nil
		}
		if mark.On == nil {
			mark.On = map[community.Kind]time.Time{}
		}
		if mark.On[k] = at.UTC().Truncate(time.Millisecond); !on {
			delete(mark.On, k)
		}
		mark.Version++
		if err := t.mark(unsettled, key, true); err != nil {
			return err
		}
		if s.Kind == community.OnPost {
			if err := t.mark(markers, path(string(m), []byte(s.ID)), true); err != nil {
				return err
			}
		}
		return t.put(marks, key, mark)
	})
	return mark, changed, err
}

// Marked implements community.Store. A member has marked some hundred posts: they are put in order here.
func (c *Community) Marked(ctx context.Context, m member.ID, q community.MarkedQuery) (out []community.Kept, err error) {
	err = c.s.read(ctx, func(t *tx) error {
		out = nil
		prefix := path(string(m))
		for k := range t.from(markers, prefix, prefix) {
			id := community.PostID(k[len(prefix):])
			mark, _, err := get[community.Mark](t, marks, markKey(community.Subject{Kind: community.OnPost, ID: string(id)}, m))
			if err != nil {
				return err
			}
			at, ok := mark.Newest(q.Kinds)
			kept := community.Kept{Post: id, At: at}
			if ok && (q.Span.After == nil || byPlace(kept.Place(), *q.Span.After) < 0) {
				out = append(out, kept)
			}
		}
		return nil
	})
	slices.SortFunc(out, func(a, b community.Kept) int { return byPlace(b.Place(), a.Place()) })
	return out[:min(len(out), q.Span.Limit)], err
}

func byPlace(a, b cursor.Place) int {
	return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.ID, b.ID))
}

// indexMarks lists marks by who made them, for a file of before they were.
func indexMarks(t *tx) error {
	var keys [][]byte
	for k := range t.after(marks, nil) {
		subject, who, _ := strings.Cut(string(k), "\x00")
		if kind, id, _ := strings.Cut(subject, ":"); kind == string(community.OnPost) {
			keys = append(keys, path(who, []byte(id)))
		}
	}
	for _, key := range keys {
		if err := t.mark(markers, key, true); err != nil {
			return err
		}
	}
	return nil
}

// Tally implements community.Store.
func (c *Community) Tally(ctx context.Context, s community.Subject) (tally community.Tally, err error) {
	err = c.s.read(ctx, func(t *tx) error {
		tally = community.Tally{Counts: community.Counts{Reactions: map[community.Kind]int64{}}}
		prefix := path(subjectName(s))
		for k, v := range t.from(marks, prefix, prefix) {
			var mark community.Mark
			if err := decode(marks, k, v, &mark); err != nil {
				return err
			}
			tally.Add(mark)
		}
		if s.Kind == community.OnPost {
			return tallyComments(t, &tally, path(s.ID, []byte("p")))
		}
		return tallyReplies(t, &tally, path(s.ID, []byte("t")))
	})
	return tally, err
}

func tallyComments(t *tx, tally *community.Tally, prefix []byte) error {
	authors := map[member.ID]bool{}
	return eachComment(t, prefix, func(c community.Comment) {
		tally.Version += c.Version
		if c.Readable() {
			tally.Counts.Comments++
			authors[c.Author] = true
		}
		tally.Counts.Commenters = int64(len(authors))
	})
}

func tallyReplies(t *tx, tally *community.Tally, prefix []byte) error {
	return eachComment(t, prefix, func(c community.Comment) {
		tally.Version += c.Version
		if c.Listed() {
			tally.Replies++
		}
	})
}

func eachComment(t *tx, prefix []byte, f func(community.Comment)) error {
	for _, id := range t.from(threads, prefix, prefix) {
		row, ok, err := get[commentRow](t, comments, id)
		if err != nil {
			return err
		}
		if ok {
			f(row.Comment)
		}
	}
	return nil
}

// SavePost implements community.Store.
func (c *Community) SavePost(ctx context.Context, p community.Post, version int64) error {
	return c.s.write(ctx, func(t *tx) error {
		row, ok, err := get[postRow](t, posts, []byte(p.ID))
		if err != nil || !ok || row.Tally >= version {
			return err
		}
		row.Counts, row.Weight, row.HotKey, row.Tally = p.Counts, p.Weight, p.HotKey, version
		return putPost(t, row)
	})
}

// SaveComment implements community.Store.
func (c *Community) SaveComment(ctx context.Context, n community.Comment, version int64) error {
	return c.s.write(ctx, func(t *tx) error {
		row, ok, err := get[commentRow](t, comments, []byte(n.ID))
		if err != nil || !ok || row.Tally >= version {
			return err
		}
		row.Counts, row.Replies, row.BestKey, row.Tally = n.Counts, n.Replies, n.BestKey, version
		row.Version++
		return putComment(t, row)
	})
}

// Settle implements community.Store.
func (c *Community) Settle(ctx context.Context, done []community.Unsettled) error {
	return c.s.write(ctx, func(t *tx) error {
		for _, u := range done {
			key := markKey(u.Subject, u.Member)
			mark, _, err := get[community.Mark](t, marks, key)
			if err != nil {
				return err
			}
			if mark.Version != u.Version {
				continue
			}
			if err := t.mark(unsettled, key, false); err != nil {
				return err
			}
		}
		return nil
	})
}

// Unsettled implements community.Store.
func (c *Community) Unsettled(ctx context.Context, n int) (out []community.Unsettled, err error) {
	err = c.s.read(ctx, func(t *tx) error {
		for k := range t.after(unsettled, nil) {
			if len(out) >= n {
				return nil
			}
			mark, _, err := get[community.Mark](t, marks, k)
			if err != nil {
				return err
			}
			subject, who, _ := strings.Cut(string(k), "\x00")
			kind, id, _ := strings.Cut(subject, ":")
			out = append(out, community.Unsettled{
				Member: member.ID(who), Subject: community.Subject{Kind: community.SubjectKind(kind), ID: id}, Version: mark.Version,
			})
		}
		return nil
	})
	return out, err
}
