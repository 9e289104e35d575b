package recommend

import (
	"cmp"
	"math"
	"slices"
)

// A set is three products or more that stand in the same orders, whichever way it is parted in two: each part is then found
// with the other more often than chance would have it (the productive itemsets of Webb 2010). Of sets that are found in
// one another the larger one is shown, as long as half of the orders hold it.
const (
	setSignificant = 23.9 // log-likelihood ratio: chance makes one in a million as strong, and many are looked at
	setLeast       = 10   // orders that held all of it
	setMembers     = 5    // who bought it: of fewer, a set would say what single members buy
	setNear        = 20   // neighbours of a product that are looked at
	setLargest     = 5
	setsShown      = 2 // of one product
)

// set is products that are bought together, and how strongly.
type set struct {
	items    []int32
	orders   int64
	strength float64 // that of its weakest parting, as of neighbours
}

// collector finds sets in orders.
type collector struct {
	orders  [][]int32
	by      []int32   // member of each order
	holders [][]int32 // of each product, the orders that hold it, rising
	slot    []int8    // of each product, its place among the neighbours that are looked at, or -1
	masks   []uint32  // of each order of a product, which neighbours it holds
}

func newCollector(all baskets, items int) *collector {
	c := &collector{orders: all.sets, by: all.by, holders: make([][]int32, items), slot: make([]int8, items)}
	for o, set := range all.sets {
		for _, i := range set {
			c.holders[i] = append(c.holders[i], int32(o))
		}
	}
	for i := range c.slot {
		c.slot[i] = -1
	}
	return c
}

// of finds the sets that hold a product, strongest first.
func (c *collector) of(i int32, near []neighbour) []set {
	near = near[:min(setNear, len(near))]
	c.look(i, near)
	var found []set
	for a := range near {
		for b := range a {
			if s, ok := c.proven(i, near, 1<<a|1<<b); ok {
				found = append(found, s)
			}
		}
	}
	strongest := func(a, b set) int {
		return cmp.Or(cmp.Compare(b.strength, a.strength), slices.Compare(a.items, b.items))
	}
	slices.SortFunc(found, strongest)
	covered, out := map[int32]bool{}, []set(nil)
	for _, s := range found {
		if len(out) == setsShown {
			break
		}
		if news(s, covered) == 0 {
			continue
		}
		if s = c.grown(i, near, s); 2*news(s, covered) < len(s.items)-1 { // says nearly the same once more
			continue
		}
		for _, j := range s.items[1:] {
			covered[j] = true
		}
		out = append(out, s)
	}
	slices.SortStableFunc(out, strongest)
	return out
}

// news counts the products of a set, but its first, that no other set has.
func news(s set, covered map[int32]bool) (n int) {
	for _, j := range s.items[1:] {
		if !covered[j] {
			n++
		}
	}
	return n
}

// look notes which of the neighbours each order of a product holds.
func (c *collector) look(i int32, near []neighbour) {
	for n, each := range near {
		c.slot[each.item] = int8(n)
	}
	c.masks = c.masks[:0]
	for _, o := range c.holders[i] {
		var mask uint32
		for _, j := range c.orders[o] {
			if n := c.slot[j]; n >= 0 {
				mask |= 1 << n
			}
		}
		c.masks = append(c.masks, mask)
	}
	for _, each := range near {
		c.slot[each.item] = -1
	}
}

// proven gives the set of a product and some of its neighbours, if it is one.
func (c *collector) proven(i int32, near []neighbour, mask uint32) (set, bool) {
	n, members := int64(0), map[int32]bool{}
	for k, m := range c.masks {
		if m&mask == mask {
			n++
			if len(members) < setMembers {
				members[c.by[c.holders[i][k]]] = true
			}
		}
	}
	if n < setLeast || len(members) < setMembers {
		return set{}, false
	}
	s := set{items: []int32{i}, orders: n, strength: math.Inf(1)}
	for k, each := range near {
		if mask>>k&1 == 1 {
			s.items = append(s.items, each.item)
		}
	}
	all := int64(len(c.orders))
	for part := uint32(1); part < 1<<(len(s.items)-1); part++ { // the parts without the last product
		one, other := c.support(s.items, part), c.support(s.items, 1<<len(s.items)-1-part)
		if n*all <= one*other || llr(n, one-n, other-n, all-one-other+n) < setSignificant {
			return set{}, false
		}
		s.strength = min(s.strength, float64(n)/math.Sqrt(float64(one)*float64(other))*float64(n)/float64(n+shrink))
	}
	return s, true
}

// support is how many orders hold a part of some products.
func (c *collector) support(items []int32, part uint32) int64 {
	var held []int32
	for k, i := range items {
		switch {
		case part>>k&1 == 0:
		case held == nil:
			held = c.holders[i]
		default:
			held = common(held, c.holders[i])
		}
	}
	return int64(len(held))
}

// common are the numbers that two rising rows have in common.
func common(a, b []int32) []int32 {
	out := make([]int32, 0, min(len(a), len(b)))
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			a = a[1:]
		case b[0] < a[0]:
			b = b[1:]
		default:
			out, a, b = append(out, a[0]), a[1:], b[1:]
		}
	}
	return out
}

// grown adds to a set what stands in most of its orders, as long as it stays a set and half of them hold it.
func (c *collector) grown(i int32, near []neighbour, s set) set {
	for len(s.items) < setLargest {
		var mask uint32
		for k, each := range near {
			if slices.Contains(s.items, each.item) {
				mask |= 1 << k
			}
		}
		best := set{}
		for k := range near {
			if mask>>k&1 == 1 || c.held(mask|1<<k)*2 < s.orders {
				continue
			}
			if larger, ok := c.proven(i, near, mask|1<<k); ok && larger.orders > best.orders {
				best = larger
			}
		}
		if best.orders == 0 {
			return s
		}
		s = best
	}
	return s
}

// held is how many of the looked at orders hold some neighbours.
func (c *collector) held(mask uint32) (n int64) {
	for _, m := range c.masks {
		if m&mask == mask {
			n++
		}
	}
	return n
}

// complete lists what makes sets with a product whole, each thing once, with the rest of its set as the evidence.
func (b *Builder) complete(i int32, sets []set) []Item {
	var out []Item
	seen := map[int32]bool{i: true}
	for _, s := range sets {
		for _, j := range s.items {
			if seen[j] {
				continue
			}
			seen[j] = true
			item := Item{Ref: b.ref(j), Cause: AsSet, Score: math.Round(s.strength*1e4) / 1e4}
			for _, k := range s.items {
				if k != j {
					item.Because = append(item.Because, b.ref(k))
				}
			}
			out = append(out, item)
		}
	}
	return out
}
