package loaders

import (
	"context"
	"time"

	"membergate/internal/account"
	"membergate/internal/benefit"
	"membergate/internal/member"
	"membergate/internal/product"
	"membergate/internal/reward"
	"membergate/internal/viewer"
	"membergate/internal/wallet"
)

// Stores are what operations read.
type Stores struct {
	Accounts account.Store
	Wallets  wallet.Store
	Usages   benefit.Store
	Products product.Store
	Rewards  *Shared[[]reward.Reward]
}

// Operation is the memory of one operation: what it has read, and the moment that it is true for.
type Operation struct {
	Now    time.Time
	Viewer viewer.Viewer
	Stores Stores

	Holders  *Loader[member.ID, account.Holder] // whole; for the viewer's own
	People   *Loader[member.ID, account.Holder] // what everybody may see of them
	Heads    *Loader[wallet.ID, wallet.Entry]   // newest entries; a wallet without any has the zero entry
	Ledgers  *Loader[LedgerKey, []wallet.Entry] // pages of ledgers
	Entries  *Loader[EntryKey, wallet.Entry]    // single entries
	Usages   *Loader[member.ID, benefit.Usage]  //
	Products *Loader[string, product.Product]   // by SKU

	waves *Waves
}

type key struct{}

// Begin puts a new operation of a number of branches into the context.
func Begin(ctx context.Context, s Stores, now time.Time, branches int) (context.Context, *Operation) {
	o := &Operation{Now: now, Viewer: viewer.From(ctx), Stores: s, waves: newWaves(branches)}
	o.Holders = NewLoader(holders(s.Accounts, account.Whole))
	o.People = NewLoader(holders(s.Accounts, account.Public))
	o.Heads = NewLoader(heads(s.Wallets))
	o.Ledgers = NewLoader(each(func(ctx context.Context, k LedgerKey) ([]wallet.Entry, error) {
		return s.Wallets.Page(ctx, k.Wallet, k.query())
	}))
	o.Entries = NewLoader(entries(s.Wallets))
	o.Usages = NewLoader(each(s.Usages.ByMember))
	o.Products = NewLoader(s.Products.ByIDs)
	o.waves.loaders = []interface{ flush() func(context.Context) }{o.Holders, o.People, o.Heads, o.Ledgers, o.Entries, o.Usages, o.Products}
	return context.WithValue(ctx, key{}, o), o
}

// From takes the operation out of the context; there is one in every resolver.
func From(ctx context.Context) *Operation {
	o, _ := ctx.Value(key{}).(*Operation)
	return o
}

// Me is the viewer's member id; empty when nobody is signed in.
func (o *Operation) Me() member.ID { return member.ID(o.Viewer.Member) }

type branchKey struct{}

// Branch gives a context whose branch takes part in the operation's waves, and what ends that.
func (o *Operation) Branch(ctx context.Context) (context.Context, func()) {
	b := &Branch{waves: o.waves}
	return context.WithValue(ctx, branchKey{}, b), func() { b.Leave(ctx) }
}

// Arrive waits for the next wave. A context without a branch has left the waves: its wants are fetched when they are
// loaded.
func (o *Operation) Arrive(ctx context.Context) {
	if b, ok := ctx.Value(branchKey{}).(*Branch); ok {
		b.Arrive(ctx)
	}
}

// Leave takes the context's branch out of the waves, so that no other branch waits for it any more.
func Leave(ctx context.Context) {
	if b, ok := ctx.Value(branchKey{}).(*Branch); ok {
		b.Leave(ctx)
	}
}

// each fetches keys that a store reads one by one, side by side.
func each[K comparable, V any](read func(context.Context, K) (V, error)) Fetch[K, V] {
	return func(ctx context.Context, keys []K) (map[K]V, error) {
		type got struct {
			k   K
			v   V
			err error
		}
		answers := make(chan got, len(keys))
		for _, k := range keys {
			go func() {
				v, err := read(ctx, k)
				answers <- got{k, v, err}
			}()
		}
		out := make(map[K]V, len(keys))
		var first error
		for range keys {
			a := <-answers
			if a.err != nil && first == nil {
				first = a.err
			}
			out[a.k] = a.v
		}
		return out, first
	}
}
