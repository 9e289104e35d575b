package resolvers

import (
	"context"
	"slices"

	"membergate/graph"
	"membergate/internal/family"
	"membergate/internal/fault"
	"membergate/internal/redemption"
	"membergate/internal/wallet"
	"membergate/loaders"
)

// RewardRedeem gets a reward for coins.
func (m mutation) RewardRedeem(ctx context.Context, input graph.RewardRedeemInput) (*graph.RewardRedeemPayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	id, now := h.Account.Wallet, loaders.From(ctx).Now
	_, key, _ := readID(input.RewardID)
	ask := redemption.Ask{
		Member: h.Profile.ID, Key: input.IdempotencyKey, Reward: key, Quantity: int64(input.Quantity), Expected: int64(input.ExpectedCost),
		Tier: m.standing(ctx, h).Held(m.programme(ctx), now).Code, At: now,
	}
	if globalID(kindReward, key) != input.RewardID {
		ask.Reward = ""
	}
	if input.SlotID != nil {
		kind, slot, _ := readID(*input.SlotID)
		if ask.Slot = slot; kind != kindSlot || slot == "" {
			ask.Slot = *input.SlotID // no slot's
		}
	}
	var r redemption.Redemption
	var replayed bool
	if input.FundFrom == graph.FundingSourceFamily {
		err = fault.Refuse("NOT_OFFERED", "fundFrom", "the family's coins do not pay for rewards yet")
	} else {
		r, replayed, err = m.Redeeming.Redeem(wallet.Within(ctx, m.Families.Bound(h.Profile.ID)), id, ask)
	}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &graph.RewardRedeemPayload{Replayed: replayed, UserErrors: []*graph.RewardRedeemUserError{}}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.RewardRedeemUserError{
			Field: refused.field, Message: refused.message, Code: graph.RewardRedeemErrorCode(refused.code), ShortBy: refused.shortBy,
		})
	} else {
		out.Redemption = m.redemption(ctx, r)
		if out.Approval, err = m.approvalOf(ctx, r); err != nil {
			return nil, err
		}
	}
	out.Wallet, err = m.freshWallet(ctx, id)
	return out, err
}

// RedemptionCancel takes a redemption back.
func (m mutation) RedemptionCancel(ctx context.Context, input graph.RedemptionCancelInput) (*graph.RedemptionCancelPayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	id := h.Account.Wallet
	kind, key, _ := readID(input.RedemptionID)
	if kind != kindRedemption {
		key = ""
	}
	r, err := m.Redeeming.Cancel(ctx, id, key, loaders.From(ctx).Now)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &graph.RedemptionCancelPayload{UserErrors: []*graph.RedemptionCancelUserError{}}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.RedemptionCancelUserError{
			Field: refused.field, Message: refused.message, Code: graph.RedemptionCancelErrorCode(refused.code),
		})
	} else {
		out.Redemption = m.redemption(ctx, r)
	}
	out.Wallet, err = m.freshWallet(ctx, id)
	return out, err
}

func (root *Root) redemption(ctx context.Context, r redemption.Redemption) *graph.Redemption {
	now := loaders.From(ctx).Now
	state := r.StateAt(now)
	out := &graph.Redemption{
		ID: globalID(kindRedemption, r.ID), State: string(state), CreatedAt: r.CreatedAt, Redeemed: r.Reward, Slotted: r.Slot,
		Quantity: int(r.Quantity), Cost: int(r.Cost),
	}
	if state == redemption.Reserved || state == redemption.Fulfilled {
		out.Code = text(root.Redeeming.CodeOf(r))
	}
	if until, may := r.CancellableUntil(now); may {
		out.CancellableUntil = &until
	}
	if !r.GoodUntil.IsZero() {
		out.ValidUntil = &r.GoodUntil
	}
	if !r.UsedAt.IsZero() {
		out.UsedAt = &r.UsedAt
	}
	return out
}

func (r *Root) redemptionNode(ctx context.Context, key string) (graph.Node, error) {
	if !loaders.From(ctx).Viewer.SignedIn() {
		return nil, nil
	}
	h, err := r.holder(ctx)
	if err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	o.Wishes.Want(key)
	f, in, err := o.Families.Load(ctx, o.Me()) // also for what is unknown, so that nobody learns from how long it takes
	if err != nil {
		return nil, err
	}
	found, known, err := o.Wishes.Load(ctx, key)
	switch {
	case err != nil || !known:
		return nil, err
	case found.Wallet == h.Account.Wallet:
		return r.redemption(ctx, found), nil
	case in && found.Request.Family == f.ID && slices.ContainsFunc(f.ApprovalsFor(o.Me(), o.Now, ""), func(a family.Approval) bool { return a.Redemption == key }):
		return r.wish(ctx, found), nil
	default:
		return nil, nil
	}
}

// Reward is what was redeemed.
func (f redemptionFields) Reward(ctx context.Context, obj *graph.Redemption) (*graph.Reward, error) {
	rewards, err := loaders.From(ctx).Stores.Rewards.Get(ctx)
	if err != nil {
		return nil, err
	}
	for i := range rewards {
		if rewards[i].ID == obj.Redeemed {
			return f.reward(ctx, &rewards[i]), nil
		}
	}
	return nil, nil
}
