package mongostore

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/adoption"
	"membergate/internal/community"
	"membergate/internal/member"
)

// A badge is one document, named by its member and code, so that nobody has one twice.
//
//	badges { _id: member/code, sv: 1, member, code, post, at }
//
//	member
var badges = newCollection("badges", index("member"))

var _ adoption.Store = (*Community)(nil)

type badgeDoc struct {
	ID     string           `bson:"_id"`
	SV     int              `bson:"sv"`
	Member member.ID        `bson:"member"`
	Code   string           `bson:"code"`
	Post   community.PostID `bson:"post"`
	At     time.Time        `bson:"at"`
}

// adoptedDoc is that a post was adopted.
type adoptedDoc struct {
	At    time.Time `bson:"at,omitempty"`
	Staff string    `bson:"staff,omitempty"`
}

// Award implements adoption.Store.
func (c *Community) Award(ctx context.Context, who member.ID, b adoption.Badge) error {
	_, err := c.add(ctx, badges, badgeDoc{ID: string(who) + "/" + b.Code, SV: 1, Member: who, Code: b.Code, Post: b.Post, At: b.At})
	return err
}

// Badges implements adoption.Store.
func (c *Community) Badges(ctx context.Context, who []member.ID) (map[member.ID][]adoption.Badge, error) {
	out := map[member.ID][]adoption.Badge{}
	if len(who) == 0 {
		return out, nil
	}
	err := find(ctx, c.s, badges, in("member", who), options.Find().SetSort(by("at", 1, "_id", 1)), func(d badgeDoc) {
		out[d.Member] = append(out[d.Member], adoption.Badge{Code: d.Code, Post: d.Post, At: d.At})
	})
	return out, err
}

// Adopting implements adoption.Store.
func (c *Community) Adopting(ctx context.Context, n int) (out []community.Post, err error) {
	if n <= 0 {
		return nil, nil
	}
	err = find(ctx, c.s, posts, is("adopting", true), options.Find().SetLimit(int64(n)), func(d postDoc) { out = append(out, d.post()) })
	return out, err
}
