package recommend

import (
	"cmp"
	"math"
	"slices"
)

// ranker puts products in order for one member after the other, and says what spoke for each.
type ranker struct {
	b     *Builder
	s     *scale
	plain signalled // the mean of each signal on the shelf: a product is popular by what it has more than that
}

func (b *Builder) ranker(f *facts) *ranker {
	r := &ranker{b: b, s: newScale(f)}
	n := 0.0
	for i, alive := range f.alive {
		if alive {
			n++
			for k := range f.shelf {
				r.plain[k] += f.shelf[k][i]
			}
		}
	}
	for k := range f.shelf {
		r.plain[k] /= max(1, n)
	}
	return r
}

// order is the products of a shop as they stand for somebody of whom nothing is known, best first.
func (b *Builder) order(f *facts, w *worth) []int32 {
	score := make([]float64, len(f.alive))
	var out []int32
	for i, alive := range f.alive {
		if !alive {
			continue
		}
		for k := range f.shelf {
			score[i] += w[k] * f.shelf[k][i]
		}
		out = append(out, int32(i))
	}
	slices.SortFunc(out, func(x, y int32) int {
		return cmp.Or(cmp.Compare(score[y], score[x]), cmp.Compare(b.items.names[x], b.items.names[y]))
	})
	return out
}

// ranked is a product on its way into a list.
type ranked struct {
	item   int32
	score  float64
	placed float64 // the score with which it got its place
	x      signalled
}

// rank lists what suits the member on the scale best. Of products that nothing of the member's speaks for, the first
// ones of the shop's order are enough: the others stand behind them for everybody.
func (r *ranker) rank(w *worth, order []int32, known bool) []Item {
	var all []ranked
	add := func(i int32) {
		if known || r.s.habit[i] == nil {
			x := r.s.read(i)
			all = append(all, ranked{item: i, score: w.score(&x), x: x})
		}
	}
	for _, i := range r.s.touched {
		add(i)
	}
	others := 0
	for _, i := range order {
		if others == listLength {
			break
		}
		if !r.s.seen[i] {
			add(i)
			others++
		}
	}
	slices.SortFunc(all, func(x, y ranked) int {
		return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(r.b.items.names[x.item], r.b.items.names[y.item]))
	})
	all = all[:min(listLength, len(all))]
	r.spread(all)
	items := make([]int32, len(all))
	for n := range all {
		items[n] = all[n].item
	}
	loudest := r.loudest(w, items)
	out := make([]Item, len(all))
	for n := range all {
		out[n] = r.reason(w, &all[n].x, all[n].item, loudest[n])
		out[n].Score = cent(all[n].placed)
		if n > 0 { // what stands apart from its like may be worth more than what stands above it
			out[n].Score = min(out[n].Score, out[n-1].Score)
		}
	}
	return out
}

const (
	screen = 10  // places that are seen at once
	apart  = 0.5 // what a place costs beside what always stands in the same orders: it is worth less than a good product
)

// spread makes the first screen show different things, by Carbonell and Goldstein (1998): each place goes to the product
// whose score is best after what it loses by its likeness to one above it. On the shared orders a list of ten then holds a
// later purchase of more members, and as many purchases as before.
func (r *ranker) spread(all []ranked) {
	loss := make(map[int32]float64, len(all))
	for n := range all {
		loss[all[n].item] = 0
	}
	for n := range all {
		all[n].placed = all[n].score
	}
	for n := range min(screen, len(all)) {
		best := n
		for k := n + 1; k < len(all); k++ {
			if all[k].score-loss[all[k].item] > all[best].score-loss[all[best].item] {
				best = k
			}
		}
		chosen := all[best]
		chosen.placed = chosen.score - loss[chosen.item]
		copy(all[n+1:best+1], all[n:best]) // the others keep their order
		all[n] = chosen
		for _, like := range r.s.f.basket[chosen.item] {
			if known, ok := loss[like.item]; ok {
				loss[like.item] = max(known, apart*like.strength)
			}
		}
	}
}

