package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/account"
	"membergate/internal/claim"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/tier"
	"membergate/loaders"
)

// MembershipClaim takes the tier that a partner's code gives.
func (m mutation) MembershipClaim(ctx context.Context, input graph.MembershipClaimInput) (*graph.MembershipClaimPayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	g, replayed, err := m.Claims.Redeem(ctx, h.Profile.ID, input.Code, loaders.From(ctx).Now)
	out := &graph.MembershipClaimPayload{Replayed: replayed, UserErrors: []*graph.MembershipClaimUserError{}}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.MembershipClaimUserError{
			Field: refused.field, Message: refused.message, Code: graph.MembershipClaimErrorCode(refused.code),
		})
	}
	if out.Grant, err = m.given(ctx, h.Profile.ID, g); err != nil {
		return nil, err
	}
	out.Tier, err = m.freshStatus(ctx, h.Profile.ID)
	return out, err
}

// given shows a grant as it lies among a member's others now; nil for none.
func (r *Root) given(ctx context.Context, who member.ID, g tier.Grant) (*graph.TierGrant, error) {
	if g.Tier == "" {
		return nil, nil
	}
	o := loaders.From(ctx)
	found, err := o.Stores.Accounts.ByIDs(ctx, []member.ID{who}, account.Whole)
	if err != nil {
		return nil, err
	}
	return r.grant(ctx, found[who].Account.Standing.Advance(r.Book, o.Now), g), nil
}

// MembershipCodesIssue makes codes, by staff.
func (m mutation) MembershipCodesIssue(ctx context.Context, input graph.MembershipCodesIssueInput) (*graph.MembershipCodesIssuePayload, error) {
	if err := operations(ctx); err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	in := claim.Issue{Tier: m.tierOf(ctx, input.TierID), Count: input.Count, Partner: input.Partner, Expires: input.ExpiresAt, Coins: -1}
	if input.Coins != nil {
		if *input.Coins < 0 {
			return nil, fault.Bad("coins", "coins is %d; allowed are 0 to 100000", *input.Coins)
		}
		in.Coins = int64(*input.Coins)
	}
	if input.Days != nil {
		in.Days = *input.Days
		if in.Days == 0 {
			in.Days = -1 // as wrong as any other number that is none of days
		}
	}
	codes, err := m.Claims.Issue(ctx, in, string(o.Me()), o.Now)
	out := &graph.MembershipCodesIssuePayload{Codes: codes, UserErrors: []*graph.MembershipCodesIssueUserError{}}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.MembershipCodesIssueUserError{
			Field: refused.field, Message: refused.message, Code: graph.MembershipCodesIssueErrorCode(refused.code),
		})
	}
	return out, nil
}

// MembershipDaysAdd adds days, by staff.
func (m mutation) MembershipDaysAdd(ctx context.Context, input graph.MembershipDaysAddInput) (*graph.MembershipDaysAddPayload, error) {
	if err := operations(ctx); err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	who, err := m.memberOf(ctx, input.MemberID)
	if err != nil {
		return nil, err
	}
	g, replayed, err := m.Claims.Add(ctx, claim.Gift{
		Key: input.IdempotencyKey, Member: who, Tier: m.tierOf(ctx, input.TierID), Days: input.Days, Reason: input.Reason,
	}, string(o.Me()), o.Now)
	out := &graph.MembershipDaysAddPayload{Replayed: replayed, UserErrors: []*graph.MembershipDaysAddUserError{}}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.MembershipDaysAddUserError{
			Field: refused.field, Message: refused.message, Code: graph.MembershipDaysAddErrorCode(refused.code),
		})
	}
	out.Grant, err = m.given(ctx, who, g)
	return out, err
}

// MembershipCodesWithdraw makes codes good for nothing, by staff.
func (m mutation) MembershipCodesWithdraw(ctx context.Context, input graph.MembershipCodesWithdrawInput) (*graph.MembershipCodesWithdrawPayload, error) {
	if err := operations(ctx); err != nil {
		return nil, err
	}
	w, err := m.Claims.Withdraw(ctx, input.Codes, loaders.From(ctx).Now)
	out := &graph.MembershipCodesWithdrawPayload{Withdrawn: w.Withdrawn, Taken: w.Taken, Unknown: w.Unknown, UserErrors: []*graph.MembershipCodesWithdrawUserError{}}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.MembershipCodesWithdrawUserError{
			Field: refused.field, Message: refused.message, Code: graph.MembershipCodesWithdrawErrorCode(refused.code),
		})
	}
	return out, nil
}
