package account

import (
	"slices"

	"membergate/internal/coupon"
	"membergate/internal/tier"
)

// Reached puts into the outbox the coupons of the tiers that the member has risen to since a standing, those of tiers that
// were passed on the way included: each tier gives its own once in a member's life, however often it is lost and reached
// again.
func (a Account) Reached(book tier.Book, before tier.Standing) Account {
	turn := &coupon.Turn{}
	for _, c := range news(before, a.Standing) {
		if c.At.IsZero() { // nobody knows when: no programme was in force then
			continue
		}
		p := book.At(c.At)
		from := -1 // of who joins
		if c.From != "" {
			if from = p.Rank(c.From); from < 0 { // a tier that there is no more
				from = p.Rank(c.To) - 1
			}
		}
		for _, t := range p.Tiers {
			if t.Rank <= from || t.Rank > p.Rank(c.To) {
				continue
			}
			for _, code := range t.Coupons {
				turn.Issue = append(turn.Issue, coupon.Issue{
					Op: "tier:" + t.Code + ":" + code, Template: code, Member: a.Member, Source: coupon.ByTier, Ref: t.Code, At: c.At,
				})
			}
		}
	}
	if !turn.Empty() {
		a.Outbox = append(a.Outbox[:len(a.Outbox):len(a.Outbox)], Step{Coupons: turn})
	}
	return a
}

// news are the lines of a history that another standing's has not. Some of them may be there where many came at once:
// whatever follows from them is done once.
func news(before, after tier.Standing) []tier.Change {
	all := after.History
	if len(before.History) == 0 {
		return all
	}
	last := before.History[len(before.History)-1]
	for i, c := range slices.Backward(all) {
		if c.At.Equal(last.At) && c.From == last.From && c.To == last.To && c.Reason == last.Reason && c.Ref == last.Ref {
			return all[i+1:]
		}
	}
	return all
}
