package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/benefit"
	coupons "membergate/internal/coupon"
	"membergate/internal/eligibility"
	"membergate/internal/fault"
	"membergate/internal/giving"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// Fair is what giving.Service needs of one engine.
type Fair struct {
	Counters
	Coupons  coupons.Store
	Accounts account.Store
}

// Giving tests giving.Service on an engine: what is limited is exact however many take it at once, and nothing that was
// taken is left without its coupon by a process that is killed.
func Giving(t *testing.T, s Fair) {
	group[Fair]{
		{"of 200 members who take a campaign's coupon at once as many have one as there are", campaignAtOnce},
		{"who takes a campaign's coupon fifty times at once has one", campaignOnce},
		{"a campaign that is made larger lets in whom it had refused", campaignGrows},
		{"a campaign's coupon that was being taken is there when it is taken again", campaignKilled},
		{"200 claims at once give a quota's coupons exactly", claimsAtOnce},
		{"a claim that was killed gives its coupon without being sent again", couponClaimKilled},
		{"staff who give twice under one key gave once", giftOnce},
		{"each reason not to give is told by its code", refusedGifts},
	}.run(t, s)
}

// fair is the services on the stores of an engine, with a campaign of five coupons and a benefit of three.
type fair struct {
	s        Fair
	book     inForce
	campaign string
	benefit  string
}

func newFair(s Fair) *fair {
	f := &fair{s: s, campaign: name("G"), benefit: name("B")}
	opens := useDay.Add(-time.Hour)
	f.book = inForce{&programme.Programme{
		Tiers: []programme.Tier{{Code: "FREE"}, {Code: "GOLD", Rank: 1}},
		Benefits: []programme.Benefit{
			{Code: f.benefit, State: programme.Live, Quota: programme.Quota{Count: 3, Per: programme.PerMonth}, Coupon: "FIVE"},
			{Code: f.benefit + "-plain", State: programme.Live, Quota: programme.Quota{Count: 3, Per: programme.PerMonth}},
		},
		Coupons: []programme.CouponTemplate{
			{Code: "FIVE", Kind: programme.Off, Value: 500, Validity: programme.Validity{Days: 30}, MaxPerIssue: 4},
			{Code: "GOLDEN", Kind: programme.Off, Value: 500, Validity: programme.Validity{Days: 30}, Eligibility: programme.Eligibility{MinTier: "GOLD"}},
		},
		Campaigns: []programme.Campaign{
			{Code: f.campaign, Template: "FIVE", From: opens, Until: useDay.Add(time.Hour), Stock: 5},
			{Code: f.campaign + "-gold", Template: "GOLDEN", From: opens, Until: useDay.Add(time.Hour)},
			{Code: f.campaign + "-over", Template: "FIVE", From: opens, Until: useDay},
		},
	}}
	return f
}

// process opens the services in a process of its own; every call of a store goes through a caller, if there is one.
func (f *fair) process(d *doomed) *giving.Service {
	s := f.s
	if d != nil {
		s = Fair{s.Counters.through(d), &doomedCoupons{s.Coupons, d}, s.Accounts}
	}
	c := &coupons.Service{Store: s.Coupons, Book: f.book}
	uses := &benefit.Service{Usages: s.Usages, Uses: s.Uses, Stock: s.Stock, Book: f.book}
	return giving.New(c, uses, s.Stock, s.Accounts, f.book)
}

func somebodyAt() eligibility.Facts {
	return eligibility.Facts{Profile: member.Profile{ID: member.ID(name("m"))}, Tier: "FREE"}
}

func (f *fair) claim(who eligibility.Facts, key string) giving.Claim {
	return giving.Claim{Key: key + "-012345678901234567890", Benefit: f.benefit, Count: 1, Facts: who, At: useDay}
}

// has counts a member's coupons, each of which must be one of five yuan.
func (f *fair) has(t *testing.T, ctx context.Context, who member.ID) int {
	t.Helper()
	all, err := f.s.Coupons.Page(ctx, who, useDay, nil, 1000)
	must(t, err)
	for _, c := range all {
		if c.Terms.Template != "FIVE" || c.Terms.Value != 500 || c.State != coupons.Issued {
			t.Errorf("it is %+v", c)
		}
	}
	return len(all)
}

func (f *fair) taken(t *testing.T, ctx context.Context) int64 {
	t.Helper()
	of := giving.StockOf(f.campaign)
	n, err := f.s.Stock.Taken(ctx, []string{of})
	must(t, err)
	return n[of]
}

// insisting does something again while the store is too busy to answer, as apps do.
func insisting(do func() error) error {
	for range 100 {
		if err := do(); !fault.Is(err, fault.Unavailable) {
			return err
		}
	}
	return errors.New("a hundred tries failed")
}

