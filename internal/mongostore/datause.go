package mongostore

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/datause"
	"membergate/internal/member"
)

// What a member's data was used for is one document for each use, which never changes.
//
//	dataUses { _id, sv: 1, member, at, purpose, category, actor }   index member, at · at
var dataUses = newCollection("dataUses", index("member", "at"), index("at"))

// DataUses is a datause.Store.
type DataUses struct{ s *Store }

// DataUses gives the log of what data was used for.
func (s *Store) DataUses() *DataUses { return &DataUses{s} }

type dataUseDoc struct {
	ID       string    `bson:"_id"`
	SV       int       `bson:"sv"`
	Member   member.ID `bson:"member"`
	At       time.Time `bson:"at"`
	Purpose  string    `bson:"purpose"`
	Category string    `bson:"category"`
	Actor    string    `bson:"actor"`
}

// Add implements datause.Store.
func (d *DataUses) Add(ctx context.Context, all []datause.Use) error {
	if len(all) == 0 {
		return nil
	}
	docs := each(all, func(u datause.Use) dataUseDoc {
		return dataUseDoc{u.ID, 1, u.Member, u.At, u.Purpose, u.Category, u.Actor}
	})
	return d.s.run(ctx, func(ctx context.Context) error {
		_, err := d.s.in(dataUses).InsertMany(ctx, docs, options.InsertMany().SetOrdered(false))
		if onlyDuplicates(err) {
			return nil
		}
		return err
	})
}

// Of implements datause.Store.
func (d *DataUses) Of(ctx context.Context, who member.ID, after *datause.Place, n int) (out []datause.Use, err error) {
	if n <= 0 {
		return nil, nil
	}
	filter := is("member", who)
	if after != nil {
		filter = slices.Concat(filter, earlier("at", after.At, "_id", after.ID))
	}
	err = find(ctx, d.s, dataUses, filter, options.Find().SetSort(by("at", -1, "_id", -1)).SetLimit(int64(n)), func(d dataUseDoc) {
		out = append(out, datause.Use{ID: d.ID, Member: d.Member, At: d.At.UTC(), Purpose: d.Purpose, Category: d.Category, Actor: d.Actor})
	})
	return out, err
}

// Trim implements datause.Store.
func (d *DataUses) Trim(ctx context.Context, before time.Time, n int) (done int, err error) {
	var ids []string
	err = find(ctx, d.s, dataUses, is("at", bson.D{{Key: "$lt", Value: before}}), options.Find().SetLimit(int64(n)).SetProjection(is("_id", 1)),
		func(d dataUseDoc) { ids = append(ids, d.ID) })
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	err = d.s.run(ctx, func(ctx context.Context) error {
		r, err := d.s.in(dataUses).DeleteMany(ctx, in("_id", ids))
		if err == nil {
			done = int(r.DeletedCount)
		}
		return err
	})
	return done, err
}
