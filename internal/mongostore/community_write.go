package mongostore

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/community"
	"membergate/internal/member"
	"membergate/internal/posting"
)

// A slip comes before what is written, under the id of the sending, so that of many sendings one decides.
//
//	slips { _id: id of the sending, sv: 1, input, made: id of the post or comment, at, author, kind, print, letters }
//
//	author, at
var slips = newCollection("slips", index("author", "at"))

var _ posting.Store = (*Community)(nil)

type slipDoc struct {
	ID    string    `bson:"_id"`
	SV    int       `bson:"sv"`
	Input string    `bson:"input"`
	Made  string    `bson:"made"`
	At    time.Time `bson:"at"`

	Author  string `bson:"author"`
	Kind    string `bson:"kind"`
	Print   int64  `bson:"print"` // its 64 bits
	Letters int    `bson:"letters"`
}

func toSlip(s posting.Slip) slipDoc {
	return slipDoc{ID: s.ID, SV: 1, Input: s.Input, Made: s.Made, At: s.At, Author: string(s.Author), Kind: string(s.Kind), Print: int64(s.Print), Letters: s.Letters}
}

func (d slipDoc) slip() posting.Slip {
	return posting.Slip{ID: d.ID, Input: d.Input, Made: d.Made, At: d.At,
		Author: member.ID(d.Author), Kind: community.SubjectKind(d.Kind), Print: uint64(d.Print), Letters: d.Letters}
}

// Slip implements posting.Store.
func (c *Community) Slip(ctx context.Context, id string) (slip posting.Slip, ok bool, err error) {
	err = c.s.run(ctx, func(ctx context.Context) error {
		slip, ok, err = c.oneSlip(ctx, id)
		return err
	})
	return slip, ok, err
}

func (c *Community) oneSlip(ctx context.Context, id string) (posting.Slip, bool, error) {
	var d slipDoc
	err := c.s.in(slips).FindOne(ctx, is("_id", id)).Decode(&d)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return posting.Slip{}, false, nil
	}
	return d.slip(), err == nil, err
}

// PutSlip implements posting.Store.
func (c *Community) PutSlip(ctx context.Context, s posting.Slip) (kept posting.Slip, err error) {
	err = c.s.run(ctx, func(ctx context.Context) error {
		_, err := c.s.in(slips).InsertOne(ctx, toSlip(s))
		if kept = s; !duplicate(err) {
			return err
		}
		kept, _, err = c.oneSlip(ctx, s.ID)
		return err
	})
	return kept, err
}

// SlipsOf implements posting.Store.
func (c *Community) SlipsOf(ctx context.Context, who member.ID, since time.Time, n int) (out []posting.Slip, err error) {
	if n <= 0 {
		return nil, nil
	}
	filter := append(is("author", string(who)), is("at", bson.D{{Key: "$gte", Value: since}})...)
	o := options.Find().SetSort(by("at", -1, "_id", -1)).SetLimit(int64(n))
	err = find(ctx, c.s, slips, filter, o, func(d slipDoc) { out = append(out, d.slip()) })
	return out, err
}

// AddPost implements posting.Store.
func (c *Community) AddPost(ctx context.Context, p community.Post) (bool, error) {
	return c.add(ctx, posts, toPost(p))
}

func (c *Community) add(ctx context.Context, to collection, doc any) (added bool, err error) {
	err = c.s.run(ctx, func(ctx context.Context) error {
		_, err := c.s.in(to).InsertOne(ctx, doc)
		if added = err == nil; duplicate(err) {
			return nil
		}
		return err
	})
	return added, err
}

// change sets fields of a document that still has a version; every field but its counts and what follows from them.
func (c *Community) change(ctx context.Context, at collection, id string, version int64, doc any, but ...string) error {
	raw, err := bson.Marshal(doc)
	if err != nil {
		return err
	}
	var fields bson.D
	if err := bson.Unmarshal(raw, &fields); err != nil {
		return err
	}
	leave := map[string]bool{"_id": true, "tally": true, "counts": true}
	for _, f := range but {
		leave[f] = true
	}
	set := bson.D{}
	for _, f := range fields {
		if !leave[f.Key] {
			set = append(set, f)
		}
	}
	has := is("version", version)
	if version == 0 { // documents that were put before they had one
		has = in("version", []any{0, nil})
	}
	return c.s.run(ctx, func(ctx context.Context) error {
		done, err := c.s.in(at).UpdateOne(ctx, append(is("_id", id), has...), bson.D{{Key: "$set", Value: set}})
		if err == nil && done.MatchedCount == 0 {
			return posting.ErrStale
		}
		return err
	})
}

// ChangePost implements posting.Store.
func (c *Community) ChangePost(ctx context.Context, p community.Post) error {
	was := p.Version
	p.Version++
	return c.change(ctx, posts, string(p.ID), was, toPost(p), "weight", "hot")
}

// AddComment implements posting.Store.
func (c *Community) AddComment(ctx context.Context, n community.Comment) (bool, error) {
	d := toComment(n)
	d.Open = true
	return c.add(ctx, comments, d)
}

// ChangeComment implements posting.Store.
func (c *Community) ChangeComment(ctx context.Context, n community.Comment) error {
	was := n.Version
	n.Version++
	d := toComment(n)
	d.Open = true
	return c.change(ctx, comments, d.ID, was, d, "replies", "best")
}

// Counted implements posting.Store.
func (c *Community) Counted(ctx context.Context, versions map[community.CommentID]int64) error {
	var writes []mongo.WriteModel
	for id, version := range versions {
		writes = append(writes, mongo.NewUpdateOneModel().
			SetFilter(bson.D{{Key: "_id", Value: string(id)}, {Key: "version", Value: version}}).
			SetUpdate(bson.D{{Key: "$unset", Value: bson.D{{Key: "open", Value: ""}}}}))
	}
	if len(writes) == 0 {
		return nil
	}
	return c.s.run(ctx, func(ctx context.Context) error {
		_, err := c.s.in(comments).BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(false))
		return err
	})
}

// Uncounted implements posting.Store.
func (c *Community) Uncounted(ctx context.Context, n int) (out []community.Comment, err error) {
	if n <= 0 {
		return nil, nil
	}
	err = find(ctx, c.s, comments, is("open", true), options.Find().SetLimit(int64(n)), func(d commentDoc) {
		out = append(out, d.comment())
	})
	return out, err
}
