package reconcile

import (
	"context"
	"sync"

	"membergate/internal/supply"
	"membergate/internal/wallet"
)

// count compares the count of all coins with the ledgers. Counters may run meanwhile: a shard that was changed since
// the beginning is let pass.
type count struct {
	store  supply.Store
	shards map[int]supply.Shard // as they were at the beginning
	open   map[wallet.ID]supply.Mark

	mu     sync.Mutex
	sums   map[int]supply.Amounts // of the marks
	behind int                    // wallets with entries that are not counted yet
}

func newCount(ctx context.Context, s supply.Store) (*count, error) {
	c := &count{store: s, shards: map[int]supply.Shard{}, open: map[wallet.ID]supply.Mark{}, sums: map[int]supply.Amounts{}}
	if s == nil {
		return c, nil
	}
	all, err := s.Shards(ctx)
	for _, shard := range all {
		c.shards[shard.N] = shard
		for _, m := range shard.Open {
			c.open[m.Wallet] = m
		}
	}
	return c, err
}

// marks gives the marks of wallets, those that are only in their shards yet too.
func (c *count) marks(ctx context.Context, ids []wallet.ID) (map[wallet.ID]supply.Mark, error) {
	if c.store == nil {
		return nil, nil
	}
	found, err := c.store.Marks(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if m, ok := c.open[id]; ok && m.Seq > found[id].Seq {
			found[id] = m
		}
	}
	return found, nil
}

// met checks a mark against the entry that it names.
func (c *count) met(l *Ledger, e wallet.Entry, m supply.Mark) {
	l.see(Counted, e, supply.Of(e.State).Same(m.Sum), "%+v is counted of it; it comes to %+v", m.Sum, supply.Of(e.State))
}

// done adds a wallet's mark up when its ledger was walked.
func (c *count) done(l *Ledger, m supply.Mark) {
	if c.store == nil {
		return
	}
	last := l.Last()
	if m.Seq > last.Seq {
		l.see(Counted, last, false, "it is the last, but %d entries are counted", m.Seq)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if m.Wallet != "" {
		n := supply.ShardOf(m.Wallet)
		c.sums[n] = c.sums[n].Plus(m.Sum.Amounts)
	}
	if last.Seq > m.Seq {
		c.behind++
	}
}

// compare checks the shards that nobody changed meanwhile.
func (c *count) compare(ctx context.Context, r *Report) error {
	if c.store == nil {
		return nil
	}
	now, err := c.store.Shards(ctx)
	for _, shard := range now {
		if c.shards[shard.N].Version == shard.Version {
			r.see(Shards, c.sums[shard.N] == shard.Total.Amounts, "shard %d is %+v; its marks come to %+v", shard.N, shard.Total.Amounts, c.sums[shard.N])
		}
	}
	r.Behind += c.behind
	return err
}
