package coupon

import (
	"cmp"
	"slices"
	"time"

	"membergate/internal/programme"
)

// Best is the set of coupons that takes most off an order, and why the others are not in it.
type Best struct {
	Outcome
	Idle []Idle
}

// Idle is a coupon that is not in the best set, with all that keeps it out.
type Idle struct {
	Coupon  Coupon
	Because []Blocked // never empty
}

// BestOf finds the set of coupons that takes most off an order. Of those that take off the same, it is the one with the
// most valuable gifts, then with the fewest coupons, then with those that say least, then with those that are over soonest.
// A coupon that would take nothing off is kept for another order, and so is one that another order keeps.
func BestOf(s programme.Stacking, p Purchase, order string, now time.Time, all []Coupon) Best {
	var usable []Coupon
	var out Best
	for _, c := range all {
		if b := c.Against(p, order, now); len(b) > 0 {
			out.Idle = append(out.Idle, Idle{c, b})
		} else {
			usable = append(usable, c)
		}
	}
	chosen := bestSet(s, p, worthwhile(s, p, usable))
	out.Outcome = Apply(s, p, chosen)
	for _, c := range usable {
		if slices.ContainsFunc(chosen, func(o Coupon) bool { return o.ID == c.ID }) {
			continue
		}
		out.Idle = append(out.Idle, Idle{c, []Blocked{{Cause: outside(s, p, chosen, c)}}})
	}
	return out
}

// outside tells why a usable coupon is not among the chosen ones.
func outside(s programme.Stacking, p Purchase, chosen []Coupon, c Coupon) Cause {
	with := append(slices.Clone(chosen), c)
	switch {
	case !Meet(s, with):
		return NotTogether
	case Apply(s, p, with).Off() <= Apply(s, p, chosen).Off():
		return NothingLeft
	default:
		return BetterWithout
	}
}

// worthwhile leaves out coupons that can be no part of the best set: of its group and for its goods there are as many
// better ones as the group may have on one order, so one of them could always take its place.
func worthwhile(s programme.Stacking, p Purchase, usable []Coupon) []Coupon {
	var out []Coupon
	for _, c := range usable {
		most, better := s.Group(c.Terms.Group).Most, int64(0)
		for _, o := range usable {
			if better < most && o.ID != c.ID && beats(p, o, c) {
				better++
			}
		}
		if better < most {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b Coupon) int {
		return cmp.Or(cmp.Compare(alone(p, b), alone(p, a)), prefer(a, b))
	})
	return out
}

// beats tells whether a coupon does all that another of its kind does, on this order.
func beats(p Purchase, a, b Coupon) bool {
	x, y := a.Terms, b.Terms
	class := func(t Terms) int {
		switch {
		case t.Kind == programme.Delivery:
			return 1
		case t.Kind == programme.GiftAlso:
			return 2
		default:
			return 0
		}
	}
	if x.Group != y.Group || !slices.Equal(x.Categories, y.Categories) || x.share() != y.share() || class(x) != class(y) {
		return false
	}
	if x.share() { // both are monotone in what they look at; no cap above what it takes off the whole order binds
		u, v := x.off(p.AmountFen), y.off(p.AmountFen)
		more, less := x.Value >= y.Value && u >= v, x.Value <= y.Value && u <= v
		return more && (!less || prefer(a, b) < 0)
	}
	u, v := alone(p, a), alone(p, b)
	if class(x) == 2 {
		u, v = x.Value, y.Value
	}
	return u > v || u == v && prefer(a, b) < 0
}

// alone is what a coupon takes off an order by itself.
func alone(p Purchase, c Coupon) int64 {
	return Apply(programme.Stacking{}, p, []Coupon{c}).Off()
}

// prefer puts those that say least first, then those that are over soonest.
func prefer(a, b Coupon) int {
	return cmp.Or(cmp.Compare(a.Terms.Value, b.Terms.Value), a.Until.Compare(b.Until), cmp.Compare(a.ID, b.ID))
}
