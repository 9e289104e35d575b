package demo

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"membergate/internal/account"
	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// writer writes a plan into stores. Every step may be done again: it leaves what is there and adds what is missing, so
// that a making that was cut short ends like one that was not.
type writer struct {
	Stores
	plan    *plan
	tell    func(steps int)
	wallets *wallet.Service
	orders  *order.Service
	lists   int
}

// atOnce is how many members, marks and the like are written at once: enough that those who write share the waits for
// the disk, and few enough for one server's connections.
const atOnce = 48

// steps is how many steps the making has, for progress.
func (p *plan) steps() int {
	return 1 + len(p.people) + len(p.families) + len(p.posts) + len(p.comments) + len(p.marks) + len(p.ties)
}

func (w *writer) write(ctx context.Context) error {
	if err := w.open(ctx, &w.plan.people[0]); err != nil { // the first member remembers the demo's present
		return err
	}
	var both errgroup.Group
	both.Go(func() error {
		if err := each(ctx, w.plan.people, w.live); err != nil {
			return err
		}
		return each(ctx, w.plan.families, w.settle)
	})
	both.Go(func() error { return w.publish(ctx) })
	if err := both.Wait(); err != nil {
		return err
	}
	if err := w.recommend(ctx); err != nil {
		return err
	}
	for i := range w.plan.people {
		if err := w.flag(ctx, w.plan.people[i]); err != nil {
			return err
		}
	}
	w.tell(1)
	return nil
}

// each does something with each of many, several at once, and stops at the first error.
func each[T any](ctx context.Context, of []T, do func(context.Context, *T) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i := range of {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return do(ctx, &of[i])
		})
	}
	return group.Wait()
}

// open makes a member's holder, unless it is there.
func (w *writer) open(ctx context.Context, who *person) error {
	h := account.Open(w.Book, who.Profile)
	h.Account.Wallet = w.plan.luck.wallet(who.ID)
	if err := w.Accounts.Create(ctx, h); !errors.Is(err, account.ErrExists) {
		return err
	}
	return nil
}

// live makes a member and applies what the member bought, was given, did and used.
func (w *writer) live(ctx context.Context, who *person) error {
	if err := w.open(ctx, who); err != nil {
		return err
	}
	before, after := who.events, []order.Event(nil)
	if who.grant.Tier != "" {
		at := 0
		for at < len(before) && before[at].At.Before(who.grant.From) {
			at++
		}
		before, after = before[:at], before[at:]
		if err := w.orders.Apply(ctx, who.Profile, before, who.grant.From); err != nil {
			return err
		}
		if err := w.change(ctx, who.ID, func(s tier.Standing) (tier.Standing, bool) {
			if len(s.Grants) > 0 {
				return s, false
			}
			return s.Give(w.Book, who.grant), true
		}); err != nil {
			return err
		}
		before = after
	}
	if err := w.orders.Apply(ctx, who.Profile, before, w.plan.now); err != nil {
		return err
	}
	if err := w.act(ctx, who); err != nil {
		return err
	}
	if err := w.use(ctx, who); err != nil {
		return err
	}
	w.tell(1)
	return nil
}

// act counts what a member wrote.
func (w *writer) act(ctx context.Context, who *person) error {
	deeds := w.plan.deeds[who.ID]
	if len(deeds) == 0 {
		return nil
	}
	return w.change(ctx, who.ID, func(s tier.Standing) (tier.Standing, bool) {
		n := len(s.Facts)
		for _, d := range deeds {
			s = s.Did(w.Book, d.at, d.source, d.action, 0)
		}
		return s, len(s.Facts) != n
	})
}

// change changes a member's standing, if there is something to change.
func (w *writer) change(ctx context.Context, id member.ID, f func(tier.Standing) (tier.Standing, bool)) error {
	found, err := w.Accounts.ByIDs(ctx, []member.ID{id}, account.Whole)
	if err != nil {
		return err
	}
	a := found[id].Account
	next, changed := f(a.Standing)
	if !changed {
		return nil
	}
	next = next.Foreseen(w.Book)
	a.Standing = next
	return w.Accounts.Save(ctx, a)
}

// settle makes a family, unless it is there.
func (w *writer) settle(ctx context.Context, f *family.Family) error {
	if err := w.Families.Create(ctx, *f); err != nil && !errors.Is(err, family.ErrExists) {
		return err
	}
	w.tell(1)
	return nil
}

// flag makes it known that a member is there to be tried out: it is the sign that the demo is complete.
func (w *writer) flag(ctx context.Context, who person) error {
	if !who.tryOut {
		return nil
	}
	found, err := w.Accounts.ByIDs(ctx, []member.ID{who.ID}, account.Whole)
	if err != nil {
		return err
	}
	profile := found[who.ID].Profile
	if profile.Demo {
		return nil
	}
	profile.Demo = true
	return w.Accounts.SaveProfile(ctx, profile)
}
