package resolvers

import (
	"context"
	"slices"
	"strings"
	"time"

	"membergate/graph"
	"membergate/internal/cursor"
	"membergate/internal/fault"
	"membergate/internal/vault"
	"membergate/loaders"
)

// readingsAfter is where a page of applications begins.
func readingsAfter(span cursor.Span) vault.Place {
	if span.After == nil {
		return vault.Place{}
	}
	return vault.Place{At: time.UnixMilli(span.After.Key).UTC(), ID: span.After.ID}
}

// staffAs gives who asks, if it is staff with one of some roles.
func staffAs(ctx context.Context, roles []string) (vault.Staff, error) {
	if err := signIn(ctx); err != nil {
		return vault.Staff{}, err
	}
	v := loaders.From(ctx).Viewer
	if !v.Staff() || !slices.ContainsFunc(roles, v.Has) {
		return vault.Staff{}, fault.New(fault.Forbidden, "this needs a staff token with the role %s", strings.Join(roles, " or "))
	}
	return vault.Staff{ID: v.Member, Roles: v.Roles}, nil
}

// approver gives who asks, if it is somebody who may answer applications.
func (r *Root) approver(ctx context.Context) (vault.Staff, error) {
	return staffAs(ctx, r.Book.At(r.Vault.Now()).Privacy.RawApprovers)
}

// IdentityFind finds who has a phone, for staff.
func (m mutation) IdentityFind(ctx context.Context, input graph.IdentityFindInput) (*graph.IdentityFindPayload, error) {
	by, err := staffAs(ctx, vault.Applicants())
	if err != nil {
		return nil, err
	}
	found, err := m.Vault.Find(ctx, input.Phone, by.ID)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.IdentityFindPayload{UserErrors: []*graph.IdentityFindUserError{{
			Field: refused.field, Message: refused.message, Code: graph.IdentityFindErrorCode(refused.code),
		}}}, nil
	}
	out := &graph.IdentityFindPayload{Profiles: []*graph.PublicProfile{}, UserErrors: []*graph.IdentityFindUserError{}}
	for _, who := range found {
		p, err := m.person(ctx, who)
		if err != nil {
			return nil, err
		}
		if p != nil {
			out.Profiles = append(out.Profiles, p)
		}
	}
	return out, nil
}

// IdentityReadApply applies to read who a member is, by staff.
func (m mutation) IdentityReadApply(ctx context.Context, input graph.IdentityReadApplyInput) (*graph.IdentityReadApplyPayload, error) {
	by, err := staffAs(ctx, vault.Applicants())
	if err != nil {
		return nil, err
	}
	who, err := m.memberOf(ctx, input.MemberID)
	if err != nil {
		return nil, err
	}
	a, replayed, err := m.Vault.Apply(ctx, vault.Ask{Key: input.IdempotencyKey, Member: who, Fields: input.Fields, Purpose: input.Purpose, Reason: input.Reason}, by)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.IdentityReadApplyPayload{UserErrors: []*graph.IdentityReadApplyUserError{{
			Field: refused.field, Message: refused.message, Code: graph.IdentityReadApplyErrorCode(refused.code),
		}}}, nil
	}
	return &graph.IdentityReadApplyPayload{Application: m.reading(ctx, a), Replayed: replayed, UserErrors: []*graph.IdentityReadApplyUserError{}}, nil
}

// IdentityReadDecide answers an application, by staff.
func (m mutation) IdentityReadDecide(ctx context.Context, input graph.IdentityReadDecideInput) (*graph.IdentityReadDecidePayload, error) {
	by, err := m.approver(ctx)
	if err != nil {
		return nil, err
	}
	a, err := m.Vault.Decide(ctx, readingKey(input.ApplicationID), input.Approve, by)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.IdentityReadDecidePayload{UserErrors: []*graph.IdentityReadDecideUserError{{
			Field: refused.field, Message: refused.message, Code: graph.IdentityReadDecideErrorCode(refused.code),
		}}}, nil
	}
	return &graph.IdentityReadDecidePayload{Application: m.reading(ctx, a), UserErrors: []*graph.IdentityReadDecideUserError{}}, nil
}

// readingKey is the key of an application's id; empty, which is none's, for whatever is none.
func readingKey(id string) string {
	if kind, key, ok := readID(id); ok && kind == kindReading {
		return key
	}
	return ""
}

