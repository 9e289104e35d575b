package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"membergate/internal/benefit"
	coupons "membergate/internal/coupon"
	"membergate/internal/member"
	"membergate/internal/notice"
	"membergate/internal/programme"
)

// freshNewsroom is a newsroom of fresh-3, of which every member has two coupons a month.
func freshNewsroom(t *testing.T, s Board) *newsroom {
	t.Helper()
	n := newNewsroom(t, s)
	p, err := programme.Load("fresh-3")
	must(t, err)
	n.p = p
	return n
}

// endingAt gives a member a coupon that is over at a time.
func (n *newsroom) endingAt(t *testing.T, ctx context.Context, s coupons.Store, who member.ID, until time.Time) coupons.Coupon {
	t.Helper()
	c := coupons.Coupon{ID: name("coupon"), Member: who, IssuedAt: n.now.AddDate(0, 0, -20), Until: until, State: coupons.Issued, Version: 1}
	must(t, s.Add(ctx, []coupons.Coupon{c}))
	return c
}

// usedUp lets a member have used a benefit twice in the month of now.
func (n *newsroom) usedUp(t *testing.T, ctx context.Context, s benefit.Store, who member.ID) {
	t.Helper()
	u, err := s.ByMember(ctx, who)
	must(t, err)
	u.Counts = append(u.Counts, benefit.Count{Benefit: "MONTHLY_COUPON", Window: n.now.In(n.p.Zone()).Format("2006-01"), Used: 2, Last: n.now})
	must(t, s.Save(ctx, u))
}

// tell advances the clock, marks who was changed and does what is due.
func (n *newsroom) tell(t *testing.T, ctx context.Context, to time.Time) {
	t.Helper()
	n.mu.Lock()
	n.now = to
	n.mu.Unlock()
	must(t, n.hints.Carry(ctx))
	must(t, n.work(ctx, n.Notices))
}

// count is how many causes of a kind a member was told of, and in how many notices.
func (n *newsroom) count(t *testing.T, ctx context.Context, who member.ID, kind string) (causes, all int) {
	t.Helper()
	page, err := n.Notices.Page(ctx, who, notice.Query{Limit: 1000})
	must(t, err)
	for _, each := range page {
		if each.Kind == kind {
			causes += each.Count
			all++
		}
	}
	return causes, all
}

func toldOfCoupons(t *testing.T, ctx context.Context, s Board) {
	n := freshNewsroom(t, s)
	who := member.ID(name("member"))
	watched := n.hints.WatchCoupons(n.Coupons)
	n.pay(t, ctx, who, 1)
	start := n.now
	end := start.AddDate(0, 0, 10)
	n.endingAt(t, ctx, watched, who, end)
	n.endingAt(t, ctx, watched, who, end)
	kept := n.endingAt(t, ctx, watched, who, end)
	n.tell(t, ctx, start)
	for _, c := range []struct {
		before      time.Duration
		do          func(c *coupons.Coupon)
		causes, all int
	}{
		{80 * time.Hour, nil, 0, 0},
		{71 * time.Hour, func(c *coupons.Coupon) { c.State, c.Order, c.FrozenUntil = coupons.Frozen, "o", end.Add(-70*time.Hour) }, 2, 1},
		{70 * time.Hour, nil, 3, 1}, // the order has let go, and nobody has said so
		{60 * time.Hour, func(c *coupons.Coupon) { c.State = coupons.Used }, 3, 1},
		{20 * time.Hour, nil, 5, 2},
		{-time.Hour, nil, 5, 2},
	} {
		if c.do != nil {
			kept = couponNow(t, ctx, s.Coupons, kept.ID)
			c.do(&kept)
			must(t, watched.Save(ctx, kept))
		}
		n.tell(t, ctx, end.Add(-c.before))
		if causes, all := n.count(t, ctx, who, programme.CouponExpiring); causes != c.causes || all != c.all {
			t.Errorf("%v before the end %d coupons are told of in %d notices, want %d in %d", c.before, causes, all, c.causes, c.all)
		}
	}
}

