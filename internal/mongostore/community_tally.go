package mongostore

import (
	"context"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"membergate/internal/community"
)

func subjectOf(name string) community.Subject {
	kind, id, _ := strings.Cut(name, ":")
	return community.Subject{Kind: community.SubjectKind(kind), ID: id}
}

// Tally implements community.Store: one command for the marks, one for the comments.
func (c *Community) Tally(ctx context.Context, s community.Subject) (community.Tally, error) {
	t := community.Tally{Counts: community.Counts{Reactions: map[community.Kind]int64{}}}
	sums := bson.D{{Key: "_id", Value: nil}, {Key: "version", Value: sum("$version")}}
	reacted := bson.A{}
	for _, k := range append([]community.Kind{community.Bookmark}, community.Reactions...) {
		sums = append(sums, bson.E{Key: string(k), Value: sum(one(set(k)))})
		if k != community.Bookmark {
			reacted = append(reacted, set(k))
		}
	}
	sums = append(sums, bson.E{Key: "reactors", Value: sum(one(bson.D{{Key: "$or", Value: reacted}}))})
	err := aggregate(ctx, c.s, marks, group("subject", subjectName(s), sums), func(d map[string]any) {
		t.Version += whole(d["version"])
		t.Counts.Reactors, t.Counts.Bookmarks = whole(d["reactors"]), whole(d[string(community.Bookmark)])
		for _, k := range community.Reactions {
			if n := whole(d[string(k)]); n > 0 {
				t.Counts.Reactions[k] = n
			}
		}
	})
	if err != nil {
		return t, err
	}
	return t, c.tallyComments(ctx, s, &t)
}

func (c *Community) tallyComments(ctx context.Context, s community.Subject, t *community.Tally) error {
	published := bson.D{{Key: "$eq", Value: bson.A{"$state", community.Published}}}
	there := bson.D{{Key: "$eq", Value: bson.A{"$gone", false}}}
	if s.Kind == community.OnComment {
		held := bson.D{{Key: "$gt", Value: bson.A{"$replies", 0}}}
		listed := bson.D{{Key: "$or", Value: bson.A{bson.D{{Key: "$and", Value: bson.A{published, there}}}, held}}}
		sums := bson.D{{Key: "_id", Value: nil}, {Key: "version", Value: sum("$version")}, {Key: "replies", Value: sum(one(listed))}}
		return aggregate(ctx, c.s, comments, group("under", s.ID, sums), func(d map[string]any) {
			t.Version += whole(d["version"])
			t.Replies = whole(d["replies"])
		})
	}
	readable := bson.D{{Key: "$and", Value: bson.A{published, there}}}
	// By author: their number is that of the groups in which something can be read.
	sums := bson.D{{Key: "_id", Value: "$author"}, {Key: "version", Value: sum("$version")}, {Key: "readable", Value: sum(one(readable))}}
	return aggregate(ctx, c.s, comments, group("post", s.ID, sums), func(d map[string]any) {
		t.Version += whole(d["version"])
		n := whole(d["readable"])
		t.Counts.Comments += n
		t.Counts.Commenters += min(n, 1)
	})
}

func group(field, value string, sums bson.D) bson.A {
	return bson.A{bson.D{{Key: "$match", Value: is(field, value)}}, bson.D{{Key: "$group", Value: sums}}}
}

func sum(of any) bson.D { return bson.D{{Key: "$sum", Value: of}} }

// one is 1 where a condition holds, else 0.
func one(condition any) bson.D { return bson.D{{Key: "$cond", Value: bson.A{condition, 1, 0}}} }

// set tells whether a mark has a kind.
func set(k community.Kind) bson.D {
	return bson.D{{Key: "$gt", Value: bson.A{"$on." + string(k), nil}}}
}

// whole reads a number as servers send sums: whichever kind of number is large enough.
func whole(v any) int64 {
	switch n := v.(type) {
	case int32:
		return int64(n)
	case int64:
		return n
	case float64:
		return int64(n)
	default:
		return 0
	}
}

// SavePost implements community.Store.
func (c *Community) SavePost(ctx context.Context, p community.Post, version int64) error {
	return c.s.run(ctx, func(ctx context.Context) error {
		_, err := c.s.in(posts).UpdateOne(ctx, older(string(p.ID), version), bson.D{{Key: "$set", Value: bson.D{
			{Key: "counts", Value: toCounts(p.Counts)}, {Key: "weight", Value: p.Weight}, {Key: "hot", Value: p.HotKey},
			{Key: "tally", Value: version},
		}}})
		return err
	})
}

// SaveComment implements community.Store.
func (c *Community) SaveComment(ctx context.Context, n community.Comment, version int64) error {
	return c.s.run(ctx, func(ctx context.Context) error {
		_, err := c.s.in(comments).UpdateOne(ctx, older(string(n.ID), version), bson.D{
			{Key: "$set", Value: bson.D{
				{Key: "counts", Value: toCounts(n.Counts)}, {Key: "replies", Value: n.Replies}, {Key: "best", Value: n.BestKey},
				{Key: "tally", Value: version},
			}},
			{Key: "$inc", Value: bson.D{{Key: "version", Value: 1}}},
		})
		return err
	})
}

// older finds a document whose counts are of an earlier tally.
func older(id string, version int64) bson.D {
	return bson.D{{Key: "_id", Value: id}, {Key: "tally", Value: bson.D{{Key: "$lt", Value: version}}}}
}
