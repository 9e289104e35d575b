package loaders

import (
	"context"
	"sync"
	"time"

	"membergate/internal/account"
	"membergate/internal/adoption"
	"membergate/internal/benefit"
	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/family"
	"membergate/internal/glance"
	"membergate/internal/member"
	"membergate/internal/notice"
	"membergate/internal/product"
	"membergate/internal/redemption"
	"membergate/internal/reward"
	"membergate/internal/star"
	"membergate/internal/transfer"
	"membergate/internal/viewer"
	"membergate/internal/wallet"
)

// Stores are what operations read.
type Stores struct {
	Accounts  account.Store
	Wallets   wallet.Store
	Usages    benefit.Store
	Stock     benefit.Stock
	Families  family.Store
	Community community.Store
	Products  product.Store
	Replies   func(ctx context.Context, under []string, sort community.Sort, n int) (map[string]cursor.Page[community.Comment], error)
	Transfers transfer.Store
	Wishes    redemption.Store
	Notices   notice.Store
	Badges    adoption.Store
	Stars     star.Store
	Glances   glance.Store
	Rewards   *Shared[[]reward.Reward] // in the order of the shop's list
	Slots     func(ctx context.Context, ids []string) (map[string]redemption.Seats, error)
}

// Operation is the memory of one operation: what it has read, and the moment that it is true for.
type Operation struct {
	Now    time.Time
	Viewer viewer.Viewer
	Stores Stores

	Holders   *Loader[member.ID, account.Holder] // whole; for the viewer's own and the family's rules
	People    *Loader[member.ID, account.Holder] // what everybody may see of them
	Heads     *Loader[wallet.ID, wallet.Entry]   // newest entries; a wallet without any has the zero entry
	Ledgers   *Loader[LedgerKey, []wallet.Entry] // pages of ledgers
	Entries   *Loader[EntryKey, wallet.Entry]    // single entries
	Usages    *Loader[member.ID, benefit.Usage]
	Stocks    *Loader[string, int64]                          // how much is taken of what is limited over all members
	Families  *Loader[member.ID, family.Family]               // by who is in them
	Ties      *Loader[member.ID, community.Ties]              // the viewer's
	Posts     *Loader[community.PostID, community.Post]       // in whatever state
	Comments  *Loader[community.CommentID, community.Comment] // in whatever state
	Topics    *Loader[community.TopicID, community.Topic]
	Marks     *Loader[community.Subject, community.Mark]         // the viewer's
	Circles   *Loader[string, community.Circle]                  // by code of the group, for the viewer
	Staffings *Loader[string, community.Staffing]                // by code of the group
	Threads   *Loader[ThreadKey, cursor.Page[community.Comment]] // first comments below a place
	Products  *Loader[string, product.Product]                   // by SKU
	Slots     *Loader[string, redemption.Seats]                  // of rewards

	Transfers *Loader[string, transfer.Transfer]     // whoever's
	Wishes    *Loader[string, redemption.Redemption] // redemptions, whoever's
	Notices   *Loader[string, notice.Notice]         // whoever's
	Unread    *Loader[member.ID, int]                // notices

	Badges *Loader[member.ID, []adoption.Badge] // whoever's

	waves *Waves
	once  sync.Map // what Once has worked out, by name
}

type key struct{}

// Begin puts a new operation of a number of branches into the context.
func Begin(ctx context.Context, s Stores, now time.Time, branches int) (context.Context, *Operation) {
	o := &Operation{Now: now, Viewer: viewer.From(ctx), Stores: s, waves: newWaves(branches)}
	o.Holders = NewLoader(holders(s.Accounts, account.Whole))
	o.People = NewLoader(holders(s.Accounts, account.Public))
	o.Heads = enter(o, heads(s.Wallets))
	o.Ledgers = enter(o, each(func(ctx context.Context, k LedgerKey) ([]wallet.Entry, error) {
		return s.Wallets.Page(ctx, k.Wallet, k.query())
	}))
	o.Entries = enter(o, entries(s.Wallets))
	o.Usages = enter(o, each(s.Usages.ByMember))
	o.Stocks = enter(o, s.stocks)
	o.Families = NewLoader(func(ctx context.Context, who []member.ID) (map[member.ID]family.Family, error) {
		found, err := s.Families.ByMembers(ctx, who)
		for id, f := range found {
			found[id] = f.At(o.Now)
		}
		return found, err
	})
	o.Ties = NewLoader(each(s.Community.Ties))
	o.Posts = enter(o, s.Community.ByIDs)
	o.Comments = enter(o, s.Community.CommentsByIDs)
	o.Topics = NewLoader(s.Community.Topics)
	o.Marks = NewLoader(func(ctx context.Context, subjects []community.Subject) (map[community.Subject]community.Mark, error) {
		return s.Community.Marks(ctx, o.Me(), subjects)
	})
	o.Circles = enter(o, func(ctx context.Context, codes []string) (map[string]community.Circle, error) {
		return s.Community.Circles(ctx, codes, o.Me())
	})
	o.Staffings = enter(o, s.Community.Staffings)
	o.Threads = enter(o, threads(s))
	o.Products = NewLoader(s.Products.ByIDs)
	o.Slots = enter(o, s.Slots)
	o.Transfers = enter(o, s.Transfers.ByIDs)
	o.Wishes = enter(o, s.Wishes.ByIDs)
	o.Notices = enter(o, s.Notices.ByIDs)
	o.Unread = enter(o, each(s.Notices.Unread))
	o.Badges = enter(o, func(ctx context.Context, who []member.ID) (map[member.ID][]adoption.Badge, error) {
		return s.Badges.Badges(ctx, who)
	})
	o.waves.loaders = append(o.waves.loaders, glances{o})
	return context.WithValue(ctx, key{}, o), o
}

// stocks reads how much is taken; of what nothing is taken, nothing.
func (s Stores) stocks(ctx context.Context, names []string) (map[string]int64, error) {
	return s.Stock.Taken(ctx, names)
}

// enter makes a loader that takes part in the operation's waves.
func enter[K comparable, V any](o *Operation, f Fetch[K, V]) *Loader[K, V] {
	l := NewLoader(f)
	o.waves.loaders = append(o.waves.loaders, l)
	return l
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

// Arrive waits for the next wave. A context without a branch has left the waves: its wants are gathered, or fetched when
// they are loaded.
func (o *Operation) Arrive(ctx context.Context) {
	b, ok := ctx.Value(branchKey{}).(*Branch)
	if !ok || !b.Arrive(ctx) {
		o.Gather(ctx)
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
