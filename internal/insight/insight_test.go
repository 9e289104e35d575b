package insight

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"membergate/internal/fault"
	"membergate/internal/order"
	"membergate/internal/programme"
)

var (
	noon  = time.Date(2026, 7, 6, 4, 0, 0, 0, time.UTC)
	rules = programme.Insight{
		Purpose:  "PERSONALISATION",
		Portrait: programme.Portrait{Days: 30, Viewed: 1, Bought: 3},
		Health: []programme.HealthPart{
			{Code: "SIGN_IN", Weight: 25, FreshDays: 7, GoneDays: 90}, {Code: "ORDER", Weight: 40, FreshDays: 30, GoneDays: 180},
			{Code: "REVIEW", Weight: 15, FreshDays: 60, GoneDays: 365}, {Code: "COINS", Weight: 20, FreshDays: 60, GoneDays: 365},
		},
		RFMDays: 365,
		Tags:    programme.Tags{Groups: 500, KeepDays: 180, Purposes: map[string]string{"EMOTION": "EMOTION"}, Refused: []string{"FACE"}},
	}
)

func agreedTo(purposes ...string) Agreed {
	return func(p string) bool { return slices.Contains(purposes, p) }
}

// Whatever was counted, the shares are whole, add up to 100, are off by less than 1, and the larger count never has less.
func TestSharesAddUpToAHundred(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.MapOfN(rapid.StringMatching(`[A-Z]{1,3}`), rapid.Int64Range(0, 1_000_000), 0, 120).Draw(t, "counts")
		sum, total := int64(0), int64(0)
		for _, n := range counts {
			total += n
		}
		got := shares(counts)
		for i, s := range got {
			sum += s.Percent
			exact := float64(counts[s.Category]) * 100 / float64(total)
			if diff := float64(s.Percent) - exact; diff >= 1 || diff <= -1 {
				t.Fatalf("%s has %d %%, exactly %.3f", s.Category, s.Percent, exact)
			}
			if s.Percent < 1 || i > 0 && s.Percent > got[i-1].Percent {
				t.Fatalf("the order is %v", got)
			}
		}
		if total > 0 && sum != 100 || total == 0 && len(got) != 0 {
			t.Fatalf("of %v the shares add up to %d", counts, sum)
		}
		if again := shares(counts); !slices.Equal(again, got) {
			t.Fatalf("once %v, then %v", got, again)
		}
	})
	for _, c := range []struct {
		counts map[string]int64
		want   []Share
	}{
		{map[string]int64{"A": 1, "B": 1, "C": 1}, []Share{{"A", 34}, {"B", 33}, {"C", 33}}},
		{map[string]int64{"VEGETABLES": 45, "MEAT": 30, "FRUIT": 25}, []Share{{"VEGETABLES", 45}, {"MEAT", 30}, {"FRUIT", 25}}},
		{map[string]int64{"A": 1_000_000, "B": 1}, []Share{{"A", 100}}},
	} {
		if got := shares(c.counts); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.counts, got, c.want)
		}
	}
}

// S1-65: four parts, from 0 to 100, each falling from fresh to gone.
func TestHealthHasFourPartsThatFall(t *testing.T) {
	ago := func(days int) time.Time { return noon.AddDate(0, 0, -days) }
	for _, c := range []struct {
		what string
		last map[string]time.Time
		want int64
	}{
		{"all today", map[string]time.Time{"SIGN_IN": noon, "ORDER": noon, "REVIEW": noon, "COINS": noon}, 100},
		{"nothing ever", nil, 0},
		{"an order on the last fresh day", map[string]time.Time{"ORDER": ago(30)}, 40},
		{"an order halfway", map[string]time.Time{"ORDER": ago(105)}, 20},
		{"an order that is gone", map[string]time.Time{"ORDER": ago(180)}, 0},
		{"rounded down", map[string]time.Time{"ORDER": ago(31)}, 39},
		{"a clock that is fast", map[string]time.Time{"SIGN_IN": noon.Add(time.Hour)}, 25},
	} {
		if h := health(rules, c.last, Score{}, noon); h.Score != c.want || len(h.Parts) != 4 || h.Model != "" {
			t.Errorf("%s: %+v, want %d", c.what, h, c.want)
		}
	}
	if h := health(rules, nil, Score{"churn-12", 77, ago(180)}, noon); h.Score != 77 || h.Model != "churn-12" || h.Parts[1].Points != 0 {
		t.Errorf("a model outside: %+v", h)
	}
	if h := health(rules, nil, Score{"churn-12", 77, ago(181)}, noon); h.Score != 0 || h.Model != "" {
		t.Errorf("a model that has said nothing for long: %+v", h)
	}
	rapid.Check(t, func(t *rapid.T) {
		last := map[string]time.Time{}
		for _, part := range programme.HealthParts {
			last[part] = ago(rapid.IntRange(-5, 400).Draw(t, part))
		}
		now := health(rules, last, Score{}, noon)
		later := health(rules, last, Score{}, noon.AddDate(0, 0, rapid.IntRange(0, 100).Draw(t, "days")))
		if now.Score < 0 || now.Score > 100 || later.Score > now.Score {
			t.Fatalf("%d becomes %d", now.Score, later.Score)
		}
	})
}