func apartThoughKilled(t *testing.T, ctx context.Context, s Board) {
	n := freshNewsroom(t, s)
	who := member.ID(name("member"))
	coupon, usages := n.hints.WatchCoupons(n.Coupons), n.hints.WatchUsages(n.Usages)
	n.pay(t, ctx, who, 1)
	for kill := range 20 {
		n.endingAt(t, ctx, coupon, who, n.now.AddDate(0, 0, 3).Add(time.Duration(kill)*time.Minute))
		if kill%10 == 5 {
			n.usedUp(t, ctx, usages, who)
		}
		must(t, n.hints.Carry(ctx))
		_ = n.work(ctx, &fatal{Store: n.Notices, at: 1 + kill/2%5, late: kill%2 == 1})
		if n.tell(t, ctx, n.now); kill%5 == 4 {
			n.tell(t, ctx, n.now.Add(9*time.Hour))
		}
	}
	for range 20 { // no longer apart than a day: each moment is seen
		n.tell(t, ctx, n.now.Add(7*time.Hour))
	}
	causes, all := n.count(t, ctx, who, programme.CouponExpiring)
	if causes != 40 || all >= causes {
		t.Errorf("20 coupons are told of %d times in %d notices, want 40 in fewer", causes, all)
	}
	if causes, _ := n.count(t, ctx, who, programme.QuotaUsedUp); causes != 1 {
		t.Errorf("the benefit is used up %d times, want once", causes)
	}
}

func apartByWalk(t *testing.T, ctx context.Context, s Board) {
	n := freshNewsroom(t, s)
	who := member.ID(name("member"))
	look := func() notice.Inbox {
		w := notice.Walk{Service: n.desk(n.Notices), After: who[:len(who)-1]}
		for range 3 {
			out, err := w.Page(ctx, 1)
			must(t, errors.Join(err, out.Err))
		}
		found, err := n.Notices.Inboxes(ctx, []member.ID{who})
		must(t, err)
		return found[who]
	}
	n.pay(t, ctx, who, 1)
	look()
	end := n.now.AddDate(0, 0, 10)
	c := n.endingAt(t, ctx, n.Coupons, who, end)
	in := look()
	if want := end.AddDate(0, 0, -3); !in.Due.Equal(want) {
		t.Errorf("with a coupon that nobody has marked the member is due at %v, want %v", in.Due, want)
	}
	if again := look(); again.Version != in.Version {
		t.Errorf("nothing has changed, and the inbox went from version %d to %d", in.Version, again.Version)
	}
	n.usedUp(t, ctx, n.Usages, who)
	in = look()
	same(t, "after the last use", n.inbox(t, ctx, who)[0], "QUOTA_USED_UP ×1 0")
	n.now = end.AddDate(0, 0, -1)
	in = look()
	same(t, "a day before the end", n.inbox(t, ctx, who)[0], "COUPON_EXPIRING ×1 0")
	c.State = coupons.Used
	must(t, n.Coupons.Save(ctx, c))
	if again := look(); again.Version != in.Version {
		t.Errorf("a coupon that is used calls for nothing, and the inbox went from version %d to %d", in.Version, again.Version)
	}
}

func apartByMany(t *testing.T, ctx context.Context, s Board) {
	n := freshNewsroom(t, s)
	var people []member.ID
	coupon, usages := n.hints.WatchCoupons(n.Coupons), n.hints.WatchUsages(n.Usages)
	for i := range 4 {
		people = append(people, member.ID(name(fmt.Sprint("member", i))))
		n.pay(t, ctx, people[i], 1)
		n.usedUp(t, ctx, usages, people[i])
	}
	for range 5 {
		for _, who := range people {
			n.endingAt(t, ctx, coupon, who, n.now.Add(70*time.Hour))
		}
		must(t, errors.Join(together(10, func(int) error { return errors.Join(n.hints.Carry(ctx), n.work(ctx, n.Notices)) })...))
	}
	must(t, n.work(ctx, n.Notices))
	for _, who := range people {
		causes, all := n.count(t, ctx, who, programme.CouponExpiring)
		used, _ := n.count(t, ctx, who, programme.QuotaUsedUp)
		if causes != 5 || all != 1 || used != 1 {
			t.Errorf("told of %d coupons in %d notices and of %d benefits, want 5 in 1 and 1", causes, all, used)
		}
	}
}
