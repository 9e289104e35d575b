package mongostore

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"golang.org/x/sync/errgroup"

	"membergate/internal/wallet"
)

// A ledger is its entries, which are only ever inserted. One insert is the commit: the id makes two writers of one
// place race, the op makes a repetition fail, and the newest entry is the wallet. ledger_entry.go has every field.
//
//	entries { _id: "<wallet>:<sequence, 12 digits>", sv: 1, w: wallet, seq: sequence, opKey: the entry's op, … }
//
//	unique w, seq · unique w, opKey
var entries = newCollection("entries", unique("w", "seq"), unique("w", "opKey"))

// Ledger is a wallet.Store.
type Ledger struct{ s *Store }

// Ledger gives the store of wallets' entries.
func (s *Store) Ledger() *Ledger { return &Ledger{s} }

// Append implements wallet.Store. An ordered insert stops at the first entry that it cannot add.
func (l *Ledger) Append(ctx context.Context, added []wallet.Entry) error {
	if len(added) == 0 {
		return nil
	}
	return l.s.run(ctx, func(ctx context.Context) error {
		_, err := l.s.in(entries).InsertMany(ctx, each(added, toEntry), options.InsertMany().SetOrdered(true))
		if duplicate(err) {
			return wallet.ErrTaken
		}
		return err
	})
}

// atOnce is how many heads are read at once: each is one short look into an index, while one query for all of them
// would read every entry of every wallet.
const atOnce = 8

// Heads implements wallet.Store.
func (l *Ledger) Heads(ctx context.Context, ids []wallet.ID) (map[wallet.ID]wallet.Entry, error) {
	heads := make([][]wallet.Entry, len(ids))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, id := range ids {
		group.Go(func() (err error) {
			heads[i], err = l.list(ctx, bson.D{{Key: "w", Value: id}}, -1, 1)
			return err
		})
	}
	out := make(map[wallet.ID]wallet.Entry, len(ids))
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for i, id := range ids {
		if len(heads[i]) > 0 {
			out[id] = heads[i][0]
		}
	}
	return out, nil
}

// ByOps implements wallet.Store.
func (l *Ledger) ByOps(ctx context.Context, id wallet.ID, ops []string) (map[string]wallet.Entry, error) {
	out := make(map[string]wallet.Entry, len(ops))
	if len(ops) == 0 {
		return out, nil
	}
	filter := bson.D{{Key: "w", Value: id}, {Key: "opKey", Value: bson.D{{Key: "$in", Value: ops}}}}
	err := find(ctx, l.s, entries, filter, options.Find(), func(d entryDoc) { out[d.Op] = d.entry() })
	return out, err
}

// Page implements wallet.Store.
func (l *Ledger) Page(ctx context.Context, id wallet.ID, q wallet.Query) ([]wallet.Entry, error) {
	filter := bson.D{{Key: "w", Value: id}}
	if q.Before > 0 {
		filter = append(filter, bson.E{Key: "seq", Value: bson.D{{Key: "$lt", Value: q.Before}}})
	}
	if len(q.Kinds) > 0 {
		filter = append(filter, bson.E{Key: "kind", Value: bson.D{{Key: "$in", Value: q.Kinds}}})
	}
	var at bson.D
	if !q.From.IsZero() {
		at = append(at, bson.E{Key: "$gte", Value: q.From})
	}
	if !q.To.IsZero() {
		at = append(at, bson.E{Key: "$lt", Value: q.To})
	}
	if at != nil {
		filter = append(filter, bson.E{Key: "at", Value: at})
	}
	return l.list(ctx, filter, -1, q.Limit)
}

// Chain implements wallet.Store.
func (l *Ledger) Chain(ctx context.Context, id wallet.ID, after int64, n int) ([]wallet.Entry, error) {
	filter := bson.D{{Key: "w", Value: id}, {Key: "seq", Value: bson.D{{Key: "$gt", Value: after}}}}
	return l.list(ctx, filter, 1, n)
}

// list reads at most n entries by sequence, in a direction.
func (l *Ledger) list(ctx context.Context, filter bson.D, direction, n int) (out []wallet.Entry, err error) {
	if n <= 0 {
		return nil, nil
	}
	o := options.Find().SetSort(by("seq", direction)).SetLimit(int64(n))
	err = find(ctx, l.s, entries, filter, o, func(d entryDoc) { out = append(out, d.entry()) })
	return out, err
}
