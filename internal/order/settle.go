package order

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/tier"
)

// Sweep looks at all members for whom something is due. It may be killed anywhere and run again, run twice at once, and
// run beside orders: each member is one compare-and-swap, and what is done is not due any more.
type Sweep struct {
	Orders   *Service
	Workers  int                   // members that are looked at at once; at least 1
	Progress func(done, total int) // nil tells nobody
}

// Settled is what a sweep did. A member who was changed by somebody else meanwhile may be in it or not.
type Settled struct {
	Members  int                 // members looked at
	Finished int                 // outboxes that a process which was killed had left, and that were carried out
	Changes  map[tier.Reason]int // lines that came into histories, by reason
}

// page is how many members a sweep reads at once: it keeps a bounded part of them in memory, and readers never wait.
const page = 500

// Settle applies to every member the settlements and ends that are due by a time, after finishing what was left
// unfinished. If everybody is true, every member's clock moves on to it, also where nothing is due.
func (w *Sweep) Settle(ctx context.Context, by time.Time, everybody bool) (Settled, error) {
	out := Settled{Changes: map[tier.Reason]int{}}
	var err error
	if out.Finished, err = w.Finish(ctx); err != nil {
		return out, err
	}
	due := by
	if everybody {
		due = account.Ever
	}
	total, err := w.Orders.Accounts.CountDue(ctx, due)
	if err != nil {
		return out, err
	}
	var mu sync.Mutex // guards out
	list := func(after member.ID) ([]account.Holder, error) { return w.Orders.Accounts.Due(ctx, due, after, page) }
	err = w.each(ctx, list, func(ctx context.Context, h account.Holder) error {
		changes, err := w.Orders.settle(ctx, h.Account, by, everybody)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		out.Members++
		for _, c := range changes {
			out.Changes[c.Reason]++
		}
		if w.Progress != nil {
			w.Progress(out.Members, max(total, out.Members))
		}
		return nil
	})
	return out, err
}

// Finish carries out the outboxes that were left by processes that were killed, and tells how many there were.
func (w *Sweep) Finish(ctx context.Context) (n int, err error) {
	var mu sync.Mutex // guards n
	list := func(after member.ID) ([]account.Holder, error) { return w.Orders.Accounts.Unfinished(ctx, after, page) }
	err = w.each(ctx, list, func(ctx context.Context, h account.Holder) error {
		_, err := w.Orders.Finish(ctx, h.Account)
		if errors.Is(err, account.ErrStale) {
			return nil // somebody else did
		}
		mu.Lock()
		defer mu.Unlock()
		n++
		return err
	})
	return n, err
}

// each does something for all members of a listing, page by page.
func (w *Sweep) each(ctx context.Context, list func(after member.ID) ([]account.Holder, error), do func(context.Context, account.Holder) error) error {
	for after := member.ID(""); ; {
		holders, err := list(after)
		if err != nil || len(holders) == 0 {
			return err
		}
		group, within := errgroup.WithContext(ctx)
		group.SetLimit(max(1, w.Workers))
		for _, h := range holders {
			group.Go(func() error { return do(within, h) })
		}
		if err := group.Wait(); err != nil {
			return err
		}
		after = holders[len(holders)-1].Profile.ID
	}
}

// settle advances one account to a time and gives what came into its history.
func (s *Service) settle(ctx context.Context, a account.Account, by time.Time, always bool) ([]tier.Change, error) {
	for range tries {
		changes, err := s.trySettle(ctx, a, by, always)
		if !errors.Is(err, account.ErrStale) {
			return changes, err
		}
		found, err := s.Accounts.ByIDs(ctx, []member.ID{a.Member}, account.Whole)
		if err != nil {
			return nil, err
		}
		h, ok := found[a.Member]
		if !ok {
			return nil, nil // the member has left
		}
		a = h.Account
	}
	return nil, fault.New(fault.Unavailable, "member %s is being changed by too many at once", a.Member)
}

func (s *Service) trySettle(ctx context.Context, a account.Account, by time.Time, always bool) ([]tier.Change, error) {
	a, err := s.Finish(ctx, a)
	if err != nil {
		return nil, err
	}
	next := a
	next.Standing = a.Standing.Advance(s.Book, by).Foreseen(s.Book)
	moves := a.Standing.DueBy(s.Book, by) || always && a.Standing.Clock.Before(by)
	if !moves && next.Standing.Due.Equal(a.Standing.Due) {
		return nil, nil // somebody else settled it
	}
	changes := news(a.Standing, next.Standing)
	if len(changes) > 0 { // so that somebody tells of it, should this process be killed
		next.Outbox = []account.Step{{}}
	}
	if s.Coupons != nil {
		next = next.Reached(s.Book, a.Standing)
	}
	if err := s.Accounts.Save(ctx, next); err != nil {
		return nil, err
	}
	next.Version++
	if _, err := s.Finish(ctx, next); err != nil && !errors.Is(err, account.ErrStale) {
		return nil, err
	}
	return changes, nil
}

// news are the lines of a history that another one does not have. Nothing that is due is older than the clock.
func news(before, after tier.Standing) (out []tier.Change) {
	for _, c := range after.History {
		if c.At.After(before.Clock) {
			out = append(out, c)
		}
	}
	return out
}
