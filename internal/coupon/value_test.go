package coupon_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"membergate/internal/coupon"
	"membergate/internal/programme"
)

var noon = time.Date(2026, 7, 6, 4, 0, 0, 0, time.UTC)

func of(id string, t coupon.Terms) coupon.Coupon {
	return coupon.Coupon{ID: id, Terms: t, State: coupon.Issued, Until: noon.Add(time.Hour), Version: 1}
}

func rules(most int64, percent string) programme.Stacking {
	return programme.Stacking{Most: most, Percent: percent, Groups: []programme.CouponGroup{
		{Code: "SHOP", Most: 3, With: []string{"POST", "TEA"}}, {Code: "POST", Most: 1}, {Code: "TEA", Most: 2, With: []string{"POST"}}, {Code: "SOLO", Most: 1},
	}}
}

func TestACouponTakesOffWhatItSaysAndNoMore(t *testing.T) {
	off := func(fen int64) coupon.Terms { return coupon.Terms{Kind: programme.Off, Value: fen, Group: "SHOP"} }
	over := func(fen, from int64) coupon.Terms {
		return coupon.Terms{Kind: programme.OffOver, Value: fen, MinOrderFen: from, Group: "SHOP"}
	}
	share := func(percent, most int64) coupon.Terms {
		return coupon.Terms{Kind: programme.Percent, Value: percent, MaxOffFen: most, Group: "SHOP"}
	}
	fruit := func(t coupon.Terms) coupon.Terms { t.Categories = []string{"FRUIT"}; return t }
	lines := []coupon.Line{{Category: "FRUIT", Fen: 999}, {Category: "MEAT", Fen: 4001}}
	for name, c := range map[string]struct {
		terms    coupon.Terms
		purchase coupon.Purchase
		goods    int64
		delivery int64
		cause    coupon.Cause // of what keeps it from being used
		short    int64
	}{
		"an amount off any order":                {off(500), coupon.Purchase{AmountFen: 501}, 500, 0, "", 0},
		"an amount is never more than the order": {off(500), coupon.Purchase{AmountFen: 499}, 499, 0, "", 0},
		"5 off 50 at 50":                         {over(500, 5000), coupon.Purchase{AmountFen: 5000}, 500, 0, "", 0},
		"5 off 50 at 49.99":                      {over(500, 5000), coupon.Purchase{AmountFen: 4999}, 0, 0, coupon.TooSmall, 1},
		"half of 1 fen is nothing":               {share(50, 3000), coupon.Purchase{AmountFen: 1}, 0, 0, "", 0},
		"half of 3 fen is 1, rounded down":       {share(50, 3000), coupon.Purchase{AmountFen: 3}, 1, 0, "", 0},
		"10 percent of 999 is 99":                {share(10, 3000), coupon.Purchase{AmountFen: 999}, 99, 0, "", 0},
		"a share at its cap":                     {share(50, 3000), coupon.Purchase{AmountFen: 6000}, 3000, 0, "", 0},
		"a share above its cap":                  {share(50, 3000), coupon.Purchase{AmountFen: 6002}, 3000, 0, "", 0},
		"all of it":                              {share(100, 9_000), coupon.Purchase{AmountFen: 777}, 777, 0, "", 0},
		"the largest order":                      {share(100, 1_000_000_000), coupon.Purchase{AmountFen: 1_000_000_000}, 1_000_000_000, 0, "", 0},
		"some goods alone":                       {fruit(off(2000)), coupon.Purchase{AmountFen: 5000, Lines: lines}, 999, 0, "", 0},
		"a share of some goods":                  {fruit(share(50, 3000)), coupon.Purchase{AmountFen: 5000, Lines: lines}, 499, 0, "", 0},
		"a threshold of some goods":              {fruit(over(500, 1000)), coupon.Purchase{AmountFen: 5000, Lines: lines}, 0, 0, coupon.TooSmall, 1},
		"goods that are not in the order":        {fruit(off(500)), coupon.Purchase{AmountFen: 5000}, 0, 0, coupon.WrongGoods, 0},
		"the whole fee":                          {coupon.Terms{Kind: programme.Delivery, Group: "POST"}, coupon.Purchase{AmountFen: 100, DeliveryFen: 700}, 0, 700, "", 0},
		"a part of the fee":                      {coupon.Terms{Kind: programme.Delivery, Value: 600, Group: "POST"}, coupon.Purchase{AmountFen: 100, DeliveryFen: 700}, 0, 600, "", 0},
		"no fee":                                 {coupon.Terms{Kind: programme.Delivery, Group: "POST"}, coupon.Purchase{AmountFen: 100}, 0, 0, coupon.NoDeliveryFee, 0},
		"a gift takes nothing off":               {coupon.Terms{Kind: programme.GiftAlso, Value: 900, Group: "TEA"}, coupon.Purchase{AmountFen: 100}, 0, 0, "", 0},
		"another channel":                        {coupon.Terms{Kind: programme.Off, Value: 5, Channels: []string{"STORE"}}, coupon.Purchase{AmountFen: 100, Channel: "PARTNER"}, 0, 0, coupon.WrongChannel, 0},
		"another store":                          {coupon.Terms{Kind: programme.Off, Value: 5, Stores: []string{"s1"}}, coupon.Purchase{AmountFen: 100, Channel: "STORE"}, 0, 0, coupon.WrongStore, 0},
		"inside the region":                      {coupon.Terms{Kind: programme.Off, Value: 5, Regions: []string{"CN"}}, coupon.Purchase{AmountFen: 100, Region: "CN-BJ"}, 5, 0, "", 0},
		"a region that only begins alike":        {coupon.Terms{Kind: programme.Off, Value: 5, Regions: []string{"CN"}}, coupon.Purchase{AmountFen: 100, Region: "CNX"}, 0, 0, coupon.WrongRegion, 0},
		"not the first order":                    {coupon.Terms{Kind: programme.Off, Value: 5, FirstOrder: true}, coupon.Purchase{AmountFen: 100}, 0, 0, coupon.NotFirst, 0},
		"the first order":                        {coupon.Terms{Kind: programme.Off, Value: 5, FirstOrder: true}, coupon.Purchase{AmountFen: 100, FirstOrder: true}, 5, 0, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			one := of("c", c.terms)
			why := one.Against(c.purchase, "", noon)
			if c.cause == "" && len(why) > 0 || c.cause != "" && (len(why) != 1 || why[0].Cause != c.cause || why[0].ShortByFen != c.short) {
				t.Fatalf("against it stands %+v, want %q", why, c.cause)
			}
			if c.cause != "" {
				return
			}
			if o := coupon.Apply(rules(3, "LAST"), c.purchase, []coupon.Coupon{one}); o.Goods != c.goods || o.Delivery != c.delivery {
				t.Errorf("it takes off %d and %d, want %d and %d", o.Goods, o.Delivery, c.goods, c.delivery)
			}
		})
	}
}

