package recommend

import (
	"math"
	"slices"
)

// Share is a part of a thing's score: what one thing that is known of the member, or one quality of the thing, adds.
type Share struct {
	Cause Cause
	Of    Ref     // the evidence; zero where there is none to show
	Worth float64 // in the logarithm of how likely the thing is taken: 0.7 doubles that
}

// cent rounds to hundredths, as lists keep scores.
func cent(x float64) float64 { return math.Round(x*100) / 100 }

// strongest is the cause whose shares are worth most together, with the evidence that is worth most of them. False if no
// share is worth anything. Of equal causes the first one counts.
func strongest(shares []Share) (c Cause, because []Ref, ok bool) {
	type total struct {
		cause Cause
		worth float64
	}
	sums := make([]total, 0, 8) // causes are few
	for _, s := range shares {
		n := slices.IndexFunc(sums, func(t total) bool { return t.cause == s.Cause })
		if n < 0 {
			n, sums = len(sums), append(sums, total{cause: s.Cause})
		}
		sums[n].worth += s.Worth
	}
	most, largest := 0.0, 0.0
	for _, t := range sums {
		if t.worth > most {
			c, most = t.cause, t.worth
		}
	}
	for _, s := range shares {
		if s.Cause == c && s.Of.ID != "" && s.Worth > largest {
			because, largest = []Ref{s.Of}, s.Worth
		}
	}
	return c, because, most > 0
}

// without takes evidence out of a thing's score: what is left of the thing, and what it lost. False if nothing that
// speaks for it is left.
func (i Item) without(gone map[Ref]bool) (left Item, lost float64, ok bool) {
	if len(gone) == 0 {
		return i, 0, true
	}
	if len(i.Shares) == 0 { // a list that says causes alone: what has lost all of its evidence has none
		left := i
		left.Because = slices.DeleteFunc(slices.Clone(i.Because), func(r Ref) bool { return gone[r] })
		return left, 0, len(left.Because) > 0 || len(i.Because) == 0
	}
	left = i
	left.Shares = nil
	for _, s := range i.Shares {
		if s.Of.ID != "" && gone[s.Of] {
			lost += max(0, s.Worth)
			continue
		}
		left.Shares = append(left.Shares, s)
	}
	if len(left.Shares) == len(i.Shares) {
		return i, 0, true
	}
	left.Score -= lost
	left.Cause, left.Because, ok = strongest(left.Shares)
	return left, lost, ok
}
