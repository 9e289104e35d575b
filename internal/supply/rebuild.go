package supply

import (
	"context"
	"errors"
	"fmt"
	"time"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/wallet"
)

// ErrHeld is a counter's answer while the count is being rebuilt: what is new is counted afterwards.
var ErrHeld = errors.New("supply: the count is being rebuilt")

// lease is how long a rebuild keeps counters away without being heard of: after it, whoever rebuilt is taken for dead.
const lease = 2 * time.Minute

// Rebuilt tells what a rebuild has put right.
type Rebuilt struct {
	Wallets int // that were looked at
	Marks   int // that did not say what their entry says
	Shards  int // whose total was not the sum of its marks
}

// Rebuild works the count out anew from the ledgers: each mark from the entry that it names, each total from the marks.
// Nobody who moves coins waits for it. Only counters are kept away meanwhile, by a lease in the shards that they all
// see: a total is the sum of marks at one moment, so nobody may change either while they are added up. Readers go on to
// see the old total. It may be killed anywhere and run again: a mark that was put right stays so, and a total is replaced
// whole, by compare-and-swap, or not at all. If somebody counts although it is held, the answer is a fault and nothing
// of that shard has changed.
func (c *Counter) Rebuild(ctx context.Context, progress func(done int)) (out Rebuilt, err error) {
	for _, currency := range c.currencies() {
		one := *c
		one.Store = c.in(currency)
		more, err := (&rebuild{Counter: &one, currency: currency, shards: make([]Shard, Shards)}).run(ctx, progress)
		out.Wallets, out.Marks, out.Shards = out.Wallets+more.Wallets, out.Marks+more.Marks, out.Shards+more.Shards
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// run rebuilds the count of one currency.
func (r *rebuild) run(ctx context.Context, progress func(done int)) (out Rebuilt, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, r.letGo(context.WithoutCancel(ctx)))
		}
	}()
	if err := r.hold(ctx); err != nil {
		return out, err
	}
	var last member.ID
	for {
		page, err := r.Accounts.Walk(ctx, last, sweepAtOnce)
		if err != nil {
			return out, err
		}
		if len(page) == 0 {
			break
		}
		wrong, err := r.page(ctx, page)
		if err != nil {
			return out, err
		}
		out.Marks, out.Wallets = out.Marks+wrong, out.Wallets+len(page)
		last = page[len(page)-1].Profile.ID
		progress(out.Wallets)
	}
	out.Shards, err = r.commit(ctx)
	return out, err
}

type rebuild struct {
	*Counter
	currency string
	shards   []Shard // as they are stored; those of version 0 are not held
	until    time.Time
	totals   [Shards]Sum
}

func (c *Counter) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// hold keeps counters away, and writes down the marks that are in the shards alone.
func (r *rebuild) hold(ctx context.Context) error {
	r.until = r.now().Add(lease)
	for n := range Shards {
		err := r.change(ctx, place{r.currency, n}, func(s *Shard) (bool, error) {
			s.Held = r.until.UTC()
			r.shards[n] = *s
			return true, nil
		})
		if err != nil {
			r.shards[n].Version = 0
			return fmt.Errorf("shard %d cannot be held: %w", n, err)
		}
		r.shards[n].Version++
		if err := r.Store.Raise(ctx, r.shards[n].Open); err != nil {
			return err
		}
	}
	return nil
}

// save puts a shard that is held in place of itself.
func (r *rebuild) save(ctx context.Context, n int, s Shard) error {
	err := r.Store.Save(ctx, s)
	if errors.Is(err, ErrStale) {
		return fault.New(fault.Unavailable, "somebody counted coins while the count was rebuilt; run it again")
	}
	if err == nil {
		s.Version++
		r.shards[n] = s
	}
	return err
}

// page checks the marks of some members and adds them up.
func (r *rebuild) page(ctx context.Context, page []account.Holder) (wrong int, err error) {
	if r.now().Add(lease / 2).After(r.until) { // still here
		r.until = r.now().Add(lease)
		for n, s := range r.shards {
			s.Held = r.until.UTC()
			if err := r.save(ctx, n, s); err != nil {
				return 0, err
			}
		}
	}
	ids := make([]wallet.ID, len(page))
	for i, h := range page {
		ids[i] = h.Account.Wallet.In(r.currency)
	}
	marks, err := r.Store.Marks(ctx, ids)
	if err != nil {
		return 0, err
	}
	heads, err := r.Ledger.Heads(ctx, ids)
	if err != nil {
		return 0, err
	}
	var right []Mark
	for _, id := range ids {
		m, counted := marks[id]
		if !counted {
			continue
		}
		e, err := r.entry(ctx, id, m.Seq, heads[id])
		if err != nil {
			return 0, err
		}
		is := Mark{Wallet: id, Seq: e.Seq, Sum: Of(e.State), Due: e.State.NextDue().UTC()}
		if is.Seq != m.Seq || !is.Sum.Same(m.Sum) || !is.Due.Equal(m.Due) {
			right = append(right, is)
		}
		n := ShardOf(id)
		r.totals[n] = r.totals[n].plus(is.Sum, 1)
	}
	return len(right), r.Store.Recount(ctx, right)
}

// entry is the one that a mark names, or the newest if there is no such one.
func (r *rebuild) entry(ctx context.Context, id wallet.ID, seq int64, head wallet.Entry) (wallet.Entry, error) {
	if head.Seq <= seq {
		return head, nil
	}
	found, err := r.Ledger.BySeqs(ctx, id, []int64{seq})
	if e, ok := found[seq]; ok {
		return e, err
	}
	return head, err
}

// commit puts the totals in place and lets counters go on.
func (r *rebuild) commit(ctx context.Context) (wrong int, err error) {
	for n, s := range r.shards {
		if !s.Total.Same(r.totals[n]) {
			wrong++
		}
		s.Total, s.Open, s.Held = r.totals[n], nil, time.Time{}
		if err := r.save(ctx, n, s); err != nil {
			return wrong, err
		}
	}
	return wrong, nil
}

// letGo lets counters go on after a failure, without waiting for the lease to end.
func (r *rebuild) letGo(ctx context.Context) error {
	var errs []error
	for n, s := range r.shards {
		if s.Version > 0 && !s.Held.IsZero() {
			s.Held = time.Time{}
			if err := r.Store.Save(ctx, s); err != nil && !errors.Is(err, ErrStale) {
				errs = append(errs, fmt.Errorf("shard %d stays held until %s: %w", n, r.until.UTC().Format(time.RFC3339), err))
			}
		}
	}
	return errors.Join(errs...)
}
