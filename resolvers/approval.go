package resolvers

import (
	"context"
	"strings"

	"membergate/graph"
	"membergate/internal/cursor"
	"membergate/internal/family"
	"membergate/internal/redemption"
	"membergate/loaders"
)

// Approvals lists spending that asks for a yes.
func (f familyFields) Approvals(ctx context.Context, obj *graph.Family, state *graph.ApprovalState, first *int, after *string) (*graph.ApprovalRequestConnection, error) {
	o := loaders.From(ctx)
	var wanted family.Decision
	if state != nil {
		wanted = family.Decision(*state)
	}
	l := cursor.List{Name: "family.approvals", Filter: []string{string(obj.Family.ID), string(wanted)}, Owner: string(o.Me())}
	span, err := f.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	page := cursor.Cut(f.Cursors, l, obj.Family.ApprovalsFor(o.Me(), o.Now, wanted), span,
		func(a family.Approval) cursor.Place { return cursor.Place{Key: a.CreatedAt.UnixMilli(), ID: a.ID} }, newer)
	out := &graph.ApprovalRequestConnection{Edges: []*graph.ApprovalRequestEdge{}, Nodes: []*graph.ApprovalRequest{}, PageInfo: pageInfo(page)}
	for _, a := range page.Nodes {
		if asks(ctx, "nodes", "redemption") || asks(ctx, "edges", "node", "redemption") {
			o.Wishes.Want(a.Redemption)
		}
		if o.People.Want(a.Requester); a.DecidedBy != "" {
			o.People.Want(a.DecidedBy)
		}
	}
	o.Arrive(ctx)
	for i, a := range page.Nodes {
		node := f.approval(ctx, obj.Family, a)
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.ApprovalRequestEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}

// approval shows a request to one who may see it.
func (r *Root) approval(ctx context.Context, f *family.Family, a family.Approval) *graph.ApprovalRequest {
	out := &graph.ApprovalRequest{
		ID: globalID(kindApproval, string(f.ID)+"/"+a.ID), State: graph.ApprovalState(a.StateAt(loaders.From(ctx).Now)), ExpiresAt: a.ExpiresAt,
		Coins: int(a.Coins), Note: text(a.Note), Wanted: a.Redemption,
	}
	if p, in := f.Of(a.Requester); in {
		out.Requester = r.kin(ctx, f, p)
	}
	if p, in := f.Of(a.DecidedBy); in {
		out.DecidedBy = r.kin(ctx, f, p)
	}
	if !a.DecidedAt.IsZero() {
		out.DecidedAt = &a.DecidedAt
	}
	return out
}

// Redemption is what is to be redeemed.
func (f approvalFields) Redemption(ctx context.Context, obj *graph.ApprovalRequest) (*graph.Redemption, error) {
	found, known, err := loaders.From(ctx).Wishes.Load(ctx, obj.Wanted)
	if err != nil || !known {
		return nil, err
	}
	return f.wish(ctx, found), nil
}

// wish shows a redemption to the family that is asked about it: to who asked as it is, to others without what is that
// member's alone.
func (r *Root) wish(ctx context.Context, of redemption.Redemption) *graph.Redemption {
	out := r.redemption(ctx, of)
	if of.Request.By != loaders.From(ctx).Me() {
		out.Code, out.CancellableUntil = nil, nil
	}
	return out
}

// approvalOf is the request that a redemption of the viewer waits for, or was decided by; nil for none.
func (r *Root) approvalOf(ctx context.Context, of redemption.Redemption) (*graph.ApprovalRequest, error) {
	o := loaders.From(ctx)
	if of.Request.Family == "" {
		return nil, nil
	}
	o.Families.Forget(o.Me()) // it has changed
	f, in, err := o.Families.Load(ctx, o.Me())
	if err != nil || !in || f.ID != of.Request.Family {
		return nil, err
	}
	for _, a := range f.Approvals {
		if a.ID == of.Request.ID {
			return r.approval(ctx, &f, a), nil
		}
	}
	return nil, nil
}

// ApprovalDecide says yes or no to a request.
func (m mutation) ApprovalDecide(ctx context.Context, input graph.ApprovalDecideInput) (*graph.ApprovalPayload, error) {
	if _, err := m.holder(ctx); err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	kind, key, _ := readID(input.ApprovalID)
	of, id, _ := strings.Cut(key, "/")
	if kind != kindApproval {
		of = ""
	}
	note := ""
	if input.Note != nil {
		note = *input.Note
	}
	f, a, err := m.Families.Decide(ctx, o.Me(), family.ID(of), id, input.Approve, note, o.Now)
	no, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &graph.ApprovalPayload{UserErrors: []*graph.ApprovalUserError{}}
	if no != nil {
		out.UserErrors = append(out.UserErrors, &graph.ApprovalUserError{Field: no.field, Message: no.message, Code: graph.ApprovalErrorCode(no.code)})
		return out, nil
	}
	m.changedFamily(ctx, &f)
	out.Approval = m.approval(ctx, &f, a)
	out.Family, err = m.family(ctx, &f)
	return out, err
}
