// Package basket keeps coupons for an order that is not paid yet, and plans what coupons and then coins take off it.
package basket

import (
	"context"
	"errors"
	"slices"
	"time"

	"membergate/internal/account"
	"membergate/internal/checkout"
	"membergate/internal/coupon"
	"membergate/internal/eligibility"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// Service keeps coupons for orders. The way of a freeze:
//
//  1. each coupon becomes the order's, in one compare-and-swap of its own, so that of two orders one gets it;
//  2. the member's account notes which coupons the order keeps, so that its payment knows them without a look.
//
// Killed between, the coupons are free again when the freeze ends, or the same freeze sent again finishes.
type Service struct {
	Coupons  *coupon.Service
	Accounts account.Store
	Book     tier.Book
}

// Codes of refusals that are made here; those of coupon.Service come too.
const (
	NotUsable   = "NOT_USABLE"   // the order is not one that the coupon is for
	NotTogether = "NOT_TOGETHER" // the coupons do not meet on one order
	NothingOff  = "NOTHING_OFF"  // a coupon would take nothing off
)

// Ask is a wish to keep coupons for an order.
type Ask struct {
	Order    string
	Coupons  []string // ids
	Purchase coupon.Purchase
	At       time.Time
}

const (
	mostCoupons = 20
	mostLines   = 200
	mostLive    = 200 // coupons of one member that are looked at for one order, soonest over first
	tries       = 200
)

// Check refuses an order that no coupon could be looked at for.
func Check(order string, needed bool, p coupon.Purchase) error {
	switch {
	case needed && order == "" || len(order) > 128:
		return fault.Bad("orderId", "orderId has %d characters; allowed are 1 to 128", len(order))
	case p.AmountFen < 1 || p.AmountFen > checkout.MaxFen:
		return fault.Bad("orderAmountFen", "orderAmountFen is %d; allowed are 1 to %d", p.AmountFen, checkout.MaxFen)
	case p.DeliveryFen < 0 || p.DeliveryFen > checkout.MaxFen:
		return fault.Bad("deliveryFen", "deliveryFen is %d; allowed are 0 to %d", p.DeliveryFen, checkout.MaxFen)
	case len(p.Lines) > mostLines:
		return fault.Bad("lines", "lines has %d lines; allowed are 0 to %d", len(p.Lines), mostLines)
	}
	for _, l := range p.Lines {
		if l.Fen < 0 || l.Fen > checkout.MaxFen {
			return fault.Bad("lines", "lines has an amountFen of %d; allowed are 0 to %d", l.Fen, checkout.MaxFen)
		}
	}
	return nil
}

// Of completes an order with what is known of its member.
func Of(p *programme.Programme, h account.Holder, o coupon.Purchase) coupon.Purchase {
	o.Region, o.FirstOrder = h.Profile.Country, !eligibility.Ordered(p, h.Account.Standing)
	return o
}

// Freeze keeps coupons for an order, all of them or none, as long as the programme says. Those that it keeps already stay
// as they are. Refusals: NOT_FOUND, COUPON_IN_USE, COUPON_USED, COUPON_EXPIRED, COUPON_REVOKED, NOT_USABLE, NOT_TOGETHER, NOTHING_OFF.
func (s *Service) Freeze(ctx context.Context, h account.Holder, a Ask) ([]coupon.Coupon, coupon.Outcome, error) {
	if err := Check(a.Order, true, a.Purchase); err != nil {
		return nil, coupon.Outcome{}, err
	}
	if len(a.Coupons) < 1 || len(a.Coupons) > mostCoupons {
		return nil, coupon.Outcome{}, fault.Bad("couponIds", "couponIds has %d ids; allowed are 1 to %d", len(a.Coupons), mostCoupons)
	}
	p, who := s.Book.At(a.At), h.Profile.ID
	a.Purchase = Of(p, h, a.Purchase)
	if _, err := s.fits(ctx, who, a, a.Coupons); err != nil {
		return nil, coupon.Outcome{}, err
	}
	until := a.At.Add(time.Duration(p.Stacking.HoldMinutes) * time.Minute)
	var mine []string
	var kept []coupon.Coupon
	undo := func(err error) ([]coupon.Coupon, coupon.Outcome, error) {
		for _, id := range mine {
			if _, wrong := s.Coupons.Release(context.WithoutCancel(ctx), who, id, a.Order); wrong != nil {
				return nil, coupon.Outcome{}, wrong // it ends by itself
			}
		}
		return nil, coupon.Outcome{}, err
	}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(a.Coupons))) {
		c, did, err := s.Coupons.Freeze(ctx, who, id, a.Order, until, a.At)
		if err != nil {
			return undo(err)
		}
		if did {
			mine = append(mine, id)
		}
		kept = append(kept, c)
	}
	out, err := s.fits(ctx, who, a, nil) // others may have frozen some for the same order meanwhile
	if err != nil {
		return undo(err)
	}
	return kept, out, s.note(ctx, who, a.Order, a.At)
}

