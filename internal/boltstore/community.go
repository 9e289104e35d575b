package boltstore

import (
	"context"
	"iter"
	"slices"
	"time"

	"membergate/internal/community"
	"membergate/internal/cursor"
)

// Posts and topics:
//
//	posts   post id → { Post, Tally: version of the tally that its counts are of, Touched: when it was added or changed last,
//	        counts excepted }
//	feeds   list, 0, place → post id   the place is the post's id, on the list "hot" its hot key and its id
//	touches when it was touched, 8 bytes, post id → ""
//	topics  topic id → community.Topic
//
// The lists are "all", "hot", "board:"code, "topic:"id, "author:"id and "family:"id; a deleted post is on none.
var (
	posts   = newBucket("posts")
	feeds   = newBucket("feeds")
	topics  = newBucket("topics")
	touches = newBucket("touches")
)

// Community is a community.Store.
type Community struct{ s *Store }

// Community gives the store of what members write.
func (s *Store) Community() *Community { return &Community{s} }

type postRow struct {
	community.Post
	Tally   int64
	Touched time.Time
}

// Put implements community.Store.
func (c *Community) Put(ctx context.Context, written []community.Post) error {
	return c.s.write(ctx, func(t *tx) error {
		for _, p := range written {
			if err := putPost(t, postRow{Post: p, Touched: time.Now()}); err != nil {
				return err
			}
		}
		return nil
	})
}

// putPost stores a post and puts it on its lists, and off those that it was on.
func putPost(t *tx, row postRow) error {
	old, _, err := get[postRow](t, posts, []byte(row.ID))
	if err != nil {
		return err
	}
	for _, key := range listsOf(old.Post) {
		if err := t.drop(feeds, key); err != nil {
			return err
		}
	}
	for _, key := range listsOf(row.Post) {
		if err := t.set(feeds, key, []byte(row.ID)); err != nil {
			return err
		}
	}
	if !old.Touched.Equal(row.Touched) {
		if err := t.drop(touches, touchKey(old)); err != nil {
			return err
		}
		if err := t.set(touches, touchKey(row), []byte{}); err != nil {
			return err
		}
	}
	if err := putWait(t, community.OnPost, string(row.ID), old.Waits(), row.Waits(), row.Review.Undone(!row.DeletedAt.IsZero())); err != nil {
		return err
	}
	if err := t.mark(adopting, []byte(row.ID), row.Adopted.Open); err != nil {
		return err
	}
	return t.put(posts, []byte(row.ID), row)
}

func touchKey(row postRow) []byte { return append(moment(row.Touched), row.ID...) }

// listsOf gives the keys of a post in feeds.
func listsOf(p community.Post) [][]byte {
	if p.ID == "" || !p.DeletedAt.IsZero() {
		return nil
	}
	id := []byte(p.ID)
	keys := [][]byte{
		path("all", id), path("hot", number(p.HotKey), id), path("board:"+p.Board, id), path("author:"+string(p.Author), id),
	}
	for _, topic := range p.Topics {
		keys = append(keys, path("topic:"+string(topic), id))
	}
	if p.Visibility == community.OfFamily {
		keys = append(keys, path("family:"+p.Family, id))
	}
	return keys
}

// ByIDs implements community.Store.
func (c *Community) ByIDs(ctx context.Context, ids []community.PostID) (map[community.PostID]community.Post, error) {
	out := make(map[community.PostID]community.Post, len(ids))
	err := c.s.read(ctx, func(t *tx) error {
		for _, id := range ids {
			row, ok, err := get[postRow](t, posts, []byte(id))
			if err != nil {
				return err
			}
			if ok {
				out[id] = row.Post
			}
		}
		return nil
	})
	return out, err
}

// Page implements community.Store. Each list that the query names gives as many as are asked for; together they hold
// the page.
func (c *Community) Page(ctx context.Context, q community.Query) (out []community.Post, err error) {
	err = c.s.read(ctx, func(t *tx) (err error) {
		out, err = page(t, q)
		return err
	})
	return firstOf(q, out), err
}

// page gives what the lists that a query names have for it, one after the other.
func page(t *tx, q community.Query) (out []community.Post, err error) {
	for _, list := range listsFor(q) {
		n := 0
		for _, id := range t.span(feeds, path(list), q.Span, placeKey(q.Order)) {
			row, ok, err := get[postRow](t, posts, id)
			if err != nil {
				return nil, err
			}
			if !ok || !holds(q, row.Post) {
				continue
			}
			out = append(out, row.Post)
			if n++; n == q.Span.Limit {
				break
			}
		}
	}
	return out, nil
}

