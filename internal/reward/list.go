package reward

import (
	"cmp"
	"slices"
	"strings"

	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// Place is where a reward stands in the shop's list. It is what a cursor carries: paging goes on after it even if
// that reward is gone.
type Place struct {
	Rank int
	ID   string
}

// Place is the reward's place.
func (r Reward) Place() Place { return Place{Rank: r.Rank, ID: r.ID} }

func (p Place) compare(q Place) int {
	return cmp.Or(cmp.Compare(p.Rank, q.Rank), cmp.Compare(p.ID, q.ID))
}

// Buyer is for whom rewards are listed.
type Buyer struct {
	Tier      string       // code of the tier held
	Available wallet.Coins // that may be spent now
}

// Filter says which rewards are listed; its zero value keeps all.
type Filter struct {
	AffordableOnly bool         // those the buyer has the coins for; nobody has coins for any
	MaxCost        wallet.Coins // at most this cost, for the buyer if there is one; 0 = any
	Query          string       // part of a title in any language, upper or lower case; empty = any
	Kinds          []string     // one of these; empty = any
}

// Page lists at most n rewards after a place (nil = from the first) and tells whether more follow. The buyer is nil
// when nobody is signed in. The rewards must be Sorted.
func Page(sorted []Reward, p *programme.Programme, b *Buyer, f Filter, after *Place, n int) (page []Reward, more bool) {
	for _, r := range sorted {
		if after != nil && r.Place().compare(*after) <= 0 || !f.keeps(r, p, b) {
			continue
		}
		if len(page) == n {
			return page, true
		}
		page = append(page, r)
	}
	return page, false
}

func (f Filter) keeps(r Reward, p *programme.Programme, b *Buyer) bool {
	cost := r.Cost
	if b != nil {
		cost = r.MemberCost(p, b.Tier)
	}
	switch {
	case f.AffordableOnly && (b == nil || !r.Affordable(p, b.Tier, b.Available)):
		return false
	case f.MaxCost > 0 && cost > f.MaxCost, len(f.Kinds) > 0 && !slices.Contains(f.Kinds, string(r.How())):
		return false
	default:
		return f.names(r)
	}
}

// names tells whether a title in any language contains the query.
func (f Filter) names(r Reward) bool {
	query := strings.ToLower(strings.TrimSpace(f.Query))
	if query == "" {
		return true
	}
	for _, title := range r.Titles {
		if strings.Contains(strings.ToLower(title), query) {
			return true
		}
	}
	return false
}
