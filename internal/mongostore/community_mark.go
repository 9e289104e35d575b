package mongostore

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/fault"
	"membergate/internal/member"
)

// Marks are one document for each member and subject. It is never removed: its version only grows.
//
//	marks { _id: subject, U+001F, member id, sv: 1, subject: "post:"id or "comment:"id, member, on: { kind: since … },
//	        version, open: its counting is not known to have ended }
//
//	subject · member, subject · open, of those that are
var marks = newCollection("marks", index("subject"), index("member", "subject"), only("open"))

type markDoc struct {
	ID      string               `bson:"_id"`
	SV      int                  `bson:"sv"`
	Subject string               `bson:"subject"`
	Member  string               `bson:"member"`
	On      map[string]time.Time `bson:"on"`
	Version int64                `bson:"version"`
	Open    bool                 `bson:"open,omitempty"`
}

func (d markDoc) mark() community.Mark {
	m := community.Mark{On: make(map[community.Kind]time.Time, len(d.On)), Version: d.Version}
	for k, at := range d.On {
		m.On[community.Kind(k)] = at
	}
	return m
}

func subjectName(s community.Subject) string { return string(s.Kind) + ":" + s.ID }

func markID(s community.Subject, m member.ID) string { return subjectName(s) + "\x1f" + string(m) }

// Marks implements community.Store.
func (c *Community) Marks(ctx context.Context, m member.ID, subjects []community.Subject) (map[community.Subject]community.Mark, error) {
	out := make(map[community.Subject]community.Mark, len(subjects))
	of := make(map[string]community.Subject, len(subjects))
	ids := make([]string, 0, len(subjects))
	for _, s := range subjects {
		id := markID(s, m)
		of[id], ids = s, append(ids, id)
	}
	err := findIDs(ctx, c.s, marks, ids, func(d markDoc) {
		if len(d.On) > 0 {
			out[of[d.ID]] = d.mark()
		}
	})
	return out, err
}

// Marked implements community.Store. It is one command, over all that the member has marked: some hundred documents.
func (c *Community) Marked(ctx context.Context, m member.ID, q community.MarkedQuery) (out []community.Kept, err error) {
	times := bson.A{}
	for _, k := range q.Kinds {
		times = append(times, "$on."+string(k))
	}
	pipeline := bson.A{
		bson.D{{Key: "$match", Value: bson.D{{Key: "member", Value: m}, {Key: "subject", Value: bson.D{{Key: "$gte", Value: postsFrom}, {Key: "$lt", Value: postsTo}}}}}},
		bson.D{{Key: "$project", Value: bson.D{{Key: "subject", Value: 1}, {Key: "since", Value: bson.D{{Key: "$max", Value: times}}}}}},
		bson.D{{Key: "$match", Value: bson.D{{Key: "$and", Value: append(bson.A{bson.D{{Key: "since", Value: bson.D{{Key: "$gt", Value: time.UnixMilli(0)}}}}}, after(q.Span.After)...)}}}},
		bson.D{{Key: "$sort", Value: by("since", -1, "subject", -1)}},
		bson.D{{Key: "$limit", Value: q.Span.Limit}},
	}
	err = aggregate(ctx, c.s, marks, pipeline, func(d struct {
		Subject string    `bson:"subject"`
		Since   time.Time `bson:"since"`
	}) {
		out = append(out, community.Kept{Post: community.PostID(subjectOf(d.Subject).ID), At: d.Since.UTC()})
	})
	return out, err
}

// The subjects that are posts begin with the one and are below the other.
const (
	postsFrom = string(community.OnPost) + ":"
	postsTo   = string(community.OnPost) + ";"
)

// after holds what lies behind a place of the list of marks.
func after(p *cursor.Place) bson.A {
	if p == nil {
		return nil
	}
	at := time.UnixMilli(p.Key)
	return bson.A{either(
		bson.D{{Key: "since", Value: bson.D{{Key: "$lt", Value: at}}}},
		bson.D{{Key: "since", Value: at}, {Key: "subject", Value: bson.D{{Key: "$lt", Value: postsFrom + p.ID}}}},
	)}
}

// SetMark implements community.Store. It costs one command to change a mark, two to make one, and up to three where
// nothing changes. Upserts are left alone: servers differ in what they say when two of them meet.
func (c *Community) SetMark(
	ctx context.Context, m member.ID, s community.Subject, k community.Kind, on bool, at time.Time,
) (mark community.Mark, changed bool, err error) {
	d := markDoc{ID: markID(s, m), SV: 1, Subject: subjectName(s), Member: string(m), Open: true, Version: 1}
	d.On = map[string]time.Time{string(k): at}
	err = c.s.run(ctx, func(ctx context.Context) error {
		for range 5 { // each time somebody else was in between
			if mark, changed, err = c.changeMark(ctx, d.ID, k, on, at); err != nil || changed {
				return err
			}
			if on {
				_, err = c.s.in(marks).InsertOne(ctx, d)
				if !duplicate(err) {
					mark, changed = d.mark(), err == nil
					return err
				}
			}
			if mark, err = c.oneMark(ctx, d.ID); err != nil || mark.Has(k) == on {
				return err
			}
		}
		return fault.New(fault.Conflict, "the mark is being changed by too many at once")
	})
	return mark, changed, err
}

// changeMark sets or takes back a kind of a mark that is there and does not have it, or has it.
func (c *Community) changeMark(ctx context.Context, id string, k community.Kind, on bool, at time.Time) (community.Mark, bool, error) {
	field := "on." + string(k)
	change := bson.D{{Key: "$inc", Value: is("version", 1)}, {Key: "$set", Value: is("open", true)}}
	if on {
		change[1].Value = bson.D{{Key: "open", Value: true}, {Key: field, Value: at}}
	} else {
		change = append(change, bson.E{Key: "$unset", Value: is(field, "")})
	}
	filter := append(is("_id", id), bson.E{Key: field, Value: is("$exists", !on)})
	var d markDoc
	err := c.s.in(marks).FindOneAndUpdate(ctx, filter, change, options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&d)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return community.Mark{}, false, nil
	}
	return d.mark(), err == nil, err
}

// oneMark reads a mark; one that is not there holds nothing.
func (c *Community) oneMark(ctx context.Context, id string) (community.Mark, error) {
	var d markDoc
	err := c.s.in(marks).FindOne(ctx, is("_id", id)).Decode(&d)
	if errors.Is(err, mongo.ErrNoDocuments) {
		err = nil
	}
	return d.mark(), err
}

// Settle implements community.Store.
func (c *Community) Settle(ctx context.Context, done []community.Unsettled) error {
	if len(done) == 0 {
		return nil
	}
	writes := each(done, func(u community.Unsettled) mongo.WriteModel {
		return mongo.NewUpdateOneModel().
			SetFilter(bson.D{{Key: "_id", Value: markID(u.Subject, u.Member)}, {Key: "version", Value: u.Version}}).
			SetUpdate(bson.D{{Key: "$unset", Value: bson.D{{Key: "open", Value: ""}}}})
	})
	return c.s.run(ctx, func(ctx context.Context) error {
		_, err := c.s.in(marks).BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(false))
		return err
	})
}

// Unsettled implements community.Store.
func (c *Community) Unsettled(ctx context.Context, n int) (out []community.Unsettled, err error) {
	if n <= 0 {
		return nil, nil
	}
	err = find(ctx, c.s, marks, is("open", true), options.Find().SetLimit(int64(n)), func(d markDoc) {
		out = append(out, community.Unsettled{Member: member.ID(d.Member), Subject: subjectOf(d.Subject), Version: d.Version})
	})
	return out, err
}
