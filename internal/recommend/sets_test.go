package recommend

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"membergate/internal/member"
	"membergate/internal/order"
)

// together are so many orders of the same products, by so many members in turn.
func together(name string, times, members int, skus ...string) (out []order.Event) {
	for n := range times {
		out = append(out, buys(member.ID(fmt.Sprint(name, n%members)), day(n), skus...))
	}
	return out
}

// wholes writes a list of sets as "thing because evidence evidence, …".
func wholes(l List) string {
	var out []string
	for _, i := range l.Items {
		var because []string
		for _, r := range i.Because {
			because = append(because, r.ID)
		}
		out = append(out, i.ID+" with "+strings.Join(because, " "))
	}
	return strings.Join(out, ", ")
}

func TestProductsOfTheSameOrdersMakeSets(t *testing.T) {
	for name, c := range map[string]struct {
		events []order.Event
		want   string // of the pasta
	}{
		"three in the same orders":           {together("a", 20, 20, "pasta", "sauce", "cheese"), "sauce with pasta cheese, cheese with pasta sauce"},
		"four of them, of which one is last": {append(together("a", 20, 20, "pasta", "sauce", "cheese", "wine"), together("b", 8, 8, "pasta", "sauce", "cheese")...), "sauce with pasta cheese wine, cheese with pasta sauce wine, wine with pasta sauce cheese"},
		"pairs are no set":                   {slices.Concat(together("a", 20, 20, "pasta", "sauce"), together("b", 20, 20, "sauce", "cheese"), together("c", 20, 20, "pasta", "cheese")), ""},
		"too few orders":                     {together("a", 9, 9, "pasta", "sauce", "cheese"), ""},
		"too few members":                    {together("a", 40, 4, "pasta", "sauce", "cheese"), ""},
		"what is in every order is in none":  {together("a", 20, 20, "pasta", "sauce", "bag"), "sauce with pasta bag"},
	} {
		events := append(c.events, together("o", 300, 300, "thing")...)
		if strings.HasPrefix(name, "what is in every order") {
			for n := range events {
				events[n].Lines = append(events[n].Lines, order.Line{SKU: "bag", Quantity: 1})
			}
			c.want = ""
		}
		lists := made(events, day(400), everybody)
		l, put := lists[SetList(product("pasta"))]
		if got := wholes(l); got != c.want || !put {
			t.Errorf("%s: %q, %v; want %q", name, got, put, c.want)
		}
		for _, i := range l.Items {
			if i.Cause != AsSet || i.Score <= 0 || i.Score > 1 {
				t.Errorf("%s: %+v", name, i)
			}
		}
	}
}

// Whatever the orders are, what is called a set keeps the promises of one, counted anew and slowly.
func TestEverySetIsFoundMoreOftenThanItsPartsWouldHaveIt(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	found, larger := 0, 0
	for round := range 10 {
		b := &Builder{}
		for n := range 600 {
			basket := map[string]bool{}
			for range 1 + r.IntN(4) {
				basket[fmt.Sprint("p", r.IntN(40))] = true
			}
			if kind := r.IntN(6); kind < 3 { // some buy of a group of five what they need
				for k := range 5 {
					if r.IntN(4) > 0 {
						basket[fmt.Sprint("p", kind*10+k)] = true
					}
				}
			}
			var skus []string
			for sku := range basket {
				skus = append(skus, sku)
			}
			slices.Sort(skus)
			b.Add(buys(member.ID(fmt.Sprint(round, r.IntN(200))), day(n), skus...))
		}
		now := day(700).Unix()
		f := b.gather(now)
		all := b.baskets(now)
		c := newCollector(all, len(f.basket))
		count := func(items []int32, part int) (n int64, members map[int32]bool) {
			members = map[int32]bool{}
			for o, set := range all.sets {
				in := true
				for k, i := range items {
					in = in && (part>>k&1 == 0 || slices.Contains(set, i))
				}
				if in {
					n++
					members[all.by[o]] = true
				}
			}
			return n, members
		}
		for i, near := range f.basket {
			sets := c.of(int32(i), near)
			if len(sets) > setsShown {
				t.Fatalf("%d sets of one product", len(sets))
			}
			for _, s := range sets {
				found++
				if len(s.items) > 3 {
					larger++
				}
				whole := 1<<len(s.items) - 1
				n, members := count(s.items, whole)
				if len(s.items) < 3 || len(s.items) > setLargest || n != s.orders || n < setLeast || len(members) < setMembers || !slices.Contains(s.items, int32(i)) {
					t.Fatalf("%+v is in %d orders of %d members", s, n, len(members))
				}
				for part := 1; part < whole; part++ {
					one, _ := count(s.items, part)
					other, _ := count(s.items, whole-part)
					if sum := int64(len(all.sets)); n*sum <= one*other || llr(n, one-n, other-n, sum-one-other+n) < setSignificant {
						t.Fatalf("%+v may be chance: %d of %d and %d", s, n, one, other)
					}
				}
			}
		}
	}
	if found < 50 || larger < 10 {
		t.Errorf("%d sets were found, %d of four or more", found, larger)
	}
}

