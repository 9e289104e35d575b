package family_test

import (
	"math"
	"testing"
	"time"

	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/tier"
	"membergate/internal/wallet"

	"pgregory.net/rapid"
)

func TestFamilySharesWhileItsOwnerHoldsTheTierAndInTheGraceAfter(t *testing.T) {
	p := retail5(t)
	granted := standing(t, "SILVER@2026-01-01 00:00")
	granted.Grants = []tier.Grant{{Tier: "DIAMOND", From: at(t, "2026-01-01 00:00")}}
	for name, c := range map[string]struct {
		owner   tier.Standing
		now     string
		open    bool
		until   string
		tier    string
		percent int64
	}{
		"the lowest tier that may":        {standing(t, "GOLD@2026-01-01 00:00"), "2026-07-08 12:00", true, "", "GOLD", 3},
		"a higher one":                    {standing(t, "PLATINUM@2026-01-01 00:00"), "2026-07-08 12:00", true, "", "PLATINUM", 5},
		"the highest":                     {standing(t, "BLACK_GOLD@2026-01-01 00:00"), "2026-07-08 12:00", true, "", "BLACK_GOLD", 10},
		"by a grant":                      {granted, "2026-07-08 12:00", true, "", "DIAMOND", 8},
		"fallen, first moment":            {standing(t, "GOLD@2026-01-01 00:00", "SILVER@2026-06-08 12:00"), "2026-06-08 12:00", true, "2026-07-08 12:00", "GOLD", 3},
		"fallen from high, grace":         {standing(t, "DIAMOND@2026-01-01 00:00", "SILVER@2026-06-08 12:00"), "2026-07-08 11:59", true, "2026-07-08 12:00", "GOLD", 3},
		"grace is over":                   {standing(t, "GOLD@2026-01-01 00:00", "SILVER@2026-06-08 12:00"), "2026-07-08 12:00", false, "", "SILVER", 0},
		"fallen twice, from the first":    {standing(t, "GOLD@2026-01-01 00:00", "SILVER@2026-06-01 00:00", "REGISTERED@2026-06-30 00:00"), "2026-07-01 00:00", false, "", "REGISTERED", 0},
		"risen again":                     {standing(t, "GOLD@2026-01-01 00:00", "SILVER@2026-02-01 00:00", "GOLD@2026-05-01 00:00"), "2026-07-01 00:00", true, "", "GOLD", 3},
		"risen and fallen, from the last": {standing(t, "GOLD@2026-01-01 00:00", "SILVER@2026-02-01 00:00", "GOLD@2026-05-01 00:00", "SILVER@2026-06-30 00:00"), "2026-07-01 00:00", true, "2026-07-30 00:00", "GOLD", 3},
		"never there":                     {standing(t, "REGISTERED@2026-06-30 00:00"), "2026-07-01 00:00", false, "", "REGISTERED", 0},
	} {
		g, ok := family.OwnerGate(p, c.owner, at(t, c.now))
		var until time.Time
		if c.until != "" {
			until = at(t, c.until)
		}
		if !ok || g.Open != c.open || !g.Until.Equal(until) || g.Tier.Code != c.tier {
			t.Errorf("%s: %+v", name, g)
		}
		d, ok := family.SharedDiscount(p, g)
		if ok != (c.percent > 0) || d.Percent != c.percent || ok && d.Tier.Code != c.tier {
			t.Errorf("%s: discount %+v, %v, want %d percent", name, d, ok, c.percent)
		}
	}
	p.Family.GraceDays = 0
	if g, _ := family.OwnerGate(p, standing(t, "GOLD@2026-01-01 00:00", "SILVER@2026-06-08 12:00"), at(t, "2026-06-08 12:00")); g.Open {
		t.Error("a programme without grace shares on")
	}
	p.Family = nil
	if _, ok := family.OwnerGate(p, standing(t, "GOLD@2026-01-01 00:00"), at(t, "2026-07-01 00:00")); ok {
		t.Error("a programme without families has a gate")
	}
}

