package wallet

import (
	"slices"
	"time"
)

// put adds n free coins to the lot that dies at expires.
func (s *State) put(expires time.Time, n Coins) { s.add(Lot{Expires: expires, Free: n}) }

// add adds a lot's coins, which may be negative, to the lot that dies at the same moment.
func (s *State) add(l Lot) {
	i, found := slices.BinarySearchFunc(s.Lots, l, before)
	switch {
	case found:
		s.Lots[i].Free += l.Free
		s.Lots[i].Held += l.Held
		if s.Lots[i].empty() {
			s.Lots = slices.Delete(s.Lots, i, i+1)
		}
	case !l.empty():
		s.Lots = slices.Insert(s.Lots, i, l)
	}
}

// draw removes up to n free coins, first to expire first, and tells from which lots.
func (s *State) draw(n Coins) []Share {
	var out []Share
	for i := range s.Lots {
		part := min(n, s.Lots[i].Free)
		if part <= 0 {
			continue
		}
		s.Lots[i].Free -= part
		n -= part
		out = append(out, Share{s.Lots[i].Expires, part})
	}
	s.Lots = slices.DeleteFunc(s.Lots, Lot.empty)
	return out
}

// take is draw for whoever only counts.
func (s *State) take(n Coins) Coins { return total(s.draw(n)) }

// takeFrom removes up to n free coins from the lot that dies at expires.
func (s *State) takeFrom(expires time.Time, n Coins) Coins {
	i, found := slices.BinarySearchFunc(s.Lots, Lot{Expires: expires}, before)
	if !found {
		return 0
	}
	part := min(n, s.Lots[i].Free)
	s.Lots[i].Free -= part
	s.Lots = slices.DeleteFunc(s.Lots, Lot.empty)
	return part
}