// fits looks whether coupons and those that the order keeps meet on it, and what they take off it together.
func (s *Service) fits(ctx context.Context, who member.ID, a Ask, more []string) (coupon.Outcome, error) {
	known, err := s.Coupons.Store.ByIDs(ctx, more)
	if err != nil {
		return coupon.Outcome{}, err
	}
	set, err := s.kept(ctx, who, a.Order, a.At)
	if err != nil {
		return coupon.Outcome{}, err
	}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(more))) {
		c, there := known[id]
		if !there || c.Member != who {
			return coupon.Outcome{}, fault.Refuse(coupon.Unknown, "couponIds", "couponIds names no coupon that is known")
		}
		if !slices.ContainsFunc(set, func(o coupon.Coupon) bool { return o.ID == id }) {
			set = append(set, c)
		}
	}
	for _, c := range set {
		why := c.Against(a.Purchase, a.Order, a.At)
		if len(why) > 0 && why[0].Cause == coupon.NotNow {
			return coupon.Outcome{}, c.NotNow("couponIds", a.At)
		}
		if len(why) > 0 {
			return coupon.Outcome{}, fault.Refuse(NotUsable, "couponIds", "the order is none that the coupon is for: %s", why[0].Cause).Short(why[0].ShortByFen)
		}
	}
	rules := s.Book.At(a.At).Stacking
	if !coupon.Meet(rules, set) {
		return coupon.Outcome{}, fault.Refuse(NotTogether, "couponIds", "the coupons do not go together on one order")
	}
	out := coupon.Apply(rules, a.Purchase, set)
	for _, e := range out.Each {
		if e.Fen == 0 && e.Coupon.Terms.Kind != programme.GiftAlso {
			return out, fault.Refuse(NothingOff, "couponIds", "a coupon would take nothing off")
		}
	}
	return out, nil
}

// kept are the coupons that an order keeps at a time.
func (s *Service) kept(ctx context.Context, who member.ID, order string, at time.Time) ([]coupon.Coupon, error) {
	all, err := s.Coupons.Store.OfOrder(ctx, who, order)
	return slices.DeleteFunc(all, func(c coupon.Coupon) bool { return c.StateAt(at) != coupon.Frozen }), err
}

// Release lets coupons go that an order keeps: those named, or all of them. What was used stays used.
func (s *Service) Release(ctx context.Context, who member.ID, order string, ids []string, at time.Time) ([]coupon.Coupon, error) {
	if order == "" || len(order) > 128 {
		return nil, fault.Bad("orderId", "orderId has %d characters; allowed are 1 to 128", len(order))
	}
	all, err := s.kept(ctx, who, order, at)
	if err != nil {
		return nil, err
	}
	var out []coupon.Coupon
	for _, c := range all {
		if len(ids) > 0 && !slices.Contains(ids, c.ID) {
			continue
		}
		free, err := s.Coupons.Release(ctx, who, c.ID, order)
		if err != nil {
			return nil, err
		}
		out = append(out, free)
	}
	return out, s.note(ctx, who, order, at)
}

// note makes the account know which coupons an order keeps. It is read anew each time, so that whoever notes last has
// seen what all others did.
func (s *Service) note(ctx context.Context, who member.ID, order string, at time.Time) error {
	for range tries {
		found, err := s.Accounts.ByIDs(ctx, []member.ID{who}, account.Whole)
		if err != nil {
			return err
		}
		h, there := found[who]
		if !there {
			return nil // the member has left
		}
		all, err := s.kept(ctx, who, order, at)
		if err != nil {
			return err
		}
		b := coupon.Basket{Order: order}
		for _, c := range all {
			b.Coupons = append(b.Coupons, c.ID)
			if c.FrozenUntil.After(b.Until) {
				b.Until = c.FrozenUntil
			}
		}
		slices.Sort(b.Coupons)
		a := h.Account
		if slices.Equal(coupon.In(a.Baskets, order, at), b.Coupons) {
			return nil
		}
		a.Baskets = coupon.Put(a.Baskets, b, at)
		if err := s.Accounts.Save(ctx, a); !errors.Is(err, account.ErrStale) {
			return err
		}
	}
	return fault.New(fault.Unavailable, "member %s is being changed by too many at once", who)
}

// Live lists a member's coupons that may still be used, soonest over first.
func (s *Service) Live(ctx context.Context, who member.ID, now time.Time) ([]coupon.Coupon, error) {
	return s.Coupons.Page(ctx, who, nil, mostLive, now, func(c coupon.Coupon) bool {
		state := c.StateAt(now)
		return state == coupon.Issued || state == coupon.Frozen
	}, true)
}

// Plan is the best way to pay an order: coupons first, then coins on what is left of the goods.
type Plan struct {
	coupon.Best
	Goods    int64          // what the goods cost after the coupons, in fen: a hold of coins is made for this amount
	Delivery int64          // what the delivery costs after them
	Coins    *checkout.Plan // nil where coins take nothing off
	Pay      int64          // what is left to be paid with money
}

// Best plans an order. Coins pay at most their share of what the coupons leave of the goods; the delivery's fee counts for
// no share.
func (s *Service) Best(h account.Holder, order string, o coupon.Purchase, live []coupon.Coupon, available wallet.Coins, now time.Time) Plan {
	p := s.Book.At(now)
	o = Of(p, h, o)
	out := Plan{Best: coupon.BestOf(p.Stacking, o, order, now, live)}
	out.Goods, out.Delivery = o.AmountFen-out.Best.Goods, o.DeliveryFen-out.Best.Delivery
	out.Pay = out.Goods + out.Delivery
	if terms, offered := checkout.At(p, o.Channel, now); offered && out.Goods > 0 {
		if plans := terms.Plans(out.Goods, available); len(plans) > 0 {
			out.Coins = &plans[0]
			out.Pay -= plans[0].Fen
		}
	}
	return out
}