func TestTierWithoutAPercentSharesThatOfTheOneBelow(t *testing.T) {
	p := retail5(t)
	p.Family.DiscountPercent = map[string]int64{"GOLD": 3, "DIAMOND": 8}
	g, _ := family.OwnerGate(p, standing(t, "PLATINUM@2026-01-01 00:00"), at(t, "2026-07-01 00:00"))
	if d, ok := family.SharedDiscount(p, g); !ok || d.Percent != 3 || d.Tier.Code != "PLATINUM" {
		t.Errorf("%+v, %v", d, ok)
	}
}

func TestOnlyHighTiersMayOwnAFamily(t *testing.T) {
	p := retail5(t)
	for tier, want := range map[string]bool{"": false, "REGISTERED": false, "SILVER": false, "GOLD": true, "BLACK_GOLD": true} {
		if family.MayOwn(p, tier) != want {
			t.Errorf("%q may own: %v", tier, !want)
		}
	}
}

func TestShareIsWhatThePersonAllows(t *testing.T) {
	for _, c := range []struct {
		share     family.Share
		available int64
		want      int64
	}{
		{family.Share{}, 999, 0},
		{family.Share{Mode: family.ShareNone}, 999, 0},
		{family.Share{Mode: family.ShareAll}, 999, 999},
		{family.Share{Mode: family.SharePercent, Percent: 50}, 999, 499},
		{family.Share{Mode: family.SharePercent, Percent: 0}, 999, 0},
		{family.Share{Mode: family.SharePercent, Percent: 100}, 2_000_000_000, 2_000_000_000},
		{family.Share{Mode: family.ShareAboveFloor, Floor: 500}, 999, 499},
		{family.Share{Mode: family.ShareAboveFloor, Floor: 1000}, 999, 0},
	} {
		if got := c.share.Of(c.available); got != c.want {
			t.Errorf("%+v of %d is %d, want %d", c.share, c.available, got, c.want)
		}
	}
}

func TestLimitsStartAnewWithTheirPeriod(t *testing.T) {
	counted := "2026-07-08 12:00" // a Wednesday
	for _, c := range []struct {
		period family.Period
		now    string
		left   int64
	}{
		{family.PerDay, "2026-07-08 23:59", 30},
		{family.PerDay, "2026-07-09 00:00", 100},
		{family.PerWeek, "2026-07-12 23:59", 30}, // Sunday
		{family.PerWeek, "2026-07-13 00:00", 100},
		{family.PerMonth, "2026-07-31 23:59", 30},
		{family.PerMonth, "2026-08-01 00:00", 100},
	} {
		l := family.Limit{PerPeriod: 100, Period: c.period, Used: 70, Counted: at(t, counted)}
		if got := l.LeftAt(at(t, c.now), retail5(t).Zone()); got != c.left {
			t.Errorf("%s at %s has %d left, want %d", c.period, c.now, got, c.left)
		}
	}
	lowered := family.Limit{PerPeriod: 50, Period: family.PerDay, Used: 70, Counted: at(t, counted)}
	if got := lowered.LeftAt(at(t, counted), retail5(t).Zone()); got != 0 {
		t.Errorf("a limit that was lowered has %d left", got)
	}
}

