package mongostore

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/contribution"
	"membergate/internal/member"
	"membergate/internal/star"
)

// The star of a group's month is one document, named by both, so that each month is decided once.
//
//	stars { _id: group/month, sv: 1, group, month, member, points, streak, awards: [ { code, from, until } … ], at,
//	        open: the member may not have got what comes with it yet }
//
//	group · member, of those that are somebody's · open, of those that are
var stars = newCollection("stars", index("group"), where("member"), only("open"))

var _ star.Store = (*Community)(nil)

type (
	starDoc struct {
		ID     string             `bson:"_id"`
		SV     int                `bson:"sv"`
		Group  string             `bson:"group"`
		Month  contribution.Month `bson:"month"`
		Member member.ID          `bson:"member,omitempty"`
		Points int64              `bson:"points"`
		Streak int                `bson:"streak"`
		Awards []starAwardDoc     `bson:"awards"`
		At     time.Time          `bson:"at"`
		Open   bool               `bson:"open,omitempty"`
	}
	starAwardDoc struct {
		Code  string    `bson:"code"`
		From  time.Time `bson:"from"`
		Until time.Time `bson:"until"`
	}
)

func (d starDoc) star() star.Star {
	out := star.Star{Group: d.Group, Month: d.Month, Member: d.Member, Points: d.Points, Streak: d.Streak, At: d.At.UTC(), Open: d.Open}
	for _, a := range d.Awards {
		out.Awards = append(out.Awards, star.Award{Code: a.Code, From: a.From.UTC(), Until: a.Until.UTC()})
	}
	return out
}

// AddStar implements star.Store.
func (c *Community) AddStar(ctx context.Context, s star.Star) error {
	_, err := c.add(ctx, stars, starDoc{ID: s.ID(), SV: 1, Group: s.Group, Month: s.Month, Member: s.Member, Points: s.Points, Streak: s.Streak,
		Awards: each(s.Awards, func(a star.Award) starAwardDoc { return starAwardDoc(a) }), At: s.At, Open: s.Open})
	return err
}

// Stars implements star.Store. A group has twelve a year.
func (c *Community) Stars(ctx context.Context, groups []string, n int) (map[string][]star.Star, error) {
	out := map[string][]star.Star{}
	if len(groups) == 0 {
		return out, nil
	}
	err := find(ctx, c.s, stars, in("group", groups), options.Find().SetSort(by("_id", -1)), func(d starDoc) {
		if len(out[d.Group]) < n {
			out[d.Group] = append(out[d.Group], d.star())
		}
	})
	return out, err
}

// StarsOf implements star.Store.
func (c *Community) StarsOf(ctx context.Context, who []member.ID, n int) (map[member.ID][]star.Star, error) {
	out := map[member.ID][]star.Star{}
	if len(who) == 0 {
		return out, nil
	}
	err := find(ctx, c.s, stars, in("member", who), options.Find().SetSort(by("month", -1, "_id", 1)), func(d starDoc) {
		if len(out[d.Member]) < n {
			out[d.Member] = append(out[d.Member], d.star())
		}
	})
	return out, err
}

// OpenStars implements star.Store.
func (c *Community) OpenStars(ctx context.Context, n int) (out []star.Star, err error) {
	if n <= 0 {
		return nil, nil
	}
	err = find(ctx, c.s, stars, is("open", true), options.Find().SetLimit(int64(n)), func(d starDoc) { out = append(out, d.star()) })
	return out, err
}

// CloseStar implements star.Store.
func (c *Community) CloseStar(ctx context.Context, id string) error {
	return c.s.run(ctx, func(ctx context.Context) error {
		_, err := c.s.in(stars).UpdateOne(ctx, is("_id", id), bson.D{{Key: "$unset", Value: is("open", "")}})
		return err
	})
}
