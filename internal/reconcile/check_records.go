package reconcile

import (
	"context"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/wallet"
)

// recorded checks the entries of orders and refunds against their records.
func (c *checker) recorded(ctx context.Context, h account.Holder, l *Ledger, page []wallet.Entry) error {
	var ids []string
	for _, e := range page {
		if ofRecord(e) {
			ids = append(ids, e.Op)
		}
		if refund, is := bringsBack(e); is {
			ids = append(ids, refund)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	found, err := c.Orders.ByIDs(ctx, ids)
	if err != nil {
		return err
	}
	originals, err := c.originals(ctx, found)
	if err != nil {
		return err
	}
	for _, e := range page {
		if refund, is := bringsBack(e); is {
			o, known := originals[order.OrderRecord(found[refund].Event.OrderID)]
			spent := l.claims[e.Reverses]
			l.see(Returned, e, known && len(o.Refunds) > 0 && spent.taken <= mayReturn(spent.whole, o),
				"%s: %d of %d coins came back for refunds of %d", e.Op, spent.taken, spent.whole, len(o.Refunds))
		}
		if !ofRecord(e) {
			continue
		}
		r, ok := found[e.Op]
		settled := ok && r.Event.Member == h.Profile.ID
		if settled && !r.Applied && !waits(h.Account, r.ID) {
			if settled, err = c.settled(ctx, r); err != nil {
				return err
			}
		}
		l.see(Recorded, e, settled, "%s is unknown, another member's, or neither applied nor waited for", e.Op)
		if e.Kind == wallet.Earn {
			l.see(Lines, e, addsUp(e), "%d came in, its lines say otherwise", e.Amount)
			continue
		}
		o, known := originals[order.OrderRecord(r.Event.OrderID)]
		if known && e.Reverses != 0 {
			earned, _ := l.earnedBy(e.Reverses)
			want := order.ClawBack(earned, o.Event.Fen, o.Refunds, r.Event.ID)
			l.see(Claim, e, e.Claim == want, "%s claims %d; its share of %d is %d", e.Op, e.Claim, earned, want)
		}
	}
	return nil
}

// settled looks again at a record that was not applied when it was read: an entry is written before its record is
// marked, and the outbox is emptied after that, so whoever reads in the other order must find one of the two.
func (c *checker) settled(ctx context.Context, r order.Record) (bool, error) {
	now, err := c.Accounts.ByIDs(ctx, []member.ID{r.Event.Member}, account.Whole)
	if err != nil || waits(now[r.Event.Member].Account, r.ID) {
		return err == nil, err
	}
	again, err := c.Orders.ByIDs(ctx, []string{r.ID})
	return again[r.ID].Applied, err
}

// originals are the records of the orders that refunds are of.
func (c *checker) originals(ctx context.Context, refunds map[string]order.Record) (map[string]order.Record, error) {
	var ids []string
	for _, r := range refunds {
		if r.Event.OrderID != "" {
			ids = append(ids, order.OrderRecord(r.Event.OrderID))
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return c.Orders.ByIDs(ctx, ids)
}

// records walks all applied orders and refunds and looks for their entries.
func (c *checker) records(ctx context.Context, progress func(int)) error {
	last := ""
	for done := 0; ; progress(done) {
		page, err := c.Orders.Walk(ctx, last, recordsAtOnce)
		if err != nil || len(page) == 0 {
			return err
		}
		byMember := map[member.ID][]order.Record{}
		var ids []member.ID
		for _, r := range page {
			if byMember[r.Event.Member] == nil {
				ids = append(ids, r.Event.Member)
			}
			byMember[r.Event.Member] = append(byMember[r.Event.Member], r)
		}
		holders, err := c.Accounts.ByIDs(ctx, ids, account.Public)
		if err != nil {
			return err
		}
		group, within := errgroup.WithContext(ctx)
		group.SetLimit(atOnce)
		for _, id := range ids {
			group.Go(func() error { return c.earned(within, holders[id].Account.Wallet, byMember[id]) })
		}
		if err := group.Wait(); err != nil {
			return err
		}
		last, done = page[len(page)-1].ID, done+len(page)
	}
}

// abroad are the further currencies that orders earned.
func abroad(records ...map[string]order.Record) []string {
	seen := map[string]bool{}
	for _, some := range records {
		for _, r := range some {
			if r.Event.Currency != "" {
				seen[r.Event.Currency] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// earned looks for the entries that one member's applied records must have. A member who is unknown has no wallet, and
// so no entry is found.
func (c *checker) earned(ctx context.Context, w wallet.ID, applied []order.Record) error {
	byID := map[string]order.Record{}
	var ops []string
	for _, r := range applied {
		byID[r.ID] = r
		ops = append(ops, r.ID)
		if r.Event.OrderID != "" {
			ops = append(ops, order.OrderRecord(r.Event.OrderID))
		}
	}
	originals, err := c.originals(ctx, byID)
	if err != nil {
		return err
	}
	entries, err := c.Ledger.ByOps(ctx, w, ops)
	if err != nil {
		return err
	}
	for _, currency := range abroad(byID, originals) {
		more, err := c.Ledger.ByOps(ctx, w.In(currency), ops)
		if err != nil {
			return err
		}
		maps.Copy(entries, more)
	}
	for _, r := range applied {
		if _, found := entries[r.ID]; found {
			c.report.see(Earned, true, "")
			continue
		}
		var original *order.Record
		var earned *wallet.Entry
		if o, ok := originals[order.OrderRecord(r.Event.OrderID)]; ok && r.Event.OrderID != "" {
			original = &o
			if e, ok := entries[o.ID]; ok {
				earned = &e
			}
		}
		c.report.see(Earned, !mustMove(c.book, r, original, earned), "%s: %s is applied and has no entry", w, r.ID)
	}
	return nil
}
