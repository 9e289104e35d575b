package mongostore

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/wallet"
)

// Newest implements wallet.Store. No index serves it; only a sandbox asks, once.
func (l *Ledger) Newest(ctx context.Context) (newest wallet.Entry, found bool, err error) {
	o := options.Find().SetSort(by("at", -1)).SetLimit(1)
	err = find(ctx, l.s, entries, bson.D{}, o, func(d entryDoc) { newest, found = d.entry(), true })
	return newest, found, err
}
