package supply

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"membergate/internal/wallet"
)

// Lapse writes down what has happened to wallets by themselves, batch by batch: coins that died, holds that ended,
// promised coins that became available. Each batch is counted at once, which is also how its wallets are due no more. Any
// number may run at once and be killed anywhere: what one has written, another one finds written. Wallets that cannot be
// written are passed over until the next Lapse.
type Lapse struct {
	Wallets   *wallet.Service
	Counter   *Counter
	Programme func(at time.Time) string // version in force
	AtOnce    int                       // wallets that are written at the same time
	last      map[wallet.ID]bool        // in the batch before
	passed    map[wallet.ID]bool
}

// Lapsed is what one batch did.
type Lapsed struct {
	Found int   // wallets that had to be looked at; 0 when there are no more
	Done  int   // of these, those that are up to the time
	Err   error // of one that is not
}

// mostPassed is how many wallets may be passed over: more are no accident of a few.
const mostPassed = 1000

// Batch brings at most n wallets up to a time.
func (l *Lapse) Batch(ctx context.Context, by time.Time, n int) (Lapsed, error) {
	var out Lapsed
	found, err := Due(ctx, l.Counter.Store, by, n+len(l.passed))
	if err != nil {
		return out, err
	}
	if l.passed == nil {
		l.passed = map[wallet.ID]bool{}
	}
	var fresh []wallet.ID
	for _, id := range found {
		if l.last[id] {
			l.passed[id] = true
			out.Err = fmt.Errorf("wallet %s stays due", id)
		}
		if !l.passed[id] {
			fresh = append(fresh, id)
		}
	}
	out.Found, l.last = len(fresh), map[wallet.ID]bool{}
	failed, version := make([]error, len(fresh)), l.Programme(by)
	var group errgroup.Group
	group.SetLimit(max(1, l.AtOnce))
	for i, id := range fresh {
		l.last[id] = true
		group.Go(func() error {
			_, failed[i] = l.Wallets.Lapse(ctx, id, by, version)
			return nil
		})
	}
	_ = group.Wait()
	for i, err := range failed {
		if err == nil {
			out.Done++
			continue
		}
		out.Err, l.passed[fresh[i]] = err, true
	}
	err = errors.Join(l.Counter.Fold(ctx, fresh), ctx.Err())
	if err == nil && len(l.passed) > mostPassed {
		err = fmt.Errorf("more than %d wallets cannot be written: %w", mostPassed, out.Err)
	}
	return out, err
}