// Fifths hold as many members each as can be, equal ones together, and who buys more lately, often or much stands higher.
func TestFifthsPartMembersEvenly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfNDistinct(rapid.Int64Range(0, 1_000_000), 1, 300, rapid.ID[int64]).Draw(t, "all")
		m := marks(slices.Clone(all))
		var sizes [6]int
		for _, v := range all {
			sizes[m.fifth(v)]++
		}
		for k := 1; k <= 5; k++ {
			if n := len(all); sizes[k] < n/5 || sizes[k] > (n+4)/5 {
				t.Fatalf("%d members are parted %v", n, sizes[1:])
			}
		}
		a, b := rapid.SampledFrom(all).Draw(t, "a"), rapid.SampledFrom(all).Draw(t, "b")
		if a <= b && m.fifth(a) > m.fifth(b) {
			t.Fatalf("%d stands above %d", a, b)
		}
	})
	var members []Buying
	for i := range int64(10) {
		members = append(members, Buying{Days: i, Orders: 10 - i, Fen: 1000 - 100*i})
	}
	f := fifthsOf(members, noon)
	if best, last := f.place(members[0]), f.place(members[9]); best != (RFM{5, 5, 5}) || last != (RFM{1, 1, 1}) || f.Members != 10 {
		t.Errorf("the best is %v, the last %v", best, last)
	}
	of := func(days int, fen int64) order.Record {
		return order.Record{Event: order.Event{At: noon.AddDate(0, 0, -days), Fen: fen}}
	}
	b, ok := buying([]order.Record{of(3, 500), of(9, -20), of(400, 9_000), of(-1, 7)}, 365, noon)
	if !ok || b != (Buying{Days: 3, Orders: 2, Fen: 500}) {
		t.Errorf("what was bought in a year is %+v, %v", b, ok)
	}
	if _, ok := buying([]order.Record{of(400, 9_000)}, 365, noon); ok {
		t.Error("who bought nothing for a year has a place")
	}
}

// Words come late, twice and in any order: the end is the same.
func TestWordsEndAlikeInWhateverOrderTheyCome(t *testing.T) {
	var words []Word
	for i := range 6 {
		at := noon.Add(time.Duration(i) * time.Hour)
		words = append(words, Word{Kind: SignedIn, At: at}, Word{Kind: Reviewed, At: at}, Word{Kind: Scored, At: at, Model: "m", Score: int64(i)},
			Word{Kind: Tagged, At: at, Source: []string{"cdp", "care"}[i%2], Tags: []Tag{{Group: "PRICE", Code: fmt.Sprint(i)}}})
	}
	end := func(seed int64) Note {
		random, n := rand.New(rand.NewSource(seed)), Note{}
		for _, at := range append(random.Perm(len(words)), random.Perm(len(words))...) {
			next, _, err := n.Take(words[at], rules, agreedTo("PERSONALISATION"))
			if err != nil {
				t.Fatal(err)
			}
			n = next
		}
		return n
	}
	want := end(0)
	if len(want.Tags) != 2 || want.Score.Value != 5 || !want.SignedIn.Equal(noon.Add(5*time.Hour)) {
		t.Fatalf("the end is %+v", want)
	}
	for seed := range int64(50) {
		if d := cmp.Diff(want, end(seed)); d != "" {
			t.Fatalf("seed %d: %s", seed, d)
		}
	}
}

// Five hundred groups are taken at once; what the member did not agree to is not kept, and what is taken back is not shown.
func TestTagsNeedTheConsentOfTheirGroup(t *testing.T) {
	w := Word{Kind: Tagged, At: noon, Source: "cdp", Tags: []Tag{{Group: "EMOTION", Code: "CALM"}, {Group: "FACE", Code: "X"}}}
	for i := range 499 {
		w.Tags = append(w.Tags, Tag{Group: fmt.Sprintf("G%03d", i), Code: "A"}, Tag{Group: fmt.Sprintf("G%03d", i), Code: "B"})
	}
	all, _, err := Note{}.Take(w, rules, agreedTo("PERSONALISATION", "EMOTION"))
	if err != nil || len(all.Tags) != 999 {
		t.Fatalf("%d tags are kept, %v", len(all.Tags), err)
	}
	some, _, err := Note{}.Take(w, rules, agreedTo("PERSONALISATION"))
	if err != nil || len(some.Tags) != 998 {
		t.Fatalf("without the second yes %d tags are kept, %v", len(some.Tags), err)
	}
	if got := all.shown(rules, agreedTo("PERSONALISATION"), noon); len(got) != 998 || slices.ContainsFunc(got, func(t Tag) bool { return t.Group == "EMOTION" }) {
		t.Errorf("after the no %d are shown", len(got))
	}
	if got := all.shown(rules, agreedTo("EMOTION"), noon); len(got) != 0 {
		t.Errorf("without the first yes %v are shown", got)
	}
	if got := all.shown(rules, agreedTo("PERSONALISATION"), noon.AddDate(0, 0, 181)); len(got) != 0 {
		t.Errorf("half a year later %d are shown", len(got))
	}
	w.At, w.Source, w.Tags = noon.Add(time.Hour), "care", []Tag{{Group: "H1", Code: "A"}, {Group: "H2", Code: "A"}}
	if _, _, err = all.Take(w, rules, agreedTo("PERSONALISATION")); !fault.Is(err, fault.BadInput) {
		t.Errorf("a group too many: %v", err)
	}
}

func TestCountsWeighWhatWasLookedAtAndBought(t *testing.T) {
	f := facts{now: noon, category: map[string]string{"A": "FRUIT", "B": "MEAT"}, views: []View{{"A", noon}, {"A", noon.AddDate(0, 0, -31)}, {"Z", noon}},
		orders: []order.Record{{Event: order.Event{At: noon, Lines: []order.Line{{SKU: "B", Quantity: 2}, {SKU: "B", Category: "DRINKS", Quantity: 1}, {SKU: "A", Quantity: -1}}}},
			{Event: order.Event{At: noon.AddDate(0, 0, -31), Lines: []order.Line{{SKU: "B", Quantity: 2}}}}}}
	want := map[string]int64{"FRUIT": 1, Other: 1, "MEAT": 3, "DRINKS": 3}
	if got := f.counts(rules); !cmp.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
