package insight

import (
	"cmp"
	"slices"
	"strings"
)

// Share is how much of what a member looks at and buys is of a category.
type Share struct {
	Category string
	Percent  int64
}

// Other is the category of what has none.
const Other = "OTHER"

// shares gives whole percents that add up to 100, the largest first: each gets its whole part, and the rest goes to those
// that lost most by rounding. Of equals the first by name comes first. Of nothing there are none.
func shares(counts map[string]int64) []Share {
	type part struct {
		Share
		left int64 // of a percent, in parts of the sum
	}
	sum, all := int64(0), make([]part, 0, len(counts))
	for _, n := range counts {
		sum += max(0, n)
	}
	if sum == 0 {
		return nil
	}
	rest := int64(100)
	for category, n := range counts {
		p := part{Share{category, max(0, n) * 100 / sum}, max(0, n) * 100 % sum}
		rest -= p.Percent
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b part) int {
		return cmp.Or(cmp.Compare(b.left, a.left), strings.Compare(a.Category, b.Category))
	})
	for i := range all[:rest] {
		all[i].Percent++
	}
	out := make([]Share, 0, len(all))
	for _, p := range all {
		if p.Percent > 0 {
			out = append(out, p.Share)
		}
	}
	slices.SortFunc(out, func(a, b Share) int {
		return cmp.Or(cmp.Compare(b.Percent, a.Percent), strings.Compare(a.Category, b.Category))
	})
	return out
}
