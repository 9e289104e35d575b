package mongostore

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"membergate/internal/benefit"
	"membergate/internal/member"
)

// What members have used of benefits, a document per member:
//
//	usages { _id: member id, sv: 1, version, counts: [ { benefit, window, used, last } … ] }
var usages = newCollection("usages")

// Usages is a benefit.Store.
type Usages struct{ s *Store }

// Usages gives the store of usages.
func (s *Store) Usages() *Usages { return &Usages{s} }

type usageDoc struct {
	Member  member.ID  `bson:"_id"`
	SV      int        `bson:"sv"`
	Version int64      `bson:"version"`
	Counts  []countDoc `bson:"counts"`
}

type countDoc struct {
	Benefit string    `bson:"benefit"`
	Window  string    `bson:"window"`
	Used    int64     `bson:"used"`
	Last    time.Time `bson:"last"`
}

// ByMember implements benefit.Store.
func (u *Usages) ByMember(ctx context.Context, id member.ID) (benefit.Usage, error) {
	d := usageDoc{Member: id}
	err := u.s.run(ctx, func(ctx context.Context) error {
		err := u.s.in(usages).FindOne(ctx, is("_id", id)).Decode(&d)
		if errors.Is(err, mongo.ErrNoDocuments) {
			return nil
		}
		return err
	})
	return benefit.Usage{
		Member: d.Member, Version: d.Version, Counts: each(d.Counts, func(c countDoc) benefit.Count { return benefit.Count(c) }),
	}, err
}

// Save implements benefit.Store.
func (u *Usages) Save(ctx context.Context, next benefit.Usage) error {
	d := usageDoc{
		Member: next.Member, SV: 1, Version: next.Version + 1,
		Counts: each(next.Counts, func(c benefit.Count) countDoc { return countDoc(c) }),
	}
	return u.s.run(ctx, func(ctx context.Context) error {
		if next.Version == 0 {
			_, err := u.s.in(usages).InsertOne(ctx, d)
			if duplicate(err) {
				return benefit.ErrStale
			}
			return err
		}
		done, err := u.s.in(usages).ReplaceOne(ctx,
			slices.Concat(is("_id", next.Member), is("version", next.Version)), d)
		if err == nil && done.MatchedCount == 0 {
			return benefit.ErrStale
		}
		return err
	})
}