func campaignAtOnce(t *testing.T, ctx context.Context, s Fair) {
	f := newFair(s)
	processes := []*giving.Service{f.process(nil), f.process(nil), f.process(nil)}
	people := make([]eligibility.Facts, 200)
	for i := range people {
		people[i] = somebodyAt()
	}
	errs := together(len(people), func(i int) error {
		return insisting(func() error { _, _, err := processes[i%3].Take(ctx, people[i], f.campaign, useDay); return err })
	})
	told := 0
	for i, err := range errs {
		want := 0
		if err == nil {
			told, want = told+1, 1
		} else if !refused(err, giving.SoldOut) {
			t.Errorf("member %d gets %v", i, err)
		}
		if n := f.has(t, ctx, people[i].Profile.ID); n != want {
			t.Errorf("member %d has %d, told %v", i, n, err)
		}
	}
	if n := f.taken(t, ctx); told != 5 || n != 5 {
		t.Errorf("%d were told that they have one, %d are taken, want 5", told, n)
	}
}

func campaignOnce(t *testing.T, ctx context.Context, s Fair) {
	f, who := newFair(s), somebodyAt()
	must(t, errors.Join(together(50, func(int) error {
		return insisting(func() error { _, _, err := f.process(nil).Take(ctx, who, f.campaign, useDay); return err })
	})...))
	if _, again, err := f.process(nil).Take(ctx, who, f.campaign, useDay.AddDate(0, 0, 1)); err != nil || !again {
		t.Errorf("taken again when the campaign is over: %v, %v", again, err)
	}
	if n, taken := f.has(t, ctx, who.Profile.ID), f.taken(t, ctx); n != 1 || taken != 1 {
		t.Errorf("there are %d, %d taken", n, taken)
	}
}

// killedEverywhere does something in a process that is killed at each of its calls in turn, before and after the call, and
// looks at what it left, until it lives to its end.
func killedEverywhere(t *testing.T, least int, do func(d *doomed) (look func(lived bool), err error)) {
	t.Helper()
	for step := 0; ; step++ {
		for _, after := range []bool{false, true} {
			look, err := do(&doomed{left: step, after: after})
			if err != nil && !fault.Is(err, fault.Unavailable) {
				t.Fatalf("killed at call %d it answers %v", step, err)
			}
			look(err == nil)
			if err == nil {
				if step < least {
					t.Errorf("it was killed at %d calls only", step)
				}
				return
			}
		}
	}
}

func campaignKilled(t *testing.T, ctx context.Context, s Fair) {
	killedEverywhere(t, 3, func(d *doomed) (func(bool), error) {
		f, who := newFair(s), somebodyAt()
		_, _, err := f.process(d).Take(ctx, who, f.campaign, useDay)
		return func(bool) {
			for range 4 {
				_, _, err := f.process(nil).Take(ctx, somebodyAt(), f.campaign, useDay)
				must(t, err)
			}
			_, _, err := f.process(nil).Take(ctx, who, f.campaign, useDay)
			must(t, err)
			if _, _, err := f.process(nil).Take(ctx, somebodyAt(), f.campaign, useDay); !refused(err, giving.SoldOut) {
				t.Errorf("a sixth one gets %v", err)
			}
			if n, taken := f.has(t, ctx, who.Profile.ID), f.taken(t, ctx); n != 1 || taken != 5 {
				t.Errorf("there are %d, %d taken", n, taken)
			}
		}, err
	})
}

func claimsAtOnce(t *testing.T, ctx context.Context, s Fair) {
	f, who := newFair(s), somebodyAt()
	processes := []*giving.Service{f.process(nil), f.process(nil)}
	given := 0
	for i, err := range together(200, func(i int) error {
		return insisting(func() error { _, _, err := processes[i%2].Claim(ctx, f.claim(who, fmt.Sprint("k", i))); return err })
	}) {
		switch {
		case err == nil:
			given++
		case !refused(err, benefit.UsedUp):
			t.Errorf("claim %d gets %v", i, err)
		}
	}
	if n := f.has(t, ctx, who.Profile.ID); given != 3 || n != 3 {
		t.Errorf("%d were told that they have one, there are %d, want 3", given, n)
	}
}

func couponClaimKilled(t *testing.T, ctx context.Context, s Fair) {
	killedEverywhere(t, 5, func(d *doomed) (func(bool), error) {
		f, who := newFair(s), somebodyAt()
		_, _, err := f.process(d).Claim(ctx, f.claim(who, "k"))
		return func(bool) {
			must(t, f.process(nil).Uses.Sweep(ctx, useDay, 10_000))
			u, err := s.Usages.ByMember(ctx, who.Profile.ID)
			must(t, err)
			if n, used := f.has(t, ctx, who.Profile.ID), u.Used(f.benefit, "2026-07"); int64(n) != used || n > 1 {
				t.Errorf("there are %d coupons, and %d of the quota are used", n, used)
			}
			made, _, err := f.process(nil).Claim(ctx, f.claim(who, "k"))
			must(t, err)
			if n := f.has(t, ctx, who.Profile.ID); n != 1 || len(made) != 1 || made[0].Source != coupons.ByQuota || made[0].Ref != f.benefit+" 2026-07" {
				t.Errorf("sent again there are %d, it says %+v", n, made)
			}
		}, err
	})
}

