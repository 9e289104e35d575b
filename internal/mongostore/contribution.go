package mongostore

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/community"
	"membergate/internal/contribution"
	"membergate/internal/member"
)

// A board is one document; who does not want to be on any is one, too:
//
//	boards { _id: board's id, sv: 1, at: when it was counted, entries: [ { m: member id, p: points, r: reached } … ] }
//
//	unlisted { _id: member id, sv: 1, since }
//
//	since
var (
	boards   = newCollection("boards")
	unlisted = newCollection("unlisted", index("since"))
)

var _ contribution.Store = (*Community)(nil)

type (
	boardDoc struct {
		ID      string          `bson:"_id"`
		SV      int             `bson:"sv"`
		At      time.Time       `bson:"at"`
		Entries []boardEntryDoc `bson:"entries"`
	}
	boardEntryDoc struct {
		Member  member.ID `bson:"m"`
		Points  int64     `bson:"p"`
		Reached time.Time `bson:"r"`
	}
)

// Fields that tell what of a post or comment counts.
var (
	countedPost    = bson.M{"author": 1, "live": 1, "counts.reactors": 1, "board": 1, "visibility": 1, "adopted": 1}
	countedComment = bson.M{"author": 1, "state": 1, "gone": 1, "deleted": 1, "counts.reactors": 1, "post": 1}
)

func postWriting(d postDoc) contribution.Writing {
	return contribution.Writing{ID: d.ID, Author: member.ID(d.Author), Live: d.Live, Reactors: d.Counts.Reactors, Board: d.Board,
		Visibility: d.Visibility, Adopted: !d.Adopted.At.IsZero()}
}

// amongIDs holds ids above one and below another.
func amongIDs(above, below string) bson.D {
	return is("_id", bson.D{{Key: "$gt", Value: above}, {Key: "$lt", Value: below}})
}

// PostsOf implements contribution.Store.
func (c *Community) PostsOf(ctx context.Context, above, below string, n int) (out []contribution.Writing, err error) {
	o := options.Find().SetSort(by("_id", 1)).SetLimit(int64(n)).SetProjection(countedPost)
	err = find(ctx, c.s, posts, amongIDs(above, below), o, func(d postDoc) { out = append(out, postWriting(d)) })
	return out, err
}

// CommentsOf implements contribution.Store.
func (c *Community) CommentsOf(ctx context.Context, above, below string, n int) (out []contribution.Writing, err error) {
	o := options.Find().SetSort(by("_id", 1)).SetLimit(int64(n)).SetProjection(countedComment)
	err = find(ctx, c.s, comments, amongIDs(above, below), o, func(d commentDoc) {
		out = append(out, contribution.Writing{ID: d.ID, Author: member.ID(d.Author), Live: d.comment().Readable(), Reactors: d.Counts.Reactors, Post: d.Post})
	})
	return out, err
}

// PostsByID implements contribution.Store.
func (c *Community) PostsByID(ctx context.Context, ids []string) (map[string]contribution.Writing, error) {
	out := make(map[string]contribution.Writing, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	err := find(ctx, c.s, posts, in("_id", ids), options.Find().SetProjection(countedPost), func(d postDoc) { out[d.ID] = postWriting(d) })
	return out, err
}

// OwnMarks implements contribution.Store.
func (c *Community) OwnMarks(ctx context.Context, of, on []contribution.Writing) (map[string]bool, error) {
	out := map[string]bool{}
	writing := map[string]string{}
	var ids []string
	add := func(kind community.SubjectKind, all []contribution.Writing) {
		for _, w := range all {
			id := markID(community.Subject{Kind: kind, ID: w.ID}, w.Author)
			writing[id], ids = w.ID, append(ids, id)
		}
	}
	add(community.OnPost, of)
	add(community.OnComment, on)
	err := findIDs(ctx, c.s, marks, ids, func(d markDoc) {
		if len(d.mark().Reactions()) > 0 {
			out[writing[d.ID]] = true
		}
	})
	return out, err
}

// SaveBoard implements contribution.Store. Where a later count is there, the upsert finds none to replace and cannot add one.
func (c *Community) SaveBoard(ctx context.Context, b contribution.Board) error {
	entries := make([]boardEntryDoc, 0, len(b.Entries))
	for _, e := range b.Entries {
		entries = append(entries, boardEntryDoc(e))
	}
	filter := bson.D{{Key: "_id", Value: b.ID}, {Key: "at", Value: bson.D{{Key: "$lt", Value: b.At}}}}
	change := bson.D{{Key: "$set", Value: bson.D{{Key: "sv", Value: 1}, {Key: "at", Value: b.At}, {Key: "entries", Value: entries}}}}
	return c.s.run(ctx, func(ctx context.Context) error {
		_, err := c.s.in(boards).UpdateOne(ctx, filter, change, options.UpdateOne().SetUpsert(true))
		if duplicate(err) { // a later one is there, or came at the same moment: then this one is tried again
			_, err = c.s.in(boards).UpdateOne(ctx, filter, change)
		}
		return err
	})
}

// LoadBoard implements contribution.Store. It is one command: a board that was counted at that very time is not found.
func (c *Community) LoadBoard(ctx context.Context, id string, since time.Time) (b contribution.Board, ok bool, err error) {
	filter := is("_id", id)
	if b.At = since; !since.IsZero() {
		filter, ok = append(filter, bson.E{Key: "at", Value: bson.D{{Key: "$ne", Value: since}}}), true
	}
	b.ID = id
	err = find(ctx, c.s, boards, filter, options.Find(), func(d boardDoc) {
		ok, b.At = true, d.At.UTC()
		for _, e := range d.Entries {
			e.Reached = e.Reached.UTC()
			b.Entries = append(b.Entries, contribution.Entry(e))
		}
	})
	return b, ok, err
}

type unlistedDoc struct {
	ID    member.ID `bson:"_id"`
	SV    int       `bson:"sv"`
	Since time.Time `bson:"since"`
}

// SetHidden implements contribution.Store.
func (c *Community) SetHidden(ctx context.Context, who member.ID, hidden bool, at time.Time) error {
	if hidden {
		_, err := c.add(ctx, unlisted, unlistedDoc{ID: who, SV: 1, Since: at})
		return err
	}
	return c.s.run(ctx, func(ctx context.Context) error {
		_, err := c.s.in(unlisted).DeleteOne(ctx, is("_id", who))
		return err
	})
}

// Hidden implements contribution.Store.
func (c *Community) Hidden(ctx context.Context, since time.Time) (out []member.ID, err error) {
	filter := bson.D{}
	if !since.IsZero() {
		filter = is("since", bson.D{{Key: "$gte", Value: since}})
	}
	err = find(ctx, c.s, unlisted, filter, options.Find(), func(d unlistedDoc) { out = append(out, d.ID) })
	return out, err
}

// HiddenOf implements contribution.Store.
func (c *Community) HiddenOf(ctx context.Context, who []member.ID) (map[member.ID]bool, error) {
	out := map[member.ID]bool{}
	err := findIDs(ctx, c.s, unlisted, who, func(d unlistedDoc) { out[d.ID] = true })
	return out, err
}
