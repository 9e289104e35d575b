package order

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"membergate/internal/account"
	"membergate/internal/member"
)

// Batch is what one look at members did.
type Batch struct {
	Found  int       // members that had to be looked at; 0 when there are no more
	Done   int       // of these, those that need no other look
	Oldest time.Time // since when the longest waiting one has waited; zero where nobody has
	Err    error     // of one of those that could not be done
}

// Late settles members for whom something is due, batch by batch. Any number may run at once and be killed anywhere:
// each member is one compare-and-swap, and who is settled is late no more. Those that cannot be settled are passed over
// until the next Late.
type Late struct {
	Sweep  Sweep
	last   map[member.ID]bool // in the batch before
	passed map[member.ID]bool
}

// mostPassed is how many members may be passed over: more are no accident of a few.
const mostPassed = 1000

// Batch settles at most n members who are late by a time.
func (l *Late) Batch(ctx context.Context, by time.Time, n int) (Batch, error) {
	found, err := l.Sweep.Orders.Accounts.Late(ctx, by, n+len(l.passed))
	if err != nil {
		return Batch{}, err
	}
	if l.passed == nil {
		l.passed = map[member.ID]bool{}
	}
	var fresh []account.Holder
	var b Batch
	for _, h := range found {
		id := h.Profile.ID
		if l.last[id] { // settling changed nothing
			l.passed[id] = true
			b.Err = fmt.Errorf("member %s stays due at %s", id, h.Account.DueAt().Format(time.RFC3339))
		}
		if !l.passed[id] {
			fresh = append(fresh, h)
		}
		if at := h.Account.DueAt(); b.Oldest.IsZero() || at.Before(b.Oldest) {
			b.Oldest = at
		}
	}
	l.last = map[member.ID]bool{}
	failed := l.Sweep.some(ctx, fresh, &b, func(ctx context.Context, h account.Holder) error {
		_, err := l.Sweep.Orders.settle(ctx, h.Account, by, false)
		return err
	})
	for _, h := range fresh {
		l.last[h.Profile.ID] = true
	}
	for _, id := range failed {
		l.passed[id] = true
	}
	if len(l.passed) > mostPassed {
		return b, fmt.Errorf("more than %d members cannot be settled: %w", mostPassed, b.Err)
	}
	return b, ctx.Err()
}

// Left carries out outboxes that stand as they stood at the look before: whoever filled them has died, or they would be
// empty within a moment.
type Left struct {
	Sweep  Sweep
	before map[member.ID]int64 // versions
}

// Batch looks at n outboxes at most.
func (l *Left) Batch(ctx context.Context, n int) (Batch, error) {
	found, err := l.Sweep.Orders.Accounts.Unfinished(ctx, "", n)
	if err != nil {
		return Batch{}, err
	}
	now := map[member.ID]int64{}
	var left []account.Holder
	for _, h := range found {
		if now[h.Profile.ID] = h.Account.Version; l.before[h.Profile.ID] == h.Account.Version {
			left = append(left, h)
		}
	}
	l.before = now
	var b Batch
	l.Sweep.some(ctx, left, &b, func(ctx context.Context, h account.Holder) error {
		_, err := l.Sweep.Orders.Finish(ctx, h.Account)
		if errors.Is(err, account.ErrStale) {
			return nil // somebody else did
		}
		return err
	})
	return b, ctx.Err()
}

// some does something for some members side by side, counts them, and gives those where it failed.
func (w *Sweep) some(ctx context.Context, found []account.Holder, b *Batch, do func(context.Context, account.Holder) error) (failed []member.ID) {
	b.Found = len(found)
	var mu sync.Mutex // guards b and failed
	var group errgroup.Group
	group.SetLimit(max(1, w.Workers))
	for _, h := range found {
		group.Go(func() error {
			err := do(ctx, h)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				b.Done++
				return nil
			}
			b.Err = err
			failed = append(failed, h.Profile.ID)
			return nil
		})
	}
	_ = group.Wait()
	return failed
}
