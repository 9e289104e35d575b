package mongostore

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

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

// Append implements wallet.Store. An ordered insert stops at the first entry that it cannot add, and says which; if it
// only met another writer there, the rest is tried again.
func (l *Ledger) Append(ctx context.Context, added []wallet.Entry) error {
	if len(added) == 0 {
		return nil
	}
	if c := l.s.convoys; c != nil && len(added) == 1 {
		_, err := c.appends.call(ctx, added[0])
		if err == nil {
			c.ends.note(added[0].Wallet, added[0].Seq)
		}
		return err
	}
	return l.s.run(ctx, func(ctx context.Context) error {
		_, err := l.s.in(entries).InsertMany(ctx, each(added, toEntry), options.InsertMany().SetOrdered(true))
		if duplicate(err) {
			return wallet.ErrTaken
		}
		var stopped mongo.BulkWriteException
		if clashed(err) && errors.As(err, &stopped) && len(stopped.WriteErrors) == 1 {
			added = added[stopped.WriteErrors[0].Index:]
		}
		return err
	})
}

// Heads implements wallet.Store: one command, however many wallets.
func (l *Ledger) Heads(ctx context.Context, ids []wallet.ID) (map[wallet.ID]wallet.Entry, error) {
	out := make(map[wallet.ID]wallet.Entry, len(ids))
	add := func(e wallet.Entry) { out[e.Wallet] = e }
	if c := l.s.convoys; c != nil && len(ids) > 0 {
		found, err := c.heads.call(ctx, ids)
		for _, e := range found {
			add(e)
		}
		return out, err
	}
	switch len(ids) {
	case 0:
		return out, nil
	case 1:
		newest, err := l.list(ctx, ids[0], 1, most, nil, -1, 1)
		for _, e := range newest {
			add(e)
		}
		return out, err
	}
	err := l.s.run(ctx, func(ctx context.Context) error {
		cursor, err := l.s.in(entries).Aggregate(ctx, mongo.Pipeline{ // MongoDB takes one step in the index for each wallet
			{{Key: "$match", Value: bson.D{{Key: "w", Value: bson.D{{Key: "$in", Value: ids}}}}}},
			{{Key: "$sort", Value: by("w", -1, "seq", -1)}},
			{{Key: "$group", Value: bson.D{{Key: "_id", Value: "$w"}, {Key: "head", Value: bson.D{{Key: "$first", Value: "$$ROOT"}}}}}},
		}, options.Aggregate().SetBatchSize(batch))
		return drain(ctx, cursor, err, func(d struct {
			Head entryDoc `bson:"head"`
		}) {
			add(d.Head.entry())
		})
	})
	return out, err
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

// BySeqs implements wallet.Store.
func (l *Ledger) BySeqs(ctx context.Context, id wallet.ID, seqs []int64) (map[int64]wallet.Entry, error) {
	out := make(map[int64]wallet.Entry, len(seqs))
	if len(seqs) == 0 {
		return out, nil
	}
	places := each(seqs, func(seq int64) string { return entryID(id, seq) })
	filter := bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: places}}}, {Key: "w", Value: id}}
	err := find(ctx, l.s, entries, filter, options.Find(), func(d entryDoc) { out[d.Seq] = d.entry() })
	return out, err
}

// Page implements wallet.Store.
func (l *Ledger) Page(ctx context.Context, id wallet.ID, q wallet.Query) ([]wallet.Entry, error) {
	var filter, at bson.D
	if len(q.Kinds) > 0 {
		filter = append(filter, bson.E{Key: "kind", Value: bson.D{{Key: "$in", Value: q.Kinds}}})
	}
	if !q.From.IsZero() {
		at = append(at, bson.E{Key: "$gte", Value: q.From})
	}
	if !q.To.IsZero() {
		at = append(at, bson.E{Key: "$lt", Value: q.To})
	}
	if at != nil {
		filter = append(filter, bson.E{Key: "at", Value: at})
	}
	if q.Ref != "" {
		filter = append(filter, bson.E{Key: "ref", Value: q.Ref})
	}
	if q.Shown {
		moved, plain := bson.D{{Key: "$ne", Value: 0}}, bson.D{{Key: "$nin", Value: wallet.HiddenKinds}}
		filter = append(filter, either(is("amount", moved), is("kind", plain))...)
	}
	before := q.Before
	if before <= 0 {
		before = most
	}
	return l.list(ctx, id, 1, before, filter, -1, q.Limit)
}

// Chain implements wallet.Store.
func (l *Ledger) Chain(ctx context.Context, id wallet.ID, after int64, n int) ([]wallet.Entry, error) {
	return l.list(ctx, id, after+1, most, nil, 1, n)
}

// most is the first sequence that does not fit into an id.
const most = 1e12

// list reads at most n entries of a wallet from a sequence up to, but without, another, in a direction. It goes by the
// id, whose order every server takes from its index.
func (l *Ledger) list(ctx context.Context, id wallet.ID, from, before int64, filter bson.D, direction, n int) (out []wallet.Entry, err error) {
	if n <= 0 {
		return nil, nil
	}
	first, end := entryID(id, from), string(id)+";" // the character behind the colon
	if before < most {
		end = entryID(id, before)
	}
	filter = append(bson.D{{Key: "w", Value: id}, {Key: "_id", Value: bson.D{{Key: "$gte", Value: first}, {Key: "$lt", Value: end}}}}, filter...)
	o := options.Find().SetSort(by("_id", direction)).SetLimit(int64(n))
	err = find(ctx, l.s, entries, filter, o, func(d entryDoc) { out = append(out, d.entry()) })
	return out, err
}
