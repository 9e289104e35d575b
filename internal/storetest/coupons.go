package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	coupons "membergate/internal/coupon"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// Coupons tests the promises of coupons.Store, and that coupons.Service keeps its own on it.
func Coupons(t *testing.T, s coupons.Store) {
	group[coupons.Store]{
		{"every field of a coupon comes back", fieldsOfCoupon},
		{"a coupon is added once and changed by its version", versionsOfCoupon},
		{"a member's coupons come soonest over first, page by page", pagesOfCoupons},
		{"those of several members that may still be used come together", liveCoupons},
		{"coupons are found by their order and by their code", namedCoupons},
		{"what is over is found until it is written down", dueCoupons},
		{"fifty who issue one coupon at once make one, and a changed programme changes it no more", oneIssue},
		{"an issue of nothing that is known gives none of those with it", wrongIssue},
	}.run(t, s)
}

var couponNoon = time.Date(2026, 7, 6, 4, 0, 0, 0, time.UTC)

func someCoupon(seed uint64) coupons.Coupon {
	c := filled[coupons.Coupon](dice(seed))
	c.ID, c.Member, c.Code, c.State, c.Version = name("coupon"), member.ID(name("m")), name("code"), coupons.Issued, 1
	return c
}

func couponNow(t *testing.T, ctx context.Context, s coupons.Store, id string) coupons.Coupon {
	t.Helper()
	found, err := s.ByIDs(ctx, []string{id})
	must(t, err)
	return found[id]
}

func fieldsOfCoupon(t *testing.T, ctx context.Context, s coupons.Store) {
	for seed := range uint64(5) {
		want := someCoupon(seed)
		must(t, s.Add(ctx, []coupons.Coupon{want, someCoupon(seed)}))
		same(t, "the coupon", couponNow(t, ctx, s, want.ID), want)
		want.State, want.SavedFen, want.UsedBy = coupons.Used, want.SavedFen+1, "somebody else"
		must(t, s.Save(ctx, want))
		want.Version = 2
		same(t, "the coupon", couponNow(t, ctx, s, want.ID), want)
	}
	if found, err := s.ByIDs(ctx, []string{name("nothing")}); len(found) > 0 || err != nil {
		t.Errorf("one that nobody issued: %v, %v", found, err)
	}
}

func versionsOfCoupon(t *testing.T, ctx context.Context, s coupons.Store) {
	c := someCoupon(1)
	must(t, s.Add(ctx, []coupons.Coupon{c}))
	again, other := c, someCoupon(2)
	again.Reason = "added again"
	must(t, s.Add(ctx, []coupons.Coupon{again, other}))
	same(t, "the one that was there", couponNow(t, ctx, s, c.ID), c)
	same(t, "the one beside it", couponNow(t, ctx, s, other.ID), other)
	for _, version := range []int64{0, 2} {
		again.Version = version
		if err := s.Save(ctx, again); !errors.Is(err, coupons.ErrStale) {
			t.Errorf("saved at version %d: %v", version, err)
		}
	}
	if err := s.Save(ctx, someCoupon(3)); !errors.Is(err, coupons.ErrStale) {
		t.Errorf("saved without being there: %v", err)
	}
	winner := onlyWinner(t, together(writers, func(i int) error {
		mine := c
		mine.State, mine.Order = coupons.Frozen, fmt.Sprint("order ", i)
		return s.Save(ctx, mine)
	}), coupons.ErrStale)
	if got := couponNow(t, ctx, s, c.ID); got.Order != fmt.Sprint("order ", winner) || got.Version != 2 {
		t.Errorf("order %d was told that it has it, but the store says %q at version %d", winner, got.Order, got.Version)
	}
}

