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
	Shown    bool // leave out what is hidden
}

func (k LedgerKey) query() wallet.Query {
	q := wallet.Query{Before: k.Before, Limit: k.Limit, From: k.From, To: k.To, Shown: k.Shown}
	for kind := range strings.SplitSeq(k.Kinds, ",") {
		if kind != "" {
			q.Kinds = append(q.Kinds, wallet.Kind(kind))
		}
	}
	return q
}

// LedgerOf is the page of a wallet's ledger that a query asks for, by kinds and times.
func LedgerOf(id wallet.ID, q wallet.Query) LedgerKey {
	kinds := make([]string, len(q.Kinds))
	for i, kind := range q.Kinds {
		kinds[i] = string(kind)
	}
	return LedgerKey{Wallet: id, Before: q.Before, Limit: q.Limit, Kinds: strings.Join(kinds, ","), From: q.From, To: q.To, Shown: q.Shown}
}

// Newest tells whether the page begins with the newest entry of the ledger.
func (k LedgerKey) Newest() bool {
	return k.Before == 0 && k.Kinds == "" && k.From.IsZero() && k.To.IsZero() && !k.Shown
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

// entries reads single entries, those of one wallet in one call.
func entries(s wallet.Store) Fetch[EntryKey, wallet.Entry] {
	return func(ctx context.Context, keys []EntryKey) (map[EntryKey]wallet.Entry, error) {
		byWallet := map[wallet.ID][]int64{}
		for _, k := range keys {
			byWallet[k.Wallet] = append(byWallet[k.Wallet], k.Seq)
		}
		out := make(map[EntryKey]wallet.Entry, len(keys))
		for id, seqs := range byWallet {
			found, err := s.BySeqs(ctx, id, seqs)
			if err != nil {
				return nil, err
			}
			for seq, e := range found {
				out[EntryKey{id, seq}] = e
			}
		}
		return out, nil
	}
}
