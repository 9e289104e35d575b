package mongostore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// collection is the name of a collection and what indexes it has.
type collection struct {
	name    string
	indexes []mongo.IndexModel
}

// collections are all of them, for Migrate.
var collections []collection

// newCollection declares a collection, for a package variable of the file that uses it. No indexed field may be called
// "op": DocumentDB takes that for a word of its own and then fails every search of the index.
func newCollection(name string, indexes ...mongo.IndexModel) collection {
	c := collection{name, indexes}
	collections = append(collections, c)
	return c
}

// index makes an index of fields, in ascending order.
func index(fields ...string) mongo.IndexModel {
	return mongo.IndexModel{Keys: ascending(fields), Options: options.Index()}
}

// unique makes an index of fields that lets no two documents share them. Where writers often race for one key, make it
// the document's id instead: DocumentDB lets them run into a deadlock that takes it a second to see.
func unique(fields ...string) mongo.IndexModel {
	return mongo.IndexModel{Keys: ascending(fields), Options: options.Index().SetUnique(true)}
}

// only makes an index of the documents in which a field is true.
func only(field string) mongo.IndexModel {
	return mongo.IndexModel{Keys: ascending([]string{field}), Options: options.Index().SetPartialFilterExpression(bson.M{field: true})}
}

// where makes an index of the documents that have a field.
func where(field string) mongo.IndexModel {
	return mongo.IndexModel{Keys: ascending([]string{field}), Options: options.Index().SetPartialFilterExpression(bson.M{field: bson.M{"$exists": true}})}
}

// uniqueWhere makes an index that lets no two documents share a field that they have.
func uniqueWhere(field string) mongo.IndexModel {
	return mongo.IndexModel{Keys: ascending([]string{field}),
		Options: options.Index().SetUnique(true).SetPartialFilterExpression(bson.M{field: bson.M{"$exists": true}})}
}

func ascending(fields []string) bson.D {
	keys := bson.D{}
	for _, f := range fields {
		keys = append(keys, bson.E{Key: f, Value: 1})
	}
	return keys
}

// Migrate creates the indexes that are missing, and writes into old documents what they are found by. It may be repeated, and older processes may serve meanwhile.
func (s *Store) Migrate(ctx context.Context) error {
	for _, c := range collections {
		if len(c.indexes) == 0 {
			continue
		}
		if _, err := s.in(c).Indexes().CreateMany(ctx, c.indexes); err != nil {
			return fmt.Errorf("the indexes of %s.%s cannot be created: %w", s.db.Name(), c.name, translate(err))
		}
	}
	if _, err := s.writeEnds(ctx); err != nil {
		return err
	}
	_, err := s.writeWaits(ctx)
	return err
}

// in gives a collection of the store's database.
func (s *Store) in(c collection) *mongo.Collection { return s.db.Collection(c.name) }

// find runs one query and hands each document to a function. It costs one command: the answer comes in one batch
// unless it is larger than what a server sends at once.
func find[D any](ctx context.Context, s *Store, c collection, filter any, o *options.FindOptionsBuilder, each func(D)) error {
	return s.once(ctx, func(ctx context.Context) error {
		cursor, err := s.in(c).Find(ctx, filter, o.SetBatchSize(batch))
		return drain(ctx, cursor, err, each)
	})
}

// earlier is what comes behind a place in a list that has the latest first: before a time, or at it with a lower key.
func earlier(field string, at time.Time, key, id string) bson.D {
	return either(is(field, bson.D{{Key: "$lt", Value: at}}), slices.Concat(is(field, at), is(key, bson.D{{Key: "$lt", Value: id}})))
}

// batch is how many documents a server may send at once: more than any call asks for.
const batch = 100_000

// drain decodes the documents of a cursor.
func drain[D any](ctx context.Context, cursor *mongo.Cursor, err error, each func(D)) error {
	if err != nil {
		return err
	}
	defer func() { _ = cursor.Close(context.WithoutCancel(ctx)) }()
	for cursor.Next(ctx) {
		var d D
		if err := bson.Unmarshal(cursor.Current, &d); err != nil {
			return fmt.Errorf("a document of another shape: %w", err)
		}
		each(d)
	}
	return cursor.Err()
}

// by is a query's order: by a field, ascending with 1 or descending with -1, and so on. DocumentDB takes only the order
// of _id from an index and sorts for all others, so ids of what is long should be in the order in which it is read.
func by(fields ...any) bson.D {
	order := bson.D{}
	for i := 0; i+1 < len(fields); i += 2 {
		order = append(order, bson.E{Key: fields[i].(string), Value: fields[i+1]})
	}
	return order
}

// each turns every element of a list into another.
func each[A, B any](in []A, f func(A) B) []B {
	if in == nil {
		return nil
	}
	out := make([]B, len(in))
	for i, a := range in {
		out[i] = f(a)
	}
	return out
}
