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
// out what is not for the audience.
func (c *Community) Page(ctx context.Context, q community.Query) (out []community.Post, err error) {
	field := ""
	if q.Order == community.ByHot {
		field = "hot"
	}
	filter := append(about(q), seen(q.Audience)...)
	filter = append(filter, between(field, -1, q.Span)...)
	o := options.Find().SetSort(listOrder(field, -1, q.Span.Backward))
	if len(q.Audience.Words) > 0 {
		out, err = c.without(ctx, bson.D{{Key: "$and", Value: filter}}, o, q)
	} else {
		err = find(ctx, c.s, posts, bson.D{{Key: "$and", Value: filter}}, o.SetLimit(int64(q.Span.Limit)), func(d postDoc) { out = append(out, d.post()) })
	}
	if q.Span.Backward {
		slices.Reverse(out)
	}
	return out, err
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

// without reads until there are as many posts as were asked for that have none of the reader's muted words: those are
// compared here, where every store compares them alike. It is one command, and one more for each wordsBatch posts.
func (c *Community) without(ctx context.Context, filter bson.D, o *options.FindOptionsBuilder, q community.Query) (out []community.Post, err error) {
	err = c.s.once(ctx, func(ctx context.Context) error {
		out = nil
		found, err := c.s.in(posts).Find(ctx, filter, o.SetBatchSize(wordsBatch))
		if err != nil {
			return err
		}
		defer func() { _ = found.Close(context.WithoutCancel(ctx)) }()
		for len(out) < q.Span.Limit && found.Next(ctx) {
			var d postDoc
			if err := found.Decode(&d); err != nil {
				return err
			}
			if p := d.post(); q.Audience.Has(p) {
				out = append(out, p)
			}
		}
		return found.Err()
	})
	return out, err
}

// wordsBatch is how many posts come at once while muted words are looked for: two of the largest pages.
const wordsBatch = 100

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
		others = append(others, bson.E{Key: "author", Value: bson.D{{Key: "$nin", Value: away}}})
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
