package order

import (
	"context"
	"fmt"
	"slices"

	"membergate/internal/account"
	"membergate/internal/coupon"
	"membergate/internal/fault"
	"membergate/internal/member"
)

// Couponing does what follows for coupons.
type Couponing interface {
	// Carry does each thing once, however often it is told to.
	Carry(ctx context.Context, who member.ID, turns []coupon.Turn) error
}

// fromBaskets adds to orders that are new the coupons that were kept for them, as the account knows: nothing is read for
// that.
func (s *Service) fromBaskets(a account.Account, fresh []Told) {
	for _, t := range fresh {
		if t.Event == nil || t.Event.Kind != Paid {
			continue
		}
		for _, id := range coupon.In(a.Baskets, t.Event.ID, t.Event.At) {
			if !slices.Contains(t.Event.Coupons, id) {
				t.Event.Coupons = append(t.Event.Coupons, id)
			}
		}
	}
}

// orderCoupons puts into the outbox that an order used its coupons, or that a refund of all of it gives them back.
func (s *Service) orderCoupons(a account.Account, e Event, k Known) account.Account {
	if s.Coupons == nil {
		return a
	}
	switch {
	case e.Kind == Paid && len(e.Coupons) > 0:
		turn := &coupon.Turn{}
		for _, id := range e.Coupons {
			turn.Use = append(turn.Use, coupon.Use{Coupon: id, Order: e.ID, At: e.At})
		}
		a.Outbox = append(a.Outbox, account.Step{Coupons: turn})
		a.Baskets = coupon.Put(a.Baskets, coupon.Basket{Order: e.ID}, e.At)
	case e.Kind == Refunded && k.Original != nil && len(k.Original.Event.Coupons) > 0:
		if paid := k.Original.Event.Fen; paid > 0 {
			if _, upTo := Cumulative(paid, k.Original.Refunds, e.ID); upTo < paid {
				return a
			}
		}
		a.Outbox = append(a.Outbox, account.Step{Coupons: &coupon.Turn{
			Back: []coupon.Back{{Order: e.OrderID, Coupons: k.Original.Event.Coupons, At: e.At}},
		}})
	}
	return a
}

// deedCoupons puts into the outbox that a coupon was used.
func (s *Service) deedCoupons(a account.Account, d Deed) account.Account {
	if s.Coupons == nil || d.Coupon == nil {
		return a
	}
	a.Outbox = append(a.Outbox, account.Step{Coupons: &coupon.Turn{Use: []coupon.Use{*d.Coupon}}})
	return a
}

// couponTurns are what the steps of an outbox say of coupons.
func couponTurns(outbox []account.Step) []coupon.Turn {
	var out []coupon.Turn
	for _, step := range outbox {
		if step.Coupons != nil && !step.Coupons.Empty() {
			out = append(out, *step.Coupons)
		}
	}
	return out
}

func (s *Service) carryCoupons(ctx context.Context, a account.Account, turns []coupon.Turn) error {
	if s.Coupons == nil {
		return fault.New(fault.Internal, "member %s waits for coupons, and nobody here keeps any", a.Member)
	}
	if err := s.Coupons.Carry(ctx, a.Member, turns); err != nil {
		return fmt.Errorf("carry coupons: %w", err)
	}
	return nil
}