func TestSharesAreTakenBeforeOrAfterAmountsAsTheProgrammeSays(t *testing.T) {
	set := []coupon.Coupon{
		of("half", coupon.Terms{Kind: programme.Percent, Value: 50, MaxOffFen: 100_000, Group: "SHOP"}),
		of("ten", coupon.Terms{Kind: programme.Off, Value: 1000, Group: "SHOP"}),
	}
	p := coupon.Purchase{AmountFen: 5001}
	for percent, want := range map[string]int64{programme.PercentFirst: 2500 + 1000, programme.PercentLast: 1000 + 2000} {
		if o := coupon.Apply(rules(3, percent), p, set); o.Goods != want {
			t.Errorf("%s: %d, want %d", percent, o.Goods, want)
		}
	}
}

func TestCouponsMeetOnlyAsTheProgrammeSays(t *testing.T) {
	shop := func(id string) coupon.Coupon {
		return of(id, coupon.Terms{Kind: programme.Off, Value: 1, Group: "SHOP"})
	}
	in := func(group string, categories ...string) coupon.Coupon {
		return of(group, coupon.Terms{Kind: programme.Off, Value: 1, Group: group, Categories: categories})
	}
	for name, c := range map[string]struct {
		set  []coupon.Coupon
		meet bool
	}{
		"one by itself":                       {[]coupon.Coupon{shop("a")}, true},
		"as many of a group as it may":        {[]coupon.Coupon{shop("a"), shop("b"), shop("c")}, true},
		"too many of a group":                 {[]coupon.Coupon{in("POST"), in("POST")}, false},
		"groups of which one names the other": {[]coupon.Coupon{in("POST"), shop("a")}, true},
		"groups that do not name each other":  {[]coupon.Coupon{in("SOLO"), shop("a")}, false},
		"a group that is known no more":       {[]coupon.Coupon{in("GONE"), shop("a")}, false},
		"that group by itself":                {[]coupon.Coupon{in("GONE")}, true},
		"the same goods twice":                {[]coupon.Coupon{in("SHOP", "FRUIT"), in("SHOP", "MEAT", "FRUIT")}, false},
		"different goods":                     {[]coupon.Coupon{in("SHOP", "FRUIT"), in("SHOP", "MEAT")}, true},
		"more than an order takes":            {[]coupon.Coupon{shop("a"), shop("b"), in("TEA"), in("POST")}, false},
	} {
		if got := coupon.Meet(rules(3, "LAST"), c.set); got != c.meet {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// someSet draws coupons that are often alike in what they take and for what.
func someSet(r *rapid.T) (programme.Stacking, coupon.Purchase, []coupon.Coupon) {
	cats := []string{"FRUIT", "MEAT", "MILK"}
	s := rules(rapid.Int64Range(1, 4).Draw(r, "most"), rapid.SampledFrom([]string{"FIRST", "LAST"}).Draw(r, "percent"))
	s.Groups[0].Most = rapid.Int64Range(1, 4).Draw(r, "of a group")
	top := rapid.SampledFrom([]int64{20, 500, 20_000}).Draw(r, "size")
	p := coupon.Purchase{AmountFen: rapid.Int64Range(1, top).Draw(r, "amount"), DeliveryFen: rapid.Int64Range(0, 700).Draw(r, "fee")}
	for _, c := range cats {
		p.Lines = append(p.Lines, coupon.Line{Category: c, Fen: rapid.Int64Range(0, top/2).Draw(r, c)})
	}
	var set []coupon.Coupon
	for i := range rapid.IntRange(0, 9).Draw(r, "coupons") {
		t := coupon.Terms{Kind: rapid.SampledFrom([]programme.CouponKind{"OFF", "OFF", "OFF_OVER", "PERCENT", "PERCENT", "DELIVERY", "GIFT"}).Draw(r, "kind")}
		t.Group = rapid.SampledFrom([]string{"SHOP", "SHOP", "SHOP", "POST", "TEA", "SOLO"}).Draw(r, "group")
		t.Value = rapid.Int64Range(1, max(2, top/2)).Draw(r, "value")
		switch t.Kind {
		case programme.Percent:
			t.Value, t.MaxOffFen = rapid.Int64Range(1, 100).Draw(r, "share"), rapid.Int64Range(1, top).Draw(r, "cap")
		case programme.OffOver:
			t.MinOrderFen = rapid.Int64Range(0, top).Draw(r, "from")
		}
		if t.Kind != programme.Delivery && rapid.IntRange(0, 2).Draw(r, "for some goods") == 0 {
			t.Categories = rapid.SliceOfNDistinct(rapid.SampledFrom(cats), 1, 2, rapid.ID[string]).Draw(r, "goods")
		}
		set = append(set, of(fmt.Sprint("c", i), t))
	}
	return s, p, set
}

func TestTheBestSetIsTheBestOfAllSets(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s, p, all := someSet(r)
		var best coupon.Outcome
		for bits := range 1 << len(all) {
			var set []coupon.Coupon
			usable := true
			for i, c := range all {
				if bits>>i&1 == 1 {
					set = append(set, c)
					usable = usable && len(c.Against(p, "", noon)) == 0
				}
			}
			if !usable || !coupon.Meet(s, set) {
				continue
			}
			if o := coupon.Apply(s, p, set); o.Off() > best.Off() || o.Off() == best.Off() && o.Gifts > best.Gifts {
				best = o
			}
		}
		got := coupon.BestOf(s, p, "", noon, all)
		if got.Off() != best.Off() || got.Gifts != best.Gifts {
			r.Fatalf("the best of all takes off %d with gifts of %d by %v; found was %d with %d by %v", best.Off(), best.Gifts, ids(best), got.Off(), got.Gifts, ids(got.Outcome))
		}
		if got.Goods > p.AmountFen || got.Delivery > p.DeliveryFen || got.Goods < 0 {
			r.Fatalf("it takes %d off %d and %d off %d", got.Goods, p.AmountFen, got.Delivery, p.DeliveryFen)
		}
		seen := map[string]int{}
		var sum int64
		var chosen []coupon.Coupon
		for _, e := range got.Each {
			seen[e.Coupon.ID]++
			chosen = append(chosen, e.Coupon)
			if sum += e.Fen; e.Fen == 0 && e.Coupon.Terms.Kind != programme.GiftAlso {
				r.Fatalf("%s is wasted", e.Coupon.ID)
			}
		}
		for _, i := range got.Idle {
			if seen[i.Coupon.ID]++; len(i.Because) == 0 || i.Because[0].Cause == coupon.BetterWithout {
				r.Fatalf("nobody knows why %s is not in it: %+v", i.Coupon.ID, i.Because)
			}
		}
		if len(seen) != len(all) || sum != got.Off() || !coupon.Meet(s, chosen) {
			r.Fatalf("%d of %d coupons are told of, %d of %d fen", len(seen), len(all), sum, got.Off())
		}
	})
}

func ids(o coupon.Outcome) (out []string) {
	for _, e := range o.Each {
		out = append(out, e.Coupon.ID)
	}
	slices.Sort(out)
	return out
}

func TestOfSetsThatTakeOffTheSameTheOneIsChosenThatIsMissedLeast(t *testing.T) {
	late, soon, big := of("late", coupon.Terms{Kind: programme.Off, Value: 500, Group: "SHOP"}), of("soon", coupon.Terms{Kind: programme.Off, Value: 500, Group: "SHOP"}),
		of("big", coupon.Terms{Kind: programme.Off, Value: 900, Group: "SHOP"})
	late.Until = noon.Add(48 * time.Hour)
	s := rules(1, "LAST")
	if b := coupon.BestOf(s, coupon.Purchase{AmountFen: 500}, "", noon, []coupon.Coupon{late, big, soon}); !slices.Equal(ids(b.Outcome), []string{"soon"}) {
		t.Errorf("chosen is %v", ids(b.Outcome))
	}
	if b := coupon.BestOf(rules(3, "LAST"), coupon.Purchase{AmountFen: 400}, "", noon, []coupon.Coupon{late, big, soon}); !slices.Equal(ids(b.Outcome), []string{"soon"}) || b.Idle[0].Because[0].Cause != coupon.NothingLeft {
		t.Errorf("chosen is %v, %+v", ids(b.Outcome), b.Idle)
	}
	other := soon
	other.State, other.Order, other.FrozenUntil = coupon.Frozen, "o1", noon.Add(time.Minute)
	p := coupon.Purchase{AmountFen: 500}
	for order, want := range map[string]int{"": 0, "o2": 0, "o1": 1} {
		if b := coupon.BestOf(s, p, order, noon, []coupon.Coupon{other}); len(b.Each) != want {
			t.Errorf("of what order o1 keeps, order %q gets %v", order, ids(b.Outcome))
		}
	}
	if b := coupon.BestOf(s, p, "", noon.Add(time.Minute), []coupon.Coupon{other}); len(b.Each) != 1 {
		t.Error("a freeze that is over still keeps the coupon")
	}
}

func TestTheBestOfTwoHundredDifferentCouponsIsFoundAtOnce(t *testing.T) {
	var all []coupon.Coupon
	for i := range int64(200) {
		all = append(all, of(fmt.Sprint("c", i), coupon.Terms{Kind: programme.Percent, Value: 1 + i%100, MaxOffFen: 40_000 - 97*i, Group: "SHOP"}))
	}
	began := time.Now()
	b := coupon.BestOf(rules(4, "LAST"), coupon.Purchase{AmountFen: 100_000, DeliveryFen: 900}, "", noon, all)
	if took := time.Since(began); took > 5*time.Second || len(b.Each) != 3 {
		t.Errorf("it took %v and chose %v", took, ids(b.Outcome))
	}
}
