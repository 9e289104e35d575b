package resolvers

import (
	"context"
	"slices"

	"membergate/graph"
	"membergate/internal/account"
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
	r, replayed, err := m.redeem(ctx, h, ask, input)
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

// redeem lets the wallet or the family pay.
func (m mutation) redeem(ctx context.Context, h *account.Holder, ask redemption.Ask, input graph.RewardRedeemInput) (redemption.Redemption, bool, error) {
	if input.FundFrom != graph.FundingSourceFamily {
		if input.Draws != nil {
			return redemption.Redemption{}, false, fault.Bad("draws", "draws is given; allowed is none unless the family pays")
		}
		return m.Redeeming.Redeem(wallet.Within(ctx, m.Families.Bound(h.Profile.ID)), h.Account.Wallet, ask)
	}
	asked, err := m.asked(ctx, input.Draws)
	if err != nil {
		return redemption.Redemption{}, false, err
	}
	ask.Family = &redemption.Common{Asked: asked}
	return m.Redeeming.Redeem(ctx, h.Account.Wallet, ask)
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
		Quantity: int(r.Quantity), Cost: int(r.Cost), FundFrom: graph.FundingSourceMe, OwnCoins: int(r.OwnCoins()),
	}
	if r.Draw != nil {
		out.FundFrom = graph.FundingSourceFamily
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
	return f.inShop(ctx, obj.Redeemed)
}

// inShop is a reward that the shop has; nil for one that it offers no more.
func (r *Root) inShop(ctx context.Context, id string) (*graph.Reward, error) {
	rewards, err := loaders.From(ctx).Stores.Rewards.Get(ctx)
	if err != nil {
		return nil, err
	}
	for i := range rewards {
		if rewards[i].ID == id {
			return r.reward(ctx, &rewards[i]), nil
		}
	}
	return nil, nil
}

// Reward is what was given for.
func (f giftFields) Reward(ctx context.Context, obj *graph.FamilyGift) (*graph.Reward, error) {
	return f.inShop(ctx, obj.Given)
}
