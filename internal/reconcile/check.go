package reconcile

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/supply"
	"membergate/internal/tier"
	"membergate/internal/transfer"
	"membergate/internal/wallet"
)

// Stores are what is checked.
type Stores struct {
	Accounts account.Store
	Ledger   wallet.Store
	Orders   order.Store
	Supply   supply.Store // nil where nobody counts

	// Orphans are the wallets whose members have closed their accounts; nil where nobody does.
	Orphans func(ctx context.Context, after string, n int) ([]string, error)

	Abroad    []string       // further currencies: a member has a wallet of each
	Transfers transfer.Store // nil where nobody moves coins between wallets
}

const (
	membersAtOnce = 200 // members of a page: their accounts are in memory together
	entriesAtOnce = 500 // entries of a page of a chain
	recordsAtOnce = 500 // applied orders and refunds of a page
	atOnce        = 8   // wallets that are read at the same time
)

// Check walks all members' ledgers and all applied records. Its memory is that of a page, and of one wallet's earnings and spendings.
// Others may write meanwhile: what it reads first is what is written last. Progress is told in members and then in
// records.
func Check(ctx context.Context, s Stores, book tier.Book, progress func(what string, done int)) (*Report, error) {
	report := &Report{}
	for _, currency := range append([]string{""}, s.Abroad...) {
		if err := checkCurrency(ctx, s, book, report, currency, progress); err != nil {
			return nil, err
		}
	}
	c := &checker{Stores: s, book: book, report: report}
	if err := c.records(ctx, func(n int) { progress("records", n) }); err != nil {
		return nil, err
	}
	return report, c.transfers(ctx, func(n int) { progress("transfers", n) })
}

// checkCurrency walks all wallets of one currency; empty is the programme's own.
func checkCurrency(ctx context.Context, s Stores, book tier.Book, report *Report, currency string, progress func(string, int)) error {
	store, what := s.Supply, "members"
	if currency != "" {
		what = "wallets in " + currency
		if store != nil {
			store = store.In(currency)
		}
	}
	counted, err := newCount(ctx, store)
	if err != nil {
		return err
	}
	c := &checker{Stores: s, book: book, report: report, count: counted, currency: currency}
	if err := c.orphaned(ctx); err != nil {
		return err
	}
	if err := c.members(ctx, func(n int) { progress(what, n) }); err != nil {
		return err
	}
	if err := c.count.compare(ctx, report); err != nil {
		return err
	}
	t := c.totals
	report.see(Totals, t.issued-t.clawed-t.burned-t.expired == t.outstanding-t.owed, "%s: %d − %d − %d − %d is not %d − %d", what,
		t.issued, t.clawed, t.burned, t.expired, t.outstanding, t.owed)
	return nil
}

type checker struct {
	Stores
	book   tier.Book
	report *Report
	count  *count

	currency string // of the wallets that are walked

	orphans map[wallet.ID]bool // whose members are no more

	mu     sync.Mutex
	totals sums
}

// sums are over all wallets.
type sums struct{ issued, clawed, burned, expired, outstanding, owed wallet.Coins }

func (c *checker) members(ctx context.Context, progress func(int)) error {
	var last member.ID
	for done := 0; ; progress(done) {
		page, err := c.Accounts.Walk(ctx, last, membersAtOnce)
		if err != nil || len(page) == 0 {
			return err
		}
		ids := make([]wallet.ID, len(page))
		for i, h := range page {
			ids[i] = h.Account.Wallet.In(c.currency)
		}
		heads, err := c.Ledger.Heads(ctx, ids)
		if err != nil {
			return err
		}
		marks, err := c.count.marks(ctx, ids)
		if err != nil {
			return err
		}
		group, within := errgroup.WithContext(ctx)
		group.SetLimit(atOnce)
		for i, h := range page {
			id := ids[i]
			if _, counted := marks[id]; c.currency != "" && heads[id].Seq == 0 && !counted || c.orphans[h.Account.Wallet] {
				continue // most have nothing abroad; and an account that is just being closed was met among the orphans
			}
			group.Go(func() error { return c.wallet(within, h, id, heads[id], marks[id]) })
		}
		if err := group.Wait(); err != nil {
			return err
		}
		last, done = page[len(page)-1].Profile.ID, done+len(page)
	}
}