func TestSetsStandBesideTheirProductsAndCompleteCarts(t *testing.T) {
	set := func(of string, items ...Item) (Key, List) { return SetList(product(of)), List{"v", items} }
	whole := func(id string, because ...string) Item {
		i := Item{Ref: product(id), Cause: AsSet, Score: 0.5}
		for _, each := range because {
			i.Because = append(i.Because, product(each))
		}
		return i
	}
	lists := map[Key]List{
		PopularList(OfProduct):        list(Popular, "oil tea rice"),
		SimilarList(product("pasta")): list(BoughtTogether, "wine cheese"), SimilarList(product("sauce")): list(BoughtTogether, "cheese"),
	}
	for of, items := range map[string][]Item{
		"pasta": {whole("cheese", "pasta", "sauce", "basil"), whole("sauce", "pasta", "cheese", "basil"), whole("basil", "pasta", "sauce", "cheese")},
		"sauce": {whole("cheese", "sauce", "pasta", "basil")},
	} {
		k, l := set(of, items...)
		lists[k] = l
	}
	for name, c := range map[string]struct {
		on   Surface
		of   string
		cart string
		want string
	}{
		"beside a product":                 {Product, "pasta", "", "cheese BOUGHT_AS_SET Often bought as a set [{product pasta} {product sauce} {product basil}] false"},
		"on no other screen":               {Home, "", "", "oil POPULAR Popular right now [] false"},
		"a cart with one of the set":       {Cart, "", "pasta", "wine BOUGHT_TOGETHER Often bought together [{product pasta}] false"},
		"a cart with two of the set":       {Cart, "", "pasta sauce", "cheese BOUGHT_AS_SET Often bought as a set [{product pasta} {product sauce}] false"},
		"a cart with all of it but one":    {Cart, "", "pasta sauce cheese", "basil BOUGHT_AS_SET Often bought as a set [{product pasta} {product sauce} {product cheese}] false"},
		"a cart with all of it":            {Cart, "", "pasta sauce cheese basil", "wine BOUGHT_TOGETHER Often bought together [{product pasta}] false"},
		"nobody signed in sees no less":    {Cart, "-", "pasta sauce", "cheese BOUGHT_AS_SET Often bought as a set [{product pasta} {product sauce}] false"},
		"a cart that has the product open": {Cart, "sauce", "pasta", "cheese BOUGHT_AS_SET Often bought as a set [{product sauce} {product pasta} {product basil}] false"},
	} {
		s, _ := newService(lists)
		a := asks(c.on)
		a.Rules, a.Moment.Hour = scenery(), 12
		switch c.of {
		case "":
		case "-":
			a.Member, a.Personal = "", false
		default:
			a.Context = product(c.of)
		}
		for _, id := range strings.Fields(c.cart) {
			a.Cart = append(a.Cart, product(id))
		}
		if got := firstOf(t, s, a); got != c.want {
			t.Errorf("%s: %q stands first, want %q", name, got, c.want)
		}
	}
}
