package mongostore

import (
	"context"
	"hash/fnv"
	"math"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/community"
	"membergate/internal/member"
)

// Whom and what too many follow for pushing:
//
//	wide { _id: "follow" or "followTopic", ":", member or topic id, at: since when that is known }
var wide = newCollection("wide")

var _ community.HomeStore = (*Community)(nil)

type wideDoc struct {
	ID   string            `bson:"_id"`
	Kind community.TieKind `bson:"kind"`
	To   string            `bson:"to"`
	At   time.Time         `bson:"at"`
}

// Newest implements community.HomeStore.
func (c *Community) Newest(ctx context.Context, authors []member.ID, topics []community.TopicID, n int) (out []community.PostID, err error) {
	if n <= 0 || len(authors)+len(topics) == 0 {
		return nil, nil
	}
	filter := bson.D{{Key: "$and", Value: bson.A{either(in("author", authors), in("topics", topics)), is("gone", false)}}}
	o := options.Find().SetSort(by("_id", -1)).SetLimit(int64(n)).SetProjection(by("_id", 1))
	way, told := c.s.ways.of(sourcesName(authors, topics))
	if way == walking {
		o = o.SetHint(idIndex)
	}
	began := time.Now()
	err = find(ctx, c.s, posts, filter, o, func(d struct {
		ID community.PostID `bson:"_id"`
	}) {
		out = append(out, d.ID)
	})
	told(time.Since(began), err)
	return out, err
}

// sourcesName names the list of what is by one of the authors or on one of the topics.
func sourcesName(authors []member.ID, topics []community.TopicID) string {
	h := fnv.New64a()
	for _, a := range authors {
		_, _ = h.Write([]byte(string(a) + "\x00"))
	}
	for _, t := range topics {
		_, _ = h.Write([]byte(string(t) + "\x01"))
	}
	return "sources " + string(h.Sum(nil))
}

// Touched implements community.HomeStore.
func (c *Community) Touched(ctx context.Context, after, until time.Time, n int) (out []community.Touch, err error) {
	if n <= 0 {
		return nil, nil
	}
	filter := is("touched", bson.D{{Key: "$gt", Value: after}, {Key: "$lte", Value: until}})
	o := options.Find().SetSort(by("touched", 1, "_id", 1)).SetLimit(int64(n)).SetProjection(by("author", 1, "topics", 1, "gone", 1, "touched", 1))
	err = find(ctx, c.s, posts, filter, o, func(d struct {
		ID      community.PostID    `bson:"_id"`
		Author  member.ID           `bson:"author"`
		Topics  []community.TopicID `bson:"topics"`
		Gone    bool                `bson:"gone"`
		Touched time.Time           `bson:"touched"`
	}) {
		out = append(out, community.Touch{ID: d.ID, Author: d.Author, Topics: d.Topics, Gone: d.Gone, At: d.Touched.UTC()})
	})
	return out, err
}

// Followers implements community.HomeStore.
func (c *Community) Followers(ctx context.Context, k community.TieKind, to string, n int) (out []member.ID, err error) {
	field := "follows"
	if k == community.FollowTopic {
		field = "topics"
	}
	o := options.Find().SetLimit(int64(n)).SetProjection(by("_id", 1))
	err = find(ctx, c.s, ties, is(field, to), o, func(d struct {
		ID member.ID `bson:"_id"`
	}) {
		out = append(out, d.ID)
	})
	return out, err
}

// Wide implements community.HomeStore.
func (c *Community) Wide(ctx context.Context) (community.Wide, error) {
	out := community.Wide{}
	err := find(ctx, c.s, wide, bson.D{}, options.Find(), func(d wideDoc) { out[community.WideKey{Kind: d.Kind, To: d.To}] = d.At.UTC() })
	return out, err
}

// AddWide implements community.HomeStore.
func (c *Community) AddWide(ctx context.Context, k community.TieKind, to string, at time.Time) error {
	_, err := c.add(ctx, wide, wideDoc{ID: string(k) + ":" + to, Kind: k, To: to, At: at})
	return err
}

// everything is more than any collection has. A stage that takes as many keeps a server from looking for what follows before it.
const everything = math.MaxInt32

// Beside implements community.HomeStore: one command, in which the parts follow one another. What is wide is its first,
// as only that one's way can be chosen.
func (c *Community) Beside(ctx context.Context, q community.BesideQuery) (out community.Beside, err error) {
	var parts []part
	o, told := options.Aggregate(), func(time.Duration, error) {}
	newest := func(into *[]community.Post, first bson.D, those ...any) {
		those = append(those, seen(q.Audience)...)
		if q.Below != "" {
			those = append(those, is("_id", bson.D{{Key: "$lt", Value: q.Below}}))
		}
		p := partOf(posts, first, func(d postDoc) { *into = append(*into, d.post()) })
		p.stages = append(p.stages, bson.D{{Key: "$match", Value: bson.D{{Key: "$and", Value: bson.A(those)}}}},
			bson.D{{Key: "$sort", Value: by("_id", -1)}}, bson.D{{Key: "$limit", Value: q.Limit}})
		parts = append(parts, p)
	}
	if len(q.ByWide)+len(q.OnWide) > 0 {
		var way way
		if way, told = c.s.ways.of(sourcesName(q.ByWide, q.OnWide)); way == walking {
			o = o.SetHint(idIndex)
		}
		newest(&out.Wide, is("gone", false), either(in("author", q.ByWide), in("topics", q.OnWide)))
	}
	if len(q.Posts) > 0 {
		parts = append(parts, partOf(posts, in("_id", q.Posts), func(d postDoc) { out.Kept = append(out.Kept, d.post()) }))
	}
	if len(q.Authors)+len(q.Topics) > 0 {
		newest(&out.Fresh, is("touched", bson.D{{Key: "$gt", Value: q.Since}}), either(in("author", q.Authors), in("topics", q.Topics)))
		fresh := &parts[len(parts)-1] // few are touched of late; of the authors many posts are there
		fresh.stages = slices.Insert(fresh.stages, 1, any(bson.D{{Key: "$limit", Value: everything}}))
	}
	began := time.Now()
	err = c.s.glance(ctx, parts, o)
	told(time.Since(began), err)
	return out, err
}

// followed makes a change of what is followed give the ties a new version.
func followed(field string, change bson.D) bson.D {
	if field == "follows" || field == "topics" {
		change = append(change, bson.E{Key: "$inc", Value: is("version", int64(1))})
	}
	return change
}
