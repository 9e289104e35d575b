package mongostore

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/wallet"
)

// BySeqs implements wallet.Store.
func (l *Ledger) BySeqs(ctx context.Context, id wallet.ID, seqs []int64) (map[int64]wallet.Entry, error) {
	out := make(map[int64]wallet.Entry, len(seqs))
	if len(seqs) == 0 {
		return out, nil
	}
	filter := bson.D{{Key: "w", Value: id}, {Key: "seq", Value: bson.D{{Key: "$in", Value: seqs}}}}
	err := find(ctx, l.s, entries, filter, options.Find(), func(d entryDoc) { out[d.Seq] = d.entry() })
	return out, err
}
