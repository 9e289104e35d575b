// Package demo makes a small shop's year out of a seed: members whose orders were applied by the rules, families, posts
// that people could have written, and what else an app shows. The same seed and time always make the same.
package demo

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"membergate/internal/account"
	"membergate/internal/benefit"
	"membergate/internal/community"
	"membergate/internal/family"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/product"
	"membergate/internal/recommend"
	"membergate/internal/reward"
	"membergate/internal/tier"
	"membergate/internal/voucher"
	"membergate/internal/wallet"
)

// Stores are where the demo is kept, and the rules that it follows.
type Stores struct {
	Accounts  account.Store
	Ledger    wallet.Store
	Orders    order.Store
	Products  product.Store
	Rewards   reward.Store
	Vouchers  voucher.Store
	Keys      voucher.Sealer // seal partners' codes
	Usages    benefit.Store
	Uses      benefit.UseStore
	Families  family.Store
	Community community.Store
	Lists     recommend.Lists
	Book      tier.Book
}

// Options say which demo is made.
type Options struct {
	Seed uint64    // another seed makes other orders, authors and reactions
	Now  time.Time // the demo's present: nothing in it is later. A demo that was begun before keeps its own.
}

// Report tells what the demo holds.
type Report struct {
	Already  bool      // it was there; nothing was done, and only Now and TryOut are told
	Now      time.Time // the demo's present
	TryOut   []member.ID
	Members  int
	Families int
	Products int
	Rewards  int
	Orders   int
	Refunds  int
	Posts    int
	Comments int
	Marks    int // reactions and bookmarks
	Lists    int // of recommendations
}

const (
	firstID = 1001 // of the first member; the others follow without a gap
	members = 150  // so that a tier with 8 seats of 1,000 has one

	// sinceJoining is how long before the demo's present its first member joined. That member is the first thing that
	// is written and tells, if the making was cut short, which present to go on with.
	sinceJoining = 400 * 24 * time.Hour
)

// Seed makes the demo in the stores. It may be called again at any time: what is there stays, what is missing is made,
// and once all of it is there nothing is done. It refuses stores in which others have the demo's member ids. Progress,
// which may be nil, is told from time to time how much is done.
func Seed(ctx context.Context, st Stores, o Options, progress func(done, total int)) (Report, error) {
	c, err := texts()
	if err != nil {
		return Report{}, err
	}
	luck := seed(o.Seed)
	now := o.Now.UTC().Truncate(time.Millisecond)
	known, err := st.Accounts.ByIDs(ctx, allIDs(), account.Whole)
	if err != nil {
		return Report{}, err
	}
	tryOut := allIDs()[:len(c.people.TryOut)]
	if made(known, tryOut) {
		return Report{Already: true, Now: known[firstMember].Profile.JoinedAt.Add(sinceJoining), TryOut: tryOut}, nil
	}
	for id, h := range known {
		if h.Profile.Handle != luck.handle(id) {
			return Report{}, fault.New(fault.Conflict, "member %s is there already and is not of this demo; the demo needs the ids %d to %d", id, firstID, firstID+members-1)
		}
	}
	if first, begun := known[firstMember]; begun {
		now = first.Profile.JoinedAt.Add(sinceJoining)
	}
	p := newPlan(luck, now, st.Book, c)
	w := &writer{Stores: st, plan: p, tell: teller(progress, p.steps())}
	w.wallets = &wallet.Service{Store: st.Ledger, Most: p.rules.Coin().MaxBalance, Now: func() time.Time { return now }}
	w.orders = &order.Service{Orders: st.Orders, Accounts: st.Accounts, Wallets: w.wallets, Book: st.Book}
	if err := w.write(ctx); err != nil {
		return Report{}, fmt.Errorf("the demo is not complete and can be gone on with: %w", err)
	}
	return p.report(w.lists), nil
}

// made tells whether the demo is complete: its last step flags the members to try out.
func made(known map[member.ID]account.Holder, tryOut []member.ID) bool {
	return !slices.ContainsFunc(tryOut, func(id member.ID) bool { return !known[id].Profile.Demo })
}

var firstMember = memberID(0)

// Begun tells whether members of the demo, or others with its ids, are in a store.
func Begun(ctx context.Context, s account.Store) (bool, error) {
	found, err := s.ByIDs(ctx, []member.ID{firstMember}, account.Public)
	return len(found) > 0, err
}

func memberID(n int) member.ID { return member.ID(fmt.Sprint(firstID + n)) }

func allIDs() []member.ID {
	ids := make([]member.ID, members)
	for n := range ids {
		ids[n] = memberID(n)
	}
	return ids
}

// teller counts steps from many goroutines and tells of every hundredth part of all.
func teller(progress func(done, total int), total int) func(steps int) {
	if progress == nil {
		return func(int) {}
	}
	var mu sync.Mutex
	done, told := 0, 0
	return func(steps int) {
		mu.Lock()
		defer mu.Unlock()
		done = min(total, done+steps)
		if done-told >= total/100 || done == total {
			told = done
			progress(done, total)
		}
	}
}
