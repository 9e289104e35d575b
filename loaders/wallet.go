package loaders

import (
	"context"
	"strings"
	"time"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/wallet"
)

// LedgerKey asks for a page of a ledger.
type LedgerKey struct {
	Wallet   wallet.ID
	Before   int64 // only sequences below; 0 = from the newest
	Limit    int
	Kinds    string // joined by commas, empty = all
	From, To time.Time
}

func (k LedgerKey) query() wallet.Query {
	q := wallet.Query{Before: k.Before, Limit: k.Limit, From: k.From, To: k.To}
	for kind := range strings.SplitSeq(k.Kinds, ",") {
		if kind != "" {
			q.Kinds = append(q.Kinds, wallet.Kind(kind))
		}
	}
	return q
}

// Newest tells whether the page begins with the newest entry of the ledger.
func (k LedgerKey) Newest() bool {
	return k.Before == 0 && k.Kinds == "" && k.From.IsZero() && k.To.IsZero()
}

// EntryKey names one entry of a ledger.
type EntryKey struct {
	Wallet wallet.ID
	Seq    int64
}

func holders(s account.Store, d account.Detail) Fetch[member.ID, account.Holder] {
	return func(ctx context.Context, ids []member.ID) (map[member.ID]account.Holder, error) {
		return s.ByIDs(ctx, ids, d)
	}
}

func heads(s wallet.Store) Fetch[wallet.ID, wallet.Entry] {
	return func(ctx context.Context, ids []wallet.ID) (map[wallet.ID]wallet.Entry, error) {
		found, err := s.Heads(ctx, ids)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if _, ok := found[id]; !ok {
				found[id] = wallet.Entry{Wallet: id}
			}
		}
		return found, nil
	}
}

// entries reads single entries; those of one page are mostly neighbours, so each wallet's are read as one stretch.
func entries(s wallet.Store) Fetch[EntryKey, wallet.Entry] {
	return func(ctx context.Context, keys []EntryKey) (map[EntryKey]wallet.Entry, error) {
		out := make(map[EntryKey]wallet.Entry, len(keys))
		for _, k := range keys {
			page, err := s.Chain(ctx, k.Wallet, k.Seq-1, 1)
			if err != nil {
				return nil, err
			}
			for _, e := range page {
				out[EntryKey{e.Wallet, e.Seq}] = e
			}
		}
		return out, nil
	}
}
