package coupon

import (
	"cmp"
	"slices"

	"membergate/internal/programme"
)

// search tries sets of coupons, those that take most off by themselves first.
type search struct {
	rules  programme.Stacking
	order  Purchase
	from   []Coupon
	turn   []int   // each one's place in the turn in which coupons are applied
	alone  []int64 // what each takes off by itself
	best   []int
	marks  marks // of the best
	chosen []int // the set that is being looked at
}

// marks are what sets are compared by.
type marks struct {
	off, gifts, size, value, until int64
	idle                           bool // one of them takes nothing off and gives nothing
}

func (a marks) beats(b marks) bool {
	return cmp.Or(cmp.Compare(a.off, b.off), cmp.Compare(a.gifts, b.gifts), cmp.Compare(b.size, a.size),
		cmp.Compare(b.value, a.value), cmp.Compare(b.until, a.until)) > 0
}

// bestSet finds the best set of usable coupons.
func bestSet(s programme.Stacking, p Purchase, from []Coupon) []Coupon {
	g := search{rules: s, order: p, from: from, turn: make([]int, len(from)), alone: make([]int64, len(from))}
	sorted := sortTurn(s, from)
	for i, c := range from {
		g.turn[i] = slices.IndexFunc(sorted, func(o Coupon) bool { return o.ID == c.ID })
		g.alone[i] = alone(p, c)
	}
	g.look(0)
	out := make([]Coupon, len(g.best))
	for i, n := range g.best {
		out[i] = from[n]
	}
	return out
}

// look tries all sets that begin with the chosen ones and go on with coupons from a place on. What cannot reach the best
// set is not tried: no coupon takes off more together with others than by itself.
func (g *search) look(place int) {
	now := g.weigh()
	if len(g.chosen) > 0 && !now.idle && now.beats(g.marks) {
		g.best, g.marks = slices.Clone(g.chosen), now
	}
	free := int(g.rules.Most) - len(g.chosen)
	for i := place; i < len(g.from) && free > 0; i++ {
		reach := now.off
		for _, more := range g.alone[i:min(len(g.from), i+free)] {
			reach += more
		}
		if reach < g.marks.off {
			return
		}
		if g.chosen = append(g.chosen, i); g.meet() {
			g.look(i + 1)
		}
		g.chosen = g.chosen[:len(g.chosen)-1]
	}
}

func (g *search) meet() bool {
	set := make([]*Coupon, len(g.chosen))
	for i, n := range g.chosen {
		set[i] = &g.from[n]
	}
	return meet(g.rules, set)
}

// weigh is what Apply finds of the chosen ones, without saying what each of them does.
func (g *search) weigh() marks {
	var room [8]int // more than an order takes
	turn := append(room[:0], g.chosen...)
	slices.SortFunc(turn, func(a, b int) int { return g.turn[a] - g.turn[b] })
	first, n := 0, 0
	for i, c := range turn {
		if g.from[c].Terms.share() {
			if n++; n == 1 {
				first = i
			}
		}
	}
	if n < 2 {
		return g.tally(turn)
	}
	var best marks
	found := false
	permute(turn[first:first+n], 0, func() bool {
		if m := g.tally(turn); !found || m.off > best.off {
			best, found = m, true
		}
		return true
	})
	return best
}

func (g *search) tally(turn []int) marks {
	m := marks{size: int64(len(turn))}
	var goods, delivery int64
	for _, n := range turn {
		c := &g.from[n]
		m.value, m.until = m.value+c.Terms.Value, m.until+c.Until.Unix()
		if c.Terms.Kind == programme.GiftAlso {
			m.gifts += c.Terms.Value
			continue
		}
		fen := c.Terms.takes(g.order, goods, delivery)
		if m.idle = m.idle || fen == 0; c.Terms.Kind == programme.Delivery {
			delivery += fen
		} else {
			goods += fen
		}
	}
	m.off = goods + delivery
	return m
}
