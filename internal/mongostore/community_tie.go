package mongostore

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/community"
	"membergate/internal/fault"
	"membergate/internal/member"
)

// What a member tied is one document of the member's; who blocked a member is found in the others':
//
//	ties { _id: member id, follows: [ member id … ], topics: [ topic id … ], blocks: [ member id … ], mutes: [ member id … ],
//	       words: [ muted word … ], version: grows whenever follows or topics may change }
//
//	blocks · follows · topics
//
// A group is one document, so that a seat is taken in one step: groups of a programme have some hundred seats.
//
//	circles { _id: group code, members: [ member id … ], and what community_role.go says }
var (
	ties    = newCollection("ties", index("blocks"), index("follows"), index("topics"))
	circles = newCollection("circles")
)

type tiesDoc struct {
	ID      string              `bson:"_id"`
	Follows []member.ID         `bson:"follows,omitempty"`
	Topics  []community.TopicID `bson:"topics,omitempty"`
	Blocks  []member.ID         `bson:"blocks,omitempty"`
	Mutes   []member.ID         `bson:"mutes,omitempty"`
	Words   []string            `bson:"words,omitempty"`
	Version int64               `bson:"version,omitempty"`
	Blocker bool                `bson:"blocker,omitempty"` // the document is of one who blocked the member: nothing else of it is read
}

// Ties implements community.Store. Both ways of a block are read in one command.
func (c *Community) Ties(ctx context.Context, m member.ID) (out community.Ties, err error) {
	blockers := bson.A{
		bson.D{{Key: "$match", Value: is("blocks", m)}},
		bson.D{{Key: "$project", Value: bson.D{{Key: "blocker", Value: bson.D{{Key: "$literal", Value: true}}}}}},
	}
	pipeline := bson.A{
		bson.D{{Key: "$match", Value: is("_id", m)}},
		bson.D{{Key: "$unionWith", Value: bson.D{{Key: "coll", Value: ties.name}, {Key: "pipeline", Value: blockers}}}},
	}
	err = aggregate(ctx, c.s, ties, pipeline, func(d tiesDoc) {
		if d.Blocker {
			out.BlockedBy = append(out.BlockedBy, member.ID(d.ID))
			return
		}
		out.Follows, out.Topics, out.Blocks, out.Mutes, out.Words, out.Version = d.Follows, d.Topics, d.Blocks, d.Mutes, d.Words, d.Version
	})
	return out, err
}

// SetTie implements community.Store.
func (c *Community) SetTie(ctx context.Context, m member.ID, k community.TieKind, to string, on bool, bound int) error {
	field, ok := map[community.TieKind]string{
		community.Follow: "follows", community.FollowTopic: "topics", community.Block: "blocks", community.Mute: "mutes",
		community.MutedWord: "words",
	}[k]
	if !ok {
		return fmt.Errorf("mongostore: there is no tie %q", k)
	}
	if !on || bound <= 0 {
		return c.belong(ctx, ties, is("_id", m), field, to, on)
	}
	err := c.belong(ctx, ties, roomFor(string(m), field, bound), field, to, true)
	if !fault.Is(err, fault.Conflict) {
		return err
	}
	all, err := c.Ties(ctx, m)
	if err != nil || all.Has(k, to) {
		return err
	}
	return community.ErrFull
}

// PutTies implements community.Store. The present is a later version than any that was counted up to.
func (c *Community) PutTies(ctx context.Context, all map[member.ID]community.Ties) error {
	version := time.Now().UnixMilli()
	docs := make([]tiesDoc, 0, len(all))
	for m, t := range all {
		docs = append(docs, tiesDoc{ID: string(m), Follows: t.Follows, Topics: t.Topics, Blocks: t.Blocks, Mutes: t.Mutes, Words: t.Words, Version: version})
	}
	return putAll(ctx, c.s, ties, docs, func(d tiesDoc) string { return d.ID })
}

// roomFor finds a document whose list has room for one more.
func roomFor(id, field string, bound int) bson.D {
	return append(is("_id", id), bson.E{Key: fmt.Sprintf("%s.%d", field, bound-1), Value: is("$exists", false)})
}

// belong makes a value be in a document's list once, or not at all.
func (c *Community) belong(ctx context.Context, of collection, filter bson.D, field string, value any, on bool) error {
	change := "$addToSet"
	if !on {
		change = "$pull"
	}
	return c.s.run(ctx, func(ctx context.Context) error {
		for range 3 { // two who make the same document: the second finds it
			_, err := c.s.in(of).UpdateOne(ctx, filter, followed(field, bson.D{{Key: change, Value: is(field, value)}}), options.UpdateOne().SetUpsert(on))
			if !duplicate(err) {
				return err
			}
		}
		return fault.New(fault.Conflict, "the list is being changed by too many at once")
	})
}

// Circles implements community.Store.
func (c *Community) Circles(ctx context.Context, codes []string, m member.ID) (map[string]community.Circle, error) {
	out := make(map[string]community.Circle, len(codes))
	for _, code := range codes {
		out[code] = community.Circle{}
	}
	if len(codes) == 0 {
		return out, nil
	}
	pipeline := bson.A{
		bson.D{{Key: "$match", Value: in("_id", codes)}},
		bson.D{{Key: "$project", Value: bson.D{
			{Key: "seats", Value: bson.D{{Key: "$size", Value: "$members"}}},
			{Key: "joined", Value: bson.D{{Key: "$in", Value: bson.A{bson.D{{Key: "$literal", Value: m}}, "$members"}}}},
		}}},
	}
	err := aggregate(ctx, c.s, circles, pipeline, func(d struct {
		Code   string `bson:"_id"`
		Seats  int64  `bson:"seats"`
		Joined bool   `bson:"joined"`
	}) {
		out[d.Code] = community.Circle{Members: d.Seats, Joined: d.Joined && m != ""}
	})
	return out, err
}

// SetCircle implements community.Store. The seat is part of the question: with the last one taken the update finds no
// document, tries to make one, and is told that it exists.
func (c *Community) SetCircle(ctx context.Context, code string, m member.ID, on bool, seats int) error {
	if !on {
		return c.leave(ctx, code, m)
	}
	if seats <= 0 {
		return c.belong(ctx, circles, is("_id", code), "members", m, true)
	}
	err := c.belong(ctx, circles, roomFor(code, "members", seats), "members", m, true)
	if !fault.Is(err, fault.Conflict) {
		return err
	}
	stands, err := c.Circles(ctx, []string{code}, m)
	switch {
	case err != nil || stands[code].Joined:
		return err
	default:
		return community.ErrFull
	}
}
