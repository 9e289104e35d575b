package coupon

import (
	"cmp"
	"iter"
	"slices"

	"membergate/internal/programme"
)

// Saving is what one coupon takes off an order, in fen. A gift takes nothing off.
type Saving struct {
	Coupon Coupon
	Fen    int64
}

// Outcome is what a set of coupons does to an order, in fen.
type Outcome struct {
	Each     []Saving // in the order in which they are applied
	Goods    int64    // off the goods; never more than they cost
	Delivery int64    // off the delivery's fee; never more than it
	Gifts    int64    // what the gifts are worth
}

// Off is all that is taken off.
func (o Outcome) Off() int64 { return o.Goods + o.Delivery }

// Meet tells whether coupons may be on one order together: no more than the programme's most, no more of a group than
// its most, no two groups of which neither names the other, and no two coupons for the same goods.
func Meet(s programme.Stacking, set []Coupon) bool {
	all := make([]*Coupon, len(set))
	for i := range set {
		all[i] = &set[i]
	}
	return meet(s, all)
}

func meet(s programme.Stacking, set []*Coupon) bool {
	if int64(len(set)) > s.Most {
		return false
	}
	for i, a := range set {
		g, same := s.Group(a.Terms.Group), int64(0)
		for j, b := range set {
			if a.Terms.Group == b.Terms.Group {
				if same++; same > g.Most {
					return false
				}
			} else if !slices.Contains(g.With, b.Terms.Group) && !slices.Contains(s.Group(b.Terms.Group).With, g.Code) {
				return false
			}
			if i < j && slices.ContainsFunc(a.Terms.Categories, func(c string) bool { return slices.Contains(b.Terms.Categories, c) }) {
				return false
			}
		}
	}
	return true
}

// Apply says what a set of coupons, each of them usable, does to an order: coupons for some goods first, of these goods'
// own amount; then those for the whole order, of what is left: shares before amounts or after them, as the programme
// says, and several shares in the turn that is best for the member. Shares are rounded down to whole fen. Thresholds look
// at the goods as they cost before any coupon.
func Apply(s programme.Stacking, p Purchase, set []Coupon) Outcome {
	var out Outcome
	first := true
	for turn := range inTurn(s, set) {
		if o := apply(p, turn); first || o.Off() > out.Off() {
			out, first = o, false
		}
	}
	return out
}

func apply(p Purchase, turn []Coupon) Outcome {
	var out Outcome
	for _, c := range turn {
		fen := c.Terms.takes(p, out.Goods, out.Delivery)
		switch c.Terms.Kind {
		case programme.GiftAlso:
			out.Gifts += c.Terms.Value
		case programme.Delivery:
			out.Delivery += fen
		default:
			out.Goods += fen
		}
		out.Each = append(out.Each, Saving{c, fen})
	}
	return out
}

// takes is what a coupon takes off an order when others have taken something off its goods and its delivery's fee.
func (t Terms) takes(p Purchase, goods, delivery int64) int64 {
	left, fee := p.AmountFen-goods, p.DeliveryFen-delivery
	switch {
	case t.Kind == programme.GiftAlso:
		return 0
	case t.Kind == programme.Delivery && t.Value > 0:
		return min(fee, t.Value)
	case t.Kind == programme.Delivery:
		return fee
	case len(t.Categories) > 0:
		return min(left, t.off(t.base(p)))
	default:
		return t.off(left)
	}
}

// off is what a coupon takes off an amount.
func (t Terms) off(fen int64) int64 {
	if t.Kind == programme.Percent {
		return min(t.MaxOffFen, fen*t.Value/100)
	}
	return min(t.Value, fen)
}

// inTurn gives the turns in which coupons may be applied: one, unless several take shares of the whole order.
func inTurn(s programme.Stacking, set []Coupon) iter.Seq[[]Coupon] {
	turn := sortTurn(s, set)
	shares := slices.IndexFunc(turn, func(c Coupon) bool { return c.Terms.share() })
	n := 0
	for _, c := range turn {
		if c.Terms.share() {
			n++
		}
	}
	return func(yield func([]Coupon) bool) {
		if n < 2 {
			yield(turn)
			return
		}
		permute(turn[shares:shares+n], 0, func() bool { return yield(turn) })
	}
}

// sortTurn puts coupons into one of their turns: shares of the whole order stand next to one another.
func sortTurn(s programme.Stacking, set []Coupon) []Coupon {
	step := func(t Terms) int {
		switch {
		case len(t.Categories) > 0:
			return 0
		case t.share() == (s.Percent == programme.PercentFirst):
			return 1
		default:
			return 2
		}
	}
	turn := slices.Clone(set)
	slices.SortFunc(turn, func(a, b Coupon) int {
		return cmp.Or(cmp.Compare(step(a.Terms), step(b.Terms)), cmp.Compare(b.Terms.Value, a.Terms.Value), cmp.Compare(a.ID, b.ID))
	})
	return turn
}

// share tells whether a coupon takes a share of the whole order.
func (t Terms) share() bool { return t.Kind == programme.Percent && len(t.Categories) == 0 }

// permute puts things into every order, from a place on, until it is told to stop.
func permute[T any](all []T, from int, each func() bool) bool {
	if from == len(all) {
		return each()
	}
	for i := from; i < len(all); i++ {
		all[from], all[i] = all[i], all[from]
		if !permute(all, from+1, each) {
			return false
		}
		all[from], all[i] = all[i], all[from]
	}
	return true
}
