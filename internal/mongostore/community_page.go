package mongostore

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/community"
	"membergate/internal/cursor"
)

// Page implements community.Store. It is one command: a walk along an index that is in the list's order, which leaves
// out what is not for the audience. A reader's muted words are compared here, where every store compares them alike: for
// such a reader it is one command more for each wordsBatch posts.
func (c *Community) Page(ctx context.Context, q community.Query) (out []community.Post, err error) {
	if len(q.Audience.Words) == 0 || q.Span.Limit <= 0 {
		return c.part(ctx, q, q.Span.Limit)
	}
	for want := q.Span.Limit; ; {
		found, err := c.part(ctx, q, max(want, wordsBatch))
		if err != nil {
			return nil, err
		}
		left := slices.DeleteFunc(slices.Clone(found), func(p community.Post) bool { return !q.Audience.Has(p) })
		ended := len(found) < max(want, wordsBatch)
		if q.Span.Backward {
			out = append(left, out...)
			out = out[max(0, len(out)-want):]
		} else {
			out = append(out, left...)
			out = out[:min(want, len(out))]
		}
		if ended || len(out) == want {
			return out, nil
		}
		if q.Span.Backward {
			first := q.Order.Place(found[0])
			q.Span.Before = &first
		} else {
			last := q.Order.Place(found[len(found)-1])
			q.Span.After = &last
		}
	}
}

// wordsBatch is how many posts come at once while muted words are looked for: two of the largest pages.
const wordsBatch = 100

// part is Page without a look at muted words.
func (c *Community) part(ctx context.Context, q community.Query, limit int) (out []community.Post, err error) {
	field := ""
	if q.Order == community.ByHot {
		field = "hot"
	}
	filter := append(about(q), seen(q.Audience)...)
	filter = append(filter, between(field, -1, q.Span)...)
	o := options.Find().SetSort(listOrder(field, -1, q.Span.Backward)).SetLimit(int64(limit))
	way, told := c.s.ways.of(listName(q))
	if way == walking {
		o = o.SetHint(idIndex)
	}
	began := time.Now()
	err = find(ctx, c.s, posts, bson.D{{Key: "$and", Value: filter}}, o, func(d postDoc) { out = append(out, d.post()) })
	told(time.Since(began), err)
	if q.Span.Backward {
		slices.Reverse(out)
	}
	return out, err
}

// listName names a list of which it is not known which way to its posts is faster; empty for those of which it is: the
// order of _id finds everybody's newest posts, an index the few of a family.
func listName(q community.Query) string {
	switch {
	case q.Order != community.ByTime || q.Family != "":
		return ""
	case len(q.Authors)+len(q.Topics) > 0:
		return "following " + string(q.Audience.Own)
	case q.Topic != "":
		return "topic " + string(q.Topic)
	case q.Board != "":
		return "board " + q.Board
	default:
		return ""
	}
}

// Hottest implements community.Store. Whatever it weighs, the n-th newest post is at least as hot as its time alone
// makes it, and so are the n hottest: only those are put in order, since not every server takes an order from an index.
func (c *Community) Hottest(ctx context.Context, n int) (out []community.PostID, err error) {
	if n <= 0 {
		return nil, nil
	}
	there := is("gone", false)
	oldest := options.Find().SetSort(by("_id", -1)).SetSkip(int64(n - 1)).SetLimit(1).SetProjection(by("created", 1))
	err = find(ctx, c.s, posts, there, oldest, func(d struct {
		Created time.Time `bson:"created"`
	}) {
		there = append(there, bson.E{Key: "hot", Value: bson.D{{Key: "$gte", Value: community.HotKey(1, d.Created)}}})
	})
	if err != nil {
		return nil, err
	}
	o := options.Find().SetSort(by("hot", -1, "_id", -1)).SetLimit(int64(n)).SetProjection(by("_id", 1))
	err = find(ctx, c.s, posts, there, o, func(d struct {
		ID community.PostID `bson:"_id"`
	}) {
		out = append(out, d.ID)
	})
	return out, err
}

// about holds what a query's posts are about.
func about(q community.Query) bson.A {
	all := bson.A{}
	for _, c := range []struct{ field, value string }{{"board", q.Board}, {"topics", string(q.Topic)}, {"family", q.Family}} {
		if c.value != "" {
			all = append(all, is(c.field, c.value))
		}
	}
	if q.Family != "" {
		all = append(all, is("visibility", community.OfFamily))
	}
	if len(q.Authors)+len(q.Topics) > 0 {
		all = append(all, either(in("author", q.Authors), in("topics", q.Topics)))
	}
	return all
}

// seen holds what Audience.Has says of posts.
func seen(a community.Audience) bson.A {
	others := bson.D{{Key: "live", Value: true}}
	if a.Shelves != nil {
		others = append(others, in("shelf", a.Shelves)...)
	}
	if away := slices.Concat(a.Apart, a.Muted); len(away) > 0 {
		others = append(others, bson.E{Key: "$nor", Value: bson.A{in("author", away)}}) // for $nin DocumentDB walks the whole index of authors
	}
	if a.Own == "" {
		return bson.A{others}
	}
	return bson.A{is("gone", false), either(is("author", a.Own), others)}
}

// listOrder is by a field, which may be empty, and by id; direction is 1 for lowest first.
func listOrder(field string, direction int, backward bool) bson.D {
	if backward {
		direction = -direction
	}
	if field == "" {
		return by("_id", direction)
	}
	return by(field, direction, "_id", direction)
}

// between holds what lies inside a span of a list in the order of a field, which may be empty, and of id.
func between(field string, direction int, s cursor.Span) bson.A {
	up, down := "$gt", "$lt" // an ascending list goes up behind a place
	if direction < 0 {
		up, down = down, up
	}
	all := bson.A{}
	if s.After != nil {
		all = append(all, beyond(field, up, *s.After))
	}
	if s.Before != nil {
		all = append(all, beyond(field, down, *s.Before))
	}
	return all
}

// beyond holds what lies on one side of a place. The bound of the field alone comes first: an index can use it.
func beyond(field, side string, p cursor.Place) bson.D {
	id := bson.D{{Key: "_id", Value: bson.D{{Key: side, Value: p.ID}}}}
	if field == "" {
		return id
	}
	return bson.D{
		{Key: field, Value: bson.D{{Key: side + "e", Value: p.Key}}},
		{Key: "$or", Value: bson.A{bson.D{{Key: field, Value: bson.D{{Key: side, Value: p.Key}}}}, id}},
	}
}
