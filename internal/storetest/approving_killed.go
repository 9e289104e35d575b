package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"membergate/internal/family"
	"membergate/internal/fault"
	"membergate/internal/redemption"
	"membergate/internal/wallet"
)

// killedAt does something in a process that is killed before every one of its writes in turn, until it lives to the end.
// Killed before the next write it has done the one before, and reads leave nothing. It gives how many lives that took.
func (h hearth) killedAt(t *testing.T, do func(hearth) error, look func(step int, err error)) int {
	t.Helper()
	for step := 0; ; step++ {
		d := &doomed{left: step}
		k := h.Kitchen
		k.Families, k.Redemptions, k.Wallets = &doomedFamilies{k.Families, d}, &doomedRedemptions{k.Redemptions, d}, &doomedEntries{k.Wallets, d}
		err := do(h.services(t, k))
		if err != nil && !fault.Is(err, fault.Unavailable) {
			t.Fatalf("killed at write %d it answers %v", step, err)
		}
		look(step, err)
		if d.left >= 0 {
			return step
		}
	}
}

// sweep does what the sweeps do, with what this test has made.
func (h hearth) sweep(t *testing.T, ctx context.Context, at time.Time) {
	t.Helper()
	due, err := h.Families.Due(ctx, at, 100_000)
	must(t, err)
	if slices.Contains(due, h.home.ID) {
		must(t, h.families.Settle(ctx, h.home.ID, at))
	}
	must(t, h.shop.Sweep(ctx, at, 1000))
}

func askKilled(t *testing.T, ctx context.Context, k Kitchen) {
	var now hearth
	steps := hearth{Kitchen: k}.killedAt(t, func(h hearth) error {
		now = hearthOf(t, ctx, k, stockOf(1))
		doomed := now.services(t, h.Kitchen)
		_, _, err := doomed.wish(ctx)
		return err
	}, func(step int, _ error) {
		now.sweep(t, ctx, shopping.Add(time.Minute))
		later := shopping.Add(time.Hour) // holds that nobody knows of have ended
		b := balance(t, ctx, now.shop, now.purse).At(later)
		f := loadFamily(t, ctx, k.Families, now.home.ID)
		if asked := len(f.Approvals) == 1 && b.Available() == 50 && b.Held() == 100; !asked && (len(f.Approvals) != 0 || b.Available() != 150 || b.Held() != 0) {
			t.Errorf("killed at write %d, %d requests wait, %d available, %d held: neither asked for nor not", step, len(f.Approvals), b.Available(), b.Held())
		}
		now.ask.At = shopping.Add(2 * time.Minute) // the app tries again
		if _, _, err := now.wish(ctx); err != nil {
			t.Errorf("killed at write %d, asked for again: %v", step, err)
		}
		f = loadFamily(t, ctx, k.Families, now.home.ID)
		r, _, err := k.Redemptions.ByID(ctx, f.Approvals[0].Redemption)
		must(t, err)
		now.stands(t, ctx, r.ID, redemption.Awaiting, family.Undecided, 50, 100, later)
	})
	if steps != 7 {
		t.Errorf("it was killed at %d writes only", steps)
	}
}

func decideKilled(t *testing.T, ctx context.Context, k Kitchen) {
	for what, c := range map[string]struct {
		do        func(h hearth, r redemption.Redemption) error
		state     redemption.State
		word      family.Decision
		available int64
	}{
		"yes": {func(h hearth, r redemption.Redemption) error {
			_, err := h.decide(ctx, r, h.guard, true, shopping.Add(time.Minute))
			return err
		}, redemption.Reserved, family.Approved, 50},
		"no": {func(h hearth, r redemption.Redemption) error {
			_, err := h.decide(ctx, r, h.guard, false, shopping.Add(time.Minute))
			return err
		}, redemption.Declined, family.Declined, 150},
		"taken back": {func(h hearth, r redemption.Redemption) error {
			_, err := h.shop.Cancel(ctx, h.purse, r.ID, shopping.Add(time.Minute))
			return err
		}, redemption.Cancelled, family.Withdrawn, 150},
		"nobody in time": {func(h hearth, r redemption.Redemption) error {
			return h.families.Settle(ctx, h.home.ID, r.Request.AnswerBy)
		}, redemption.Expired, family.Lapsed, 150},
		"the child taken out": {func(h hearth, r redemption.Redemption) error {
			_, err := h.families.Remove(ctx, h.guard, h.child, shopping.Add(time.Minute))
			return err
		}, redemption.Cancelled, family.Withdrawn, 150},
	} {
		var now hearth
		var r redemption.Redemption
		done := 0
		steps := hearth{Kitchen: k}.killedAt(t, func(h hearth) error {
			now = hearthOf(t, ctx, k, nil)
			r = now.asked(t, ctx)
			return c.do(now.services(t, h.Kitchen), r)
		}, func(step int, err error) {
			at := shopping.Add(2 * time.Minute)
			now.sweep(t, ctx, at)
			f := loadFamily(t, ctx, k.Families, now.home.ID)
			if f.Approvals[0].State == family.Undecided {
				now.stands(t, ctx, r.ID, redemption.Awaiting, family.Undecided, 50, 100, at)
				if err == nil {
					t.Errorf("%s, killed at write %d: it is told that it was done", what, step)
				}
			} else {
				done++
				now.stands(t, ctx, r.ID, c.state, c.word, c.available, 0, at)
			}
			must(t, c.do(now, r)) // the app tries again
			now.stands(t, ctx, r.ID, c.state, c.word, c.available, 0, at)
		})
		if steps < 4 || done == 0 {
			t.Errorf("%s was killed at %d writes only, and %d times done", what, steps, done)
		}
	}
}

// doomedFamilies and the others are the stores of a process that is about to be killed, as far as wishes write them.
type doomedFamilies struct {
	family.Store
	d *doomed
}

func (s *doomedFamilies) Save(ctx context.Context, f family.Family) error {
	return s.d.call(func() error { return s.Store.Save(ctx, f) })
}

type doomedRedemptions struct {
	redemption.Store
	d *doomed
}

func (s *doomedRedemptions) Create(ctx context.Context, r redemption.Redemption) error {
	return s.d.call(func() error { return s.Store.Create(ctx, r) })
}

func (s *doomedRedemptions) Save(ctx context.Context, r redemption.Redemption) error {
	return s.d.call(func() error { return s.Store.Save(ctx, r) })
}

func (s *doomedRedemptions) Move(ctx context.Context, reward, op string, n, stock int64) (taken int64, err error) {
	err = s.d.call(func() error { taken, err = s.Store.Move(ctx, reward, op, n, stock); return err })
	return taken, err
}

type doomedEntries struct {
	wallet.Store
	d *doomed
}

func (s *doomedEntries) Append(ctx context.Context, entries []wallet.Entry) error {
	for i := range entries { // each insert is a commit of its own
		if err := s.d.call(func() error { return s.Store.Append(ctx, entries[i:i+1]) }); err != nil {
			return err
		}
	}
	return nil
}
