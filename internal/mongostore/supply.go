package mongostore

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/supply"
	"membergate/internal/wallet"
)

// The count of all coins is a few shards, and a mark for each wallet. supply_doc.go has every field.
//
//	supply  { _id: number of the shard, sv: 1, version, total: sum, open: [ mark … ], swept }
//	        of a further currency: { _id: "<currency>/<number>", c: currency, n: number, … }
//	counted { _id: wallet, sv: 1, seq, sum: { now: { issued, … }, turns: [ { at, change: { issued, … } } … ] }, due }
//	adjusted { _id: "<currency>:<period>", sv: 1, … }   the audit of each look at the inflation index
//	promises { _id: promise's id, sv: 1, … }            what was said about the worth of coins
//
//	due, of counted
var (
	shards  = newCollection("supply")
	counted = newCollection("counted", index("due"))

	adjusted = newCollection("adjusted")
	promises = newCollection("promises")
)

// Supply is a supply.Store.
type Supply struct {
	s        *Store
	currency string // empty = the programme's own
}

// Supply gives the store of the count of coins.
func (s *Store) Supply() *Supply { return &Supply{s, ""} }

// In implements supply.Store.
func (c *Supply) In(currency string) supply.Store { return &Supply{c.s, currency} }

// shardID is the id of the document of a shard.
func (c *Supply) shardID(n int) any {
	if c.currency == "" {
		return n
	}
	return c.currency + "/" + strconv.Itoa(n)
}

// Shards implements supply.Store.
func (c *Supply) Shards(ctx context.Context) (out []supply.Shard, err error) {
	filter := is("c", c.currency)
	if c.currency == "" {
		filter = is("c", bson.D{{Key: "$exists", Value: false}})
	}
	err = find(ctx, c.s, shards, filter, options.Find(), func(d shardDoc) { out = append(out, d.shard()) })
	slices.SortFunc(out, func(a, b supply.Shard) int { return a.N - b.N })
	return out, err
}

// Shard implements supply.Store.
func (c *Supply) Shard(ctx context.Context, n int) (out supply.Shard, err error) {
	out.N = n
	err = c.s.run(ctx, func(ctx context.Context) error {
		var d shardDoc
		err := c.s.in(shards).FindOne(ctx, is("_id", c.shardID(n))).Decode(&d)
		if errors.Is(err, mongo.ErrNoDocuments) {
			return nil
		}
		if err == nil {
			out = d.shard()
		}
		return err
	})
	return out, err
}

// Save implements supply.Store.
func (c *Supply) Save(ctx context.Context, s supply.Shard) error {
	old, d := s.Version, toShard(s)
	d.ID, d.Currency = c.shardID(s.N), c.currency
	d.Version++
	return c.s.run(ctx, func(ctx context.Context) error {
		if old == 0 {
			_, err := c.s.in(shards).InsertOne(ctx, d)
			if duplicate(err) {
				return supply.ErrStale
			}
			return err
		}
		done, err := c.s.in(shards).ReplaceOne(ctx, bson.D{{Key: "_id", Value: d.ID}, {Key: "version", Value: old}}, d)
		if err == nil && done.MatchedCount == 0 {
			return supply.ErrStale
		}
		return err
	})
}

// Marks implements supply.Store.
func (c *Supply) Marks(ctx context.Context, ids []wallet.ID) (map[wallet.ID]supply.Mark, error) {
	out := make(map[wallet.ID]supply.Mark, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	err := find(ctx, c.s, counted, in("_id", ids), options.Find(), func(d countedDoc) { out[wallet.ID(d.ID)] = d.mark() })
	return out, err
}

// Recount implements supply.Store.
func (c *Supply) Recount(ctx context.Context, marks []supply.Mark) error {
	return putAll(ctx, c.s, counted, each(marks, toCounted), func(d countedDoc) string { return d.ID })
}

// Raise implements supply.Store. A mark replaces one that is lower, or is inserted where there is none; who inserted one
// meanwhile may have had a lower one, so those that could not be inserted are looked at again.
func (c *Supply) Raise(ctx context.Context, marks []supply.Mark) error {
	docs := each(marks, toCounted)
	slices.SortFunc(docs, func(a, b countedDoc) int { return strings.Compare(a.ID, b.ID) }) // so that two never wait for each other
	for batch := range slices.Chunk(docs, putAtOnce) {
		if err := c.s.run(ctx, func(ctx context.Context) error { return c.raise(ctx, batch) }); err != nil {
			return err
		}
	}
	return nil
}

func (c *Supply) raise(ctx context.Context, docs []countedDoc) error {
	lower := each(docs, func(d countedDoc) mongo.WriteModel {
		filter := bson.D{{Key: "_id", Value: d.ID}, {Key: "seq", Value: bson.D{{Key: "$lt", Value: d.Seq}}}}
		return mongo.NewReplaceOneModel().SetFilter(filter).SetReplacement(d)
	})
	unordered := options.BulkWrite().SetOrdered(false)
	done, err := c.s.in(counted).BulkWrite(ctx, lower, unordered)
	if err != nil || done.MatchedCount == int64(len(docs)) {
		return err
	}
	_, err = c.s.in(counted).InsertMany(ctx, docs, options.InsertMany().SetOrdered(false))
	if onlyDuplicates(err) {
		_, err = c.s.in(counted).BulkWrite(ctx, lower, unordered)
	}
	return err
}

// Due implements supply.Store.
func (c *Supply) Due(ctx context.Context, by time.Time, n int) (out []wallet.ID, err error) {
	if n <= 0 {
		return nil, nil
	}
	o := options.Find().SetLimit(int64(n)).SetProjection(bson.D{{Key: "_id", Value: 1}})
	err = find(ctx, c.s, counted, is("due", bson.D{{Key: "$lte", Value: by}}), o, func(d struct {
		ID wallet.ID `bson:"_id"`
	}) {
		out = append(out, d.ID)
	})
	return out, err
}
