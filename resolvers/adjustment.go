package resolvers

import (
	"context"
	"time"

	"membergate/graph"
	"membergate/internal/adjustment"
	"membergate/internal/cursor"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/loaders"
)

// operations refuses whoever is not staff with the role operations.
func operations(ctx context.Context) error {
	if err := signIn(ctx); err != nil {
		return err
	}
	if v := loaders.From(ctx).Viewer; !v.Staff() || !v.Has("operations") {
		return fault.New(fault.Forbidden, "this needs a staff token with the role operations")
	}
	return nil
}

// CoinAdjustmentPropose proposes to correct a member's coins, by staff.
func (m mutation) CoinAdjustmentPropose(ctx context.Context, input graph.CoinAdjustmentProposeInput) (*graph.CoinAdjustmentProposePayload, error) {
	if err := operations(ctx); err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	who, err := m.memberOf(ctx, input.MemberID)
	if err != nil {
		return nil, err
	}
	p, replayed, err := m.Adjusting.Propose(ctx, adjustment.Ask{
		Key: input.IdempotencyKey, Member: who, Coins: int64(input.Coins), Category: input.Category, Reason: input.Reason,
	}, string(o.Me()), o.Now)
	out := &graph.CoinAdjustmentProposePayload{Replayed: replayed && err == nil, UserErrors: []*graph.CoinAdjustmentProposeUserError{}}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.CoinAdjustmentProposeUserError{
			Field: refused.field, Message: refused.message, Code: graph.CoinAdjustmentProposeErrorCode(refused.code),
		})
		return out, nil
	}
	out.Adjustment = m.adjustment(ctx, p)
	return out, nil
}

// memberOf finds who is behind the id of a public profile; empty, which is nobody's, for whatever is none.
func (r *Root) memberOf(ctx context.Context, id string) (member.ID, error) {
	kind, handle, ok := readID(id)
	if !ok || kind != kindProfile {
		return "", nil
	}
	h, known, err := loaders.From(ctx).Stores.Accounts.ByHandle(ctx, handle)
	if err != nil || !known {
		return "", err
	}
	return h.Profile.ID, nil
}

// CoinAdjustmentDecide says yes or no to a proposal, by staff.
func (m mutation) CoinAdjustmentDecide(ctx context.Context, input graph.CoinAdjustmentDecideInput) (*graph.CoinAdjustmentDecidePayload, error) {
	if err := operations(ctx); err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	kind, key, _ := readID(input.AdjustmentID)
	if kind != kindAdjustment {
		key = ""
	}
	note := ""
	if input.Note != nil {
		note = *input.Note
	}
	p, err := m.Adjusting.Decide(ctx, key, input.Approve, note, string(o.Me()), o.Now)
	out := &graph.CoinAdjustmentDecidePayload{UserErrors: []*graph.CoinAdjustmentDecideUserError{}}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.CoinAdjustmentDecideUserError{
			Field: refused.field, Message: refused.message, Code: graph.CoinAdjustmentDecideErrorCode(refused.code),
		})
		return out, nil
	}
	out.Adjustment = m.adjustment(ctx, p)
	return out, nil
}

// CoinAdjustments lists proposals, for staff.
func (q query) CoinAdjustments(ctx context.Context, open *bool, first *int, after *string) (*graph.CoinAdjustmentConnection, error) {
	defer loaders.Leave(ctx)
	if err := operations(ctx); err != nil {
		return nil, err
	}
	ask := adjustment.Query{Open: open == nil || *open, Now: loaders.From(ctx).Now}
	l := cursor.List{Name: "coinAdjustments"}
	if ask.Open {
		l.Name = "coinAdjustments.open"
	}
	span, err := q.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	if span.After != nil {
		ask.Before = adjustment.Place{At: time.UnixMilli(span.After.Key).UTC(), ID: span.After.ID}
	}
	ask.Limit = span.Limit + 1
	read, err := q.Adjusting.Store.List(ctx, ask)
	if err != nil {
		return nil, err
	}
	page := slice(q.Cursors, l, span, read, func(p adjustment.Proposal) cursor.Place { return cursor.Place{Key: p.At.UnixMilli(), ID: p.ID} })
	out := &graph.CoinAdjustmentConnection{Edges: []*graph.CoinAdjustmentEdge{}, Nodes: []*graph.CoinAdjustment{}, PageInfo: pageInfo(page)}
	for i, p := range page.Nodes {
		node := q.adjustment(ctx, p)
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.CoinAdjustmentEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}

func (r *Root) adjustment(ctx context.Context, p adjustment.Proposal) *graph.CoinAdjustment {
	o := loaders.From(ctx)
	state, me := p.StateAt(o.Now), string(o.Me())
	out := &graph.CoinAdjustment{
		ID: globalID(kindAdjustment, p.ID), Member: p.Member, Coins: int(p.Coins), Category: p.Category, CategoryName: r.categoryName(ctx, p.At, p.Category),
		Reason: p.Reason, State: string(state), ProposedBy: p.By, ProposedAt: p.At, DecideBy: p.DecideBy, DecidedBy: text(p.DecidedBy), Note: text(p.Note),
		CanDecide: state == adjustment.Pending && p.By != me && string(p.Member) != me,
	}
	if !p.DecidedAt.IsZero() {
		out.DecidedAt = &p.DecidedAt
	}
	return out
}

// categoryName is a reason for a correction in words, as the programme had it at a time.
func (r *Root) categoryName(ctx context.Context, at time.Time, code string) string {
	if rules := r.Book.At(at).Adjustments; rules != nil {
		if c, ok := rules.Category(code); ok {
			return c.Names.In(locale(ctx))
		}
	}
	return code
}

// Profile is whose coins are to be corrected.
func (f adjustmentFields) Profile(ctx context.Context, obj *graph.CoinAdjustment) (*graph.PublicProfile, error) {
	return f.person(ctx, obj.Member)
}

// adjustmentNode shows a proposal to who may decide such.
func (r *Root) adjustmentNode(ctx context.Context, key string) (graph.Node, error) {
	if operations(ctx) != nil {
		return nil, nil
	}
	p, known, err := r.Adjusting.Store.ByID(ctx, key)
	if err != nil || !known {
		return nil, err
	}
	return r.adjustment(ctx, p), nil
}
