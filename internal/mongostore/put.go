package mongostore

import (
	"context"
	"maps"
	"slices"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// putAtOnce is how many documents one command puts: on the slowest server that was measured an upsert takes about a
// millisecond, so a command stays well within a call's patience.
const putAtOnce = 200

// putAll adds documents, each replacing the one with its id; of several with one id the last one counts. They go in the
// order of their ids, so that two who put the same ones never wait for each other. Every command gets the store's
// patience, so a long list may take longer than one call.
func putAll[D any](ctx context.Context, s *Store, c collection, docs []D, id func(D) string) error {
	byID := make(map[string]D, len(docs))
	for _, d := range docs {
		byID[id(d)] = d
	}
	var puts []mongo.WriteModel
	for _, key := range slices.Sorted(maps.Keys(byID)) {
		puts = append(puts, mongo.NewReplaceOneModel().SetFilter(is("_id", key)).SetReplacement(byID[key]).SetUpsert(true))
	}
	for batch := range slices.Chunk(puts, putAtOnce) {
		if err := put(ctx, s, c, batch); err != nil {
			return err
		}
	}
	return nil
}

// put runs one command of upserts. Somebody else may add a document between an upsert's look and its write; then the
// same upserts find it and replace it.
func put(ctx context.Context, s *Store, c collection, puts []mongo.WriteModel) error {
	return s.run(ctx, func(ctx context.Context) (err error) {
		for range 3 {
			_, err = s.in(c).BulkWrite(ctx, puts, options.BulkWrite().SetOrdered(false))
			if err == nil || !onlyDuplicates(err) {
				return err
			}
		}
		return err
	})
}
