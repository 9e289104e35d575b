package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/cursor"
	"membergate/internal/wallet"
	"membergate/loaders"
)

// monthForm is how a month is written.
const monthForm = "2006-01"

// Statement reads a month of the wallet.
func (f walletFields) Statement(ctx context.Context, obj *graph.Wallet, month string) (*graph.WalletStatement, error) {
	now := loaders.From(ctx).Now
	from, to, err := monthOf(month, f.programme(ctx).Zone(), now)
	if err != nil {
		return nil, err
	}
	head, err := f.head(ctx, obj.Ledger)
	if err != nil {
		return nil, err
	}
	s, err := f.Wallets.Statement(ctx, head, from, to, now)
	if err != nil {
		return nil, err
	}
	out := &graph.WalletStatement{
		Ledger: obj.Ledger, Piece: s, Month: month, From: s.From, To: s.To, Complete: !s.To.After(now),
		Opening: statementBalance(s.Opening), Closing: statementBalance(s.Closing), Sums: []*graph.StatementSum{},
		Unwritten: s.Unwritten, FirstHash: text(s.FirstHash), LastHash: text(s.LastHash),
	}
	for _, sum := range s.Sums {
		if sum.Coins != 0 || !wallet.Hidden(sum.Kind, 0) {
			out.Sums = append(out.Sums, &graph.StatementSum{Kind: graph.LedgerKind(sum.Kind), Coins: sum.Coins, Entries: sum.Entries})
		}
	}
	return out, nil
}

func statementBalance(s wallet.State) *graph.StatementBalance {
	return &graph.StatementBalance{
		Available: int(s.Available()), Held: int(s.Held()), Pending: int(s.Promised()), Owed: int(s.Owed), Net: s.Net(),
	}
}

// Entries lists the entries of the statement, newest first.
func (f statementFields) Entries(ctx context.Context, obj *graph.WalletStatement, first *int, after *string) (*graph.LedgerEntryConnection, error) {
	l := cursor.List{Name: "statement.entries", Owner: string(obj.Ledger), Filter: []string{obj.Month}}
	span, err := f.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	before := obj.Piece.Last + 1
	if span.After != nil {
		before = min(before, span.After.Key)
	}
	var read []wallet.Entry
	if obj.Piece.First > 0 && before > obj.Piece.First {
		key := loaders.LedgerKey{Wallet: obj.Ledger, Before: before, Limit: span.Limit + 1, Shown: true}
		if read, _, err = loaders.From(ctx).Ledgers.Load(ctx, key); err != nil {
			return nil, err
		}
	}
	for i, e := range read {
		if e.Seq < obj.Piece.First {
			read = read[:i]
			break
		}
	}
	return f.entryPage(ctx, l, span, read), nil
}
