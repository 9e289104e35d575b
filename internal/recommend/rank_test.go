package recommend

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"membergate/internal/member"
	"membergate/internal/order"
)

// crowd is a shop of some weeks in which members have habits: what they buy again, and what goes together.
func crowd(seed uint64, members, products int) []order.Event {
	r := rand.New(rand.NewPCG(seed, 7))
	var events []order.Event
	for n := range 100 {
		for m := range members {
			if r.IntN(12) > 0 {
				continue
			}
			var basket []string
			taste := m % 5 * products / 5
			for range 1 + r.IntN(4) {
				basket = append(basket, fmt.Sprint("p", taste+r.IntN(products/5)))
			}
			if n%2 == 0 {
				basket = append(basket, fmt.Sprint("own", m%40))
			}
			events = append(events, buys(member.ID(fmt.Sprint("m", m)), day(n), basket...))
		}
	}
	return events
}

func builder(events []order.Event) *Builder {
	b := &Builder{}
	for _, e := range events {
		b.Add(e)
	}
	return b
}

// What nothing speaks for is not looked at one by one; the list is the same as if it were.
func TestAListIsTheBestOfTheWholeShop(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := builder(crowd(rapid.Uint64().Draw(t, "seed"), 30, 200))
		f := b.gather(day(99).Unix())
		var w worth
		for k := range w {
			w[k] = rapid.Float64Range(-1, 1).Draw(t, "weight")
		}
		w[sNear], w[sBasket], w[sLately] = math.Abs(w[sNear]), math.Abs(w[sBasket]), math.Abs(w[sLately])
		m := int32(rapid.IntRange(0, len(f.habits)-1).Draw(t, "member"))
		known := rapid.Bool().Draw(t, "known")
		r := b.ranker(f)
		r.s.take(m)
		var all []string
		score := map[string]float64{}
		for i := range f.alive {
			if f.alive[i] && (known || r.s.habit[i] == nil) {
				x := r.s.read(int32(i))
				score[b.items.names[i]] = w.score(&x)
				all = append(all, b.items.names[i])
			}
		}
		slices.SortFunc(all, func(x, y string) int { return cmp.Or(cmp.Compare(score[y], score[x]), cmp.Compare(x, y)) })
		got := r.rank(&w, b.order(f, &w), known)
		if len(got) != min(listLength, len(all)) {
			t.Fatalf("%d things of %d", len(got), len(all))
		}
		best := all[:len(got)]
		for _, i := range got { // in whatever order: the first screen is spread
			if score[i.ID] < score[best[len(best)-1]]-1e-9 {
				t.Fatalf("%s is there with %f; %s has %f", i.ID, score[i.ID], best[len(best)-1], score[best[len(best)-1]])
			}
		}
		rest := got[min(screen, len(got)):]
		for n := 1; n < len(rest); n++ {
			if score[rest[n].ID] > score[rest[n-1].ID]+1e-9 {
				t.Fatalf("%s with %f stands before %s with %f", rest[n-1].ID, score[rest[n-1].ID], rest[n].ID, score[rest[n].ID])
			}
		}
	})
}

func TestWhatAlwaysGoesTogetherDoesNotFillTheFirstScreen(t *testing.T) {
	b := builder(shop())
	f := b.gather(day(30).Unix())
	r := b.ranker(f)
	at := func(sku string, score float64) ranked { return ranked{item: b.items.numbers[sku], score: score} }
	all := []ranked{at("tea", 1), at("honey", 0.9), at("soap", 0.8), at("towel", 0.7)}
	r.spread(all)
	var got []string
	for _, each := range all {
		got = append(got, b.items.names[each.item])
	}
	if want := []string{"tea", "soap", "honey", "towel"}; !slices.Equal(got, want) {
		t.Errorf("the screen is %v; want %v", got, want)
	}
}

// The evidence is what the score would miss most: without that purchase the product falls further than without any other.
func TestTheEvidenceIsThePurchaseThatCountsMost(t *testing.T) {
	b := builder(crowd(3, 60, 100))
	f := b.gather(day(99).Unix())
	w := worth{sBasket: 1} // one signal: the shares are exact
	r, order := b.ranker(f), b.order(f, &worth{})
	told := 0
	for m := range int32(len(f.habits)) {
		r.s.take(m)
		for _, i := range r.rank(&w, order, false) {
			if i.Cause != SimilarTo {
				continue
			}
			told++
			strength := func(sku string) float64 {
				for _, n := range f.basket[b.items.numbers[sku]] {
					if b.items.names[n.item] == i.ID {
						return n.strength
					}
				}
				return 0
			}
			for _, h := range f.habits[m] {
				if other := b.items.names[h.item]; strength(other) > strength(i.Because[0].ID) {
					t.Fatalf("%s is there because of %v (%f); %s speaks louder (%f)", i.ID, i.Because, strength(i.Because[0].ID), other, strength(other))
				}
			}
		}
	}
	if told == 0 {
		t.Error("nothing was similar to anything")
	}
}

