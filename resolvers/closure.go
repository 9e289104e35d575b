package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/personal"
	"membergate/loaders"
)

// Closure is the closure of the account that is under way.
func (f privacyFields) Closure(ctx context.Context, obj *graph.Privacy) (*graph.AccountClosure, error) {
	d, ok, err := f.Personal.Closure(ctx, obj.Profile.ID)
	if err != nil || !ok {
		return nil, err
	}
	return &graph.AccountClosure{State: string(d.State), RequestedAt: d.RequestedAt, EffectiveAt: d.From, DueAt: d.DueAt,
		Cancellable: d.Cancellable(f.Personal.Now()), ForfeitedCoins: int(d.Coins)}, nil
}

// AccountClose asks for the account to be closed.
func (m mutation) AccountClose(ctx context.Context, input graph.AccountCloseInput) (*graph.AccountClosePayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	head, err := m.Wallets.Head(ctx, h.Account.Wallet)
	if err != nil {
		return nil, err
	}
	reason := ""
	if input.Reason != nil {
		reason = *input.Reason
	}
	o := loaders.From(ctx)
	if err = m.Sessions.JustNow(o.Viewer); err == nil {
		_, err = m.Personal.CloseAccount(ctx, o.Me(), personal.Leaving{Wallet: string(h.Account.Wallet), Known: int64(input.ConfirmForfeitCoins),
			Lost: int64(head.State.At(o.Now).Available()), Reason: reason})
	}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.AccountClosePayload{UserErrors: []*graph.AccountCloseUserError{{
			Field: refused.field, Message: refused.message, Code: graph.AccountCloseErrorCode(refused.code),
		}}}, nil
	}
	return &graph.AccountClosePayload{Privacy: m.privacy(ctx, h.Profile), UserErrors: []*graph.AccountCloseUserError{}}, nil
}

// AccountCloseCancel takes a closure back.
func (m mutation) AccountCloseCancel(ctx context.Context) (*graph.AccountCloseCancelPayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	_, err = m.Personal.KeepAccount(ctx, loaders.From(ctx).Me())
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.AccountCloseCancelPayload{UserErrors: []*graph.AccountCloseCancelUserError{{
			Field: refused.field, Message: refused.message, Code: graph.AccountCloseCancelErrorCode(refused.code),
		}}}, nil
	}
	return &graph.AccountCloseCancelPayload{Privacy: m.privacy(ctx, h.Profile), UserErrors: []*graph.AccountCloseCancelUserError{}}, nil
}
