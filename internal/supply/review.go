package supply

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// Lead is how long after its review a new rate comes into force: by then every process has heard of it, so that no
// order is reckoned at two rates.
const Lead = 30 * time.Second

// Reviewer looks at the inflation index once a period. Any number may run, in any number of processes: the first one's
// figures count.
type Reviewer struct {
	Store    Store
	Ledger   wallet.Store
	Accounts account.Store
}

// Review looks at the period that ended last at a time, and gives its audit; done is false if this was done before, if
// the programme has no index, or if not all coins are counted yet. A period in which nobody looked has no audit, and the
// next one's measures since the last that has.
//
// The first review of all measures what was there at the period's beginning and end by walking every ledger, tells the
// index, and leaves the rate as it is: a rate moves only by a period that was watched.
func (r *Reviewer) Review(ctx context.Context, p *programme.Programme, now time.Time) (a Adjustment, done bool, err error) {
	x := p.Coin().Index
	if x == nil {
		return a, false, nil
	}
	all, err := r.Store.Adjustments(ctx)
	if err != nil {
		return a, false, err
	}
	all = slices.DeleteFunc(all, func(a Adjustment) bool { return a.Currency != p.Coin().Code })
	a = Adjustment{Currency: p.Coin().Code, MeasuredAt: now.UTC(), InForce: now.Add(Lead).UTC(), Programme: p.Version}
	a.Period, a.From, a.To = LastPeriod(x.Period, now, p.Zone())
	a.From, a.To = a.From.UTC(), a.To.UTC()
	var before Amounts
	if len(all) == 0 {
		if before, a.Amounts, err = r.walk(ctx, a.From, a.To); err != nil {
			return a, false, err
		}
		a.MeasuredAt = a.To
	} else {
		last := all[len(all)-1]
		if !a.To.After(last.To) {
			return last, false, nil
		}
		counted := false
		if a.Amounts, counted, err = Read(ctx, r.Store, now); err != nil || !counted {
			return a, false, err
		}
		before, a.Before, a.After = last.Amounts, last.After, last.After
	}
	since := a.Amounts.plus(before, -1)
	a.Came, a.Went = since.Issued-since.ClawedBack, since.Burned+since.Expired
	index, told := Index(before.Outstanding-before.Owed, a.Came, a.Went)
	if told {
		a.Index = index
	}
	if told && len(all) > 0 {
		a.After = Step(*x, a.Before, index)
	}
	return r.Store.Adjust(ctx, a)
}

// walk reads what all wallets came to before two moments out of their ledgers.
func (r *Reviewer) walk(ctx context.Context, from, to time.Time) (before, after Amounts, err error) {
	var last member.ID
	for {
		page, err := r.Accounts.Walk(ctx, last, sweepAtOnce)
		if err != nil || len(page) == 0 {
			return before, after, err
		}
		found := make([][2]Amounts, len(page))
		group, within := errgroup.WithContext(ctx)
		group.SetLimit(walkAtOnce)
		for i, h := range page {
			group.Go(func() (err error) {
				if found[i][0], err = r.asOf(within, h.Account.Wallet, from); err == nil {
					found[i][1], err = r.asOf(within, h.Account.Wallet, to)
				}
				return err
			})
		}
		if err := group.Wait(); err != nil {
			return before, after, err
		}
		for _, each := range found {
			before, after = before.Plus(each[0]), after.Plus(each[1])
		}
		last = page[len(page)-1].Profile.ID
	}
}

// walkAtOnce is how many ledgers are read at the same time.
const walkAtOnce = 8

// asOf is what a wallet came to before a moment: what its newest entry of before left, and what had died by then.
func (r *Reviewer) asOf(ctx context.Context, id wallet.ID, t time.Time) (Amounts, error) {
	page, err := r.Ledger.Page(ctx, id, wallet.Query{To: t, Limit: 1})
	if err != nil || len(page) == 0 {
		return Amounts{}, err
	}
	return amounts(page[0].State.At(t)), nil
}
