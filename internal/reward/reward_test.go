package reward_test

import (
	"fmt"
	"slices"
	"testing"

	"membergate/internal/programme"
	"membergate/internal/reward"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// ladder is three steps; the numbers are the test's own.
var ladder = &programme.Programme{Tiers: []programme.Tier{
	{Code: "FREE", Rank: 0}, {Code: "SILVER", Rank: 1}, {Code: "GOLD", Rank: 2}, {Code: "TOP", Rank: 3},
}}

func TestRewardCostsWhatTheTierPays(t *testing.T) {
	r := reward.Reward{Cost: 999, TierPercent: map[string]int64{"SILVER": 95, "TOP": 50}}
	for tier, want := range map[string]int64{
		"FREE":    999, // below the first tier that is named
		"SILVER":  949, // ⌊999 × 95 / 100⌋
		"GOLD":    949, // not named: inherits from the one below
		"TOP":     499,
		"UNKNOWN": 999,
	} {
		if got := r.MemberCost(ladder, tier); got != want {
			t.Errorf("%s pays %d, want %d", tier, got, want)
		}
	}
	cheap := reward.Reward{Cost: 1, TierPercent: map[string]int64{"FREE": 10}}
	if got := cheap.MemberCost(ladder, "FREE"); got != 1 {
		t.Errorf("the cheapest reward costs %d, want 1: nothing is given away by rounding", got)
	}
}

func TestMissingCoinsAreCountedAtTheMembersOwnCost(t *testing.T) {
	r := reward.Reward{Cost: 1000, TierPercent: map[string]int64{"GOLD": 90}}
	for _, c := range []struct {
		tier      string
		available int64
		missing   int64
	}{
		{"FREE", 0, 1000},
		{"FREE", 999, 1},
		{"FREE", 1000, 0},
		{"GOLD", 899, 1},
		{"GOLD", 900, 0},
		{"GOLD", 5000, 0},
	} {
		if got := r.MissingCoins(ladder, c.tier, c.available); got != c.missing {
			t.Errorf("%s with %d misses %d, want %d", c.tier, c.available, got, c.missing)
		}
		if got := r.Affordable(ladder, c.tier, c.available); got != (c.missing == 0) {
			t.Errorf("%s with %d: affordable %v", c.tier, c.available, got)
		}
	}
}

func TestLowerTiersMayNotHaveAGatedReward(t *testing.T) {
	gated := reward.Reward{MinTier: "GOLD"}
	for tier, want := range map[string]bool{"": false, "FREE": false, "SILVER": false, "GOLD": true, "TOP": true} {
		if got := gated.Open(ladder, tier); got != want {
			t.Errorf("%q may have it: %v", tier, got)
		}
	}
	if !(reward.Reward{}).Open(ladder, "FREE") {
		t.Error("a reward without a gate is closed")
	}
}

var shop = reward.Sorted([]reward.Reward{
	{ID: "d", Rank: 2, Cost: 400, Titles: programme.Text{"zh-CN": "茶叶罐", "en": "Tea Tin"}},
	{ID: "b", Rank: 1, Cost: 200, Titles: programme.Text{"zh-CN": "咖啡券", "en": "Coffee"}},
	{ID: "a", Rank: 1, Cost: 100, Titles: programme.Text{"zh-CN": "帆布袋", "en": "Bag"}, TierPercent: map[string]int64{"GOLD": 50}},
	{ID: "c", Rank: 2, Cost: 300, Titles: programme.Text{"zh-CN": "茶包", "en": "Tea bags"}},
})

func TestListIsFilteredForTheBuyer(t *testing.T) {
	gold := &reward.Buyer{Tier: "GOLD", Available: 250}
	for name, c := range map[string]struct {
		buyer  *reward.Buyer
		filter reward.Filter
		want   []string
	}{
		"everything, by rank and id":          {nil, reward.Filter{}, []string{"a", "b", "c", "d"}},
		"what the coins are there for":        {gold, reward.Filter{AffordableOnly: true}, []string{"a", "b"}},
		"nobody has coins":                    {nil, reward.Filter{AffordableOnly: true}, nil},
		"at most a cost":                      {nil, reward.Filter{MaxCost: 300}, []string{"a", "b", "c"}},
		"at most a cost, which is the buyers": {gold, reward.Filter{MaxCost: 50}, []string{"a"}},
		"part of a title":                     {nil, reward.Filter{Query: " tea "}, []string{"c", "d"}},
		"part of a title in Chinese":          {nil, reward.Filter{Query: "券"}, []string{"b"}},
		"no such title":                       {nil, reward.Filter{Query: "xyz"}, nil},
	} {
		page, more := reward.Page(shop, ladder, c.buyer, c.filter, nil, 10)
		if diff := cmp.Diff(c.want, ids(page)); diff != "" || more {
			t.Errorf("%s: more %v (-want, +got)\n%s", name, more, diff)
		}
	}
}

func TestPagingGoesOnAfterARewardThatIsGone(t *testing.T) {
	first, more := reward.Page(shop, ladder, nil, reward.Filter{}, nil, 2)
	if !more || !slices.Equal(ids(first), []string{"a", "b"}) {
		t.Fatalf("first page %v, more %v", ids(first), more)
	}
	place := first[1].Place()
	without := slices.DeleteFunc(slices.Clone(shop), func(r reward.Reward) bool { return r.ID == "b" })
	rest, more := reward.Page(without, ladder, nil, reward.Filter{}, &place, 2)
	if more || !slices.Equal(ids(rest), []string{"c", "d"}) {
		t.Fatalf("after the deleted one: %v, more %v", ids(rest), more)
	}
}

func TestPagesTogetherAreTheWholeList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []reward.Reward
		for i := range rapid.IntRange(0, 30).Draw(t, "rewards") {
			all = append(all, reward.Reward{ID: fmt.Sprint(i), Rank: rapid.IntRange(0, 3).Draw(t, "rank"), Cost: rapid.Int64Range(1, 9).Draw(t, "cost")})
		}
		all = reward.Sorted(all)
		f := reward.Filter{MaxCost: rapid.Int64Range(0, 9).Draw(t, "maxCost")}
		n := rapid.IntRange(1, 7).Draw(t, "page size")
		want, _ := reward.Page(all, ladder, nil, f, nil, len(all))
		var got []reward.Reward
		var after *reward.Place
		for {
			page, more := reward.Page(all, ladder, nil, f, after, n)
			got = append(got, page...)
			if !more {
				break
			}
			place := page[len(page)-1].Place()
			after = &place
		}
		if !slices.Equal(ids(got), ids(want)) {
			t.Fatalf("pages %v, list %v", ids(got), ids(want))
		}
	})
}

func ids(rewards []reward.Reward) []string {
	var out []string
	for _, r := range rewards {
		out = append(out, r.ID)
	}
	return out
}