// IdentityRead reads what was applied for, by staff.
func (m mutation) IdentityRead(ctx context.Context, input graph.IdentityReadInput) (*graph.IdentityReadPayload, error) {
	by, err := staffAs(ctx, vault.Applicants())
	if err != nil {
		return nil, err
	}
	a, all, err := m.Vault.Read(ctx, readingKey(input.ApplicationID), input.Token, by)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.IdentityReadPayload{UserErrors: []*graph.IdentityReadUserError{{
			Field: refused.field, Message: refused.message, Code: graph.IdentityReadErrorCode(refused.code),
		}}}, nil
	}
	out := &graph.IdentityReadPayload{Facts: []*graph.IdentityPlainFact{}, Application: m.reading(ctx, a), UserErrors: []*graph.IdentityReadUserError{}}
	for _, k := range all {
		out.Facts = append(out.Facts, &graph.IdentityPlainFact{Kind: string(k.Kind), Value: k.Plain, Verified: k.Verified})
	}
	return out, nil
}

// IdentityReadApplications lists applications, for who may answer them.
func (q query) IdentityReadApplications(ctx context.Context, open *bool, first *int, after *string) (*graph.IdentityReadApplicationConnection, error) {
	defer loaders.Leave(ctx)
	if _, err := q.approver(ctx); err != nil {
		return nil, err
	}
	ask := vault.Query{Open: open == nil || *open, Now: q.Vault.Now()}
	l := cursor.List{Name: "identityReadApplications"}
	if ask.Open {
		l.Name += ".open"
	}
	span, err := q.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	ask.Before, ask.Limit = readingsAfter(span), span.Limit+1
	read, err := q.Vault.Store.List(ctx, ask)
	if err != nil {
		return nil, err
	}
	page := slice(q.Cursors, l, span, read, func(a vault.Application) cursor.Place { return cursor.Place{Key: a.At.UnixMilli(), ID: a.ID} })
	out := &graph.IdentityReadApplicationConnection{Edges: []*graph.IdentityReadApplicationEdge{}, Nodes: []*graph.IdentityReadApplication{}, PageInfo: pageInfo(page)}
	for i, a := range page.Nodes {
		node := q.reading(ctx, a)
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.IdentityReadApplicationEdge{Cursor: page.Cursors[i], Node: node})
		loaders.From(ctx).People.Want(a.Member)
	}
	return out, nil
}

func (r *Root) reading(ctx context.Context, a vault.Application) *graph.IdentityReadApplication {
	v, now := loaders.From(ctx).Viewer, r.Vault.Now()
	state := a.StateAt(now)
	out := &graph.IdentityReadApplication{
		ID: globalID(kindReading, a.ID), Member: a.Member, Fields: kindNames(a.Fields), Purpose: a.Purpose, PurposeName: r.readPurpose(ctx, a), Reason: r.Vault.Reason(a),
		State: string(state), AppliedBy: a.By, AppliedAs: a.Role, AppliedAt: a.At, DecideBy: a.DecideBy, Deeds: []*graph.IdentityReadDeed{},
		CanDecide: v.Staff() && a.MayAnswer(v.Member, v.Roles, now) != "",
	}
	if by := a.ReadBy(); !by.IsZero() && state != vault.Rejected {
		out.ReadBy = &by
	}
	for _, d := range a.Deeds {
		out.Deeds = append(out.Deeds, &graph.IdentityReadDeed{Act: string(d.Act), By: d.By, Role: d.Role, At: d.At})
	}
	return out
}

// readPurpose is what an application is for in words, as the programme had it then.
func (r *Root) readPurpose(ctx context.Context, a vault.Application) string {
	if rules := r.Book.At(a.At).Identity; rules != nil {
		if p, ok := rules.Reads.Purpose(a.Purpose); ok {
			return p.Names.In(locale(ctx))
		}
	}
	return a.Purpose
}

// Profile is whom it is about.
func (f readingFields) Profile(ctx context.Context, obj *graph.IdentityReadApplication) (*graph.PublicProfile, error) {
	return f.person(ctx, obj.Member)
}

// readingNode shows an application to who made it and to who may answer it.
func (r *Root) readingNode(ctx context.Context, key string) (graph.Node, error) {
	o := loaders.From(ctx)
	_, no := r.approver(ctx)
	if !o.Viewer.Staff() {
		return nil, nil
	}
	a, known, err := r.Vault.Store.ByID(ctx, key)
	if err != nil || !known || no != nil && a.By != o.Viewer.Member {
		return nil, err
	}
	return r.reading(ctx, a), nil
}
