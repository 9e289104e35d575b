package supply

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/wallet"
)

// Counter counts what is new in ledgers. Any number may run, in any number of processes.
type Counter struct {
	Store    Store
	Ledger   wallet.Store
	Accounts account.Store
	AtOnce   int              // how many shards are folded at the same time; 0 is one after the other
	Now      func() time.Time // real time; nil is the machine's
	// Found is told of wallets that a sweep found to have changed, before they are counted: whoever changed them may have
	// died before anybody heard of it. Nil tells nobody.
	Found func(ctx context.Context, ids []wallet.ID) error
	// Abroad lists the programme's further currencies, each of which is counted alone; nil where there are none.
	Abroad func() []string
}

const (
	// foldAtOnce is how many wallets one commit counts: a shard stays far below what a store takes as one document.
	foldAtOnce = 100
	// sweepAtOnce is how many members a sweep looks at together.
	sweepAtOnce = 500
	// tries bounds how often a shard that somebody else changed is read again; each time somebody got through.
	tries = 256
)

// Fold counts what is new in some wallets.
func (c *Counter) Fold(ctx context.Context, ids []wallet.ID) error {
	parts := map[place][]wallet.ID{}
	for _, id := range ids {
		at := place{id.Currency(), ShardOf(id)}
		parts[at] = append(parts[at], id)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(1, c.AtOnce))
	for at, part := range parts {
		group.Go(func() error { return c.foldShard(ctx, at, part) })
	}
	return group.Wait()
}

// in is the store of a currency's shards.
func (c *Counter) in(currency string) Store {
	if currency == "" {
		return c.Store
	}
	return c.Store.In(currency)
}

// currencies are all that are counted, the programme's own first.
func (c *Counter) currencies() []string {
	if c.Abroad == nil {
		return []string{""}
	}
	return append([]string{""}, c.Abroad()...)
}

// place is where a shard stands.
type place struct {
	currency string
	n        int
}

func (c *Counter) foldShard(ctx context.Context, at place, ids []wallet.ID) error {
	for batch := range slices.Chunk(ids, foldAtOnce) {
		if err := c.change(ctx, at, func(s *Shard) (bool, error) { return c.fold(ctx, s, batch) }); err != nil {
			return err
		}
	}
	return nil
}

// change does one compare-and-swap of a shard, again and again until nobody came between.
func (c *Counter) change(ctx context.Context, at place, f func(*Shard) (changed bool, err error)) error {
	store := c.in(at.currency)
	for try := range tries {
		s, err := store.Shard(ctx, at.n)
		if err != nil {
			return err
		}
		if s.Held.After(c.now()) {
			return ErrHeld
		}
		changed, err := f(&s)
		if err != nil || !changed {
			return err
		}
		if err = store.Save(ctx, s); !errors.Is(err, ErrStale) {
			return err
		}
		if err := pause(ctx, try); err != nil {
			return err
		}
	}
	return fault.New(fault.Unavailable, "the count of coins is being changed by too many at once")
}

// fold counts wallets into their shard as it was read.
func (c *Counter) fold(ctx context.Context, s *Shard, ids []wallet.ID) (bool, error) {
	if len(s.Open) > 0 {
		if err := c.Store.Raise(ctx, s.Open); err != nil {
			return false, err
		}
	}
	marks, err := c.Store.Marks(ctx, ids)
	if err != nil {
		return false, err
	}
	heads, err := c.Ledger.Heads(ctx, ids)
	if err != nil {
		return false, err
	}
	var open []Mark
	seen := map[wallet.ID]bool{}
	for _, id := range ids {
		head, found := heads[id]
		if !found || head.Seq <= marks[id].Seq || seen[id] {
			continue
		}
		seen[id] = true
		m := Mark{Wallet: id, Seq: head.Seq, Sum: Of(head.State), Due: head.State.NextDue().UTC()}
		s.Total = s.Total.plus(m.Sum, 1).plus(marks[id].Sum, -1)
		open = append(open, m)
	}
	if open == nil {
		return false, nil
	}
	s.Open = open
	return true, nil
}

// Sweep looks at all members and counts what hints have missed; then the count is known to be whole up to the moment
// at which it began. Progress is told in members. It gives how many wallets had something new.
func (c *Counter) Sweep(ctx context.Context, began time.Time, progress func(done int)) (found int, err error) {
	for _, currency := range c.currencies() {
		more, err := c.sweep(ctx, currency, began, progress)
		if found += more; err != nil {
			return found, err
		}
	}
	return found, nil
}

func (c *Counter) sweep(ctx context.Context, currency string, began time.Time, progress func(done int)) (found int, err error) {
	var last member.ID
	for done := 0; ; progress(done) {
		page, err := c.Accounts.Walk(ctx, last, sweepAtOnce)
		if err != nil {
			return found, err
		}
		if len(page) == 0 {
			return found, c.swept(ctx, currency, began)
		}
		behind, err := c.behind(ctx, currency, page)
		if err != nil {
			return found, err
		}
		if c.Found != nil && len(behind) > 0 {
			if err := c.Found(ctx, behind); err != nil {
				return found, err
			}
		}
		if err := c.Fold(ctx, behind); err != nil {
			return found, err
		}
		found += len(behind)
		last, done = page[len(page)-1].Profile.ID, done+len(page)
	}
}

// behind gives the wallets whose ledgers are longer than their marks. A mark that is only in its shard yet makes a
// wallet look new; folding it finds out.
func (c *Counter) behind(ctx context.Context, currency string, page []account.Holder) ([]wallet.ID, error) {
	ids := make([]wallet.ID, len(page))
	for i, h := range page {
		ids[i] = h.Account.Wallet.In(currency)
	}
	marks, err := c.Store.Marks(ctx, ids)
	if err != nil {
		return nil, err
	}
	heads, err := c.Ledger.Heads(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []wallet.ID
	for _, id := range ids {
		if heads[id].Seq > marks[id].Seq {
			out = append(out, id)
		}
	}
	return out, nil
}

func (c *Counter) swept(ctx context.Context, currency string, began time.Time) error {
	for n := range Shards {
		err := c.change(ctx, place{currency, n}, func(s *Shard) (bool, error) {
			later := began.After(s.Swept)
			if later {
				s.Swept = began
			}
			return later, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// pause waits a random while of up to try milliseconds, or until the context ends.
func pause(ctx context.Context, try int) error {
	t := time.NewTimer(time.Duration(rand.IntN(try+1)) * time.Millisecond)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