// listsFor names the lists of which one, or several together, hold all that a query asks for.
func listsFor(q community.Query) []string {
	switch {
	case len(q.Authors)+len(q.Topics) > 0:
		var lists []string
		for _, a := range q.Authors {
			lists = append(lists, "author:"+string(a))
		}
		for _, topic := range q.Topics {
			lists = append(lists, "topic:"+string(topic))
		}
		return lists
	case q.Order == community.ByHot:
		return []string{"hot"}
	case q.Family != "":
		return []string{"family:" + q.Family}
	case q.Topic != "":
		return []string{"topic:" + string(q.Topic)}
	case q.Board != "":
		return []string{"board:" + q.Board}
	default:
		return []string{"all"}
	}
}

// holds tells whether a post of one of the query's lists is what it asks for.
func holds(q community.Query, p community.Post) bool {
	return (q.Board == "" || p.Board == q.Board) &&
		(q.Topic == "" || slices.Contains(p.Topics, q.Topic)) &&
		(q.Family == "" || p.Visibility == community.OfFamily && p.Family == q.Family) &&
		q.Audience.Has(p)
}

// firstOf puts what several lists gave into one, each post once.
func firstOf(q community.Query, found []community.Post) []community.Post {
	slices.SortFunc(found, func(a, b community.Post) int {
		x, y := q.Order.Place(a), q.Order.Place(b)
		return slices.Compare(placeKey(q.Order)(y), placeKey(q.Order)(x))
	})
	found = slices.CompactFunc(found, func(a, b community.Post) bool { return a.ID == b.ID })
	if len(found) <= q.Span.Limit {
		return found
	}
	if q.Span.Backward {
		return found[len(found)-q.Span.Limit:]
	}
	return found[:q.Span.Limit]
}

// placeKey makes the end of a list's key of a place in the order.
func placeKey(o community.Order) func(cursor.Place) []byte {
	if o == community.ByHot {
		return func(p cursor.Place) []byte { return append(number(p.Key), p.ID...) }
	}
	return func(p cursor.Place) []byte { return []byte(p.ID) }
}

// span walks the part of a list that a span asks for; the list's order is that of its keys from the highest to the
// lowest. A backward span is walked from its end.
func (t *tx) span(b bucket, prefix []byte, s cursor.Span, key func(cursor.Place) []byte) iter.Seq2[[]byte, []byte] {
	at := func(p *cursor.Place) []byte { return slices.Concat(prefix, key(*p)) }
	return func(yield func(k, v []byte) bool) {
		if !s.Backward {
			var top []byte
			if s.After != nil {
				top = at(s.After)
			}
			for k, v := range t.backwards(b, prefix, top) {
				if s.Before != nil && slices.Compare(k, at(s.Before)) <= 0 || !yield(k, v) {
					return
				}
			}
			return
		}
		start := prefix
		if s.Before != nil {
			start = append(at(s.Before), 0) // the first key behind it
		}
		for k, v := range t.from(b, prefix, start) {
			if s.After != nil && slices.Compare(k, at(s.After)) >= 0 || !yield(k, v) {
				return
			}
		}
	}
}

// Hottest implements community.Store.
func (c *Community) Hottest(ctx context.Context, n int) (out []community.PostID, err error) {
	err = c.s.read(ctx, func(t *tx) error {
		out = nil
		for _, id := range t.backwards(feeds, path("hot"), nil) {
			if len(out) >= n {
				return nil
			}
			out = append(out, community.PostID(id))
		}
		return nil
	})
	return out, err
}

// PutTopics implements community.Store.
func (c *Community) PutTopics(ctx context.Context, list []community.Topic) error {
	return c.s.write(ctx, func(t *tx) error {
		for _, topic := range list {
			if err := t.put(topics, []byte(topic.ID), topic); err != nil {
				return err
			}
		}
		return nil
	})
}

// Topics implements community.Store.
func (c *Community) Topics(ctx context.Context, ids []community.TopicID) (map[community.TopicID]community.Topic, error) {
	out := make(map[community.TopicID]community.Topic, len(ids))
	err := c.s.read(ctx, func(t *tx) error {
		for _, id := range ids {
			topic, ok, err := get[community.Topic](t, topics, []byte(id))
			if err != nil {
				return err
			}
			if ok {
				out[id] = topic
			}
		}
		return nil
	})
	return out, err
}
