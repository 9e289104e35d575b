package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/fault"
	"membergate/loaders"
)

// RedemptionShow says that a code is shown.
func (m mutation) RedemptionShow(ctx context.Context, input graph.RedemptionShowInput) (*graph.RedemptionShowPayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	kind, key, _ := readID(input.RedemptionID)
	if kind != kindRedemption {
		key = ""
	}
	r, err := m.Redeeming.Show(ctx, h.Account.Wallet, key, loaders.From(ctx).Now)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.RedemptionShowPayload{UserErrors: []*graph.RedemptionShowUserError{{
			Field: refused.field, Message: refused.message, Code: graph.RedemptionShowErrorCode(refused.code),
		}}}, nil
	}
	return &graph.RedemptionShowPayload{Redemption: m.redemption(ctx, r), UserErrors: []*graph.RedemptionShowUserError{}}, nil
}

// RedemptionUse takes a code at a till.
func (m mutation) RedemptionUse(ctx context.Context, input graph.RedemptionUseInput) (*graph.RedemptionUsePayload, error) {
	if err := atTill(ctx); err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	r, err := m.Redeeming.Use(ctx, input.Code, string(o.Me()), o.Now)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &graph.RedemptionUsePayload{UserErrors: []*graph.RedemptionUseUserError{}}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.RedemptionUseUserError{
			Field: refused.field, Message: refused.message, Code: graph.RedemptionUseErrorCode(refused.code),
		})
	}
	if r.ID != "" {
		out.Redemption = m.redemption(ctx, r)
	}
	return out, nil
}

// RedemptionByCode shows a till what a code is for.
func (q query) RedemptionByCode(ctx context.Context, code string) (*graph.Redemption, error) {
	loaders.Leave(ctx)
	if err := atTill(ctx); err != nil {
		return nil, err
	}
	r, known, err := q.Redeeming.ByCode(ctx, code, loaders.From(ctx).Now)
	if err != nil || !known {
		return nil, err
	}
	return q.redemption(ctx, r), nil
}

// atTill refuses whoever does not stand at a till.
func atTill(ctx context.Context) error {
	if err := signIn(ctx); err != nil {
		return err
	}
	if v := loaders.From(ctx).Viewer; !v.Staff() || !v.Has("clerk") {
		return fault.New(fault.Forbidden, "this needs a staff token with the role clerk")
	}
	return nil
}
