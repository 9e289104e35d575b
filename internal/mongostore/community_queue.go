package mongostore

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/community"
	"membergate/internal/report"
)

var _ report.Contents = (*Community)(nil)

// Queue implements report.Contents.
func (c *Community) Queue(ctx context.Context, q report.Queue) ([]report.Content, error) {
	if q.Limit <= 0 {
		return nil, nil
	}
	filter := is("waits", true)
	if q.Cause != "" {
		filter = append(filter, is("cause", q.Cause)...)
	}
	if a := q.After; a != nil {
		filter = append(filter, either(
			is("waitsSince", bson.D{{Key: "$gt", Value: a.At}}),
			slices.Concat(is("waitsSince", a.At), is("_id", bson.D{{Key: "$gt", Value: a.ID}})),
		)...)
	}
	out, err := c.contents(ctx, q.Kind, filter, func() *options.FindOptionsBuilder {
		return options.Find().SetSort(by("waitsSince", 1, "_id", 1)).SetLimit(int64(q.Limit))
	})
	return report.First(out, q.Limit), err
}

// Undone implements report.Contents.
func (c *Community) Undone(ctx context.Context, n int) ([]report.Content, error) {
	if n <= 0 {
		return nil, nil
	}
	out, err := c.contents(ctx, "", is("undone", true), func() *options.FindOptionsBuilder { return options.Find().SetLimit(int64(n)) })
	return out[:min(n, len(out))], err
}

// contents finds posts and comments: one command for each kind.
func (c *Community) contents(ctx context.Context, kind community.SubjectKind, filter bson.D, o func() *options.FindOptionsBuilder) (out []report.Content, err error) {
	if kind != community.OnComment {
		err = find(ctx, c.s, posts, filter, o(), func(d postDoc) {
			p := d.post()
			out = append(out, report.Content{Post: &p})
		})
	}
	if err != nil || kind == community.OnPost {
		return out, err
	}
	err = find(ctx, c.s, comments, filter, o(), func(d commentDoc) {
		n := d.comment()
		out = append(out, report.Content{Comment: &n})
	})
	return out, err
}
