package wallet

import (
	"context"
	"errors"
	"time"
)

// ErrTaken is a store's answer when an entry's place in the ledger, or its op, is taken already.
var ErrTaken = errors.New("wallet: the place in the ledger or the op is taken")

// Store keeps ledgers. Entries are only ever added.
type Store interface {
	// Append adds consecutive entries of one wallet in their order. Each insert is a commit of its own: if one
	// finds its sequence or its op taken, those before it stay, it and those after it are not added, and the answer
	// is ErrTaken. When the store does not answer, any first part of them may have been added.
	Append(ctx context.Context, entries []Entry) error
	// Heads gives the newest entry of each wallet; a wallet without entries is missing.
	Heads(ctx context.Context, ids []ID) (map[ID]Entry, error)
	// ByOps finds entries of a wallet by op; an op that was never done is missing.
	ByOps(ctx context.Context, id ID, ops []string) (map[string]Entry, error)
	// BySeqs finds entries of a wallet by sequence; those that do not exist are missing.
	BySeqs(ctx context.Context, id ID, seqs []int64) (map[int64]Entry, error)
	// Page lists entries of a wallet, newest first.
	Page(ctx context.Context, id ID, q Query) ([]Entry, error)
	// Newest gives the entry of any wallet whose cause happened last, and false while there is none.
	Newest(ctx context.Context) (Entry, bool, error)
	// Chain lists entries of a wallet by sequence after a sequence, at most n.
	Chain(ctx context.Context, id ID, after int64, n int) ([]Entry, error)
}

// Query asks for a page of entries.
type Query struct {
	Before int64     // only sequences below; 0 = from the newest
	Limit  int       // at most
	Kinds  []Kind    // empty = all
	From   time.Time // of OccurredAt, inclusive; zero = open
	To     time.Time // exclusive; zero = open
	Ref    string    // only what was for this; empty = all
	Shown  bool      // leave out what is Hidden
}
