package family_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/wallet"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestProportionalDrawGivesLargestRemainders(t *testing.T) {
	for _, c := range []struct {
		n    int64
		have []int64
		want []int64
	}{
		{3_000_000, []int64{3_000_000, 2_000_000, 1_000_000}, []int64{1_500_000, 1_000_000, 500_000}},
		{100, []int64{333, 333, 334}, []int64{33, 33, 34}},
		{1, []int64{1, 1, 1}, []int64{1, 0, 0}},
		{7, []int64{5, 5, 0}, []int64{4, 3, 0}},
		{7_999_999_999, []int64{2_000_000_000, 2_000_000_000, 2_000_000_000, 2_000_000_000}, []int64{2_000_000_000, 2_000_000_000, 2_000_000_000, 1_999_999_999}},
	} {
		got, err := family.Draw(programme.Proportional, c.n, "a", sources(c.have...), nil)
		if diff := cmp.Diff(part(c.want...), got); diff != "" || err != nil {
			t.Errorf("%d of %v: %v (-want, +got)\n%s", c.n, c.have, err, diff)
		}
	}
}

func TestDrawTakesWhatDiesFirst(t *testing.T) {
	a := family.Source{Member: "a", Most: 100, Lots: coins(t, [2]int64{30, 40}, [2]int64{90, 60}).Lots}
	b := family.Source{Member: "b", Most: 100, Lots: coins(t, [2]int64{30, 50}, [2]int64{60, 50}).Lots}
	never := family.Source{Member: "0", Most: 100, Lots: coins(t, [2]int64{0, 100}).Lots}
	little := family.Source{Member: "l", Most: 20, Lots: coins(t, [2]int64{10, 500}).Lots}
	for name, c := range map[string]struct {
		n       int64
		spender member.ID
		sources []family.Source
		want    []family.Part
	}{
		"the spender's own before others' of the same day": {40, "a", []family.Source{b, a}, []family.Part{{Member: "a", Coins: 40}}},
		"another spender":                           {45, "b", []family.Source{a, b}, []family.Part{{Member: "b", Coins: 45}}},
		"neither's: by member id":                   {50, "x", []family.Source{b, a}, []family.Part{{Member: "a", Coins: 40}, {Member: "b", Coins: 10}}},
		"another's before the own that live longer": {140, "a", []family.Source{a, b}, []family.Part{{Member: "a", Coins: 40}, {Member: "b", Coins: 100}}},
		"what never dies comes last":                {201, "0", []family.Source{never, a, b}, []family.Part{{Member: "0", Coins: 1}, {Member: "a", Coins: 100}, {Member: "b", Coins: 100}}},
		"no more than is shared":                    {60, "a", []family.Source{a, little}, []family.Part{{Member: "a", Coins: 40}, {Member: "l", Coins: 20}}},
	} {
		got, err := family.Draw(programme.ExpiringFirst, c.n, c.spender, c.sources, nil)
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want, +got)\n%s", name, err, diff)
		}
	}
}

func TestDrawAsRequestedStaysWithinWhatIsShared(t *testing.T) {
	have := sources(10, 20)
	for name, c := range map[string]struct {
		asked map[member.ID]int64
		want  []family.Part
		err   string
	}{
		"as asked":          {map[member.ID]int64{"a": 5, "b": 10}, part(5, 10), ""},
		"nothing of one":    {map[member.ID]int64{"a": 0, "b": 15}, part(0, 15), ""},
		"too much of one":   {map[member.ID]int64{"a": 11, "b": 4}, nil, "11 coins are asked of one person, who gives fewer"},
		"less than nothing": {map[member.ID]int64{"a": -5, "b": 20}, nil, "-5 coins are asked of one person; allowed are 0 and more"},
		"of a stranger":     {map[member.ID]int64{"z": 15}, nil, "15 coins are asked of one person, who gives fewer"},
		"another sum":       {map[member.ID]int64{"a": 5, "b": 5}, nil, "draws add up to 10; allowed is 15"},
	} {
		got, err := family.Draw(programme.Requested, 15, "a", have, c.asked)
		if diff := cmp.Diff(c.want, got); diff != "" || (err == nil) != (c.err == "") || err != nil && err.Error() != c.err {
			t.Errorf("%s: error %v, want %q (-want, +got)\n%s", name, err, c.err, diff)
		}
	}
}

