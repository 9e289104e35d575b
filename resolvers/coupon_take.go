package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/account"
	"membergate/internal/basket"
	"membergate/internal/coupon"
	"membergate/internal/eligibility"
	"membergate/internal/giving"
	"membergate/loaders"
)

// CouponFreeze keeps coupons for an order.
func (m mutation) CouponFreeze(ctx context.Context, input graph.CouponFreezeInput) (*graph.CouponFreezePayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	p, err := purchase(input.Order, true)
	if err != nil {
		return nil, err
	}
	kept, o, err := m.Baskets.Freeze(ctx, *h, basket.Ask{Order: value(input.Order.OrderID), Coupons: couponsOf(input.CouponIds), Purchase: p, At: loaders.From(ctx).Now})
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &graph.CouponFreezePayload{Coupons: showCoupons(ctx, kept), GoodsSavedFen: int(o.Goods), DeliverySavedFen: int(o.Delivery), UserErrors: []*graph.CouponFreezeUserError{}}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.CouponFreezeUserError{Field: refused.field, Message: refused.message, Code: graph.CouponFreezeErrorCode(refused.code)})
	}
	return out, nil
}

// CouponRelease lets coupons go that an order keeps.
func (m mutation) CouponRelease(ctx context.Context, input graph.CouponReleaseInput) (*graph.CouponReleasePayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	free, err := m.Baskets.Release(ctx, h.Profile.ID, input.OrderID, couponsOf(input.CouponIds), loaders.From(ctx).Now)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &graph.CouponReleasePayload{Coupons: showCoupons(ctx, free), UserErrors: []*graph.CouponReleaseUserError{}}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.CouponReleaseUserError{Field: refused.field, Message: refused.message, Code: graph.CouponReleaseErrorCode(refused.code)})
	}
	return out, nil
}

// CouponClaim takes coupons of a benefit's quota.
func (m mutation) CouponClaim(ctx context.Context, input graph.CouponClaimInput) (*graph.CouponClaimPayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	kind, code, _ := readID(input.BenefitID)
	if kind != kindBenefit {
		code = ""
	}
	count := 1
	if input.Count != nil {
		count = *input.Count
	}
	given, replayed, err := m.Giving.Claim(ctx, giving.Claim{Key: input.IdempotencyKey, Benefit: code, Count: int64(count), Facts: m.factsOf(ctx, h), At: loaders.From(ctx).Now})
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &graph.CouponClaimPayload{Coupons: showCoupons(ctx, given), Replayed: replayed, UserErrors: []*graph.CouponClaimUserError{}}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.CouponClaimUserError{Field: refused.field, Message: refused.message, Code: graph.CouponClaimErrorCode(refused.code)})
	}
	return out, nil
}

// CouponTake takes the coupon of a campaign.
func (m mutation) CouponTake(ctx context.Context, input graph.CouponTakeInput) (*graph.CouponTakePayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	c, replayed, err := m.Giving.Take(ctx, m.factsOf(ctx, h), input.CampaignCode, loaders.From(ctx).Now)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &graph.CouponTakePayload{Replayed: replayed, UserErrors: []*graph.CouponTakeUserError{}}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.CouponTakeUserError{Field: refused.field, Message: refused.message, Code: graph.CouponTakeErrorCode(refused.code)})
		return out, nil
	}
	out.Coupon = showCoupon(ctx, c)
	return out, nil
}

// factsOf are what rules ask of the viewer.
func (r *Root) factsOf(ctx context.Context, h *account.Holder) eligibility.Facts {
	return eligibility.Gather(r.programme(ctx), h.Profile, r.standing(ctx, h), loaders.From(ctx).Now)
}

// CouponCampaigns lists the campaigns that are open.
func (q query) CouponCampaigns(ctx context.Context) ([]*graph.CouponCampaign, error) {
	loaders.Leave(ctx)
	open, left, err := q.Giving.Campaigns(ctx, loaders.From(ctx).Now)
	if err != nil {
		return nil, err
	}
	out := []*graph.CouponCampaign{}
	for i, g := range open {
		t, _ := q.programme(ctx).Template(g.Template)
		node := &graph.CouponCampaign{Code: g.Code, Title: g.Titles.In(locale(ctx)), Terms: g.Terms.In(locale(ctx)), CouponTitle: t.Titles.In(locale(ctx)),
			CouponTerms: t.Terms.In(locale(ctx)), Version: t.Version, OpensAt: g.From, ClosesAt: g.Until}
		if left[i] >= 0 {
			node.Left = ptr(int(left[i]))
		}
		out = append(out, node)
	}
	return out, nil
}

func showCoupons(ctx context.Context, all []coupon.Coupon) []*graph.Coupon {
	out := []*graph.Coupon{}
	for _, c := range all {
		out = append(out, showCoupon(ctx, c))
	}
	return out
}
