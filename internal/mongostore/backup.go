package mongostore

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// restoring  { _id: "restoring", of: the backup }   there while a backup is being put back
const restoring = "restoring"

// Backup is a backup.Source and a backup.Target: lines are documents in MongoDB's canonical Extended JSON.
type Backup struct{ s *Store }

// Backup gives everything that the database holds.
func (s *Store) Backup() *Backup { return &Backup{s} }

// Engine implements backup.Source and backup.Target.
func (b *Backup) Engine() string { return "mongodb" }

// dumpedAtOnce is how many documents are read at once.
const dumpedAtOnce = 500

// Dump implements backup.Source. Every document is whole; two of them may be of different moments while others write.
func (b *Backup) Dump(ctx context.Context, each func(place string, line []byte) error) error {
	for _, c := range b.sorted() {
		filter := bson.D{}
		if err := each(c.name, nil); err != nil {
			return err
		}
		for {
			var page []bson.Raw
			err := find(ctx, b.s, c, filter, options.Find().SetSort(by("_id", 1)).SetLimit(dumpedAtOnce), func(d bson.Raw) { page = append(page, d) })
			if err != nil {
				return err
			}
			for _, d := range page {
				line, err := bson.MarshalExtJSON(d, true, false)
				if err != nil {
					return fmt.Errorf("a document of %s: %w", c.name, err)
				}
				if err := each(c.name, line); err != nil {
					return err
				}
			}
			if len(page) < dumpedAtOnce {
				break
			}
			filter = is("_id", bson.D{{Key: "$gt", Value: page[len(page)-1].Lookup("_id")}})
		}
	}
	return nil
}

func (b *Backup) sorted() []collection {
	return slices.SortedFunc(slices.Values(collections), func(x, y collection) int {
		if x.name < y.name {
			return -1
		}
		return 1
	})
}

// Begin implements backup.Target. Whose accounts were closed for good may be known already, and stays so.
func (b *Backup) Begin(ctx context.Context, id string) error {
	of, err := b.s.Restoring(ctx)
	switch {
	case err != nil:
		return err
	case of == id:
		return nil
	case of != "":
		return errors.New("another backup was being put into this database; drop it, or finish with that one")
	}
	for _, c := range collections {
		if c.name == erased.name {
			continue
		}
		some := 0
		if err := find(ctx, b.s, c, bson.D{}, options.Find().SetLimit(1), func(bson.Raw) { some++ }); err != nil {
			return err
		}
		if some > 0 {
			return fmt.Errorf("the database %q holds %s already; a backup goes into an empty one", b.s.db.Name(), c.name)
		}
	}
	return b.s.run(ctx, func(ctx context.Context) error {
		_, err := b.s.db.Collection(restoring).ReplaceOne(ctx, is("_id", restoring), bson.D{{Key: "_id", Value: restoring}, {Key: "of", Value: id}}, options.Replace().SetUpsert(true))
		return err
	})
}

// Put implements backup.Target.
func (b *Backup) Put(ctx context.Context, place string, lines [][]byte) error {
	i := slices.IndexFunc(collections, func(c collection) bool { return c.name == place })
	if i < 0 {
		return fmt.Errorf("this program knows no collection %q", place)
	}
	if len(lines) == 0 {
		return nil // Migrate makes it
	}
	var writes []mongo.WriteModel
	for _, line := range lines {
		var d bson.D
		if err := bson.UnmarshalExtJSON(line, true, &d); err != nil {
			return fmt.Errorf("a line is no document: %w", err)
		}
		if len(d) == 0 || d[0].Key != "_id" {
			return errors.New("a line has no _id")
		}
		writes = append(writes, mongo.NewReplaceOneModel().SetFilter(is("_id", d[0].Value)).SetReplacement(d).SetUpsert(true))
	}
	return b.s.run(ctx, func(ctx context.Context) error {
		_, err := b.s.in(collections[i]).BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(false))
		return err
	})
}

// Loaded implements backup.Target.
func (b *Backup) Loaded(ctx context.Context) error { return b.s.Migrate(ctx) }

// End implements backup.Target.
func (b *Backup) End(ctx context.Context) error {
	return b.s.run(ctx, func(ctx context.Context) error { return b.s.db.Collection(restoring).Drop(ctx) })
}

// Restoring gives the backup that is being put into the database, empty if none is.
func (s *Store) Restoring(ctx context.Context) (string, error) {
	var d struct{ Of string }
	err := s.run(ctx, func(ctx context.Context) error {
		err := s.db.Collection(restoring).FindOne(ctx, is("_id", restoring)).Decode(&d)
		if errors.Is(err, mongo.ErrNoDocuments) {
			return nil
		}
		return err
	})
	return d.Of, err
}