func TestNobodyDrawsNothingOrMoreThanThereIs(t *testing.T) {
	for n, want := range map[int64]string{
		0:  "coins is 0; allowed are 1 and more",
		-5: "coins is -5; allowed are 1 and more",
		31: "coins is 31; the family can draw 30",
	} {
		for _, order := range orders {
			if _, err := family.Draw(order, n, "a", sources(10, 20), nil); err == nil || err.Error() != want {
				t.Errorf("%s, %d coins: %v, want %q", order, n, err, want)
			}
		}
	}
	if _, err := family.Draw(programme.Proportional, 1, "a", nil, nil); err == nil {
		t.Error("coins were drawn from nobody")
	}
}

var orders = []string{programme.ExpiringFirst, programme.Proportional, programme.Requested}

func TestEveryDrawAddsUpAndHurtsNobody(t *testing.T) {
	start := at(t, "2026-01-01 00:00")
	rapid.Check(t, func(t *rapid.T) {
		all, have := drawSources(t, start)
		if all == 0 {
			return
		}
		n := rapid.Int64Range(1, all).Draw(t, "coins")
		for _, order := range orders[:2] {
			got, err := family.Draw(order, n, "a", have, nil)
			if err != nil {
				t.Fatal(err)
			}
			var sum int64
			for _, p := range got {
				s := have[slices.IndexFunc(have, func(s family.Source) bool { return s.Member == p.Member })]
				if p.Coins < 1 || p.Coins > s.Most {
					t.Fatalf("%s draws %d of %s, who shares %d", order, p.Coins, p.Member, s.Most)
				}
				if exact := float64(n) * float64(s.Most) / float64(all); order == programme.Proportional && (float64(p.Coins) > exact+1 || float64(p.Coins) < exact-1) {
					t.Fatalf("%s has %d, the exact share is %f", p.Member, p.Coins, exact)
				}
				sum += p.Coins
			}
			if sum != n {
				t.Fatalf("%s of %d coins gives %d", order, n, sum)
			}
		}
	})
}

func TestNoOtherDrawSavesMoreCoinsFromDying(t *testing.T) {
	start := at(t, "2026-01-01 00:00")
	rapid.Check(t, func(t *rapid.T) {
		all, have := drawSources(t, start)
		if all == 0 {
			return
		}
		n := rapid.Int64Range(1, all).Draw(t, "coins")
		first, err := family.Draw(programme.ExpiringFirst, n, "a", have, nil)
		if err != nil {
			t.Fatal(err)
		}
		other, err := family.Draw(programme.Proportional, n, "a", have, nil)
		if err != nil {
			t.Fatal(err)
		}
		for day := range 5 {
			then := start.AddDate(0, 0, day)
			if a, b := dead(have, first, then), dead(have, other, then); a > b {
				t.Fatalf("by %s %d coins have died, another draw loses %d", then, a, b)
			}
		}
	})
}

// drawSources makes up to four wallets with lots of the next days and sums up what they share.
func drawSources(t *rapid.T, start time.Time) (all int64, have []family.Source) {
	for i := range rapid.IntRange(1, 4).Draw(t, "people") {
		s := family.Source{Member: member.ID(string(rune('a' + i)))}
		for day := range rapid.IntRange(0, 4).Draw(t, "lots") {
			l := wallet.Lot{Expires: start.AddDate(0, 0, day), Free: rapid.Int64Range(1, 1_000_000_000).Draw(t, "free")}
			s.Lots, s.Most = append(s.Lots, l), s.Most+l.Free
		}
		s.Most = rapid.Int64Range(0, s.Most).Draw(t, "shared")
		all, have = all+s.Most, append(have, s)
	}
	return all, have
}

// dead counts the shared coins that die by a time when a draw has taken its part of each wallet, first to die first.
func dead(have []family.Source, drawn []family.Part, by time.Time) (n int64) {
	for _, s := range have {
		taken, shared := int64(0), s.Most
		for _, p := range drawn {
			if p.Member == s.Member {
				taken = p.Coins
			}
		}
		for _, l := range s.Lots {
			free := min(l.Free, shared)
			shared -= free
			gone := min(free, taken)
			taken -= gone
			if !l.Expires.After(by) {
				n += free - gone
			}
		}
	}
	return n
}

// sources are wallets of a, b, c … that share so many coins, which never die.
func sources(have ...int64) []family.Source {
	var out []family.Source
	for i, n := range have {
		out = append(out, family.Source{Member: member.ID(string(rune('a' + i))), Lots: []wallet.Lot{{Free: n}}, Most: n})
	}
	return out
}

func part(coins ...int64) []family.Part {
	var out []family.Part
	for i, n := range coins {
		if n > 0 {
			out = append(out, family.Part{Member: member.ID(fmt.Sprintf("%c", 'a'+i)), Coins: n})
		}
	}
	return out
}
