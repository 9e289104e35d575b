package recommend

import (
	"math"

	"membergate/internal/member"
)

// Score is how well lists foretold what members then bought. The means are over the members who bought something that
// counts.
type Score struct {
	Members  int
	Hit      float64 // share of the members with at least one of their purchases on the list
	Recall   float64 // share of a member's purchases that are on the list
	NDCG     float64 // discounted gain of the hits by their places, of the best that could be (Järvelin and Kekäläinen 2002)
	Distinct int     // products on any list
	Coverage float64 // those, of all that were sold before
}

// Bought is what each member bought, by the products' stock-keeping units.
type Bought map[member.ID]map[string]bool

// Measure compares lists with what was bought after they were made. Only the first n of a list count. What is in known
// counts for nothing: nil = any purchase counts.
func Measure(lists map[member.ID][]string, later, known Bought, n, sold int) Score {
	var s Score
	distinct := map[string]bool{}
	for m, bought := range later {
		wanted := 0
		for sku := range bought {
			if !known[m][sku] {
				wanted++
			}
		}
		if wanted == 0 {
			continue
		}
		s.Members++
		hits, gain, best := 0, 0.0, 0.0
		list := lists[m]
		for k, sku := range list[:min(n, len(list))] {
			distinct[sku] = true
			if bought[sku] && !known[m][sku] {
				hits++
				gain += 1 / math.Log2(float64(k)+2)
			}
		}
		for k := range min(n, wanted) {
			best += 1 / math.Log2(float64(k)+2)
		}
		if hits > 0 {
			s.Hit++
		}
		s.Recall += float64(hits) / float64(wanted)
		s.NDCG += gain / best
	}
	if s.Members > 0 {
		all := float64(s.Members)
		s.Hit, s.Recall, s.NDCG = s.Hit/all, s.Recall/all, s.NDCG/all
	}
	s.Distinct = len(distinct)
	s.Coverage = float64(s.Distinct) / float64(max(1, sold))
	return s
}