func TestSpendingThatNeedsAYes(t *testing.T) {
	above := int64(100)
	for name, c := range map[string]struct {
		person family.Person
		coins  int64
		want   bool
	}{
		"a child, always":      {family.Person{Role: family.Child}, 1, true},
		"a teen":               {family.Person{Role: family.Teen}, math.MaxInt64, false},
		"up to what is free":   {family.Person{Role: family.Teen, Limit: &family.Limit{ApprovalAbove: &above}}, 100, false},
		"more than that":       {family.Person{Role: family.Teen, Limit: &family.Limit{ApprovalAbove: &above}}, 101, true},
		"a limit without it":   {family.Person{Role: family.Adult, Limit: &family.Limit{}}, 101, false},
		"the owner, unlimited": {family.Person{Role: family.Owner}, 101, false},
	} {
		if got := c.person.NeedsYes(c.coins); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestPoolIsTheOwnCoinsAndWhatTheOthersShare(t *testing.T) {
	p, now := retail5(t), at(t, "2026-07-08 12:00")
	f := family.Open("home", "a", now).With("b", family.Adult, now).With("c", family.Teen, now).With("d", family.Child, now).With("gone", family.Adult, now)
	f = let(f, "gone", func(p *family.Person) { p.State = family.Left })
	f = let(f, "b", func(p *family.Person) { p.Share = family.Share{Mode: family.SharePercent, Percent: 50} })
	f = let(f, "c", func(p *family.Person) {
		p.Share = family.Share{Mode: family.ShareNone}
		p.Limit = &family.Limit{PerPeriod: 1000, Period: family.PerMonth, Used: 400, Counted: now}
	})
	states := map[member.ID]wallet.State{
		"a": coins(t, [2]int64{400, 1000}), "b": coins(t, [2]int64{400, 101}), "c": coins(t, [2]int64{0, 10}), "gone": coins(t, [2]int64{0, 7}),
	}
	for viewer, want := range map[member.ID]int64{
		"a": 1000 + 50,
		"b": 1000 + 101, // the own ones whole, whatever is shared of them
		"c": 600,        // 1,060 are there, but 600 are left of the limit
		"d": 1000 + 50,  // with somebody's yes; no wallet of its own yet
	} {
		if got, ok := f.PoolFor(viewer, p, sharing, states, now); !ok || got.Available != want || got.DrawOrder != "EXPIRING_FIRST" {
			t.Errorf("%s could draw %+v, %v, want %d", viewer, got, ok, want)
		}
	}
	if got, ok := f.PoolFor("b", p, family.Gate{}, states, now); !ok || got.Available != 101 {
		t.Errorf("while sharing is paused b could draw %+v, %v, want the own 101", got, ok)
	}
	if _, ok := f.PoolFor("gone", p, sharing, states, now); ok {
		t.Error("somebody who left sees the pool")
	}
	p.Family.CommonDraw = false
	if _, ok := f.PoolFor("a", p, sharing, states, now); ok {
		t.Error("a programme without a common draw shows a pool")
	}
}

func TestPoolIsWhatADrawFinds(t *testing.T) {
	p, now := retail5(t), at(t, "2026-01-01 00:00")
	rapid.Check(t, func(t *rapid.T) {
		f := family.Open("home", "a", now).With("b", family.Adult, now).With("c", family.Adult, now)
		states := map[member.ID]wallet.State{}
		for _, who := range f.Members() {
			free := rapid.Int64Range(0, 2_000_000_000).Draw(t, "coins")
			states[who] = wallet.State{Lots: []wallet.Lot{{Free: free, Held: 5}}}
			share := family.Share{
				Mode:    rapid.SampledFrom([]family.Mode{family.ShareNone, family.ShareAll, family.SharePercent, family.ShareAboveFloor}).Draw(t, "mode"),
				Percent: rapid.Int64Range(0, 100).Draw(t, "percent"), Floor: rapid.Int64Range(0, 3_000_000_000).Draw(t, "floor"),
			}
			f = let(f, who, func(p *family.Person) { p.Share = share })
		}
		pool, _ := f.PoolFor("b", p, sharing, states, now)
		from := f.Sources("b", sharing, states)
		if pool.Available > 0 {
			if _, err := family.Draw(pool.DrawOrder, pool.Available, "b", from, nil); err != nil {
				t.Fatalf("the pool of %d cannot be drawn: %v", pool.Available, err)
			}
		}
		if _, err := family.Draw(pool.DrawOrder, pool.Available+1, "b", from, nil); err == nil {
			t.Fatalf("more than the pool of %d was drawn", pool.Available)
		}
	})
}
