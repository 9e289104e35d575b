package resolvers

import (
	"context"

	"membergate/graph"
)

// Redemption is what is to be redeemed. Redemptions come with spending, so no request can name one yet.
func (f approvalFields) Redemption(context.Context, *graph.ApprovalRequest) (*graph.Redemption, error) {
	return nil, nil
}

// Reward is what was redeemed.
func (f redemptionFields) Reward(context.Context, *graph.Redemption) (*graph.Reward, error) {
	return nil, nil
}
