package mongostore

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/member"
	"membergate/internal/transfer"
	"membergate/internal/wallet"
)

// A transfer is one document; open is true while something must still follow. It is the one place where the pseudonyms of
// two wallets meet their members.
//
//	transfers { _id: transfer id, sv: 1, version, from: wallet, to: wallet, sender, recipient, coins, arrives, hold, … }   index open
var transfers = newCollection("transfers", only("open"))

// Transfers is a transfer.Store.
type Transfers struct{ s *Store }

// Transfers gives the store of transfers.
func (s *Store) Transfers() *Transfers { return &Transfers{s} }

type transferDoc struct {
	ID        string         `bson:"_id"`
	SV        int            `bson:"sv"`
	Version   int64          `bson:"version"`
	From      wallet.ID      `bson:"from"`
	To        wallet.ID      `bson:"to"`
	Sender    member.ID      `bson:"sender"`
	Recipient member.ID      `bson:"recipient"`
	Coins     int64          `bson:"coins"`
	Arrives   int64          `bson:"arrives"`
	Hold      int64          `bson:"hold"`
	Message   string         `bson:"message,omitempty"`
	State     transfer.State `bson:"state"`
	Open      bool           `bson:"open,omitempty"`
	At        time.Time      `bson:"at"`
}

func toTransfer(t transfer.Transfer) transferDoc {
	return transferDoc{
		ID: t.ID, SV: 1, Version: t.Version, From: t.From, To: t.To, Sender: t.Sender, Recipient: t.Recipient, Coins: t.Coins, Arrives: t.Arrives,
		Hold: t.Hold, Message: t.Message, State: t.State, Open: t.Unfinished, At: t.At,
	}
}

func (d transferDoc) transfer() transfer.Transfer {
	return transfer.Transfer{
		ID: d.ID, Version: d.Version, From: d.From, To: d.To, Sender: d.Sender, Recipient: d.Recipient, Coins: d.Coins, Arrives: d.Arrives,
		Hold: d.Hold, Message: d.Message, State: d.State, Unfinished: d.Open, At: d.At,
	}
}

// Create implements transfer.Store.
func (ts *Transfers) Create(ctx context.Context, t transfer.Transfer) error {
	t.Version = 1
	return ts.s.run(ctx, func(ctx context.Context) error {
		_, err := ts.s.in(transfers).InsertOne(ctx, toTransfer(t))
		if duplicate(err) {
			return transfer.ErrExists
		}
		return err
	})
}

func (ts *Transfers) list(ctx context.Context, filter bson.D, o *options.FindOptionsBuilder) (out []transfer.Transfer, err error) {
	err = find(ctx, ts.s, transfers, filter, o, func(d transferDoc) { out = append(out, d.transfer()) })
	return out, err
}

// ByIDs implements transfer.Store.
func (ts *Transfers) ByIDs(ctx context.Context, ids []string) (map[string]transfer.Transfer, error) {
	out := make(map[string]transfer.Transfer, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	all, err := ts.list(ctx, in("_id", ids), options.Find())
	for _, t := range all {
		out[t.ID] = t
	}
	return out, err
}

// Save implements transfer.Store.
func (ts *Transfers) Save(ctx context.Context, t transfer.Transfer) error {
	here := slices.Concat(is("_id", t.ID), is("version", t.Version))
	t.Version++
	return ts.s.run(ctx, func(ctx context.Context) error {
		done, err := ts.s.in(transfers).ReplaceOne(ctx, here, toTransfer(t))
		if err == nil && done.MatchedCount == 0 {
			return transfer.ErrStale
		}
		return err
	})
}

// Unfinished implements transfer.Store.
func (ts *Transfers) Unfinished(ctx context.Context, n int) ([]transfer.Transfer, error) {
	return ts.list(ctx, is("open", true), options.Find().SetLimit(int64(n)))
}

// Walk implements transfer.Store.
func (ts *Transfers) Walk(ctx context.Context, after string, n int) ([]transfer.Transfer, error) {
	return ts.list(ctx, is("_id", bson.D{{Key: "$gt", Value: after}}), options.Find().SetSort(by("_id", 1)).SetLimit(int64(n)))
}
