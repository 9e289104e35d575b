package mongostore

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/community"
	"membergate/internal/member"
)

// Comments are found by what they hang directly below:
//
//	comments { _id: comment id, sv: 1, post, parent, under: parent or post, path, depth, author, body, state, created,
//	           edited, deleted, ruling, counts: { … as in posts … }, replies, best, version, tally, gone: deleted,
//	           open: it is not known to be counted above it, hear: [ member id … ], published: for the first time,
//	           review, waits, cause, waitsSince, undone: as in posts }
//
//	under, best, _id · under, _id · post, published, _id · open, of those that are · hear, published · waits, of those that do · undone, the same
var comments = newCollection("comments",
	index("under", "best", "_id"), index("under", "_id"), index("post", "published", "_id"), only("open"), index("hear", "published"),
	only("waits"), only("undone"))

type commentDoc struct {
	ID      string    `bson:"_id"`
	SV      int       `bson:"sv"`
	Post    string    `bson:"post"`
	Parent  string    `bson:"parent"`
	Under   string    `bson:"under"`
	Path    string    `bson:"path"`
	Depth   int       `bson:"depth"`
	Author  string    `bson:"author"`
	Body    string    `bson:"body"`
	State   string    `bson:"state"`
	Created time.Time `bson:"created"`
	Edited  time.Time `bson:"edited,omitempty"`
	Deleted time.Time `bson:"deleted,omitempty"`
	Counts  countsDoc `bson:"counts"`
	Replies int64     `bson:"replies"`
	Best    int64     `bson:"best"`
	Version int64     `bson:"version"`
	Tally   int64     `bson:"tally"`
	Gone    bool      `bson:"gone"`
	Ruling  rulingDoc `bson:"ruling,omitempty"`
	Review  reviewDoc `bson:"review"`
	Open    bool      `bson:"open,omitempty"`

	Hear      []member.ID `bson:"hear,omitempty"`
	Published time.Time   `bson:"published,omitempty"`
	Wait      waitDoc     `bson:",inline"`
}

func toComment(c community.Comment) commentDoc {
	return commentDoc{
		ID: string(c.ID), SV: 1, Post: string(c.Post), Parent: string(c.Parent), Under: c.Under(), Path: c.Path, Depth: c.Depth,
		Author: string(c.Author), Body: c.Body, State: string(c.State), Created: c.CreatedAt, Edited: c.EditedAt,
		Deleted: c.DeletedAt, Counts: toCounts(c.Counts), Replies: c.Replies, Best: c.BestKey, Version: c.Version,
		Gone: c.Tombstone(), Ruling: rulingDoc(c.Ruling), Hear: c.Hearers, Published: c.PublishedAt, Review: toReview(c.Review),
		Wait: toWait(c.Waits(), c.Review.Undone(c.Tombstone())),
	}
}

func (d commentDoc) comment() community.Comment {
	return community.Comment{
		ID: community.CommentID(d.ID), Post: community.PostID(d.Post), Parent: community.CommentID(d.Parent), Path: d.Path,
		Depth: d.Depth, Author: member.ID(d.Author), Body: d.Body, State: community.Moderation(d.State), CreatedAt: d.Created,
		EditedAt: d.Edited, DeletedAt: d.Deleted, Counts: d.Counts.counts(), Replies: d.Replies, BestKey: d.Best,
		Version: d.Version, Ruling: d.Ruling.ruling(), Hearers: d.Hear, PublishedAt: d.Published, Review: d.Review.review(),
	}
}

// PutComments implements community.Store.
func (c *Community) PutComments(ctx context.Context, written []community.Comment) error {
	return putAll(ctx, c.s, comments, each(written, toComment), func(d commentDoc) string { return d.ID })
}

// CommentsByIDs implements community.Store.
func (c *Community) CommentsByIDs(ctx context.Context, ids []community.CommentID) (map[community.CommentID]community.Comment, error) {
	out := make(map[community.CommentID]community.Comment, len(ids))
	err := findIDs(ctx, c.s, comments, ids, func(d commentDoc) { out[community.CommentID(d.ID)] = d.comment() })
	return out, err
}

// Thread implements community.Store. Many places are one command too: each is a short walk along the index of its
// own, and all of them are answered together.
func (c *Community) Thread(ctx context.Context, q community.ThreadQuery) (map[string][]community.Comment, error) {
	out := make(map[string][]community.Comment, len(q.Under))
	if len(q.Under) == 0 {
		return out, nil
	}
	pipeline := below(q, q.Under[0])
	for _, under := range q.Under[1:] {
		pipeline = append(pipeline, bson.D{{Key: "$unionWith", Value: bson.D{
			{Key: "coll", Value: comments.name}, {Key: "pipeline", Value: below(q, under)},
		}}})
	}
	err := aggregate(ctx, c.s, comments, pipeline, func(d commentDoc) { out[d.Under] = append(out[d.Under], d.comment()) })
	if q.Span.Backward {
		for _, list := range out {
			slices.Reverse(list)
		}
	}
	return out, err
}

// below finds what hangs below one place.
func below(q community.ThreadQuery, under string) bson.A {
	field, direction := "", -1
	switch q.Sort {
	case community.Best:
		field = "best"
	case community.Top:
		field = "counts.reactors"
	case community.Oldest:
		direction = 1
	}
	conditions := append(bson.A{is("under", under)}, listed(q.Audience)...)
	conditions = append(conditions, between(field, direction, q.Span)...)
	return bson.A{
		bson.D{{Key: "$match", Value: bson.D{{Key: "$and", Value: conditions}}}},
		bson.D{{Key: "$sort", Value: listOrder(field, direction, q.Span.Backward)}},
		bson.D{{Key: "$limit", Value: q.Span.Limit}},
	}
}

// listed holds what Audience.Lists says of comments.
func listed(a community.Audience) bson.A {
	hasReplies := bson.D{{Key: "replies", Value: bson.D{{Key: "$gt", Value: 0}}}}
	others := bson.A{either(append(is("state", community.Published), is("gone", false)...), hasReplies)}
	if away := slices.Concat(a.Apart, a.Muted); len(away) > 0 {
		others = append(others, either(bson.D{{Key: "author", Value: bson.D{{Key: "$nin", Value: away}}}}, hasReplies))
	}
	if a.Own == "" {
		return others
	}
	return bson.A{either(append(is("author", a.Own), is("gone", false)...), bson.D{{Key: "$and", Value: others}})}
}

// aggregate runs one pipeline and hands each document to a function. It costs one command.
func aggregate[D any](ctx context.Context, s *Store, c collection, pipeline any, each func(D)) error {
	return s.run(ctx, func(ctx context.Context) error {
		var found *mongo.Cursor
		found, err := s.in(c).Aggregate(ctx, pipeline, options.Aggregate().SetBatchSize(batch))
		return drain(ctx, found, err, each)
	})
}
