package mongostore

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/member"
	"membergate/internal/offer"
	"membergate/internal/programme"
)

// What a member was offered is one document:
//
//	offers { _id: member id, sv: 1, version, made: [ { id, code, version, programme, tier, route, fen, fullFen, months, days,
//	         exclusive, titles, terms, from, until, accepted } … ] }
var offers = newCollection("offers")

// Offers is an offer.Store.
type Offers struct{ s *Store }

// Offers gives the store of offers.
func (s *Store) Offers() *Offers { return &Offers{s} }

type offersDoc struct {
	Member  member.ID `bson:"_id"`
	SV      int       `bson:"sv"`
	Version int64     `bson:"version"`
	Made    []madeDoc `bson:"made"`
}

type madeDoc struct {
	ID         string              `bson:"id"`
	Code       string              `bson:"code"`
	Version    string              `bson:"version"`
	Programme  string              `bson:"programme"`
	Tier       string              `bson:"tier"`
	Route      programme.RouteKind `bson:"route"`
	Fen        int64               `bson:"fen"`
	FullFen    int64               `bson:"fullFen"`
	Months     int                 `bson:"months,omitempty"`
	Days       int                 `bson:"days,omitempty"`
	Exclusive  string              `bson:"exclusive,omitempty"`
	Titles     programme.Text      `bson:"titles"`
	Terms      programme.Text      `bson:"terms"`
	From       time.Time           `bson:"from"`
	Until      time.Time           `bson:"until"`
	AcceptedAt time.Time           `bson:"accepted,omitempty"`
}

// ByMember implements offer.Store.
func (o *Offers) ByMember(ctx context.Context, who member.ID) (offer.Offers, error) {
	out := offer.Offers{Member: who}
	err := find(ctx, o.s, offers, is("_id", who), options.Find(), func(d offersDoc) {
		out.Version, out.Made = d.Version, each(d.Made, func(m madeDoc) offer.Made { return offer.Made(m) })
	})
	return out, err
}

// Save implements offer.Store.
func (o *Offers) Save(ctx context.Context, next offer.Offers) error {
	d := offersDoc{Member: next.Member, SV: 1, Version: next.Version + 1, Made: each(next.Made, func(m offer.Made) madeDoc { return madeDoc(m) })}
	return o.s.run(ctx, func(ctx context.Context) error {
		if next.Version == 0 {
			_, err := o.s.in(offers).InsertOne(ctx, d)
			if duplicate(err) {
				return offer.ErrStale
			}
			return err
		}
		done, err := o.s.in(offers).ReplaceOne(ctx, slices.Concat(is("_id", next.Member), is("version", next.Version)), d)
		if err == nil && done.MatchedCount == 0 {
			return offer.ErrStale
		}
		return err
	})
}
