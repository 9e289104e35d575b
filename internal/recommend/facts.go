package recommend

import (
	"math"
	"slices"
)

// facts is what the orders up to a time say. Whatever is counted of a product or a member is counted of them, so that
// the same facts of an earlier time can teach how much each signal is worth.
type facts struct {
	now      int64
	habits   [][]habit     // of each member, what was bought last first
	orders   []float64     // of each member
	near     [][]neighbour // of each product, by members who bought both
	basket   [][]neighbour // of each product, by orders that held both
	shelf    [onShelf][]float64
	rebought []float64 // log of the share of a product's buyers who bought it again
	warm     []float64 // log of the week's buyers
	alive    []bool    // of each product: bought by somebody before
	popular  []float64 // buyers, fading fast: what many buy just now
}

const daily = 24 * 3600 // seconds

// What fades, and how fast. The figures are those that ranked the shared orders of the summer of 2011 best; a programme
// has no say in them, since the weights are learned from the shop's own orders.
const (
	hotFor     = 10 * daily // half-life of what is popular just now: a week and a half catches a season's start
	weekFor    = 7 * daily
	monthFor   = 30 * daily
	quarterFor = 60 * daily // half-life of a habit
	freshFor   = 40 * daily // in which a product's newness falls to a third
	takenIn    = 28 * daily // in which first purchases count
	staleMost  = 5          // log days: what nobody bought for half a year is as stale as can be
)

// gather counts what the orders up to a time say.
func (b *Builder) gather(now int64) *facts {
	n := len(b.items.names)
	f := &facts{now: now, habits: b.history(now), rebought: make([]float64, n), warm: make([]float64, n), alive: make([]bool, n), popular: make([]float64, n)}
	sets := make([][]int32, len(f.habits))
	for m, habits := range f.habits {
		for _, h := range habits[:min(memberHistory, len(habits))] {
			sets[m] = append(sets[m], h.item)
		}
	}
	baskets := b.baskets(now)
	f.near, f.basket = similar(sets, n), similar(baskets.sets, n)
	f.orders = baskets.of
	f.count(n)
	return f
}

// count makes what is said of products alone.
func (f *facts) count(n int) {
	heat, taken, first, last := make([]float64, n), make([]float64, n), make([]int64, n), make([]int64, n)
	buyers, again := make([]float64, n), make([]float64, n)
	opening := f.now
	for _, habits := range f.habits {
		for _, h := range habits {
			i, began := h.item, h.days[0]
			opening = min(opening, began)
			if !f.alive[i] || began < first[i] {
				first[i] = began
			}
			f.alive[i], last[i] = true, max(last[i], h.last())
			ago := f.now - h.last()
			heat[i] += fading(ago, monthFor)
			f.warm[i] += fading(ago, weekFor)
			f.popular[i] += fading(ago, hotFor)
			if f.now-began < takenIn {
				taken[i]++
			}
			buyers[i]++
			if len(h.days) > 1 {
				again[i]++
			}
		}
	}
	for k := range f.shelf {
		f.shelf[k] = make([]float64, n)
	}
	for i := range n {
		f.shelf[sHeat][i] = math.Log(heat[i] + 0.3)
		f.shelf[sTaken][i] = math.Log(taken[i] + 0.5)
		if f.alive[i] && first[i] > opening+30*daily { // of the first month nobody knows what was new
			f.shelf[sNew][i] = math.Exp(-float64(f.now-first[i]) / freshFor)
		}
		f.shelf[sStale][i] = min(staleMost, math.Log(1+float64(f.now-last[i])/daily))
		f.rebought[i] = math.Log((again[i] + 1) / (buyers[i] + 8))
		f.warm[i] = math.Log(f.warm[i] + 0.3)
	}
}

// baskets are what was in each order, whose it was, and how many orders each member has.
type baskets struct {
	sets [][]int32
	by   []int32 // member of each order
	of   []float64
}

func (b *Builder) baskets(now int64) baskets {
	type order struct {
		member int32
		at     int64
	}
	at := map[order]int{}
	out := baskets{of: make([]float64, len(b.members.names))}
	for _, p := range b.bought { // sorted by history: the same orders come in the same order
		if p.at > now {
			continue
		}
		key := order{p.member, p.at}
		n, ok := at[key]
		if !ok {
			n = len(out.sets)
			at[key], out.sets, out.by = n, append(out.sets, nil), append(out.by, p.member)
			out.of[p.member]++
		}
		if !slices.Contains(out.sets[n], p.item) {
			out.sets[n] = append(out.sets[n], p.item)
		}
	}
	return out
}

// fading is the weight of what happened some seconds ago, if it loses half of it in so many.
func fading(ago int64, half float64) float64 { return math.Exp2(-float64(ago) / half) }
