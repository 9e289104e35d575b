package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/cursor"
	"membergate/internal/member"
	"membergate/internal/vault"
	"membergate/loaders"
)

// Phone is the member's phone, masked.
func (m memberFields) Phone(ctx context.Context, obj *graph.Member) (*graph.IdentityFact, error) {
	all, err := m.identity(ctx, obj.Holder.Profile.ID)
	for _, f := range all {
		if f.Kind == string(vault.Phone) {
			return f, err
		}
	}
	return nil, err
}

// Identity is what is known of who the member is, masked.
func (m memberFields) Identity(ctx context.Context, obj *graph.Member) ([]*graph.IdentityFact, error) {
	return m.identity(ctx, obj.Holder.Profile.ID)
}

// identity reads the viewer's facts once in an operation.
func (r *Root) identity(ctx context.Context, who member.ID) ([]*graph.IdentityFact, error) {
	return loaders.Once(loaders.From(ctx), "identity", func() ([]*graph.IdentityFact, error) {
		all, err := r.Vault.Of(ctx, who)
		return r.masked(ctx, all), err
	})
}

// masked is what members see of facts.
func (r *Root) masked(ctx context.Context, all []vault.Known) []*graph.IdentityFact {
	out := []*graph.IdentityFact{}
	for _, k := range all {
		out = append(out, &graph.IdentityFact{Kind: string(k.Kind), Masked: vault.Mask(r.programme(ctx), k.Kind, k.Plain), Verified: k.Verified, At: k.At})
	}
	return out
}

// somebody refuses whoever is neither staff nor a member who is known.
func (r *Root) somebody(ctx context.Context) error {
	if loaders.From(ctx).Viewer.Staff() {
		return signIn(ctx)
	}
	_, err := r.holder(ctx)
	return err
}

// IdentityTokenIssue gives the viewer a token for a step.
func (m mutation) IdentityTokenIssue(ctx context.Context, input graph.IdentityTokenIssueInput) (*graph.IdentityTokenIssuePayload, error) {
	if err := m.somebody(ctx); err != nil {
		return nil, err
	}
	token, until, err := m.Vault.Token(string(loaders.From(ctx).Me()), vault.Step(input.Step))
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.IdentityTokenIssuePayload{UserErrors: []*graph.IdentityTokenIssueUserError{{
			Field: refused.field, Message: refused.message, Code: graph.IdentityTokenIssueErrorCode(refused.code),
		}}}, nil
	}
	return &graph.IdentityTokenIssuePayload{Token: &token, ExpiresAt: &until, UserErrors: []*graph.IdentityTokenIssueUserError{}}, nil
}

// IdentitySet keeps what the viewer tells of who they are.
func (m mutation) IdentitySet(ctx context.Context, input graph.IdentitySetInput) (*graph.IdentitySetPayload, error) {
	if _, err := m.holder(ctx); err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	var all []vault.Known
	err := m.mayWrite(ctx)
	if err == nil {
		all, err = m.Vault.Tell(ctx, o.Me(), vault.Telling{vault.Name: input.Name, vault.Phone: input.Phone, vault.Address: input.Address, vault.IDNumber: input.IDNumber}, input.Token)
	}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.IdentitySetPayload{UserErrors: []*graph.IdentitySetUserError{{
			Field: refused.field, Message: refused.message, Code: graph.IdentitySetErrorCode(refused.code),
		}}}, nil
	}
	loaders.Again(o, "identity")
	return &graph.IdentitySetPayload{Identity: m.masked(ctx, all), UserErrors: []*graph.IdentitySetUserError{}}, nil
}

// StaffReads lists what staff has read of the member.
func (f privacyFields) StaffReads(ctx context.Context, obj *graph.Privacy, first *int, after *string) (*graph.StaffReadConnection, error) {
	list := cursor.List{Name: "privacy.staffReads", Owner: string(obj.Profile.ID)}
	span, err := f.forward(list, first, after)
	if err != nil {
		return nil, err
	}
	read, err := f.Vault.Store.ReadOf(ctx, obj.Profile.ID, readingsAfter(span), span.Limit+1)
	if err != nil {
		return nil, err
	}
	page := slice(f.Cursors, list, span, read, func(a vault.Application) cursor.Place { return cursor.Place{Key: a.ReadAt().UnixMilli(), ID: a.ID} })
	out := &graph.StaffReadConnection{Edges: []*graph.StaffReadEdge{}, Nodes: []*graph.StaffRead{}, PageInfo: pageInfo(page)}
	for i, a := range page.Nodes {
		node := &graph.StaffRead{At: a.ReadAt(), Fields: kindNames(a.Fields), Purpose: a.Purpose, PurposeName: f.readPurpose(ctx, a), Role: a.Role}
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.StaffReadEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}

func kindNames(all []vault.Kind) []string {
	out := make([]string, len(all))
	for i, k := range all {
		out[i] = string(k)
	}
	return out
}
