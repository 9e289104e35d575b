package recommend

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"time"

	"membergate/internal/member"
	"membergate/internal/order"
)

// Builder makes lists from what was bought. The same orders in the same order make the same lists.
type Builder struct {
	items   index[string]
	members index[member.ID]
	bought  []purchase
	newest  time.Time
}

type purchase struct {
	member, item int32
	at           int64 // seconds since 1970
}

// index numbers names as they come.
type index[N comparable] struct {
	numbers map[N]int32
	names   []N
}

func (x *index[N]) number(name N) int32 {
	if x.numbers == nil {
		x.numbers = map[N]int32{}
	}
	n, ok := x.numbers[name]
	if !ok {
		n = int32(len(x.names))
		x.numbers[name], x.names = n, append(x.names, name)
	}
	return n
}

// Add takes an event; only paid orders count.
func (b *Builder) Add(e order.Event) {
	if e.Kind != order.Paid {
		return
	}
	m := b.members.number(e.Member)
	for _, l := range e.Lines {
		b.bought = append(b.bought, purchase{m, b.items.number(l.SKU), e.At.Unix()})
	}
	if e.At.After(b.newest) {
		b.newest = e.At
	}
}

// Newest is the time of the newest order.
func (b *Builder) Newest() time.Time { return b.newest }

// ownSurfaces are those of which each member has an own list.
var ownSurfaces = []Surface{Home, Discover, Replenish}

const listLength = 60 // six screens of ten

// habit is one product in a member's history: when it was bought, in order.
type habit struct {
	item int32
	days []int64 // seconds since 1970, one for each order
}

func (h habit) last() int64 { return h.days[len(h.days)-1] }

// Lists makes all lists as of a time: what is popular, what goes with each product and makes sets with it, and the own lists of those
// members who agreed, empty ones included. Nothing bought after the time counts.
func (b *Builder) Lists(at time.Time, version string, agreed func(member.ID) bool) iter.Seq2[Key, List] {
	m := making{Build: Build{Version: version, At: at}, choose: agreed}
	m.fresh, m.all = b.learn(at.Unix())
	return b.make(m)
}

// make makes the lists of a making: everybody's, and those of the members whom it chooses.
func (b *Builder) make(m making) iter.Seq2[Key, List] {
	now, version := m.At.Unix(), m.Version
	f := b.gather(now)
	popular := b.ranked(f.popular, Popular, nil)
	return func(yield func(Key, List) bool) {
		if !yield(PopularList(OfProduct), List{version, popular}) {
			return
		}
		sets := newCollector(b.baskets(now), len(f.basket))
		for n, list := range f.basket {
			i := int32(n)
			if f.alive[i] && !yield(SimilarList(b.ref(i)), List{version, b.together(i, list[:min(shown, len(list))])}) { // an empty one takes an older one away
				return
			}
			if f.alive[i] && !yield(SetList(b.ref(i)), List{version, b.complete(i, sets.of(i, list))}) {
				return
			}
		}
		for id, own := range b.own(f, &m.fresh, &m.all, m.choose) {
			for _, surface := range ownSurfaces {
				if !yield(MemberList(id, surface), List{version, own[surface]}) { // an empty one takes an older one away
					return
				}
			}
		}
	}
}

// history gives each member's habits, the one bought last first.
func (b *Builder) history(now int64) [][]habit {
	slices.SortFunc(b.bought, func(x, y purchase) int {
		return cmp.Or(cmp.Compare(x.member, y.member), cmp.Compare(x.item, y.item), cmp.Compare(x.at, y.at))
	})
	b.bought = slices.Compact(b.bought) // what stands twice in one order
	out := make([][]habit, len(b.members.names))
	for _, p := range b.bought {
		if p.at > now {
			continue
		}
		habits := out[p.member]
		if n := len(habits); n > 0 && habits[n-1].item == p.item {
			habits[n-1].days = append(habits[n-1].days, p.at)
			continue
		}
		out[p.member] = append(habits, habit{p.item, []int64{p.at}})
	}
	for _, habits := range out {
		slices.SortFunc(habits, func(x, y habit) int {
			return cmp.Or(cmp.Compare(y.last(), x.last()), cmp.Compare(b.items.names[x.item], b.items.names[y.item]))
		})
	}
	return out
}

// ranked lists the best products with a score, best first; because names each one's evidence, nil = none has any.
func (b *Builder) ranked(score []float64, c Cause, because []int32) []Item {
	var found []int32
	for i, s := range score {
		if s > 0 {
			found = append(found, int32(i))
		}
	}
	slices.SortFunc(found, func(x, y int32) int {
		return cmp.Or(cmp.Compare(score[y], score[x]), cmp.Compare(b.items.names[x], b.items.names[y]))
	})
	out := make([]Item, min(listLength, len(found)))
	for n, i := range found[:len(out)] {
		out[n] = Item{Ref: b.ref(i), Cause: c}
		if because != nil {
			out[n].Because = []Ref{b.ref(because[i])}
		}
	}
	return out
}

// together lists what goes with a product; a score is how strongly, at most 1.
func (b *Builder) together(i int32, near []neighbour) []Item {
	out := make([]Item, len(near))
	for n, each := range near {
		out[n] = Item{Ref: b.ref(each.item), Cause: BoughtTogether, Because: []Ref{b.ref(i)}, Score: math.Round(each.strength*1e4) / 1e4}
	}
	return out
}

func (b *Builder) ref(i int32) Ref { return Ref{OfProduct, b.items.names[i]} }
