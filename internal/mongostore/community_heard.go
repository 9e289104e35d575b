package mongostore

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/member"
)

// heardAtOnce is how many comments one question about many members may find. Of members who together have more, each is
// asked about alone.
const heardAtOnce = 2000

// Heard implements community.Store. It is one command, unless members have unusually many.
func (c *Community) Heard(ctx context.Context, who []member.ID, since time.Time, n int) (map[member.ID][]community.Heard, error) {
	return c.heardBy(ctx, who, since, n, heardAtOnce)
}

func (c *Community) heardBy(ctx context.Context, who []member.ID, since time.Time, n, most int) (map[member.ID][]community.Heard, error) {
	out := make(map[member.ID][]community.Heard)
	if len(who) == 0 || n <= 0 {
		return out, nil
	}
	found, err := c.heard(ctx, who, since, options.Find().SetLimit(int64(most)))
	if err != nil {
		return nil, err
	}
	if len(found) < most {
		return dealt(found, who, n), nil
	}
	for _, id := range who {
		found, err := c.heard(ctx, []member.ID{id}, since, options.Find().SetSort(by("published", -1, "_id", -1)).SetLimit(int64(n)))
		if err != nil {
			return nil, err
		}
		for _, d := range found {
			out[id] = append(out[id], d.comment().Heard())
		}
	}
	return out, nil
}

// dealt gives each member the newest n of those comments that are for the member.
func dealt(found []commentDoc, who []member.ID, n int) map[member.ID][]community.Heard {
	out := make(map[member.ID][]community.Heard)
	slices.SortFunc(found, func(a, b commentDoc) int {
		return cmp.Or(b.Published.Compare(a.Published), strings.Compare(b.ID, a.ID))
	})
	for _, d := range found {
		for _, id := range d.Hear {
			if slices.Contains(who, id) && len(out[id]) < n {
				out[id] = append(out[id], d.comment().Heard())
			}
		}
	}
	return out
}

// heard finds what everybody can read and some members should hear of.
func (c *Community) heard(ctx context.Context, who []member.ID, since time.Time, o *options.FindOptionsBuilder) (out []commentDoc, err error) {
	filter := slices.Concat(in("hear", who), is("published", bson.D{{Key: "$gte", Value: since}}), is("state", community.Published), is("gone", false))
	o.SetProjection(bson.D{{Key: "post", Value: 1}, {Key: "author", Value: 1}, {Key: "body", Value: 1}, {Key: "hear", Value: 1}, {Key: "published", Value: 1}})
	err = find(ctx, c.s, comments, filter, o, func(d commentDoc) { out = append(out, d) })
	return out, err
}

// Appeared implements community.Store.
func (c *Community) Appeared(ctx context.Context, on community.PostID, behind cursor.Place, n int) (out []community.Comment, err error) {
	if n <= 0 {
		return nil, nil
	}
	at := time.UnixMilli(behind.Key)
	later := bson.A{is("published", bson.D{{Key: "$gt", Value: at}}), slices.Concat(is("published", at), is("_id", bson.D{{Key: "$gt", Value: behind.ID}}))}
	filter := slices.Concat(is("post", string(on)), is("published", bson.D{{Key: "$gte", Value: at}}), is("state", community.Published), is("gone", false), is("$or", later))
	o := options.Find().SetSort(by("published", 1, "_id", 1)).SetLimit(int64(n))
	err = find(ctx, c.s, comments, filter, o, func(d commentDoc) { out = append(out, d.comment()) })
	return out, err
}