// reason is what a product's score would miss most: the member's other purchases, the habit, that it is new, or that
// many buy it.
func (r *ranker) reason(w *worth, x *signalled, i int32, loudest []loud) Item {
	bare := math.Log(floor)
	similar := w[sNear]*(x[sNear]-bare) + w[sBasket]*(x[sBasket]-bare) + w[sLately]*(x[sLately]-bare)
	var habit, popular float64
	for k := forAll; k < signals; k++ {
		habit += w[k] * x[k]
	}
	for _, k := range [...]int{sHeat, sTaken, sStale} {
		popular += w[k] * (x[k] - r.plain[k])
	}
	fresh := w[sNew] * x[sNew]
	out := Item{Ref: r.b.ref(i), Cause: Popular}
	known := BoughtBefore
	if h := r.s.habit[i]; h != nil && len(h.days) > 1 {
		known = Replenishing
	}
	most := max(similar, habit, fresh, popular)
	switch {
	case most == popular || most <= 0:
	case most == habit && x[sKnown] > 0:
		out.Cause, out.Because = known, []Ref{out.Ref}
	case most == similar && len(loudest) > 0:
		out.Cause, out.Because = SimilarTo, []Ref{r.b.ref(loudest[0].item)}
	case most == fresh:
		out.Cause = Fresh
	}
	add := func(c Cause, of Ref, worth float64) {
		if worth = cent(worth); worth > 0 {
			out.Shares = append(out.Shares, Share{c, of, worth})
		}
	}
	add(Popular, Ref{}, popular)
	if x[sKnown] > 0 {
		add(known, out.Ref, habit)
	}
	rest := similar
	for _, l := range loudest {
		add(SimilarTo, r.b.ref(l.item), l.share)
		rest -= l.share
	}
	add(SimilarTo, Ref{}, rest)
	add(Fresh, Ref{}, fresh)
	return out
}

// loud is a purchase of the member, and its share in what is said for a product.
type loud struct {
	item  int32
	share float64
}

// voices is how many purchases a product's score names: so many may be taken away before nothing is known of the others.
const voices = 5

// loudest finds for each product the purchases of the member whose share in its signals is worth most, loudest first.
func (r *ranker) loudest(w *worth, items []int32) [][]loud {
	slot := make(map[int32]int, len(items))
	best := make([][]loud, len(items))
	bare := math.Log(floor)
	type lift struct{ near, basket, lately float64 } // what one unit of each sum is worth
	lifts := make([]lift, len(items))
	for n, i := range items {
		slot[i] = n
		per := func(k int, sum, weight float64) float64 {
			if sum == 0 {
				return 0
			}
			return w[k] * (math.Log(sum*weight+floor) - bare) / sum
		}
		lifts[n] = lift{per(sNear, r.s.near[i], r.s.weight[0]), per(sBasket, r.s.basket[i], r.s.weight[1]), per(sLately, r.s.lately[i], r.s.weight[2])}
	}
	share := make([]float64, len(items))
	for _, h := range r.s.f.habits[r.s.member] {
		clear(share)
		fade := fading(r.s.f.now-h.last(), monthFor)
		for _, each := range r.s.f.near[h.item] {
			if n, ok := slot[each.item]; ok {
				share[n] += lifts[n].near * each.strength
			}
		}
		for _, each := range r.s.f.basket[h.item] {
			if n, ok := slot[each.item]; ok {
				share[n] += (lifts[n].basket + lifts[n].lately*fade) * each.strength
			}
		}
		for n, v := range share {
			if v > 0 {
				best[n] = louder(best[n], loud{h.item, v})
			}
		}
	}
	return best
}

// louder puts a purchase among the loudest ones; of equal ones the first stays in front.
func louder(all []loud, next loud) []loud {
	at := len(all)
	for at > 0 && all[at-1].share < next.share {
		at--
	}
	if at == voices {
		return all
	}
	return slices.Insert(all[:min(len(all), voices-1)], at, next)
}
