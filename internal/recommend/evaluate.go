package recommend

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"membergate/internal/member"
	"membergate/internal/order"
)

// Contest is how the lists of one maker stand against what was then bought.
type Contest struct {
	Maker string
	Goal  Goal
	Score
}

// Goal is which purchases count.
type Goal string

// The goals.
const (
	AnyProduct  Goal = "any product"
	NewToMember Goal = "new to the member"
)

// Evaluate makes lists of what was bought before a time and compares their first n places with what the same members
// bought from then on and before an end: the lists of this package, and three plain rivals'. Nothing from that time on
// has a say in any list.
func Evaluate(paid []order.Event, from, until time.Time, n int) ([]Contest, error) {
	b, later, known := &Builder{}, Bought{}, Bought{}
	sold := map[string]bool{}
	for _, e := range paid {
		if e.Kind != order.Paid || !e.At.Before(until) {
			continue
		}
		into := later
		if e.At.Before(from) {
			into = known
			b.Add(e)
		}
		if into[e.Member] == nil {
			into[e.Member] = map[string]bool{}
		}
		for _, l := range e.Lines {
			into[e.Member][l.SKU] = true
			if e.At.Before(from) {
				sold[l.SKU] = true
			}
		}
	}
	for m := range later {
		if known[m] == nil { // lists are for those who are known
			delete(later, m)
		}
	}
	if len(later) == 0 {
		return nil, fmt.Errorf("nobody who bought before %s bought again before %s", from.Format(time.DateOnly), until.Format(time.DateOnly))
	}
	own := map[Surface]map[member.ID][]string{Home: {}, Discover: {}}
	for key, list := range b.Lists(b.Newest(), "", func(m member.ID) bool { return later[m] != nil }) {
		if into := own[Surface(key.Name)]; key.Of == OfMember && into != nil {
			for _, i := range list.Items {
				into[member.ID(key.ID)] = append(into[member.ID(key.ID)], i.ID)
			}
		}
	}
	r := b.rivals(later, n)
	of := func(maker string, g Goal, lists map[member.ID][]string) Contest {
		if g == AnyProduct {
			return Contest{maker, g, Measure(lists, later, nil, n, len(sold))}
		}
		return Contest{maker, g, Measure(lists, later, known, n, len(sold))}
	}
	return []Contest{
		of("Membergate", AnyProduct, own[Home]),
		of("most bought by the member", AnyProduct, r.mostBought),
		of("popularity", AnyProduct, r.popular),
		of("Membergate", NewToMember, own[Discover]),
		of("item to item", NewToMember, r.cosine),
		of("popularity", NewToMember, r.popularNew),
	}, nil
}

// rivals are what anybody would build first.
type rivals struct {
	mostBought map[member.ID][]string // by how many of the member's orders held it, then by popularity
	popular    map[member.ID][]string // by how many members ever bought it
	popularNew map[member.ID][]string // the same, without what the member bought
	cosine     map[member.ID][]string // sums of plain cosines of the products' buyers to all that the member bought
}

func (b *Builder) rivals(who Bought, n int) rivals {
	r := rivals{map[member.ID][]string{}, map[member.ID][]string{}, map[member.ID][]string{}, map[member.ID][]string{}}
	habits := b.history(b.newest.Unix())
	buyers := make([]float64, len(b.items.names))
	sets := make([][]int32, len(habits))
	for m := range habits {
		for _, h := range habits[m] {
			buyers[h.item]++
			sets[m] = append(sets[m], h.item)
		}
	}
	near := cosines(sets, len(b.items.names))
	score := make([]float64, len(b.items.names))
	for m, own := range habits {
		id := b.members.names[m]
		if who[id] == nil {
			continue
		}
		r.popular[id] = b.best(buyers, n, nil)
		r.popularNew[id] = b.best(buyers, n, own)
		clear(score)
		for _, h := range own {
			score[h.item] = float64(len(h.days)) + buyers[h.item]*1e-6
		}
		r.mostBought[id] = b.best(score, n, nil)
		clear(score)
		for _, h := range own {
			for _, each := range near[h.item] {
				score[each.item] += each.strength
			}
		}
		r.cosine[id] = b.best(score, n, own)
	}
	return r
}

// best gives the n products with the highest scores above zero, without some.
func (b *Builder) best(score []float64, n int, without []habit) []string {
	var found []int32
	for i, s := range score {
		if s > 0 {
			found = append(found, int32(i))
		}
	}
	gone := make(map[int32]bool, len(without))
	for _, h := range without {
		gone[h.item] = true
	}
	found = slices.DeleteFunc(found, func(i int32) bool { return gone[i] })
	slices.SortFunc(found, func(x, y int32) int {
		return cmp.Or(cmp.Compare(score[y], score[x]), cmp.Compare(b.items.names[x], b.items.names[y]))
	})
	out := make([]string, min(n, len(found)))
	for k := range out {
		out[k] = b.items.names[found[k]]
	}
	return out
}
