package resolvers

import (
	"context"
	"slices"
	"strings"
	"time"

	"membergate/graph"
	"membergate/internal/account"
	"membergate/internal/cursor"
	"membergate/internal/member"
	"membergate/internal/membership"
	"membergate/internal/programme"
	"membergate/internal/tier"
	"membergate/loaders"
)

// ending shows what comes at the end of a grant, where no other period of the tier follows it.
func (r *Root) ending(ctx context.Context, s tier.Standing, g tier.Grant, out *graph.TierGrant) {
	p, now := r.programme(ctx), loaders.From(ctx).Now
	out.RemindAt = []*time.Time{}
	for _, e := range s.Ending(p, now) {
		if e.Tier == g.Tier && e.Last == g.ID && e.Until.Equal(g.Until) {
			out.AutoRenew = e.Renews
			for _, at := range e.RemindAt {
				out.RemindAt = append(out.RemindAt, &at)
			}
		}
	}
	renewal, ok := s.Renewal(p, g.Tier, now)
	if !ok || renewal.Last != g.ID {
		return
	}
	out.Renewal = &graph.TierRenewal{On: renewal.On, FeeFen: int(renewal.Fen), Months: positive(renewal.Months), Days: positive(renewal.Days),
		ChargeFrom: renewal.ChargeFrom(p), EndsAt: renewal.Until, TermsVersion: p.Membership.Renewal.Version, Terms: p.Membership.Renewal.Texts.In(locale(ctx))}
	if at := renewal.Choice.At; !at.IsZero() {
		out.Renewal.DecidedAt = &at
	}
}

// positive is nil for nothing.
func positive(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

// choices shows what a member decided on renewal, newest first.
func (r *Root) choices(ctx context.Context, s tier.Standing) []*graph.TierRenewalChoice {
	out := []*graph.TierRenewalChoice{}
	for _, c := range slices.Backward(s.Choices) {
		node := &graph.TierRenewalChoice{Tier: r.tierByCode(ctx, c.Tier), On: c.On, At: c.At, Source: c.Source, TermsVersion: text(c.Terms)}
		if c.On {
			node.FeeFen = ptr(int(c.Fen))
		}
		out = append(out, node)
	}
	return out
}

// plans shows the tiers that are sold or tried, as they are to whoever has a standing.
func (r *Root) plans(ctx context.Context, s tier.Standing) []*graph.TierPlan {
	out := []*graph.TierPlan{}
	p, now := r.programme(ctx), loaders.From(ctx).Now
	for _, plan := range s.Plans(p, now) {
		node := &graph.TierPlan{Tier: r.tier(ctx, plan.Tier), Route: string(plan.Route.Kind), FeeFen: int(plan.Route.FeeFen),
			Months: positive(plan.Route.Months), Days: positive(plan.Route.Days), State: plan.State}
		if plan.Route.Kind == programme.Paid && p.Membership != nil && p.Membership.Renewal != nil {
			node.RenewalTerms = ptr(p.Membership.Renewal.Texts.In(locale(ctx)))
		}
		out = append(out, node)
	}
	return out
}

// MembershipRenewalSet writes down what the member decides on renewal.
func (m mutation) MembershipRenewalSet(ctx context.Context, input graph.MembershipRenewalSetInput) (*graph.MembershipRenewalSetPayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	w := membership.Wish{Tier: m.tierOf(ctx, input.TierID), On: input.On, Source: "APP"}
	if input.TermsVersion != nil {
		w.Terms = *input.TermsVersion
	}
	out := &graph.MembershipRenewalSetPayload{UserErrors: []*graph.MembershipRenewalSetUserError{}}
	out.Replayed, err = m.Renewing.Renew(ctx, h.Profile.ID, w, loaders.From(ctx).Now)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.MembershipRenewalSetUserError{
			Field: refused.field, Message: refused.message, Code: graph.MembershipRenewalSetErrorCode(refused.code),
		})
	}
	out.Tier, err = m.freshStatus(ctx, h.Profile.ID)
	return out, err
}

// MembershipTrialStart begins a trial that costs nothing.
func (m mutation) MembershipTrialStart(ctx context.Context, input graph.MembershipTrialStartInput) (*graph.MembershipTrialStartPayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	out := &graph.MembershipTrialStartPayload{UserErrors: []*graph.MembershipTrialStartUserError{}}
	g, replayed, err := m.Renewing.Try(ctx, h.Profile.ID, m.tierOf(ctx, input.TierID), loaders.From(ctx).Now)
	out.Replayed = replayed
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.MembershipTrialStartUserError{
			Field: refused.field, Message: refused.message, Code: graph.MembershipTrialStartErrorCode(refused.code),
		})
	}
	if out.Grant, err = m.given(ctx, h.Profile.ID, g); err != nil {
		return nil, err
	}
	out.Tier, err = m.freshStatus(ctx, h.Profile.ID)
	return out, err
}

// MembershipRenewals lists what a payment service may charge now.
func (q query) MembershipRenewals(ctx context.Context, first *int, after *string) (*graph.MembershipRenewalConnection, error) {
	defer loaders.Leave(ctx)
	if err := service(ctx); err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	l := cursor.List{Name: "membershipRenewals"}
	span, err := q.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	var behind membership.Mark
	if span.After != nil {
		code, who, _ := strings.Cut(span.After.ID, "/")
		behind = membership.Mark{Mark: account.Mark{At: time.UnixMilli(span.After.Key).UTC(), Member: member.ID(who)}, Tier: code}
	}
	read, err := q.Renewing.Due(ctx, o.Now, behind, span.Limit+1)
	if err != nil {
		return nil, err
	}
	page := slice(q.Cursors, l, span, read, func(d membership.Due) cursor.Place {
		at := d.Place()
		return cursor.Place{Key: at.At.UnixMilli(), ID: at.Tier + "/" + string(at.Member)}
	})
	out := &graph.MembershipRenewalConnection{Edges: []*graph.MembershipRenewalEdge{}, Nodes: []*graph.MembershipRenewal{}, PageInfo: pageInfo(page)}
	for i, d := range page.Nodes {
		node := &graph.MembershipRenewal{Member: string(d.Holder.Profile.ID), Tier: d.Renewal.Tier, FeeFen: int(d.Renewal.Fen),
			From: d.From, Until: d.Until, AgreedAt: d.Renewal.Choice.At, TermsVersion: d.Renewal.Choice.Terms}
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.MembershipRenewalEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}