func giftOnce(t *testing.T, ctx context.Context, s Fair) {
	f := newFair(s)
	h := someone(dice(7))
	must(t, s.Accounts.Create(ctx, h))
	gift := giving.Gift{Key: name("key-0123456789"), Member: h.Profile.ID, Template: "FIVE", Count: 2, Source: coupons.ByCompensation, Ref: "parcel", Reason: "It was late."}
	must(t, errors.Join(together(20, func(int) error {
		return insisting(func() error { _, err := f.process(nil).Give(ctx, gift, "clerk", useDay); return err })
	})...))
	if n := f.has(t, ctx, h.Profile.ID); n != 2 {
		t.Errorf("twenty times under one key gave %d", n)
	}
	other := gift
	other.Reason = "It was lost."
	if _, err := f.process(nil).Give(ctx, other, "clerk", useDay); !refused(err, wallet.KeyReused) {
		t.Errorf("the key for another reason: %v", err)
	}
	_, err := f.process(nil).Give(ctx, gift, "another", useDay)
	must(t, err)
	if n := f.has(t, ctx, h.Profile.ID); n != 4 {
		t.Errorf("the key of another one of the staff made it %d", n)
	}
	killedEverywhere(t, 1, func(d *doomed) (func(bool), error) {
		h := someone(dice(8))
		h.Profile.ID, h.Profile.Handle = member.ID(name("m")), name("h")
		h.Account.Member = h.Profile.ID
		must(t, s.Accounts.Create(ctx, h))
		mine := gift
		mine.Member = h.Profile.ID
		_, err := f.process(d).Give(ctx, mine, "clerk", useDay)
		return func(bool) {
			_, err := f.process(nil).Give(ctx, mine, "clerk", useDay)
			must(t, err)
			if n := f.has(t, ctx, h.Profile.ID); n != 2 {
				t.Errorf("killed and sent again there are %d", n)
			}
		}, err
	})
}

func refusedGifts(t *testing.T, ctx context.Context, s Fair) {
	f, who := newFair(s), somebodyAt()
	h := someone(dice(9))
	must(t, s.Accounts.Create(ctx, h))
	one := f.process(nil)
	take := func(code string) error { _, _, err := one.Take(ctx, who, code, useDay); return err }
	claim := func(code string) error {
		c := f.claim(who, "k")
		c.Benefit = code
		_, _, err := one.Claim(ctx, c)
		return err
	}
	give := func(change func(*giving.Gift)) error {
		g := giving.Gift{Key: name("key-0123456789"), Member: h.Profile.ID, Template: "FIVE", Count: 1, Source: coupons.ByClaim, Reason: "So."}
		change(&g)
		_, err := one.Give(ctx, g, "clerk", useDay)
		return err
	}
	for what, c := range map[string]struct {
		err  error
		want string
	}{
		"a campaign that nobody knows":         {take("NONE"), coupons.Unknown},
		"one that is over":                     {take(f.campaign + "-over"), giving.NotOpen},
		"one for a higher tier":                {take(f.campaign + "-gold"), giving.NotFor},
		"a benefit that nobody knows":          {claim("NONE"), benefit.Unknown},
		"one that gives no coupon":             {claim(f.benefit + "-plain"), giving.NoCoupon},
		"more than staff give at once":         {give(func(g *giving.Gift) { g.Count = 5 }), giving.TooMany},
		"a template that staff do not give":    {give(func(g *giving.Gift) { g.Template = "GOLDEN" }), giving.NotIssued},
		"a template that nobody knows":         {give(func(g *giving.Gift) { g.Template = "NONE" }), coupons.Unknown},
		"to a member whom nobody knows":        {give(func(g *giving.Gift) { g.Member = "nobody" }), coupons.Unknown},
		"the right one, by staff, is no error": {give(func(*giving.Gift) {}), "<nil>"},
	} {
		if got := refusedWith(c.err); got != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
	}
	if n := f.has(t, ctx, who.Profile.ID); n != 0 {
		t.Errorf("refusals gave %d", n)
	}
}

func campaignGrows(t *testing.T, ctx context.Context, s Fair) {
	f := newFair(s)
	late := somebodyAt()
	take := func(who eligibility.Facts) error {
		_, _, err := f.process(nil).Take(ctx, who, f.campaign, useDay)
		return err
	}
	for range 5 {
		must(t, take(somebodyAt()))
	}
	if err := take(late); !refused(err, giving.SoldOut) {
		t.Errorf("the sixth of five: %v", err)
	}
	f.book.p.Campaigns[0].Stock = 6
	for range 2 {
		must(t, take(late))
	}
	if err := take(somebodyAt()); !refused(err, giving.SoldOut) {
		t.Errorf("the seventh of six: %v", err)
	}
	if n := f.taken(t, ctx); n != 6 || f.has(t, ctx, late.Profile.ID) != 1 {
		t.Errorf("%d were taken, %d by the one who was late", n, f.has(t, ctx, late.Profile.ID))
	}
}
