package resolvers

import (
	"context"
	"strconv"
	"strings"

	"membergate/graph"
	"membergate/internal/checkout"
	"membergate/internal/cursor"
	"membergate/internal/fault"
	"membergate/internal/wallet"
	"membergate/loaders"
)

// CheckoutHold sets coins aside for an order.
func (m mutation) CheckoutHold(ctx context.Context, input graph.CheckoutHoldInput) (*graph.CheckoutHoldPayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	id := h.Account.Wallet
	held, replayed, err := m.Checkout.Hold(wallet.Within(ctx, m.Families.Bound(h.Profile.ID)), id, checkout.Ask{
		Key: input.IdempotencyKey, Order: input.OrderID, OrderFen: int64(input.OrderAmountFen), Coins: int64(input.Coins),
		Channel: string(input.Channel), At: loaders.From(ctx).Now,
	})
	out := &graph.CheckoutHoldPayload{Replayed: replayed, UserErrors: []*graph.CheckoutHoldUserError{}}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.CheckoutHoldUserError{
			Field: refused.field, Message: refused.message, Code: graph.CheckoutHoldErrorCode(refused.code), ShortBy: refused.shortBy,
		})
	} else {
		out.Hold = showHold(id, held)
	}
	out.Wallet, err = m.freshWallet(ctx, id)
	return out, err
}

// CheckoutSettle spends a hold or lets it go.
func (m mutation) CheckoutSettle(ctx context.Context, input graph.CheckoutSettleInput) (*graph.CheckoutSettlePayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	id := h.Account.Wallet
	coins := wallet.All
	switch {
	case input.Action == graph.CheckoutActionRelease && input.Coins != nil:
		return nil, fault.Bad("coins", "coins is %d; allowed is none with RELEASE", *input.Coins)
	case input.Action == graph.CheckoutActionRelease:
		coins = 0
	case input.Coins != nil && *input.Coins < 1:
		return nil, fault.Bad("coins", "coins is %d; allowed are 1 and more", *input.Coins)
	case input.Coins != nil:
		coins = int64(*input.Coins)
	}
	held, replayed, err := m.Checkout.Settle(ctx, id, input.IdempotencyKey, holdOf(id, input.HoldID), coins, loaders.From(ctx).Now)
	out := &graph.CheckoutSettlePayload{Replayed: replayed, UserErrors: []*graph.CheckoutSettleUserError{}}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.CheckoutSettleUserError{
			Field: refused.field, Message: refused.message, Code: graph.CheckoutSettleErrorCode(refused.code), ShortBy: refused.shortBy,
		})
	} else {
		out.Hold = showHold(id, held)
	}
	out.Wallet, err = m.freshWallet(ctx, id)
	return out, err
}

// Holds lists the open holds, newest first.
func (f walletFields) Holds(ctx context.Context, obj *graph.Wallet, first *int, after *string) (*graph.HoldConnection, error) {
	l := cursor.List{Name: "wallet.holds", Owner: string(obj.Ledger)}
	span, err := f.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	var open []wallet.Hold
	for i := len(obj.State.Holds) - 1; i >= 0 && len(open) <= span.Limit; i-- {
		if h := obj.State.Holds[i]; span.After == nil || h.Seq < span.After.Key {
			open = append(open, h)
		}
	}
	page := slice(f.Cursors, l, span, open, func(h wallet.Hold) cursor.Place { return cursor.Place{Key: h.Seq} })
	out := &graph.HoldConnection{Edges: []*graph.HoldEdge{}, Nodes: []*graph.Hold{}, PageInfo: pageInfo(page)}
	for i, h := range page.Nodes {
		node := showHold(obj.Ledger, wallet.HoldView{Hold: h, State: wallet.Held})
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.HoldEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}

// BestRedemption plans how coins could pay part of an order.
func (f walletFields) BestRedemption(ctx context.Context, obj *graph.Wallet, orderAmountFen int, channel graph.Channel) ([]*graph.RedemptionPlan, error) {
	if orderAmountFen < 1 || orderAmountFen > checkout.MaxFen {
		return nil, fault.Bad("orderAmountFen", "orderAmountFen is %d; allowed are 1 to %d", orderAmountFen, checkout.MaxFen)
	}
	out := []*graph.RedemptionPlan{}
	if obj.Ledger.Currency() != "" {
		return out, nil // orders are paid in the programme's own coins
	}
	terms, offered := checkout.At(f.programme(ctx), string(channel), loaders.From(ctx).Now)
	if !offered {
		return out, nil
	}
	for _, p := range terms.Plans(int64(orderAmountFen), obj.State.Available()) {
		out = append(out, &graph.RedemptionPlan{
			Coins: int(p.Coins), ValueFen: int(p.Fen), CappedBy: text(p.CappedBy), MultiplierPercent: int(p.Percent),
		})
	}
	return out, nil
}

// freshWallet is a wallet after a change: never one that the operation read before it.
func (r *Root) freshWallet(ctx context.Context, id wallet.ID) (*graph.Wallet, error) {
	heads, err := r.Wallets.Store.Heads(ctx, []wallet.ID{id})
	if err != nil {
		return nil, err
	}
	return r.showWallet(ctx, id, heads[id]), nil
}

func showHold(id wallet.ID, h wallet.HoldView) *graph.Hold {
	return &graph.Hold{
		ID: globalID(kindHold, string(id)+"/"+strconv.FormatInt(h.Seq, 10)), Amount: int(h.Coins), Captured: int(h.Captured),
		State: string(h.State), Purpose: h.Purpose, ExpiresAt: h.Until,
	}
}

// holdOf reads a hold of a wallet out of an id; 0, which is no hold's, for whatever is none of the wallet's.
func holdOf(id wallet.ID, global string) int64 {
	kind, key, _ := readID(global)
	owner, number, _ := strings.Cut(key, "/")
	seq, err := strconv.ParseInt(number, 10, 64)
	if kind != kindHold || owner != string(id) || err != nil {
		return 0
	}
	return seq
}

func (r *Root) holdNode(ctx context.Context, key string) (graph.Node, error) {
	o := loaders.From(ctx)
	if !o.Viewer.SignedIn() {
		return nil, nil
	}
	h, err := r.holder(ctx)
	if err != nil {
		return nil, err
	}
	owner, _, _ := strings.Cut(key, "/")
	id := wallet.ID(owner)
	seq := holdOf(id, globalID(kindHold, key))
	if seq == 0 || !r.mine(ctx, h, id) {
		return nil, nil
	}
	v, known, err := r.Wallets.Find(ctx, id, seq, o.Now)
	if err != nil || !known {
		return nil, err
	}
	return showHold(id, v), nil
}