func pagesOfCoupons(t *testing.T, ctx context.Context, s coupons.Store) {
	who := member.ID(name("m"))
	var want []string
	var all []coupons.Coupon
	for i := range 9 {
		c := someCoupon(uint64(i))
		c.Member, c.Until = who, couponNoon.Add(time.Duration(i/3)*time.Hour)
		all = append(all, c)
	}
	must(t, s.Add(ctx, append(slices.Clone(all), someCoupon(20))))
	slices.SortFunc(all, func(a, b coupons.Coupon) int {
		if d := a.Until.Compare(b.Until); d != 0 {
			return d
		}
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	for _, c := range all {
		want = append(want, c.ID)
	}
	walk := func(until time.Time, n int) (ids []string) {
		var after *coupons.Place
		for {
			page, err := s.Page(ctx, who, until, after, n)
			must(t, err)
			for _, c := range page {
				ids = append(ids, c.ID)
			}
			if len(page) < n {
				return ids
			}
			last := page[len(page)-1].Place()
			after = &last
		}
	}
	for _, n := range []int{1, 2, 4, 50} {
		same(t, fmt.Sprintf("all, %d at once", n), walk(couponNoon, n), want)
		same(t, fmt.Sprintf("those of the last two hours, %d at once", n), walk(couponNoon.Add(time.Minute), n), want[3:])
	}
	same(t, "those that are good for ever", walk(couponNoon.Add(72*time.Hour), 5), []string{})
}

func liveCoupons(t *testing.T, ctx context.Context, s coupons.Store) {
	one, other := member.ID(name("m")), member.ID(name("m"))
	var all []coupons.Coupon
	for i, state := range []coupons.State{coupons.Issued, coupons.Frozen, coupons.Used, coupons.Revoked, coupons.Issued, coupons.Issued} {
		c := someCoupon(uint64(i))
		c.Member, c.State, c.Until = one, state, couponNoon.Add(time.Duration(6-i)*time.Hour)
		all = append(all, c)
	}
	all[5].Member = other
	must(t, s.Add(ctx, append(slices.Clone(all), someCoupon(20))))
	for _, c := range []struct {
		from time.Time
		want map[member.ID][]coupons.Coupon
	}{
		{couponNoon, map[member.ID][]coupons.Coupon{one: {all[4], all[1], all[0]}, other: {all[5]}}},
		{couponNoon.Add(2 * time.Hour), map[member.ID][]coupons.Coupon{one: {all[1], all[0]}}},
		{couponNoon.Add(6 * time.Hour), map[member.ID][]coupons.Coupon{}},
	} {
		got, err := s.Live(ctx, []member.ID{one, other, member.ID(name("nobody"))}, c.from)
		must(t, err)
		same(t, "those that are live at "+c.from.String(), got, c.want)
	}
}

func namedCoupons(t *testing.T, ctx context.Context, s coupons.Store) {
	a, b := someCoupon(1), someCoupon(2)
	b.Member, a.Order, b.Order, b.Code = a.Member, "o", "o", ""
	stranger := someCoupon(3)
	stranger.Order = "o"
	must(t, s.Add(ctx, []coupons.Coupon{a, b, stranger}))
	ids := func() (out []string) {
		found, err := s.OfOrder(ctx, a.Member, "o")
		must(t, err)
		for _, c := range found {
			out = append(out, c.ID)
		}
		slices.Sort(out)
		return out
	}
	want := []string{a.ID, b.ID}
	slices.Sort(want)
	same(t, "the order's coupons", ids(), want)
	b.Order = "o2"
	must(t, s.Save(ctx, b))
	same(t, "the order's coupons after one has gone", ids(), []string{a.ID})
	got, known, err := s.ByCode(ctx, a.Code)
	must(t, err)
	if !known || got.ID != a.ID {
		t.Errorf("the code finds %v, %v", got.ID, known)
	}
	for _, code := range []string{"", name("code")} {
		if _, known, err := s.ByCode(ctx, code); known || err != nil {
			t.Errorf("code %q: %v, %v", code, known, err)
		}
	}
	b.Version, b.Code = 2, name("code")
	must(t, s.Save(ctx, b))
	if got, _, err = s.ByCode(ctx, b.Code); err != nil || got.ID != b.ID {
		t.Errorf("a code that came later finds %v, %v", got.ID, err)
	}
}

func dueCoupons(t *testing.T, ctx context.Context, s coupons.Store) {
	long := time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC) // before whatever other tests leave
	ids := func(by time.Time) map[string]bool {
		found, err := s.Due(ctx, by, 1000)
		must(t, err)
		out := map[string]bool{}
		for _, c := range found {
			out[c.ID] = true
		}
		return out
	}
	over, kept, later := someCoupon(1), someCoupon(2), someCoupon(3)
	over.Until, kept.Until, later.Until = long, long, long.Add(2*time.Hour)
	kept.State, kept.FrozenUntil = coupons.Frozen, long.Add(time.Hour)
	must(t, s.Add(ctx, []coupons.Coupon{over, kept, later}))
	for name, c := range map[string]struct {
		by                time.Time
		over, kept, later bool
	}{
		"before":                    {long.Add(-1), false, false, false},
		"at the end":                {long, true, false, false},
		"when an order lets it go":  {long.Add(time.Hour), true, true, false},
		"when the last one is over": {long.Add(2 * time.Hour), true, true, true},
	} {
		if got := ids(c.by); got[over.ID] != c.over || got[kept.ID] != c.kept || got[later.ID] != c.later {
			t.Errorf("%s: %v, %v, %v", name, got[over.ID], got[kept.ID], got[later.ID])
		}
	}
	if found, err := s.Due(ctx, long.Add(time.Hour), 1); err != nil || len(found) != 1 {
		t.Errorf("one of them is asked for: %d came, %v", len(found), err)
	}
	over.State, kept.State = coupons.Expired, coupons.Used
	must(t, s.Save(ctx, over))
	must(t, s.Save(ctx, kept))
	if got := ids(long.Add(24 * time.Hour)); got[over.ID] || got[kept.ID] || !got[later.ID] {
		t.Errorf("after two were written down: %v, %v, %v", got[over.ID], got[kept.ID], got[later.ID])
	}
	later.State = coupons.Revoked
	must(t, s.Save(ctx, later))
}

// shopBook is a programme with a template "FIVE" whose value is changed at will.
type shopBook struct{ value int64 }

func (b shopBook) At(time.Time) *programme.Programme {
	return &programme.Programme{Code: "shop", Version: fmt.Sprint(b.value), Coupons: []programme.CouponTemplate{{
		Code: "FIVE", Kind: programme.Off, Value: b.value, Version: "1", Group: "G", Validity: programme.Validity{Days: 2},
		Titles: programme.Text{"zh-CN": "五元"}, Terms: programme.Text{"zh-CN": "减五元"},
	}}}
}

func oneIssue(t *testing.T, ctx context.Context, s coupons.Store) {
	who := member.ID(name("m"))
	issue := []coupons.Issue{
		{Op: "1", Template: "FIVE", Member: who, Source: coupons.ByCompensation, Ref: "parcel 1", At: couponNoon},
		{Op: "2", Template: "FIVE", Member: who, Source: coupons.ByCompensation, Ref: "parcel 2", At: couponNoon},
	}
	ids := make([]string, 50)
	for i, err := range together(50, func(i int) error {
		service := &coupons.Service{Store: s, Book: shopBook{500 + int64(i)}}
		got, err := service.Issue(ctx, issue)
		if err == nil {
			ids[i] = got[0].ID + got[1].ID
		}
		return err
	}) {
		must(t, err)
		if ids[i] != ids[0] {
			t.Errorf("one made %s, another %s", ids[0], ids[i])
		}
	}
	first, err := s.Page(ctx, who, time.Time{}, nil, 10)
	must(t, err)
	if len(first) != 2 {
		t.Fatalf("there are %d coupons, want 2", len(first))
	}
	service := &coupons.Service{Store: s, Book: shopBook{1}}
	again, err := service.Issue(ctx, issue)
	must(t, err)
	for _, c := range again {
		same(t, "what was issued before", c, couponNow(t, ctx, s, c.ID))
		if c.Terms.Value < 500 || c.Version != 1 || !c.Until.Equal(couponNoon.Add(48*time.Hour)) || c.StateAt(couponNoon) != coupons.Issued {
			t.Errorf("the programme has changed, and so has %+v", c)
		}
	}
}

func wrongIssue(t *testing.T, ctx context.Context, s coupons.Store) {
	who := member.ID(name("m"))
	service := &coupons.Service{Store: s, Book: shopBook{500}}
	_, err := service.Issue(ctx, []coupons.Issue{{Op: "1", Template: "FIVE", Member: who, At: couponNoon}, {Op: "2", Template: "SIX", Member: who, At: couponNoon}})
	var refused *fault.Refusal
	if !errors.As(err, &refused) || refused.Code != coupons.Unknown {
		t.Errorf("a template that nobody knows: %v", err)
	}
	if found, err := s.Page(ctx, who, time.Time{}, nil, 10); err != nil || len(found) > 0 {
		t.Errorf("%d coupons were given all the same, %v", len(found), err)
	}
}
