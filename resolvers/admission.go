package resolvers

import (
	"context"
	"strconv"
	"strings"
	"time"

	"membergate/graph"
	"membergate/internal/account"
	"membergate/internal/admission"
	"membergate/internal/cursor"
	"membergate/internal/member"
	"membergate/loaders"
)

// TierInvitationRespond accepts an invitation to a tier, or leaves it.
func (m mutation) TierInvitationRespond(ctx context.Context, input graph.TierInvitationRespondInput) (*graph.TierInvitationRespondPayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	out := &graph.TierInvitationRespondPayload{UserErrors: []*graph.TierInvitationRespondUserError{}}
	if input.Accept {
		_, out.Replayed, err = m.Admission.Accept(ctx, h.Profile.ID, m.tierOf(ctx, input.TierID), loaders.From(ctx).Now)
	}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.TierInvitationRespondUserError{
			Field: refused.field, Message: refused.message, Code: graph.TierInvitationRespondErrorCode(refused.code),
		})
	}
	out.Tier, err = m.freshStatus(ctx, h.Profile.ID)
	return out, err
}

// tierOf reads a tier's code out of an id; empty, which is no tier's, for whatever is none of the programme's.
func (r *Root) tierOf(ctx context.Context, id string) string {
	kind, key, ok := readID(id)
	of, code, _ := strings.Cut(key, "/")
	if !ok || kind != kindTier || of != r.programme(ctx).Code {
		return ""
	}
	return code
}

// freshStatus is a member's tier after a change: never one that the operation read before it.
func (r *Root) freshStatus(ctx context.Context, id member.ID) (*graph.TierStatus, error) {
	o := loaders.From(ctx)
	found, err := o.Stores.Accounts.ByIDs(ctx, []member.ID{id}, account.Whole)
	if err != nil {
		return nil, err
	}
	h := found[id]
	return r.statusOf(ctx, &h, h.Account.Standing.Advance(r.Book, o.Now)), nil
}

// TierApply asks for a review.
func (m mutation) TierApply(ctx context.Context, input graph.TierApplicationInput) (*graph.TierApplyPayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	a, at, replayed, err := m.Admission.Apply(ctx, h.Profile.ID, admission.Application{
		Key: input.IdempotencyKey, Profession: input.Profession, Evidence: input.EvidenceUploadIds,
	}, loaders.From(ctx).Now)
	out := &graph.TierApplyPayload{Replayed: replayed, UserErrors: []*graph.TierApplyUserError{}}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.TierApplyUserError{
			Field: refused.field, Message: refused.message, Code: graph.TierApplyErrorCode(refused.code),
		})
		return out, nil
	}
	out.Application = m.application(ctx, at, a)
	return out, nil
}

// TierApplicationDecide gives an application its score, by staff.
func (m mutation) TierApplicationDecide(ctx context.Context, input graph.TierApplicationDecideInput) (*graph.TierApplicationDecidePayload, error) {
	if err := operations(ctx); err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	at := placeOf(input.ApplicationID)
	a, err := m.Admission.Decide(ctx, at, input.Score, string(o.Me()), o.Now)
	out := &graph.TierApplicationDecidePayload{UserErrors: []*graph.TierApplicationDecideUserError{}}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.TierApplicationDecideUserError{
			Field: refused.field, Message: refused.message, Code: graph.TierApplicationDecideErrorCode(refused.code),
		})
		return out, nil
	}
	out.Application = m.application(ctx, at, a)
	return out, nil
}

// TierApplications lists what waits for a decision, for staff.
func (q query) TierApplications(ctx context.Context, overdue *bool, first *int, after *string) (*graph.TierApplicationConnection, error) {
	defer loaders.Leave(ctx)
	if err := operations(ctx); err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	l := cursor.List{Name: "tierApplications"}
	from := time.UnixMilli(0)
	if overdue != nil && !*overdue {
		l.Name, from = "tierApplications.inTime", o.Now.Add(time.Millisecond) // the deadline is exclusive
	}
	span, err := q.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	var behind admission.Mark
	if span.After != nil {
		code, who, _ := strings.Cut(span.After.ID, "/")
		behind = admission.Mark{By: time.UnixMilli(span.After.Key).UTC(), Tier: code, Member: member.ID(who)}
	}
	read, err := q.Admission.Store.Waiting(ctx, from, behind, span.Limit+1)
	if err != nil {
		return nil, err
	}
	page := slice(q.Cursors, l, span, read, func(d admission.Dossier) cursor.Place {
		by, _ := d.Waits()
		return cursor.Place{Key: by.UnixMilli(), ID: d.Tier + "/" + string(d.Member)}
	})
	out := &graph.TierApplicationConnection{Edges: []*graph.TierApplicationEdge{}, Nodes: []*graph.TierApplication{}, PageInfo: pageInfo(page)}
	for i, d := range page.Nodes {
		last := len(d.Applications) - 1
		node := q.application(ctx, admission.Place{Tier: d.Tier, Member: d.Member, Number: last}, d.Applications[last])
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.TierApplicationEdge{Cursor: page.Cursors[i], Node: node})
		o.People.Want(d.Member)
	}
	return out, nil
}

// Profile is who applies.
func (f applicationFields) Profile(ctx context.Context, obj *graph.TierApplication) (*graph.PublicProfile, error) {
	return f.person(ctx, obj.Member)
}

// applicationNode shows an application to who sent it and to who may decide it.
func (r *Root) applicationNode(ctx context.Context, key string) (graph.Node, error) {
	o := loaders.From(ctx)
	at := placeOf(globalID(kindApplying, key))
	if at.Tier == "" || !o.Viewer.SignedIn() || at.Member != o.Me() && operations(ctx) != nil {
		return nil, nil
	}
	d, err := r.Admission.Store.Dossier(ctx, at.Tier, at.Member)
	if err != nil || at.Number >= len(d.Applications) {
		return nil, err
	}
	return r.application(ctx, at, d.Applications[at.Number]), nil
}

func (r *Root) application(ctx context.Context, at admission.Place, a admission.Application) *graph.TierApplication {
	state := a.StateAt(loaders.From(ctx).Now)
	out := &graph.TierApplication{
		ID:   globalID(kindApplying, at.Tier+"/"+strconv.Itoa(at.Number)+"/"+string(at.Member)),
		Tier: r.tierByCode(ctx, at.Tier), State: string(state), AppliedAt: a.At, DecideBy: a.DecideBy,
		Overdue: a.Overdue(loaders.From(ctx).Now), Profession: a.Profession, EvidenceUploadIds: a.Evidence, Member: at.Member,
	}
	if !a.DecidedAt.IsZero() {
		out.DecidedAt, out.Score = &a.DecidedAt, ptr(a.Score)
	}
	return out
}

// placeOf reads an application's place out of an id; the zero place, which is no application's, for whatever is none.
func placeOf(id string) admission.Place {
	kind, key, ok := readID(id)
	parts := strings.SplitN(key, "/", 3)
	if !ok || kind != kindApplying || len(parts) != 3 || parts[0] == "" || parts[2] == "" {
		return admission.Place{}
	}
	n, err := strconv.Atoi(parts[1])
	if err != nil || n < 0 {
		return admission.Place{}
	}
	return admission.Place{Tier: parts[0], Member: member.ID(parts[2]), Number: n}
}