// orphaned checks the ledgers whose members are no more.
func (c *checker) orphaned(ctx context.Context) error {
	if c.Orphans == nil {
		return nil
	}
	c.orphans = map[wallet.ID]bool{}
	for last := ""; ; {
		page, err := c.Orphans(ctx, last, membersAtOnce)
		if err != nil || len(page) == 0 {
			return err
		}
		ids := make([]wallet.ID, len(page))
		for i, name := range page {
			c.orphans[wallet.ID(name)] = true
			ids[i] = wallet.ID(name).In(c.currency)
		}
		heads, err := c.Ledger.Heads(ctx, ids)
		if err != nil {
			return err
		}
		marks, err := c.count.marks(ctx, ids)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := c.wallet(ctx, account.Holder{}, id, heads[id], marks[id]); err != nil {
				return err
			}
		}
		last = page[len(page)-1]
	}
}

// wallet checks one ledger of a member, whose head and mark were read before.
func (c *checker) wallet(ctx context.Context, h account.Holder, id wallet.ID, head wallet.Entry, mark supply.Mark) error {
	l := &Ledger{Report: c.report, ID: id}
	met := head.Seq == 0
	for {
		page, err := c.Ledger.Chain(ctx, l.ID, l.Last().Seq, entriesAtOnce)
		if err != nil {
			return err
		}
		for _, e := range page {
			l.Next(e)
			if e.Seq == mark.Seq {
				c.count.met(l, e, mark)
			}
			met = met || e.Seq == head.Seq && e.Hash == head.Hash
		}
		if err := c.ops(ctx, l, page); err != nil {
			return err
		}
		if h.Profile.ID != "" { // what an orphan's entries followed from is deleted
			if err := c.recorded(ctx, h, l, page); err != nil {
				return err
			}
		}
		if err := c.between(ctx, l, page); err != nil {
			return err
		}
		if len(page) < entriesAtOnce {
			break
		}
	}
	c.report.see(Head, met, "%s: its head, entry %d, is not in the chain", l.ID, head.Seq)
	c.add(l.Last().State)
	c.count.done(l, mark)
	if c.currency != "" {
		return nil
	}
	return c.outbox(ctx, h.Account)
}

func (c *checker) add(s wallet.State) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &c.totals
	t.issued, t.clawed, t.burned, t.expired = t.issued+s.LifetimeEarned, t.clawed+s.LifetimeClawed, t.burned+s.LifetimeSpent, t.expired+s.LifetimeExpired
	t.outstanding, t.owed = t.outstanding+s.Whole()-s.LifetimeMoved, t.owed+s.Owed
}

// ops looks entries up by their ops: each must be found where it stands.
func (c *checker) ops(ctx context.Context, l *Ledger, page []wallet.Entry) error {
	if len(page) == 0 {
		return nil
	}
	names := make([]string, len(page))
	for i, e := range page {
		names[i] = e.Op
	}
	found, err := c.Ledger.ByOps(ctx, l.ID, names)
	for _, e := range page {
		if err == nil {
			l.see(Op, e, found[e.Op].Seq == e.Seq, "its op %q is found at entry %d", e.Op, found[e.Op].Seq)
		}
	}
	return err
}

// outbox checks that what an account waits for was written down.
func (c *checker) outbox(ctx context.Context, a account.Account) error {
	var ids []string
	for _, s := range a.Outbox {
		if s.Record != "" {
			ids = append(ids, s.Record)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	found, err := c.Orders.ByIDs(ctx, ids)
	for _, id := range ids {
		if err == nil {
			r, ok := found[id]
			c.report.see(Outbox, ok && r.Event.Member == a.Member, "%s: %s is unknown, or another member's", a.Wallet, id)
		}
	}
	return err
}