func TestEachCauseIsToldWhereItWeighsMost(t *testing.T) {
	events := crowd(5, 60, 100)
	events = append(events, buys("m0", day(98), "brand-new"), buys("m1", day(99), "brand-new"))
	b := builder(events)
	f := b.gather(day(100).Unix())
	r := b.ranker(f)
	r.s.take(b.members.numbers["m2"])
	for name, c := range map[string]struct {
		w     worth
		cause Cause
	}{
		"habit":   {worth{sHabit: 1, sNew: 0.1}, Replenishing},
		"once":    {worth{sKnown: 3, sHabit: -1}, BoughtBefore},
		"new":     {worth{sNew: 5, sHeat: 0.01}, Fresh},
		"popular": {worth{sHeat: 1}, Popular},
		"similar": {worth{sNear: 1}, SimilarTo},
	} {
		best := r.rank(&c.w, b.order(f, &c.w), true)[0]
		if best.Cause != c.cause {
			t.Errorf("%s: the best is %s for %s", name, best.ID, best.Cause)
		}
		if own := best.Cause.personal(); own != (len(best.Because) == 1) {
			t.Errorf("%s: the evidence is %v", name, best.Because)
		}
	}
}

// In a shop where everybody buys what they bought before, weights say so; where nobody does, they say that.
func TestWeightsAreLearnedFromWhatMembersTookAndLeft(t *testing.T) {
	shopOf := func(again bool) *Builder {
		var events []order.Event
		r := rand.New(rand.NewPCG(9, 9))
		for m := range 150 {
			for n := range 10 {
				sku := fmt.Sprint("p", r.IntN(300))
				if again {
					sku = fmt.Sprint("p", m%300, "-", r.IntN(3))
				}
				events = append(events, buys(member.ID(fmt.Sprint("m", m)), day(n*10), sku))
			}
		}
		return builder(events)
	}
	known := func(b *Builder) float64 {
		_, all := b.learn(day(95).Unix())
		if all == plainAll {
			t.Fatal("nothing was learned")
		}
		return all[sKnown] + all[sHabit] + all[sShare]
	}
	if yes, no := known(shopOf(true)), known(shopOf(false)); yes < 1 || no > yes/2 {
		t.Errorf("what was bought before is worth %f where everybody buys it again, and %f where nobody does", yes, no)
	}
}

func TestAShopTooSmallToLearnFromUsesTheWeightsOfAnother(t *testing.T) {
	fresh, all := builder(crowd(1, 20, 50)).learn(day(99).Unix())
	if fresh != plainFresh || all != plainAll {
		t.Errorf("20 members taught %v and %v", fresh, all)
	}
}

func TestMeasuresAreThoseOfTheBook(t *testing.T) {
	lists := map[member.ID][]string{"a": {"x", "y", "z"}, "b": {"p", "q"}, "c": nil}
	later := Bought{"a": {"y": true, "z": true, "w": true}, "b": {"v": true}, "c": {"x": true}}
	known := Bought{"a": {"z": true}, "c": {"x": true}}
	half := 1 / math.Log2(3)
	for name, c := range map[string]struct {
		known Bought
		n     int
		want  Score
	}{
		"any, three places": {nil, 3, Score{3, 1. / 3, 2. / 3 / 3, (half + 0.5) / (1 + half + 0.5) / 3, 5, 0.5}},
		"any, one place":    {nil, 1, Score{3, 0, 0, 0, 2, 0.2}},
		"new":               {known, 3, Score{2, 0.5, 0.25, half / (1 + half) / 2, 5, 0.5}},
	} {
		got := Measure(lists, later, c.known, c.n, 10)
		if got.Members != c.want.Members || got.Distinct != c.want.Distinct || math.Abs(got.Hit-c.want.Hit)+math.Abs(got.Recall-c.want.Recall)+
			math.Abs(got.NDCG-c.want.NDCG)+math.Abs(got.Coverage-c.want.Coverage) > 1e-12 {
			t.Errorf("%s: %+v; want %+v", name, got, c.want)
		}
	}
}
