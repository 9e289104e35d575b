package reconcile

import (
	"context"

	"golang.org/x/sync/errgroup"

	"membergate/internal/transfer"
	"membergate/internal/wallet"
)

// transfersAtOnce is how many transfers are in memory together.
const transfersAtOnce = 200

// transfers walks all transfers and looks for their entries in both ledgers.
func (c *checker) transfers(ctx context.Context, progress func(int)) error {
	if c.Transfers == nil {
		return nil
	}
	last := ""
	for done := 0; ; progress(done) {
		page, err := c.Transfers.Walk(ctx, last, transfersAtOnce)
		if err != nil || len(page) == 0 {
			return err
		}
		group, within := errgroup.WithContext(ctx)
		group.SetLimit(atOnce)
		for _, t := range page {
			group.Go(func() error { return c.transfer(within, t) })
		}
		if err := group.Wait(); err != nil {
			return err
		}
		last, done = page[len(page)-1].ID, done+len(page)
	}
}

// transfer checks one. The ledgers are read in the order in which they are written, the other way round, so that what is
// written meanwhile is never missed.
func (c *checker) transfer(ctx context.Context, t transfer.Transfer) error {
	there, err := c.Ledger.ByOps(ctx, t.To, []string{t.In()})
	if err != nil {
		return err
	}
	here, err := c.Ledger.ByOps(ctx, t.From, []string{t.Out(), t.Back()})
	if err != nil {
		return err
	}
	wrong := crooked(t, here[t.Out()], there[t.In()], here[t.Back()])
	c.report.see(Transfer, wrong == "", "%s from %s to %s: %s", t.ID, t.From, t.To, wrong)
	return nil
}

// crooked says what is wrong between a transfer's entries: that of leaving, that of arriving, and that of coming back.
func crooked(t transfer.Transfer, out, in, back wallet.Entry) string {
	left, arrived, returned := out.Seq != 0 && out.Kind != wallet.Decline, in.Seq != 0 && in.Kind != wallet.Decline, back.Seq != 0
	return first(
		rule{left && (out.Claim != t.Coins || out.Of != t.Hold), "what left is not what was held"},
		rule{arrived && in.Claim != t.Arrives, "what arrived is not what was to arrive"},
		rule{returned && back.Claim != t.Coins, "what came back is not what left"},
		rule{(arrived || returned) && !left, "coins arrived that never left"},
		rule{arrived && returned, "coins arrived and came back"},
		rule{!t.Unfinished && left != (arrived || returned), "it is finished, and coins that left are nowhere"},
		rule{!t.Unfinished && (t.State == transfer.Done) != arrived, "its state is not what the ledgers say"},
	)
}

// between checks that entries which moved coins between two wallets are a transfer's that is known, and is this wallet's.
func (c *checker) between(ctx context.Context, l *Ledger, page []wallet.Entry) error {
	var moves []wallet.Entry
	var ids []string
	for _, e := range page {
		switch e.Kind {
		case wallet.Send, wallet.Receive, wallet.ConvertOut, wallet.ConvertIn:
			moves, ids = append(moves, e), append(ids, e.Ref)
		}
	}
	if len(ids) == 0 || c.Transfers == nil {
		return nil
	}
	found, err := c.Transfers.ByIDs(ctx, ids)
	for _, e := range moves {
		if err == nil {
			t, known := found[e.Ref]
			l.see(Transfer, e, known && (t.From == l.ID || t.To == l.ID), "%s is no transfer that is known and this wallet's", e.Ref)
		}
	}
	return err
}
