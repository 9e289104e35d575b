package recommend

import (
	"cmp"
	"math"
	"slices"
)

// A pair of products is similar if more members bought both than chance would make. The numbers are those of Mahout
// and of Linden, Smith and York (2003); DOMAIN vectors hold the formula in a test.
const (
	significant   = 10.8 // log-likelihood ratio: chance makes one pair in a thousand as strong
	neighbours    = 200  // kept of a product: on the shared orders 50 found fewer of the later purchases
	shown         = 50   // of them beside a product
	memberHistory = 1000 // newest products of a member that count: who buys for a shop of their own would take the longest
	shrink        = 5    // a cosine of few common buyers is trusted as k/(k+5)
)

// neighbour is a product that is similar to another, and how much.
type neighbour struct {
	item     int32
	strength float64
}

// similar finds the neighbours of each product, strongest first. sets are the products of each member; memory stays
// at one count for each product, because one product is looked at after the other.
func similar(sets [][]int32, items int) [][]neighbour {
	return near(sets, items, neighbours, strength)
}

// cosines finds neighbours by the plain cosine of their buyers: what a first try would do, to compare with.
func cosines(sets [][]int32, items int) [][]neighbour {
	return near(sets, items, 50, func(both, one, other, _ int64) (float64, bool) {
		return float64(both) / math.Sqrt(float64(one)*float64(other)), true
	})
}

func near(sets [][]int32, items, keep int, strength func(both, one, other, all int64) (float64, bool)) [][]neighbour {
	buyers := make([][]int32, items)
	for m, set := range sets {
		for _, i := range set {
			buyers[i] = append(buyers[i], int32(m))
		}
	}
	out := make([][]neighbour, items)
	common := make([]int64, items) // buyers of both
	for i := range out {
		var touched []int32
		for _, m := range buyers[i] {
			for _, j := range sets[m] {
				if common[j] == 0 {
					touched = append(touched, j)
				}
				common[j]++
			}
		}
		for _, j := range touched {
			if int(j) != i {
				if s, ok := strength(common[j], int64(len(buyers[i])), int64(len(buyers[j])), int64(len(sets))); ok {
					out[i] = append(out[i], neighbour{j, s})
				}
			}
			common[j] = 0
		}
		slices.SortFunc(out[i], func(a, b neighbour) int {
			return cmp.Or(cmp.Compare(b.strength, a.strength), cmp.Compare(a.item, b.item))
		})
		out[i] = slices.Clone(out[i][:min(keep, len(out[i]))])
	}
	return out
}

// strength is how similar two products are: bought by both, by the one, by the other, of so many members. False if it
// may be chance, or if they are bought together less often than chance would have it.
func strength(both, one, other, all int64) (float64, bool) {
	if both*all <= one*other || llr(both, one-both, other-both, all-one-other+both) < significant {
		return 0, false
	}
	k := float64(both)
	return k / math.Sqrt(float64(one)*float64(other)) * k / (k + shrink), true
}

// llr is Dunning's log-likelihood ratio of two events: both, the one alone, the other alone, neither.
func llr(both, one, other, neither int64) float64 {
	rows := entropy(both+one, other+neither)
	columns := entropy(both+other, one+neither)
	return max(0, 2*(rows+columns-entropy(both, one, other, neither)))
}

// entropy is Shannon's, not divided by the sum.
func entropy(counts ...int64) float64 {
	var sum int64
	var parts float64
	for _, n := range counts {
		sum += n
		parts += xlogx(n)
	}
	return xlogx(sum) - parts
}

func xlogx(n int64) float64 {
	if n == 0 {
		return 0
	}
	return float64(n) * math.Log(float64(n))
}
