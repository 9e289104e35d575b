package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/basket"
	"membergate/internal/coupon"
	"membergate/internal/fault"
	"membergate/internal/giving"
	"membergate/loaders"
)

// CouponShow gives a coupon a code for tills.
func (m mutation) CouponShow(ctx context.Context, input graph.CouponShowInput) (*graph.CouponShowPayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	c, err := m.Couponing.Show(ctx, h.Profile.ID, couponsOf([]string{input.CouponID})[0], loaders.From(ctx).Now)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &graph.CouponShowPayload{UserErrors: []*graph.CouponShowUserError{}}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.CouponShowUserError{Field: refused.field, Message: refused.message, Code: graph.CouponShowErrorCode(refused.code)})
		return out, nil
	}
	out.Coupon, out.Code = showCoupon(ctx, c), text(coupon.Spoken(c.Code))
	return out, nil
}

// CouponByCode shows a till what a code is for.
func (q query) CouponByCode(ctx context.Context, code string) (*graph.Coupon, error) {
	loaders.Leave(ctx)
	if err := atTill(ctx); err != nil {
		return nil, err
	}
	c, known, err := q.Couponing.ByCode(ctx, code)
	if err != nil || !known {
		return nil, err
	}
	return showCoupon(ctx, c), nil
}

// CouponUseByCode uses a coupon at a till.
func (m mutation) CouponUseByCode(ctx context.Context, input graph.CouponUseByCodeInput) (*graph.CouponUseByCodePayload, error) {
	if err := atTill(ctx); err != nil {
		return nil, err
	}
	p, err := purchase(input.Order, false)
	if err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	named, known, err := m.Couponing.ByCode(ctx, input.Code)
	if err != nil {
		return nil, err
	}
	if known {
		h, there, err := o.Holders.Load(ctx, named.Member)
		if err != nil {
			return nil, err
		}
		if there {
			p = basket.Of(m.programme(ctx), h, p)
		}
	}
	c, err := m.Couponing.UseByCode(ctx, coupon.Till{Code: input.Code, Order: value(input.Order.OrderID), By: string(o.Me()), Purchase: p, At: o.Now})
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &graph.CouponUseByCodePayload{UserErrors: []*graph.CouponUseByCodeUserError{}}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.CouponUseByCodeUserError{Field: refused.field, Message: refused.message, Code: graph.CouponUseByCodeErrorCode(refused.code)})
	}
	if c.ID != "" {
		out.Coupon = showCoupon(ctx, c)
	}
	return out, nil
}

// CouponIssue gives a member coupons, by staff.
func (m mutation) CouponIssue(ctx context.Context, input graph.CouponIssueInput) (*graph.CouponIssuePayload, error) {
	if err := atService(ctx); err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	who, err := m.memberOf(ctx, input.MemberID)
	if err != nil {
		return nil, err
	}
	count, source := 1, string(coupon.ByCompensation)
	if input.Count != nil {
		count = *input.Count
	}
	if input.Source != nil {
		source = *input.Source
	}
	given, err := m.Giving.Give(ctx, giving.Gift{
		Key: input.IdempotencyKey, Member: who, Template: input.TemplateCode, Count: int64(count), Source: coupon.Source(source), Ref: value(input.Ref), Reason: input.Reason,
	}, string(o.Me()), o.Now)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &graph.CouponIssuePayload{Coupons: showCoupons(ctx, given), UserErrors: []*graph.CouponIssueUserError{}}
	if refused != nil {
		out.Coupons = []*graph.Coupon{}
		out.UserErrors = append(out.UserErrors, &graph.CouponIssueUserError{Field: refused.field, Message: refused.message, Code: graph.CouponIssueErrorCode(refused.code)})
	}
	return out, nil
}

const mostCouponReason = 200

// CouponRevoke takes a coupon back, by staff.
func (m mutation) CouponRevoke(ctx context.Context, input graph.CouponRevokeInput) (*graph.CouponRevokePayload, error) {
	if err := atService(ctx); err != nil {
		return nil, err
	}
	if n := len([]rune(input.Reason)); n < 1 || n > mostCouponReason {
		return nil, fault.Bad("reason", "reason has %d characters; allowed are 1 to %d", n, mostCouponReason)
	}
	o := loaders.From(ctx)
	c, err := m.Couponing.Revoke(ctx, couponsOf([]string{input.CouponID})[0], string(o.Me()), input.Reason, o.Now)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &graph.CouponRevokePayload{UserErrors: []*graph.CouponRevokeUserError{}}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.CouponRevokeUserError{Field: refused.field, Message: refused.message, Code: graph.CouponRevokeErrorCode(refused.code)})
		return out, nil
	}
	out.Coupon = showCoupon(ctx, c)
	return out, nil
}
